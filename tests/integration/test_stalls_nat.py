#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: what connection tracking and NAT decide about a SYN, and the rules that look alike."""
import socket
import struct
import subprocess
import threading

from harness import *
from namespaces import enter_netns
from stalls_tools import *

VIP = "10.99.0.1"  # an address that only NAT knows; its route leads through the router to the peer


def rules(space, text):
    done = subprocess.run(["ip", "netns", "exec", space.name, "nft", "-f", "-"], input=text, capture_output=True, text=True)
    if done.returncode:
        skip(f"nft: {done.stderr.splitlines()[0] if done.stderr else 'failed'}")


def masquerade(port):
    return ("table ip n { chain p { type nat hook postrouting priority 100; oifname \"r1\" tcp dport 80 snat to 10.78.0.1:%s; }; }" % port)


@test("source NAT has one port, and another connection has it")
def no_port():
    with routed() as (host, router, peer), peer.actor("srv") as server, host.actor("old") as holder:
        rules(router, masquerade(5000))
        server("l = listener('10.78.0.2', 80)")
        holder("c = client('10.78.0.2', 80)")
        held = holder("c.getsockname()[1]")
        with Stalls(host) as stalls, host.actor("cli") as client:
            report, last = hang(stalls, client, "10.78.0.2", verdict="nat_no_port", confidence="high")
            said(report, "NAT there gave it 10.78.0.1:5000 -> 10.78.0.2:80, which is taken")
            said(report, f"the connection 10.77.0.1:{held} -> 10.78.0.2:80 of {holder.comm} (pid {holder.pid}) holds it")
            said(report, "insert_failed of that namespace rose by")
            same((report["drop"]["netns"], report["command"]), (router.inode, f"ip netns exec {router.name} nft list ruleset"))
            same((last["verdict"], last["cause"]), ("nat_no_port", "nat_no_port"))


@test("a rule drops in the router, where insertions of others fail: it is the rule")
def a_rule_beside_clashes():
    with routed() as (host, router, peer), peer.actor("srv") as server, host.actor("old") as holder:
        rules(router, masquerade(5000).replace("dport 80", "dport 81"))
        nft(router, "forward", "tcp dport 80 drop", family="ip")
        server("l = listener('10.78.0.2', 81)")
        holder("c = client('10.78.0.2', 81)")
        with Stalls(host) as stalls, host.actor("cli") as client, host.actor("other") as other:
            other("s = tcp('10.78.0.2', syncnt=2); s.setblocking(False); s.connect_ex(('10.78.0.2', 81))")
            report, last = hang(stalls, client, "10.78.0.2", verdict="dropped_forward", confidence="high")
            dropped(report, "NETFILTER_DROP", "nft_do_chain", "SYN", "forward", router)
            same({r["verdict"] for r in stalls.select(lport=report["lport"])} & {"nat_no_port", "conntrack_full"}, set())
            stalls.expect(rport=81, verdict="nat_no_port")


def vip(host, router):
    """Its SYNs come to the peer untranslated: it has no such address, and does not forward."""
    router.ip("route", "add", VIP, "via", "10.78.0.2")
    rules(router, "table ip n { chain p { type nat hook prerouting priority -100; tcp dport 9 dnat to 10.78.0.2; }; }")


def begin(client):
    client(f"s = tcp('{VIP}', syncnt=5); s.setblocking(False); s.connect_ex(('{VIP}', 80))")


@test("an entry of connection tracking that is older than the NAT rule, shown by a later connect")
def stale():
    with routed() as (host, router, peer), peer.actor("srv") as server:
        vip(host, router)
        server("l = listener('10.78.0.2', 80)")
        with Stalls(host) as stalls, host.actor("cli") as client, host.actor("new") as new:
            begin(client)
            stalls.expect(raddr=VIP, pid=client.pid)
            rules(router, f"add rule ip n p ip daddr {VIP} tcp dport 80 dnat to 10.78.0.2")
            new(f"c = client('{VIP}', 80)")
            report = stalls.expect(raddr=VIP, verdict="nat_stale_entry", confidence="high")
            same(report["pid"], client.pid)
            said(report, f"untranslated, to {VIP}:80, by the conntrack entry [UNREPLIED]")
            said(report, "later, from and to the same address, went translated to 10.78.0.2:80 and was answered")
            check(report["command"].startswith(f"ip netns exec {router.name} conntrack -L"), report["command"])


@test("an unanswered entry that is right: no NAT rule would do anything else")
def unanswered():
    with routed() as (host, router, peer), peer.actor("srv") as server:
        vip(host, router)
        server("l = listener('10.78.0.2', 80)")
        with Stalls(host) as stalls, host.actor("cli") as client, host.actor("new") as new:
            begin(client)
            stalls.expect(raddr=VIP, pid=client.pid)
            new("c = client('10.78.0.2', 80)")
            report = stalls.expect(raddr=VIP, verdict="dropped_forward")
            same(report["drop"]["netns"], peer.inode)
            check("nat_stale_entry" not in [r["verdict"] for r in stalls.reports], stalls.reports)


@test("a side-car's port is closed: which port of which namespace refused it, behind NAT")
def closed_side_car():
    with routed() as (host, router, peer), peer.actor("srv") as server, host.actor("cli") as client:
        rules(host, "table ip n { chain o { type nat hook output priority -100; ip daddr 10.78.0.2 tcp dport 80 dnat to 10.77.0.1:15009; }; }")
        server("l = listener('10.78.0.2', 80)")
        with Stalls(host) as stalls:
            same(client.fails("client('10.78.0.2', 80)"), "ECONNREFUSED")
            report = stalls.expect(pid=client.pid, verdict="refused")
            said(report, "NAT had changed its destination: there the SYN reached 10.77.0.1 port 15009")
            check(report["command"].endswith("ss -ltnp sport = :15009"), report["command"])


# ---------------------------------------------------------------- a full table

NEW, REQUEST, CREATE, EXCL, NESTED, NETFILTER = 0x100, 1, 0x400, 0x200, 0x8000, 12
MARK, PORT_MARK = bytes((10, 200, 77, 78)), bytes((0x9a, 0xbc))


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def tuple_of(kind, src, dst, sport, dport):
    ip = attribute(1, src) + attribute(2, dst)
    proto = attribute(1, b"\x06") + attribute(2, sport) + attribute(3, dport)
    return attribute(kind | NESTED, attribute(1 | NESTED, ip) + attribute(2 | NESTED, proto))


def entries(count):
    """Messages for so many established connections, no two alike; assured, so that none is thrown out."""
    server, port = bytes((10, 1, 2, 3)), bytes((0, 80))
    body = (struct.pack("=BBH", socket.AF_INET, 0, 0) + tuple_of(1, MARK, server, PORT_MARK, port) + tuple_of(2, server, MARK, port, PORT_MARK)
            + attribute(3, struct.pack(">I", 0xe)) + attribute(4 | NESTED, attribute(1 | NESTED, attribute(1, b"\x03")))
            + attribute(7, struct.pack(">I", 3600)))
    message = bytearray(struct.pack("=IHHII", 16 + len(body), NEW, REQUEST | CREATE | EXCL, 1, 0) + body)
    hosts = [message.index(MARK), message.rindex(MARK)]
    ports = [message.index(PORT_MARK), message.rindex(PORT_MARK)]
    for number in range(count):
        for at in hosts:
            message[at + 3] = number // 50_000
        for at in ports:
            message[at:at + 2] = struct.pack(">H", 1024 + number % 50_000)
        yield message


def in_namespace(space, function):
    """Its result, by a thread that is there."""
    results = []

    def run():
        enter_netns(f"/run/netns/{space.name}")
        results.append(function())
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return results[0]


def held(space):
    def count():
        with open("/proc/thread-self/net/stat/nf_conntrack") as file:
            return int(file.read().split("\n")[1].split()[0], 16)
    return in_namespace(space, count)


def fill(space, short=0):
    """Connection tracking of the namespace holds as many entries as it may, less `short`."""
    with open("/proc/sys/net/netfilter/nf_conntrack_max") as file:
        most = int(file.read())
    if most > 300_000:
        skip(f"nf_conntrack_max is {most}: too many to fill")
    with in_namespace(space, lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER)) as netlink:
        batch = bytearray()
        for message in entries(most - short - held(space)):
            batch += message
            if len(batch) > 60_000:
                netlink.send(batch)
                batch.clear()
        netlink.send(batch)
    check(most - short - 2 <= held(space) <= most - short, f"{held(space)} of {most} entries")


TRACKS = "table inet t { chain c { type filter hook prerouting priority 0; ct state invalid counter; }; }"


@test("connection tracking of the router is full", long=True)
def full():
    with routed() as (host, router, peer):
        rules(router, TRACKS)
        fill(router)
        with Stalls(host) as stalls, host.actor("cli") as client:
            report, last = hang(stalls, client, "10.78.0.2", verdict="conntrack_full", confidence="high")
            said(report, "connection tracking there is full")
            said(report, "connection tracking itself dropped it")
            check(not any("a firewall rule" in line for line in report["evidence"]), report["evidence"])
            same((report["drop"]["netns"], report["drop"]["hook"]), (router.inode, "prerouting"))
            same(report["command"], f"ip netns exec {router.name} sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max")


@test("connection tracking of the router is full, and a chain before it might drop as well: low", long=True)
def full_behind_a_chain():
    with routed() as (host, router, peer):
        rules(router, TRACKS + "\ntable ip raw { chain p { type filter hook prerouting priority -300; tcp dport 9999 drop; }; }")
        fill(router)
        with Stalls(host) as stalls, host.actor("cli") as client:
            report, last = hang(stalls, client, "10.78.0.2", verdict="conntrack_full", confidence="low")
            said(report, "there are chains before it")


@test("connection tracking of the router is nearly full, and a rule drops: it is the rule", long=True)
def nearly_full():
    with routed() as (host, router, peer):
        rules(router, TRACKS)
        nft(router, "forward", "tcp dport 80 drop")
        fill(router, short=40)
        with Stalls(host) as stalls, host.actor("cli") as client:
            report, last = hang(stalls, client, "10.78.0.2", verdict="dropped_forward", confidence="high")
            dropped(report, "NETFILTER_DROP", "nft_do_chain", "SYN", "forward", router)
            check("conntrack_full" not in [r["verdict"] for r in stalls.reports], stalls.reports)


main()
