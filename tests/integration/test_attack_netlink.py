#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Who is root in a network namespace of his own sends to netstate's netlink sockets there, and fills its tables."""
import time

from harness import *
from stalls_tools import *

SECONDS = 4
# Answers that lie about lengths, to netstate's port: one whose second message ends with the reader's buffer; 17 bytes, whose
# aligned end is beyond them; an end of a dump.
FLOOD = """
import socket, struct
def forged(size, kind):
    return struct.pack('IHHII', size, kind, 2, 1, 0) + bytes(size - 16)
big = bytearray(forged(32768, 24)); big[20:36] = struct.pack('IHHII', 32748, 24, 0, 1, 0)
packets = [bytes(big), forged(17, 24), forged(20, 3), forged(36, 2)]
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, %(protocol)d); s.setblocking(False)
end = time.monotonic() + %(seconds)d; delivered = tried = 0
while time.monotonic() < end:
    for packet in packets * 50:
        tried += 1
        try:
            s.sendto(packet, (%(pid)d, 0)); delivered += 1
        except OSError:
            pass
"""


def refusing(space, count):
    """So many blackhole routes in 11.0.0.0/8."""
    batch = "".join(f"route add blackhole 11.{i >> 8}.{i & 255}.0/24\n" for i in range(count))
    done = space.run("ip", "-batch", "-", input=batch)
    same(done.returncode, 0, done.stderr)


def refused_connects(client, seconds):
    """Connects to one refused address after another; how many."""
    return client(f"""
import itertools
end = time.monotonic() + {seconds}
for number in itertools.count():
    s = socket.socket()
    try:
        s.connect((f'11.{{number >> 8 & 1}}.{{number & 255}}.9', 80))
    except OSError:
        pass
    s.close()
    if time.monotonic() > end:
        break
    time.sleep(0.002)
""")


@test("forged answers on rtnetlink change nothing: stalls lives and names the route that refuses")
def forged_routes():
    with Namespace() as space, space.actor("evil") as evil, space.actor("cli") as client, Stalls(space) as stalls:
        refusing(space, 512)
        evil.begin(FLOOD % {"protocol": 0, "seconds": SECONDS, "pid": stalls.pid})
        refused_connects(client, SECONDS)
        evil.end()
        delivered, tried = evil("delivered, tried")
        check(tried > 1000, f"only {tried} tries")
        # A few hit a port between its bind and its connect, in the kernel; their sender is checked.
        check(delivered <= tried // 1000, f"{delivered} of {tried} were delivered")
        same(stalls.process.poll(), None, "stalls ended")
        report = stalls.expect(raddr="11.0.0.9")
        said(report, "blackhole 11.0.0.0/24")
        for other in stalls.select(kind="stall"):
            if other["verdict"] == "unknown":  # too many ended at a time: it was not asked about
                same(other["evidence"], ["connect() returned EINVAL before any SYN was made"])
            else:
                same(other["verdict"], report["verdict"], other["raddr"])


@test("six thousand routes that refuse take neither netstate's time nor its answers")
def many_routes():
    with Namespace() as space, space.actor("cli") as client, Stalls(space) as stalls:
        refusing(space, 3500)
        refused_connects(client, 3)
        report = stalls.expect(raddr="11.0.9.9")
        said(report, "blackhole 11.0.9.0/24")
        refusing_more = "".join(f"route add unreachable 12.{i >> 8}.{i & 255}.0/24\n" for i in range(6000))
        same(space.run("ip", "-batch", "-", input=refusing_more).returncode, 0)
        before = cpu_seconds(stalls.pid)
        client("""
for number in range(1000):
    s = socket.socket()
    try:
        s.connect((f'12.0.{number & 255}.9', 80))
    except OSError:
        pass
    s.close()
""")
        until(lambda: any(report.get("raddr", "").startswith("12.0.") for report in stalls.reports), what="a report")
        time.sleep(1)
        used = cpu_seconds(stalls.pid) - before
        check(used < 2, f"{used} s of CPU for 1000 refused connects")
        same(stalls.process.poll(), None, "stalls ended")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


@test("forged answers on sock_diag change nothing: list by sock_diag shows what there is")
def forged_sockets():
    with Namespace() as space, space.actor("evil") as evil, space.actor("srv") as server:
        server("held = [listener('127.0.0.1', 6000 + i) for i in range(20)]")
        end = time.monotonic() + SECONDS
        evil.begin(FLOOD % {"protocol": 4, "seconds": SECONDS, "pid": server.pid + 1})
        while time.monotonic() < end:
            done = netstate("list", "--json", "--source=sock_diag", "--netns", space.name)
            if done.returncode == 2:
                skip("list has no --source=sock_diag")
            same(sum('"LISTEN"' in line for line in done.stdout.splitlines()), 20, done.stderr)
        evil.end()


# To the port, and as an event of nftables' trace to all who listen: the owner of a namespace may send to a group.
TRACES = """
import socket, struct
def attribute(kind, data):
    return struct.pack('HH', 4 + len(data), kind) + data + bytes(-len(data) %% 4)
def event(names, kind=(10 << 8) | 17):  # NFNL_SUBSYS_NFTABLES, NFT_MSG_TRACE
    body = struct.pack('BBH', 2, 0, 0) + attribute(1, names) + attribute(2, names) + attribute(5, struct.pack('>I', 3)) + attribute(3, bytes(4))
    return struct.pack('IHHII', 16 + len(body), kind, 0, 1, 0) + body
packets = [event(b'forged\\0'), event(b'forged\\0', 1 << 8), event(b'x' * 300), event(b'forged\\0')[:40], struct.pack('IHHII', 17, 0, 2, 1, 0) + bytes(1)]
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12); s.setblocking(False)
end = time.monotonic() + %(seconds)d; tried = heard = 0
while time.monotonic() < end:
    for packet in packets * 20:
        for to in ((%(pid)d, 0), (0, 1 << 8)):
            tried += 1
            try:
                s.sendto(packet, to); heard += not to[0]
            except OSError:
                pass
"""


@test("forged answers of nftables and connection tracking, and forged events of a rule's trace, change no verdict")
def forged_netfilter():
    with Namespace() as space, space.actor("evil") as evil, space.actor("cli") as client, \
            Stalls(space, options=["--trace-rules"], timeout=90) as stalls:
        done = space.run("nft", "-f", "-", input="table ip true_table { chain true_chain { type filter hook output priority 0; "
                                                 "tcp dport 8081 ct state new drop; }; }")
        if done.returncode:
            skip(f"no nftables: {done.stderr.strip()}")
        evil("import time")
        evil.begin(TRACES % {"seconds": SECONDS, "pid": stalls.pid})
        client("s = tcp(); s.setblocking(False); s.connect_ex(('127.0.0.1', 8081))")
        report = stalls.expect(rport=8081, verdict="dropped_output")
        evil.end()
        tried, heard = evil("tried, heard")
        check(tried > 1000, f"only {tried} tries")
        until(lambda: any("true_chain" in str(one) for one in stalls.select(rport=8081)), 30, "the rule's chain in a report")
        check(not any("forged" in str(one) for one in stalls.reports), "a forged event is believed")
        same(stalls.process.poll(), None, "stalls ended")


main()
