#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: connects that `ip rule` sends another way than the rest."""
import contextlib
import subprocess

from harness import *
from stalls_tools import *

SO_MARK = 36


@contextlib.contextmanager
def two():
    """host 10.79.0.1 - peer 10.79.0.2, on one link; table 100 leads to 10.79.0.77, where nobody is."""
    with Namespace() as host, Namespace() as peer:
        veth(host, ["10.79.0.1/24"], peer, ["10.79.0.2/24"], names=("va", "vb"))
        host.ip("route", "add", "default", "via", "10.79.0.77", "table", "100")
        yield host, peer


def hangs(stalls, client, setup):
    client(f"s = tcp('10.79.0.2'); s.setblocking(False); {setup}")
    client("s.connect_ex(('10.79.0.2', 80))")
    report = stalls.expect(verdict="neighbour_unresolved")
    owned_by(report, client)
    client("s.close()")
    return report


@test("a rule by mark sends it to a dead gateway: the rule, its table, that way, and the way without the mark")
def by_mark():
    with two() as (host, peer):
        host.ip("rule", "add", "priority", "900", "fwmark", "2", "table", "100")  # of others
        host.ip("rule", "add", "priority", "1000", "fwmark", "1", "table", "100")
        with Stalls(host) as stalls, host.actor("cli") as client:
            report = hangs(stalls, client, f"s.setsockopt(1, {SO_MARK}, 1)")
            said(report, "`ip rule` 1000 (fwmark 0x1) sends it to table 100, which leads to 10.79.0.77 dev va")
            said(report, "a socket without its mark, device and address would go by 10.79.0.2 dev va")


@test("a rule for everybody, by address and port: nobody is said to go another way")
def for_all():
    with two() as (host, peer):
        host.ip("rule", "add", "priority", "1000", "to", "10.79.0.0/24", "table", "100")
        with Stalls(host) as stalls, host.actor("cli") as client:
            report = hangs(stalls, client, "pass")
            said(report, "`ip rule` 1000 (to 10.79.0.0/24) sends it to table 100, which leads to 10.79.0.77 dev va")
            check(not any("without its mark" in line for line in report["evidence"]), f"{report['evidence']}")


@test("a rule that jumps comes before: the table is named, no rule is")
def behind_goto():
    with two() as (host, peer):
        host.ip("rule", "add", "priority", "1000", "fwmark", "1", "table", "100")
        host.ip("rule", "add", "priority", "900", "goto", "1000")
        with Stalls(host) as stalls, host.actor("cli") as client:
            report = hangs(stalls, client, f"s.setsockopt(1, {SO_MARK}, 1)")
            said(report, "`ip rule` sends it to table 100")


@test("the same connect without a mark: no rule is named")
def unmarked():
    with two() as (host, peer):
        host.ip("rule", "add", "priority", "1000", "fwmark", "1", "table", "100")
        with Stalls(host) as stalls, host.actor("cli") as client:
            client("s = tcp('10.79.0.99'); s.setblocking(False); s.connect_ex(('10.79.0.99', 80))")
            report = stalls.expect(verdict="neighbour_unresolved")
            check(not any("ip rule" in line for line in report["evidence"]), f"{report['evidence']}")
            client("s.close()")


@test("the listener's namespace has no route back: no_way_back, with that namespace")
def no_way_back():
    with routed() as (host, router, peer):
        with Stalls(host) as stalls, host.actor("cli") as client, peer.actor("srv") as server:
            server("l = listener('10.78.0.2', 80)")
            peer.ip("route", "del", "default")
            client("s = tcp('10.78.0.2', syncnt=3); s.setblocking(False); s.connect_ex(('10.78.0.2', 80))")
            report = stalls.expect(verdict="no_way_back")
            said(report, f"network namespace {peer.inode} ({peer.name}), where the SYN came to, has no route back to 10.77.0.1")
            check(peer.name in report["command"] and report["command"].endswith("ip route get 10.77.0.1"), report["command"])
            peer.ip("route", "add", "default", "via", "10.78.0.1")  # the next SYN is answered
            last = stalls.expect(update="ended")
            same(last["end"], "established", f"{last}")
            client("s.close()")


@test("a shaper that holds the SYN: queue_holds_it, and no other part is accused")
def shaped():
    with two() as (host, peer), peer.actor("srv") as server, host.actor("cli") as client:
        server("l = listener('10.79.0.2', 80)")
        client("client('10.79.0.2', 80).close()")  # the neighbour is known
        done = subprocess.run(["ip", "netns", "exec", host.name, "tc", "qdisc", "add", "dev", "va", "root", "tbf", "rate", "8bit",
                               "burst", "100", "latency", "500s"], capture_output=True, text=True)
        if done.returncode:
            skip(f"tc: {done.stderr.strip()}")
        with Stalls(host) as stalls:
            client("a = [tcp('10.79.0.2') for _ in range(3)]; [s.setblocking(False) for s in a]")
            client("[s.connect_ex(('10.79.0.2', 80)) for s in a]")
            report = stalls.expect(verdict="queue_holds_it")
            check(report["confidence"] in ("low", "medium"), f"{report}")
            said(report, "in the queue of va (tbf)")
            accused = {one["verdict"] for one in stalls.reports} - {"queue_holds_it", "unknown", "no_answer", "gave_up"}
            check(not accused, f"{accused}")
            client("[s.close() for s in a]")


main()
