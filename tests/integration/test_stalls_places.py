#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: which network namespace of this host the address in question is in, and where a server listens instead."""
from harness import *
from stalls_tools import *


def told(stalls, attempt, words, **fields):
    """Reports until one says it: others' searches may have taken the time that this one needs."""
    for _ in range(40):
        before = len(stalls.select(**fields))
        attempt()
        stalls.wait(lambda: len(stalls.select(**fields)) > before, 40, f"a report with {fields}")
        if any(words in line for report in stalls.select(**fields)[before:] for line in report["evidence"]):
            break
    report = stalls.select(**fields)[-1]
    said(report, words)
    return report


def told_while_hanging(stalls, words):
    def found():
        return [report for report in stalls.reports if any(words in line for line in report["evidence"])]
    stalls.wait(found, 40, words)
    return found()[0]


def unsaid(report, words):
    check(not any(words in line for line in report["evidence"]), f"{words!r} is said: {report['evidence']}")


@test("refused, and a server listens on that port in another network namespace: a hint, with process and namespace")
def listens_in_another():
    with Namespace() as ns, Namespace() as other, Stalls(ns) as stalls, ns.actor("cli") as client, other.actor("srv") as server:
        server("l = listener('0.0.0.0', 18437)")
        report = told(stalls, lambda: same(client.fails("client('127.0.0.1', 18437)"), "ECONNREFUSED"),
                      f"in network namespace {other.inode} ({other.name}) srv (pid {server.pid}) listens on port 18437 (address 0.0.0.0)",
                      update="ended", rport=18437)
        same((report["verdict"], report["confidence"]), ("refused", "high"))


@test("refused: a listener of the other family in another namespace is no hint")
def other_family():
    with Namespace() as ns, Namespace() as other, Stalls(ns) as stalls, ns.actor("cli") as client, other.actor("srv") as server:
        server("l = listener('::', 18438)")  # IPV6_V6ONLY
        same(client.fails("client('127.0.0.1', 18438)"), "ECONNREFUSED")
        unsaid(stalls.expect(update="ended", rport=18438), "listens on port")


@test("rejected by a router that is a namespace of this host: it is named")
def router_named():
    with routed() as (host, router, peer):
        router.ip("addr", "add", "10.76.0.202/24", "dev", "r0")  # an address of no other test
        host.ip("addr", "add", "10.76.0.201/24", "dev", "h0")
        host.ip("route", "replace", "default", "via", "10.76.0.202")
        router.ip("route", "add", "prohibit", "192.0.2.0/24")
        with Stalls(host) as stalls, host.actor("cli") as client:
            report = told(stalls, lambda: client.fails("client('192.0.2.1', 80)"), f"its sender 10.76.0.202 is an address of network namespace "
                          f"{router.inode} ({router.name}) of this host (r0, veth)", update="ended")
            same((report["verdict"], report["icmp"]["from"]), ("icmp_rejected", "10.76.0.202"))


@test("a reset by a rule of such a router: where the next hop is, and nobody is accused")
def reset_by_router():
    with routed() as (host, router, peer):
        router.ip("addr", "add", "10.77.0.203/24", "dev", "r0")
        host.ip("route", "replace", "default", "via", "10.77.0.203")
        nft(router, "forward", "tcp dport 80 reject with tcp reset")
        with Stalls(host) as stalls, host.actor("cli") as client:
            here = f"next hop 10.77.0.203 is an address of network namespace {router.inode} ({router.name}) of this host (r0, veth)"
            report = told(stalls, lambda: same(client.fails("client('10.78.0.2', 80)"), "ECONNREFUSED"),
                          here if KERNEL >= (6, 12) else "", update="ended")
            same(report["verdict"], "refused")


@test("a macvlan asked by the device that it lies on: its namespace, and why they do not meet")
def macvlan():
    with Namespace() as host, Namespace() as child, Namespace() as beside:
        veth(host, ["10.79.0.1/24"], beside, ["10.79.0.2/24"], names=("h0", "b0"))
        host.ip("link", "add", "mv0", "link", "h0", "type", "macvlan", "mode", "bridge")
        host.ip("link", "set", "mv0", "netns", child.name)
        child.ip("addr", "add", "10.79.0.50/24", "dev", "mv0")
        child.ip("link", "set", "mv0", "up")
        with Stalls(host) as stalls, host.actor("cli") as client:
            client("s = tcp('10.79.0.50'); s.setblocking(False); s.connect_ex(('10.79.0.50', 80))")
            report = told_while_hanging(stalls, f"its next hop 10.79.0.50 is an address of network namespace {child.inode} ({child.name}) of this host (mv0, macvlan)")
            same(report["verdict"], "neighbour_unresolved")
            said(report, "that macvlan lies on h0: the two do not reach each other")
            client("s.close()")


@test("an address that two namespaces have: neither is named")
def two_of_them():
    with Namespace() as host, Namespace() as beside, Namespace() as one, Namespace() as two:
        veth(host, ["10.79.0.1/24"], beside, ["10.79.0.2/24"], names=("h0", "b0"))
        for space in (one, two):
            space.ip("addr", "add", "10.79.0.51/32", "dev", "lo")
        with Stalls(host) as stalls, host.actor("cli") as client:
            client("s = tcp('10.79.0.51'); s.setblocking(False); s.connect_ex(('10.79.0.51', 80))")
            unsaid(stalls.expect(verdict="neighbour_unresolved"), "10.79.0.51 is an address")
            client("s.close()")


main()
