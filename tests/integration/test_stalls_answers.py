#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: resets, ICMP errors, silence and full accept queues; each beside what it is mistaken for."""
import os
import time

from harness import *
from stalls_tools import *

PEERS = (("IPv4", "10.78.0.2", "10.77.0.2"), ("IPv6", "fd78::2", "fd77::2"))


def rejected(report, kind, code, router):
    same(report["icmp"], {"type": kind, "code": code, "from": router})
    same(report["verdict"], "icmp_rejected")


for name, peer_address, router_address in PEERS:
    @test(f"refused, {name}: nothing listens at the peer, which is on this host", long=is_twin(name))
    def refused(peer_address=peer_address):
        with routed() as (host, router, peer), Stalls(host) as stalls, host.actor("cli") as client:
            same(client.fails(f"client('{peer_address}', 80)"), "ECONNREFUSED")
            report = stalls.expect(update="ended")
            same((report["verdict"], report["confidence"], report["connect_ret"], report["sk_err"]),
                 ("refused", "high", "ECONNREFUSED", "ECONNREFUSED"))
            same((report["syn_sent"], report["syn_held"], report["icmp"]), (1, 0, None))
            owned_by(report, client)
            if KERNEL < (6, 12):
                return  # tcp_send_reset tells of resets for a socket only
            same((report["peer"]["netns"], report["peer"]["listening"]), (peer.inode, False))
            said(report, f"sent on this host, in network namespace {peer.inode}")

    @test(f"refused, {name}: who listens on that port for others is not named", long=is_twin(name))
    def refused_beside(peer_address=peer_address):
        other = "0.0.0.0" if ":" in peer_address else "::"
        with routed() as (host, router, peer), Stalls(host) as stalls, host.actor("cli") as client, peer.actor("srv") as server:
            server(f"l = listener('{other}', 80)")  # the other family's, IPV6_V6ONLY
            server(f"d = tcp('{peer_address}'); d.setsockopt(1, 25, b'lo'); d.bind(('', 81)); d.listen(5)")  # SO_BINDTODEVICE
            for port in (80, 81):
                same(client.fails(f"client('{peer_address}', {port})"), "ECONNREFUSED")
                report = stalls.expect(update="ended", rport=port)
                same((report["verdict"], report["confidence"]), ("refused", "high"))
                if KERNEL >= (6, 12):
                    same((report["peer"]["netns"], report["peer"]["listening"], report["peer"]["pid"]), (peer.inode, False, None))

    @test(f"refused by a firewall's reset, {name}: the listener is named, it was not asked", long=is_twin(name))
    def reset_by_firewall(peer_address=peer_address):
        with routed() as (host, router, peer):
            nft(peer, "input", "tcp dport 80 reject with tcp reset")
            with Stalls(host) as stalls, host.actor("cli") as client, peer.actor("srv") as server:
                server(f"l = listener('{peer_address}', 80)")
                same(client.fails(f"client('{peer_address}', 80)"), "ECONNREFUSED")
                report = stalls.expect(update="ended")
                same((report["verdict"], report["syn_sent"]), ("refused", 1))

    @test(f"refused by this host's own firewall, {name}: no SYN left, nobody else is asked about it", long=is_twin(name))
    def reset_at_home(peer_address=peer_address):
        with routed() as (host, router, peer):
            nft(host, "output", "tcp dport 80 reject with tcp reset")
            with Stalls(host) as stalls, host.actor("cli") as client, peer.actor("srv") as server:
                server(f"l = listener('{peer_address}', 80)")
                same(client.fails(f"client('{peer_address}', 80)"), "ECONNREFUSED")
                report = stalls.expect(update="ended")
                same((report["verdict"], report["syn_sent"], report["syn_held"]), ("refused", 0, 1))
                said(report, "this host's own firewall")

    @test(f"rejected by a router's prohibit route, {name}: type, code and router", long=is_twin(name))
    def prohibited(peer_address=peer_address, router_address=router_address):
        with routed() as (host, router, peer):
            v6 = ":" in peer_address
            prefix, far = ("2001:db8::/32", "2001:db8::1") if v6 else ("192.0.2.0/24", "192.0.2.1")
            router.ip(*(["-6"] if v6 else []), "route", "add", "prohibit", prefix)
            with Stalls(host) as stalls, host.actor("cli") as client:
                err = client.fails(f"client('{far}', 80)")
                report = stalls.expect(update="ended")
                rejected(report, *((1, 1) if v6 else (3, 13)), router_address)
                same((report["connect_ret"], report["sk_err"], report["confidence"]), (err, err, "high"))
                # an ICMP that comes back before connect() has let go of the socket counts at the next SYN only
                check(report["syn_sent"] in (1, 2), f"{report['syn_sent']} SYNs")
                owned_by(report, client)

    for kind, v4, v6 in (("port-unreachable", (3, 3), (1, 4)), ("admin-prohibited", (3, 13), (1, 1)),
                         ("host-unreachable", (3, 1), None), ("addr-unreachable", None, (1, 3)), ("no-route", None, (1, 0))):
        codes = v6 if ":" in peer_address else v4
        if codes is None:
            continue

        @test(f"rejected by a router's rule with {kind}, {name}", long=is_twin(name))
        def by_rule(kind=kind, codes=codes, peer_address=peer_address, router_address=router_address):
            with routed() as (host, router, peer):
                protocol = "icmpv6" if ":" in peer_address else "icmp"
                nft(router, "forward", f"tcp dport 80 reject with {protocol} type {kind}",
                    family="ip6" if ":" in peer_address else "ip")
                with Stalls(host) as stalls, host.actor("cli") as client:
                    err = client.fails(f"client('{peer_address}', 80)")
                    report = stalls.expect(update="ended")
                    rejected(report, *codes, router_address)
                    same(report["sk_err"], err)

    @test(f"sent, no answer, {name}: a way on which all vanishes", long=is_twin(name))
    def silence(name=name):
        with Namespace() as host:
            keeper = quiet(host)
            address = "198.51.100.9" if name == "IPv4" else "2001:db8:51::9"
            with Stalls(host) as stalls, host.actor("cli") as client:
                client(f"s = tcp('{address}', syncnt=2); s.settimeout(3.6)")  # without linear time-outs the third is due at 3 s
                client.begin(f"s.connect(('{address}', 80))")
                first = stalls.expect(update="stalled")
                same((first["verdict"], first["confidence"], first["syn_sent"]), ("no_answer", "low", 1))
                report = stalls.expect(verdict="no_answer", syn_sent=(3, 4, 5))
                # that they left this host nobody saw: they went to a program
                same((report["syn_held"], report["drop"], report["icmp"], report["confidence"]), (0, None, None, "low"))
                said(report, "nothing came back")
                said(report, f"{report['syn_sent']} SYNs were handed to void (tun)")
                said(report, f"void (pid {keeper.pid}) has void open (tun): what it does with the SYNs is not seen")
                owned_by(report, client)

    @test(f"a full accept queue, {name}: the listener, its process, queue and limit", long=is_twin(name))
    def accept_queue(peer_address=peer_address):
        with routed() as (host, router, peer), Stalls(host) as stalls:
            with peer.actor("srv") as server, peer.actor("filler") as filler, host.actor("cli") as client:
                server(f"l = listener('{peer_address}', 80, backlog=0)")
                filler(f"c = client('{peer_address}', 80)")
                server("a = l.accept()[0]")
                filler(f"d = client('{peer_address}', 80)")
                client(f"s = tcp('{peer_address}', syncnt=2)")
                client.begin(f"s.connect(('{peer_address}', 80))")
                report = stalls.expect(verdict="accept_queue_full")
                same({key: report["peer"][key] for key in ("netns", "listening", "pid", "comm", "queue", "limit")},
                     {"netns": peer.inode, "listening": True, "pid": server.pid, "comm": "srv", "queue": 1, "limit": 0})
                check(0.5e6 < report["peer"]["last_accept_us"] < 10e6, f"last accept {report['peer']['last_accept_us']}")
                same((report["syn_sent"], report["confidence"]), (2, "high"))
                owned_by(report, client)
                server("b = l.accept()[0]")
                client.end()
                last = stalls.expect(update="ended")
                same((last["verdict"], last["failure"], last["end"], last["sk_err"]), ("slow", False, "established", None))
                same(last["connect_ret"], 0)


@test("refused on loopback: this namespace's own address, nothing listens")
def refused_here():
    with Namespace() as ns, Stalls(ns) as stalls, ns.actor("cli") as client:
        same(client.fails("client('127.0.0.1', 80)"), "ECONNREFUSED")
        report = stalls.expect(update="ended")
        same((report["verdict"], report["peer"]["netns"], report["peer"]["listening"]), ("refused", ns.inode, False))


@test("a local firewall that rejects: the ICMP comes from this host itself, no SYN left")
def local_reject():
    with routed() as (host, router, peer):
        nft(host, "output", "tcp dport 80 reject with icmp type admin-prohibited", family="ip")
        with Stalls(host) as stalls, host.actor("cli") as client:
            err = client.fails("tcp(syncnt=1).connect(('10.78.0.2', 80))")
            report = stalls.expect(update="ended")
            rejected(report, 3, 13, "10.77.0.1")
            same((report["syn_sent"], report["sk_err"]), (0, err))
            said(report, "this host itself, as a rule with reject does")


@test("slow but alive: a first SYN that was lost, and one retry")
def slow():
    with routed() as (host, router, peer):
        nft(router, "forward", "tcp dport 80 drop")
        with Stalls(host) as stalls, host.actor("cli") as client, peer.actor("srv") as server:
            server("l = listener('10.78.0.2', 80)")
            client.begin("client('10.78.0.2', 80) and None")
            stalls.expect(update="stalled")
            router.run("nft", "flush", "ruleset")
            client.end()
            report = stalls.expect(update="ended")
            same((report["verdict"], report["end"], report["failure"], report["syn_sent"]), ("slow", "established", False, 2))
            check(0.9e6 < report["age_us"] < 1.5e6, f"age {report['age_us']}")
            said(report, "1 retry")
            same((report["connect_ret"], report["sk_err"], report["confidence"]), (0, None, "high"))


@test("the peer listens and answers, under the threshold: nothing is said")
def healthy():
    with routed() as (host, router, peer), Stalls(host, peer) as stalls:
        with host.actor("cli") as client, peer.actor("srv") as server:
            server("l = listener('10.78.0.2', 80)")
            for _ in range(20):
                client("c = client('10.78.0.2', 80)")
                server("a = l.accept()[0]")
                client("reset(c)")
            time.sleep(0.4)
            same(stalls.reports, [])


main()
