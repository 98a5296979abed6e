#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: connects that `ip rule` sends another way than the rest."""
import contextlib

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


main()
