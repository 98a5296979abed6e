#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: SYNs that do not leave, and handshakes that are dropped on this host. The first SYN is judged by the
socket alone, the second is followed; so each takes a little over a second."""
import os
import time

import cgroup
from harness import *
from stalls_tools import *

ENDS = (("IPv4", "10.78.0.2", "192.0.2.1", "10.77.0.99"), ("IPv6", "fd78::2", "2001:db8::1", "fd77::99"))


def none_left(report):
    """The report of the second SYN. On a busy machine it may come behind the third, which follows after a second from 6.5 on."""
    same(report["syn_sent"], 0)
    check(report["syn_held"] in (2, 3, 4), f"{report['syn_held']} SYNs held")


for name, peer_address, far_address, unused in ENDS:
    @test(f"nft on output, {name}: no SYN left, the hook and the reason", long=is_twin(name))
    def output(peer_address=peer_address):
        with routed() as (host, router, peer):
            nft(host, "output", "tcp dport 80 drop")
            with Stalls(host) as stalls, host.actor("cli") as client:
                report, last = hang(stalls, client, peer_address, verdict="dropped_output", confidence="high")
                dropped(report, "NETFILTER_DROP", "nft_do_chain", "SYN", "output", host)
                none_left(report)
                same((last["verdict"], last["syn_sent"]), ("dropped_output", 0))
                check(any("EPERM" in line or "gives no reason" in line for line in report["evidence"]), report["evidence"])
                first = stalls.reports[0]
                same((first["update"], first["syn_sent"], first["syn_held"]), ("stalled", 0, 1), "before the second SYN")
                check(first["verdict"] in ("dropped_output", "unknown"), first["verdict"])

    @test(f"nft on forward, in the router's namespace, {name}", long=is_twin(name))
    def forward(peer_address=peer_address):
        with routed() as (host, router, peer):
            nft(router, "forward", "tcp dport 80 drop")
            with Stalls(host) as stalls, host.actor("cli") as client:
                report, last = hang(stalls, client, peer_address, verdict="dropped_forward", confidence="high")
                dropped(report, "NETFILTER_DROP", "nft_do_chain", "SYN", "forward", router)
                check(report["syn_sent"] in (2, 3, 4), f"{report['syn_sent']} SYNs sent")
                same(report["syn_held"], 0)

    @test(f"nft on input, in the peer's namespace, {name}", long=is_twin(name))
    def peer_input(peer_address=peer_address):
        with routed() as (host, router, peer):
            nft(peer, "input", "tcp dport 80 drop")
            with Stalls(host) as stalls, host.actor("cli") as client:
                report, last = hang(stalls, client, peer_address, verdict="dropped_input", confidence="high")
                dropped(report, "NETFILTER_DROP", "nft_do_chain", "SYN", "input", peer)

    for family, hook in (("inet", "prerouting"), ("netdev", "ingress device p0")):
        @test(f"nft on {hook}, in the peer's namespace, {name}: it had come to its destination", long=is_twin(name))
        def peer_early(peer_address=peer_address, family=family, hook=hook):
            with routed() as (host, router, peer):
                nft(peer, hook, "tcp dport 80 drop", family=family, priority=-300 if family == "inet" else 0)
                with Stalls(host) as stalls, host.actor("cli") as client:
                    report, last = hang(stalls, client, peer_address, verdict="dropped_input", confidence="high")
                    dropped(report, "NETFILTER_DROP", "nft_do_chain", "SYN", "prerouting", peer)

    @test(f"nft on prerouting, in the router's namespace, {name}", long=is_twin(name))
    def router_early(peer_address=peer_address):
        with routed() as (host, router, peer):
            nft(router, "prerouting", "tcp dport 80 drop")
            with Stalls(host) as stalls, host.actor("cli") as client:
                report, last = hang(stalls, client, peer_address, verdict="dropped_forward", confidence="high")
                dropped(report, "NETFILTER_DROP", "nft_do_chain", "SYN", "prerouting", router)

    @test(f"nft on input, at home: the SYN-ACK came back and is dropped, {name}", long=is_twin(name))
    def synack(peer_address=peer_address):
        with routed() as (host, router, peer):
            nft(host, "input", "tcp sport 80 drop")
            with Stalls(host) as stalls, host.actor("cli") as client, peer.actor("srv") as server:
                server(f"l = listener('{peer_address}', 80)")
                report, last = hang(stalls, client, peer_address, verdict="synack_dropped", confidence="high")
                dropped(report, "NETFILTER_DROP", "nft_do_chain", "SYN-ACK", "input", host)
                same(last["verdict"], "synack_dropped")

    @test(f"a router drops without a word (blackhole route), {name}", long=is_twin(name))
    def router_blackhole(far_address=far_address):
        with routed() as (host, router, peer):
            router.ip("route", "add", "blackhole", "192.0.2.0/24")
            router.ip("-6", "route", "add", "blackhole", "2001:db8::/32")
            with Stalls(host) as stalls, host.actor("cli") as client:
                report, last = hang(stalls, client, far_address, verdict="dropped_forward")
                same(report["drop"]["netns"], router.inode)
                same((report["confidence"], report["drop"]["reason"]), ("medium", "NOT_SPECIFIED" if REASONS else None))
                said(report, "an unspecific reason" if REASONS else "this kernel gives no reason at")

    @test(f"nobody on the link has the address, {name}: the SYN never left", long=is_twin(name))
    def neighbour(unused=unused):
        with routed() as (host, router, peer):
            with Stalls(host) as stalls, host.actor("cli") as client:
                err = client.fails(f"tcp('{unused}').connect(('{unused}', 80))")
                same(err, "EHOSTUNREACH")
                report = stalls.expect(verdict="neighbour_unresolved", update="stalled")
                same((report["syn_sent"], report["connect_ret"]), (0, None))
                check(report["syn_held"] >= 1, f"syn_held {report['syn_held']}")
                said(report, f"next hop {unused} on h0: its neighbour entry is INCOMPLETE")
                last = stalls.expect(update="ended")
                same((last["verdict"], last["confidence"]), ("neighbour_unresolved", "high"))
                same((last["syn_sent"], last["sk_err"], last["connect_ret"], last["end"]),
                     (0, "EHOSTUNREACH", "EHOSTUNREACH", "failed"))
                if last["icmp"]:  # IPv6 kernels keep none for the socket where entries of functions are refused
                    said(last, f"this host itself, since its next hop does not answer {'ARP' if ':' not in unused else 'neighbour discovery'}")


@test("reverse-path filter: the SYN-ACK comes in by another link and is dropped")
def rpfilter():
    with Namespace() as host, Namespace() as peer:
        veth(host, ["10.77.0.1/24"], peer, ["10.77.0.2/24"], names=("out0", "out1"))
        veth(host, ["10.79.0.1/24"], peer, ["10.79.0.2/24"], names=("back0", "back1"))
        peer.ip("addr", "add", "10.80.0.1/32", "dev", "lo")
        host.ip("route", "add", "10.80.0.1/32", "via", "10.77.0.2")
        peer.ip("route", "add", "10.90.0.1/32", "via", "10.79.0.1")
        host.ip("addr", "add", "10.90.0.1/32", "dev", "lo")
        for space, name, other, end in ((host, "out0", peer, "out1"), (peer, "back1", host, "back0")):
            mac = other.run("cat", f"/sys/class/net/{end}/address").stdout.strip()
            space.ip("neigh", "replace", "10.77.0.2" if space is host else "10.79.0.1", "lladdr", mac, "dev", name)
        for name in ("all", "default", "out1", "back1"):
            peer.sysctl(f"net.ipv4.conf.{name}.rp_filter", 0)
        for name in ("all", "back0"):
            host.sysctl(f"net.ipv4.conf.{name}.rp_filter", 1)
        with Stalls(host) as stalls, host.actor("cli") as client, peer.actor("srv") as server:
            server("l = listener('10.80.0.1', 80)")
            client("s = tcp(bind=('10.90.0.1', 0)); s.settimeout(1.4)")
            client.begin("s.connect(('10.80.0.1', 80))")
            report = stalls.expect(verdict="synack_dropped", confidence="high" if REASONS else "low")
            dropped(report, "IP_RPFILTER", "ip_rcv_finish", "SYN-ACK", "prerouting", host)
            owned_by(report, client)


for name, far, own in (("IPv4", "10.78.0.2", "10.77.0.1"), ("IPv6", "fd78::2", "fd77::1")):
    @test(f"the answer comes in by another device than the socket is bound to, {name}: synack_dropped, and why", long=is_twin(name))
    def bound_elsewhere(far=far, own=own):
        if not REASONS:
            skip("kfree_skb gives no reason")
        with routed() as (host, router, peer), peer.actor("srv") as server, host.actor("cli") as client:
            veth(host, ["10.79.0.1/24", "fd79::1/64"], router, ["10.79.0.2/24", "fd79::2/64"], names=("h1", "r2"))
            for name in ("all", "h0", "h1"):
                host.sysctl(f"net.ipv4.conf.{name}.rp_filter", 0)
            server(f"l = listener('{far}', 80)")
            router.ip("route", "add", own, "via", "fd79::1" if ":" in own else "10.79.0.1", "dev", "r2")
            client(f"client('{far}', 80).close()")  # whoever is bound to no device takes it
            with Stalls(host) as stalls:
                client(f"s = tcp('{far}', syncnt=5); s.setsockopt(socket.SOL_SOCKET, 25, b'h0'); s.setblocking(False)")
                client(f"s.connect_ex(('{far}', 80))")
                report = stalls.expect(verdict="synack_dropped", confidence="high")
                dropped(report, "NO_SOCKET", "tcp_v6_rcv" if ":" in far else "tcp_v4_rcv", "SYN-ACK", "input", host)
                said(report, "it came in by another device than the one that the socket is bound to")
                check("SO_BINDTODEVICE" in report["advice"] and report["command"].split(" ss ")[1].startswith("-tan sport"), f"{report}")
                router.ip("route", "del", own, "via", "fd79::1" if ":" in own else "10.79.0.1", "dev", "r2")
                last = stalls.expect(update="ended")
                same((last["verdict"], last["cause"]), ("slow", "synack_dropped"), f"{last}")
                client("s.close()")


@test("a full queueing discipline drops it")
def qdisc():
    with routed() as (host, router, peer):
        done = host.run("tc", "qdisc", "add", "dev", "h0", "root", "bfifo", "limit", "1")
        if done.returncode:
            skip(f"tc: {done.stderr.strip()}")
        with Stalls(host) as stalls, host.actor("cli") as client:
            # ARP would not pass either: the neighbour is made known
            mac = router.run("cat", "/sys/class/net/r0/address").stdout.strip()
            host.ip("neigh", "replace", "10.77.0.2", "lladdr", mac, "dev", "h0")
            report, last = hang(stalls, client, "10.78.0.2", verdict="dropped_output", confidence="high" if REASONS else "medium")
            dropped(report, "QDISC_DROP", "dev_queue_xmit", "SYN", "output", host)
            same(report["syn_sent"], 0)


@test("a cgroup program drops it on output")
def cgroup_egress():
    if not cgroup.mounted():
        skip("no cgroup v2 is mounted")
    with routed() as (host, router, peer), Stalls(host) as stalls:
        with cgroup.Cgroup("egress") as group, host.actor("cli") as client:
            group.drop_egress()
            group.add(client.pid)
            report, last = hang(stalls, client, "10.78.0.2", verdict="dropped_output", confidence="high" if REASONS else "medium")
            dropped(report, "BPF_CGROUP_EGRESS", "ip", "SYN", "output", host)
            none_left(report)


@test("an input rule on loopback")
def loopback():
    with Namespace() as ns:
        nft(ns, "input", "tcp dport 80 drop")
        with Stalls(ns) as stalls, ns.actor("cli") as client:
            report, last = hang(stalls, client, "127.0.0.1", verdict="dropped_input", confidence="high")
            dropped(report, "NETFILTER_DROP", "nft_do_chain", "SYN", "input", ns)


@test("TCP's own reasons are not a firewall's: the listener demands a TTL, the command looks at it")
def minimum_ttl():
    with routed() as (host, router, peer), peer.actor("bgp") as server, host.actor("cli") as client:
        server("l = listener('10.78.0.2', 80); l.setsockopt(0, 21, 255)")  # IP_MINTTL
        with Stalls(host) as stalls:
            report, _ = hang(stalls, client, "10.78.0.2", verdict="dropped_input")
            if REASONS:
                same(report["drop"]["reason"], "TCP_MINTTL")
                same(report["command"], f"ip netns exec {peer.name} ss -tlnp sport = :80")
                check("rule" not in report["advice"], report["advice"])


@test("tc's filters are listed for the device that the SYN was dropped at")
def filter_command():
    with routed() as (host, router, peer), host.actor("cli") as client:
        for line in ("tc qdisc add dev p0 clsact", "tc filter add dev p0 ingress protocol ip bpf da bytecode"):
            words = line.split() + (["4,40 0 0 36,21 0 1 80,6 0 0 2,6 0 0 0"] if "bytecode" in line else [])
            done = subprocess.run(["ip", "netns", "exec", peer.name, *words], capture_output=True, text=True)
            if done.returncode:
                skip(f"tc: {done.stderr.splitlines()[0] if done.stderr else 'failed'}")
        with Stalls(host) as stalls:
            report, _ = hang(stalls, client, "10.78.0.2", verdict="dropped_input")
            if report["drop"]["reason"] == "TC_INGRESS":
                shown = subprocess.run(report["command"], shell=True, capture_output=True, text=True)
                check("direct-action" in shown.stdout, f"{report['command']}: {shown}")


@test("a router that does not forward: the setting is named, no rules are looked for")
def forwards_nothing():
    with routed() as (host, router, peer), host.actor("cli") as client:
        router.sysctl("net.ipv4.ip_forward", 0)
        with Stalls(host) as stalls:
            report, _ = hang(stalls, client, "10.78.0.2", verdict="dropped_forward")
            same(report["drop"]["netns"], router.inode)
            if report["drop"]["reason"] == "IP_INADDRERRORS":
                said(report, "that namespace forwards nothing (ip_forward is 0)")
                same(report["command"], f"ip netns exec {router.name} sysctl -a -r '[.]forwarding'")


main()
