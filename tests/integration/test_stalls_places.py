#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: which network namespace of this host the address in question is in, and where a server listens instead."""
import time

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
        time.sleep(0.25)  # such a search takes one part in 20 of the time
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


@test("a reset by a rule with reject, of a router or of the destination itself: that rule, not the server's TCP")
def reset_by_rule():
    if KERNEL < (6, 12):
        skip("before Linux 6.12 tcp_send_reset does not tell of every reset")
    with routed() as (host, router, peer):
        router.ip("addr", "add", "10.77.0.203/24", "dev", "r0")  # addresses of no other test
        peer.ip("addr", "add", "10.78.0.203/24", "dev", "p0")
        host.ip("route", "replace", "default", "via", "10.77.0.203")
        nft(router, "forward", "tcp dport 80 reject with tcp reset")
        with Stalls(host) as stalls, host.actor("cli") as client, peer.actor("srv") as server:
            server("l = [listener('10.78.0.203', port) for port in (80, 81)]")
            for port, space, what in ((80, router, "a router on its way"), (81, peer, "which has the destination's address")):
                rule = (f"network namespace {space.inode} ({space.name}), {what}, has a rule that rejects with a reset: handle 2 of chain c, "
                        f"table inet t{'forward' if space is router else 'input'}")
                report = told(stalls, lambda: same(client.fails(f"client('10.78.0.203', {port})"), "ECONNREFUSED"), rule, update="ended", rport=port)
                same((report["verdict"], report["command"]), ("refused", f"ip netns exec {space.name} nft -a list ruleset"))
                said(report, "the destination is on this host: a firewall did")
                router.run("nft", "flush", "ruleset")
                nft(peer, "input", "tcp dport 81 reject with tcp reset")


@test("a reset by a rule of iptables-legacy, in a chain of its own: chain and number")
def reset_by_legacy_rule():
    if KERNEL < (6, 12):
        skip("before Linux 6.12 tcp_send_reset does not tell of every reset")
    with routed() as (host, router, peer):
        router.ip("addr", "add", "10.77.0.204/24", "dev", "r0")  # addresses of no other test
        router.ip("-6", "addr", "add", "fd77::204/64", "dev", "r0", "nodad")
        host.ip("route", "replace", "default", "via", "10.77.0.204")
        host.ip("-6", "route", "replace", "default", "via", "fd77::204")
        for tool in ("iptables-legacy", "ip6tables-legacy"):
            for rule in ("-N mine", "-A FORWARD -j mine", "-A mine -p tcp --dport 81 -j DROP",
                         "-A mine -p tcp --dport 80 -j REJECT --reject-with tcp-reset"):
                done = router.run(tool, "-w", *rule.split())
                if done.returncode:
                    skip(f"{tool}: {done.stderr.strip()}")
        with Stalls(host) as stalls, host.actor("cli") as client, peer.actor("srv") as server:
            server("l = [listener(address, 80) for address in ('10.78.0.2', 'fd78::2')]")
            for address, family, tool in (("10.78.0.2", "ip", "iptables-legacy"), ("fd78::2", "ip6", "ip6tables-legacy")):
                rule = (f"network namespace {router.inode} ({router.name}), a router on its way, has a rule that rejects with a reset: "
                        f"number 2 of chain mine, table {family} filter (iptables-legacy)")
                report = told(stalls, lambda: same(client.fails(f"client('{address}', 80)"), "ECONNREFUSED"), rule, update="ended", raddr=address)
                same((report["verdict"], report["command"]), ("refused", f"ip netns exec {router.name} {tool} -nvL --line-numbers"))


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
            said(report, "that macvlan is on top of h0: the two cannot reach each other")
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


@test("the number of a namespace that is gone, given to a new one: the new one's name is told, or none")
def number_given_again():
    with Stalls() as stalls:
        numbers, told_names = {}, 0
        for _ in range(30):
            with Namespace() as space, space.actor("cli") as client:
                again = space.inode in numbers
                same(client.fails("client('127.0.0.1', 18439)"), "ECONNREFUSED")
                report = stalls.expect(pid=client.pid)
                check(report["netns_name"] in (space.name, None), f"{report['netns_name']} for {space.name}, before {numbers.get(space.inode)}")
                if report["netns_name"]:
                    told_names += 1
                    check(f"({space.name})" in str(report["evidence"]), f"{report['evidence']}")
                numbers[space.inode] = space.name
            if again and told_names:
                return
        check(told_names, "no report has a name")


main()
