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
            said(report, "a socket without its mark, device and address would leave by va (next hop 10.79.0.2)")


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


@test("the end of a marked connect: its own next hop, not that of sockets without a mark")
def marked_end():
    with two() as (host, peer):
        host.ip("rule", "add", "priority", "1000", "fwmark", "1", "table", "100")
        with Stalls(host) as stalls, host.actor("cli") as client:
            client.begin(f"s = tcp('10.79.0.2'); s.setsockopt(socket.SOL_SOCKET, {SO_MARK}, 1); s.connect(('10.79.0.2', 80))")
            last = stalls.expect(update="ended")
            same((last["verdict"], last["end"]), ("neighbour_unresolved", "failed"), f"{last}")
            said(last, "which leads to 10.79.0.77 dev va")
            check(not any("next hop 10.79.0.2 on" in line for line in last["evidence"]), f"{last['evidence']}")
            check(last["command"].endswith("ip neigh show 10.79.0.77"), last["command"])
            try:
                client.end()
            except ActorError:
                pass


@test("rules (`ip rule`) that refuse are named, with the errno of no route, of a prohibition, of a black hole")
def refusing_rules():
    with two() as (host, peer):
        host.ip("route", "add", "default", "via", "10.79.0.2")
        for number, (kind, errno_name) in enumerate((("unreachable", "ENETUNREACH"), ("prohibit", "EACCES"), ("blackhole", "EINVAL"))):
            to = f"198.51.100.{number}"
            host.ip("rule", "add", "priority", f"100{number}", "to", f"{to}/32", "type", kind)
            with Stalls(host) as stalls, host.actor("cli") as client:
                client(f"tcp('{to}').connect_ex(('{to}', 80))")
                report = stalls.expect(update="ended")
                same((report["verdict"], report["confidence"], report["connect_ret"]), (f"route_{kind}", "high", errno_name), f"{report}")
                said(report, f"`ip rule` 100{number} (to {to}/32)")


@test("a rule that refuses one user's sockets: the command asks as that user, and shows it")
def refusing_user():
    with two() as (host, peer), Stalls(host) as stalls, host.actor("cli", uid=65534) as client:
        for family, to in (("-4", "10.79.0.2"), ("-6", "2001:db8::1")):
            host.ip(family, "rule", "add", "priority", "1003", "uidrange", "65534-65534", "type", "unreachable")
            client.fails(f"client('{to}', 80)")
            report = stalls.expect(verdict="route_unreachable", raddr=to)
            check(report["command"].endswith(f"ip route get {to} uid 65534"), report["command"])
            shown = subprocess.run(report["command"].split(), capture_output=True, text=True)
            check("unreachable" in shown.stderr, f"{shown}")


@test("a rule that refuses the source that the socket would get, or is bound to: it is named")
def refusing_source():
    with two() as (host, peer):
        peer.ip("-6", "addr", "add", "fd79::2/64", "dev", "vb", "nodad")
        host.ip("-6", "addr", "add", "fd79::1/64", "dev", "va", "nodad")
        host.ip("rule", "add", "priority", "1001", "from", "10.79.0.1", "type", "blackhole")
        host.ip("-6", "rule", "add", "priority", "1002", "from", "fd79::1", "type", "blackhole")
        with Stalls(host) as stalls, host.actor("cli") as client:
            for to, source in (("10.79.0.2", None), ("10.79.0.2", "10.79.0.1"), ("fd79::2", "fd79::1")):
                before = len(stalls.reports)
                bind = f", bind=('{source}', 0)" if source else ""
                same(client.fails(f"client('{to}', 80{bind})"), "EINVAL")
                stalls.wait(lambda: len(stalls.reports) > before, 40, f"a report about {to}")
                report = stalls.reports[before]
                same((report["verdict"], report["confidence"]), ("route_blackhole", "high"), f"{report}")
                said(report, f"`ip rule` {1002 if source == 'fd79::1' else 1001} (from")


@test("the listener's namespace has no route back: no_way_back, with that namespace")
def no_way_back():
    with routed() as (host, router, peer):
        with Stalls(host) as stalls, host.actor("cli") as client, peer.actor("srv") as server:
            server("l = listener('10.78.0.2', 80)")
            peer.ip("route", "del", "default")
            client("s = tcp('10.78.0.2', syncnt=3); s.setblocking(False); s.connect_ex(('10.78.0.2', 80))")
            report = stalls.expect(verdict="no_way_back")
            said(report, f"network namespace {peer.inode} ({peer.name}), which the SYN reached, has no route back to 10.77.0.1")
            check(peer.name in report["command"] and report["command"].endswith("ip route get 10.77.0.1 from 10.78.0.2"), report["command"])
            peer.ip("route", "add", "default", "via", "10.78.0.1")  # the next SYN is answered
            last = stalls.expect(update="ended")
            same(last["end"], "established", f"{last}")
            client("s.close()")


@test("the listener's own mark has a route back, and it answers: no_way_back is not said")
def way_back_by_mark():
    with routed() as (host, router, peer), peer.actor("srv") as server, host.actor("cli") as client:
        peer.ip("route", "del", "default")
        peer.ip("route", "add", "default", "via", "10.78.0.1", "table", "100")
        peer.ip("rule", "add", "fwmark", "5", "lookup", "100")
        server("l = listener('10.78.0.2', 80); l.setsockopt(socket.SOL_SOCKET, 36, 5)")
        # the SYN-ACK is taken without a trace: a filter says that it has it (TC_ACT_STOLEN)
        for words in (["qdisc", "add", "dev", "p0", "clsact"], ["filter", "add", "dev", "p0", "egress", "protocol", "ip", "bpf", "da",
                                                                "bytecode", "4,40 0 0 34,21 0 1 80,6 0 0 4,6 0 0 0"]):
            done = peer.run("tc", *words)
            if done.returncode:
                skip(f"tc: {done.stderr.splitlines()[0] if done.stderr else 'failed'}")
        with Stalls(host) as stalls:
            report, last = hang(stalls, client, "10.78.0.2", syn_sent=3)
            same((report["verdict"], report["confidence"], last["cause"]), ("no_answer", "low", None))
            said(report, "has no route back")
            check("SYN-ACK does not arrive" in report["meaning"], report["meaning"])


@test("a shaper that holds the SYN: queue_holds_it, and no other part is accused")
def shaped():
    with two() as (host, peer), peer.actor("srv") as server, host.actor("cli") as client:
        server("l = listener('10.79.0.2', 80)")
        client("client('10.79.0.2', 80).close()")  # the neighbour is known
        done = subprocess.run(["ip", "netns", "exec", host.name, "tc", "qdisc", "add", "dev", "va", "root", "tbf", "rate", "8bit",
                               "burst", "100", "limit", "100000"], capture_output=True, text=True)
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
