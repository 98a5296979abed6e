# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The scene's interfaces, addresses and routes; what this kernel does not offer is left out."""
import subprocess

REQUIRED = """
link set lo up
link add d0 type veth peer name d0p
link set d0 address 02:00:00:00:77:07 addrgenmode none
link set d0p addrgenmode none
link set d0 up
link set d0p up
addr add 10.99.0.1/24 brd + dev d0
addr add 10.99.1.1/24 dev d0 label d0:1
addr add 10.99.2.1/24 dev d0 label d0:12
addr add 10.99.3.1/24 dev d0 label d0:2
addr add 10.99.4.1/24 dev d0 label d0:web
addr add fe80::77:7007/64 dev d0 nodad
addr add fd99::1/64 dev d0 nodad
addr add fd99::abcd:ef01:2345:6789/128 dev d0 nodad
addr add 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff/128 dev d0 nodad
link add abcdefghijklmn type veth peer name v10
link set abcdefghijklmn addrgenmode none
link set v10 addrgenmode none
link set abcdefghijklmn up
link set v10 up
link add abcdefghijklmno type veth peer name quiet0
link set abcdefghijklmno multicast off
link set quiet0 multicast off
link set abcdefghijklmno up
link set quiet0 up
"""

# Each line may fail: the kernel, or ip(8), may not know it.
WANTED = """
link add v2 type veth peer name v1
link set v2 addrgenmode none
link set v1 addrgenmode none
link set v2 promisc on
link set v2 allmulticast on
link set v2 mtu 9000
link set v2 up
link set v1 up
link add br0 type bridge
link set br0 addrgenmode none
link set v1 master br0
link set br0 arp off
link set br0 up
link add down0 type veth peer name down1
tuntap add dev tun0 mode tun
addr add 10.98.0.1 peer 10.98.0.2 dev tun0
link set tun0 addrgenmode none
link set tun0 up
link add bond0 type bond
link add dum0 type dummy
addr add 10.97.0.1/32 dev lo
addr add 10.97.0.2/8 dev lo label lo:x
route add default via 10.99.0.2 dev d0 metric 50
route add default dev d0 metric 4294967295
route add 10.50.0.7 dev d0
route add 10.50.1.0/24 via 10.99.0.3 dev d0 mtu 1400 advmss 1300 window 5000 rtt 100ms
route add 10.51.0.0/16 dev d0 metric 3000000000
route add 10.52.0.0/16 dev d0 mtu lock 1300
route add 10.60.0.0/16 via 10.99.0.4
route add 10.61.0.0/16 dev abcdefghijklmn
route add 0.0.0.0/1 dev d0
route add 127.0.0.0/8 dev lo scope link table main
route add unreachable 10.70.0.0/16
route add prohibit 10.71.0.0/16 metric 7
route add blackhole 10.72.0.0/16
route add throw 10.73.0.0/16
route add unreachable 10.70.1.1
route add multicast 239.0.0.0/8 dev d0
route add 10.80.0.0/16 nexthop via 10.99.0.2 dev d0 weight 1 nexthop via 10.99.0.3 dev d0 weight 2
route add 10.81.0.0/16 via inet6 fd99::2 dev d0
route add 10.82.0.0/16 via 192.0.2.1 dev d0 onlink src 10.99.1.1 realm 5
route add 10.83.0.0/16 dev d0 proto static rto_min 100ms initcwnd 5
nexthop add id 7 via 10.99.0.2 dev d0
route add 10.84.0.0/16 nhid 7
-6 route add default via fd99::2 dev d0 metric 20
-6 route add 2001:db8:1::/48 via fe80::1 dev d0
-6 route add 2001:db8:2:3:4:5:6:7/128 via 2001:db8:aaaa:bbbb:cccc:dddd:eeee:1 dev d0 onlink
-6 route add unreachable 2001:db8:10::/48
-6 route add prohibit 2001:db8:11::/48
-6 route add blackhole 2001:db8:12::/48
-6 route add throw 2001:db8:13::/48
-6 route add 2001:db8:20::/48 nexthop via fd99::2 dev d0 nexthop via fd99::3 dev d0
-6 route add 2001:db8:21::/48 dev abcdefghijklmn metric 4294967295 mtu 1300
-6 route add 2001:db8:22::/48 dev d0 expires 3000
-6 route add fd99:1::/64 from fd99::/64 dev d0
"""


def neighbours():
    """Peers that never answer, without the neighbour states changing while we look."""
    for last in range(2, 8):
        yield f"neigh add 10.99.0.{last} lladdr 02:00:00:00:00:0{last} dev d0 nud permanent"
        yield f"neigh add fd99::{last} lladdr 02:00:00:00:00:0{last} dev d0 nud permanent"
    yield "neigh add fd99::abcd:ef01:2345:9999 lladdr 02:00:00:00:00:09 dev d0 nud permanent"


def run(line, check):
    done = subprocess.run(["ip", *line.split()], capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"ip {line}: {done.stderr.strip()}")


def sysctl(name, value):
    with open("/proc/sys/net/" + name, "w") as file:
        file.write(str(value))


def build_network():
    sysctl("ipv6/conf/default/accept_dad", 0)
    sysctl("ipv6/conf/default/router_solicitations", 0)
    sysctl("ipv4/tcp_synack_retries", 12)
    sysctl("ipv4/tcp_syn_retries", 12)
    sysctl("ipv4/tcp_orphan_retries", 15)
    for line in REQUIRED.split("\n"):
        if line:
            run(line, True)
        if line.startswith("link add abcdefghijklmno"):
            for name in ("abcdefghijklmno", "quiet0"):  # the reference shows no counters of names this long: keep them at 0
                sysctl(f"ipv6/conf/{name}/disable_ipv6", 1)
    for line in neighbours():
        run(line, True)
    for line in WANTED.split("\n"):
        if line:
            run(line, False)
