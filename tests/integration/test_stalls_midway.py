#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: what changes beneath a connect while it hangs (its device, its route, the peer's namespace)."""
from harness import *
from stalls_tools import *


def sent(stalls, count, **fields):
    """Waits for the report of so many SYNs."""
    def enough():
        return [report for report in stalls.select(**fields) if report["syn_sent"] >= count]
    stalls.wait(enough, 40, f"{count} SYNs in {fields}")
    return enough()[0]


def hang_on(client, address):
    client(f"s = tcp('{address}', syncnt=6); s.setblocking(False); s.connect_ex(('{address}', 80))")


@test("the device is taken down: device_down with its name, though the route went with it, and the IPv6 address")
def device_down():
    for address in ("10.78.0.2", "fd78::2"):
        with routed() as (host, router, peer), host.actor("cli") as client:
            nft(peer, "input", "tcp dport 80 drop")
            with Stalls(host) as stalls:
                hang_on(client, address)
                stalls.expect(verdict="dropped_input")
                host.ip("link", "set", "h0", "down")
                report = stalls.expect(verdict="device_down", confidence="high")
                said(report, "the device of its last route, h0, is down, and no other route is left")
                check(report["syn_sent"] >= 1 and report["syn_held"] >= 1, f"SYNs: {report['syn_sent']} sent, {report['syn_held']} held")


@test("the device is deleted: said beside the address that went with it")
def device_deleted():
    with routed() as (host, router, peer), host.actor("cli") as client:
        nft(peer, "input", "tcp dport 80 drop")
        with Stalls(host) as stalls:
            hang_on(client, "10.78.0.2")
            stalls.expect(verdict="dropped_input")
            host.ip("link", "del", "h0")
            said(stalls.expect(verdict="local_address_gone"), "the device of its last route (h0) was deleted")


@test("the route changes to a tun: only the SYNs from then on are said to be handed to it")
def handed_to_tun():
    with routed() as (host, router, peer), host.actor("cli") as client, quiet(host):
        nft(peer, "input", "tcp dport 80 drop")
        with Stalls(host) as stalls:
            hang_on(client, "10.78.0.2")
            before = sent(stalls, 2, verdict="dropped_input")["syn_sent"]
            host.ip("route", "replace", "10.78.0.2/32", "dev", "void", "src", "10.77.0.1")
            report = stalls.expect(verdict="no_answer", confidence="low", update="changed")
            line = next(line for line in report["evidence"] if "handed to void (tun)" in line)
            words = line.split()  # "4 SYNs were sent, 1 of them handed to void (tun)"
            check(words[0] == str(report["syn_sent"]) and 1 <= int(words[4]) <= report["syn_sent"] - before, line)


@test("the peer's namespace is deleted: it is not kept alive, and nobody is accused for what is not there any more")
def namespace_deleted():
    with routed() as (host, router, peer), host.actor("cli") as client:
        host.sysctl("net.ipv4.tcp_syn_linear_timeouts", 0)
        server = peer.actor("srv")
        server("l = listener('10.78.0.2', 80, backlog=0); f = client('10.78.0.2', 80)")
        with Stalls(host) as stalls:
            hang_on(client, "10.78.0.2")
            stalls.expect(verdict="accept_queue_full")
            server.stop()
            peer.remove()
            # the router's end of the pair goes with the namespace that has the other
            until(lambda: "r1" not in router.ip("-brief", "link"), 20, "the end of the deleted namespace")
            count = len(stalls.reports)
            stalls.wait(lambda: len(stalls.reports) > count, 40, "a report after that")
            for report in stalls.reports[count:]:
                check(report["confidence"] != "high" or report["verdict"] == "icmp_rejected", f"{report['verdict']}: {report['evidence']}")


main(bpf=True)
