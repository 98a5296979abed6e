#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls --trace-rules: which nftables rule drops a connect's packets, and nothing stays behind. The second SYN shows
where it is dropped, the third which rule does it."""
import contextlib
import json
import os
import signal
import subprocess

from harness import *
from actor_tools import KERNEL
from stalls_tools import *

PEER = "10.78.0.2"
TABLES_HAVE_OWNERS = KERNEL >= (5, 12)


def run(space, *command, text=None):
    return subprocess.run(["ip", "netns", "exec", space.name, *command], input=text, capture_output=True, text=True)


def rules(space, text):
    done = run(space, "nft", "-f", "-", text=text)
    if done.returncode:
        skip(f"nft: {done.stderr.splitlines()[0] if done.stderr else 'failed'}")


def tables(space):
    """Tables of ours that are there."""
    return [line for line in run(space, "nft", "list", "tables").stdout.splitlines() if "netstate_" in line]


@contextlib.contextmanager
def hanging(host, address=PEER, port=80, options=()):
    """A connect that hangs for as long as the scene lasts, and what stalls says of it."""
    with Stalls(host, options=["--trace-rules", *options]) as stalls, host.actor("cli") as client:
        client(f"s = tcp('{address}'); s.setblocking(False); s.connect_ex(('{address}', {port}))")
        if not TABLES_HAVE_OWNERS:
            said(traced(stalls, result="not_traced"), "no tables with an owner (Linux 5.12)")
            skip("no rule is traced before Linux 5.12, which was said")
        yield stalls, client


def traced(stalls, **fields):
    """The first report with such a rule."""
    def found():
        return [report for report in stalls.reports if report["rule"] and matches(report["rule"], fields)]
    stalls.wait(found, 40, f"a rule with {fields}: {[report['rule'] for report in stalls.reports]}")
    return found()[0]


def handle(space, family, table, chain, words):
    """What nft itself says."""
    lines = run(space, "nft", "-a", "list", "chain", family, table, chain).stdout.splitlines()
    line = next(line for line in lines if words in line)
    return int(line.rsplit("# handle ", 1)[1])


HOOKS = (("output", "host", "dropped_output"), ("forward", "router", "dropped_forward"), ("prerouting", "router", "dropped_forward"),
         ("postrouting", "router", "dropped_forward"), ("input", "peer", "dropped_input"))

for hook, place, verdict in HOOKS:
    @test(f"a rule on {hook} is named, with its text, where it dropped the SYN", long=hook.endswith("routing"))
    def by_rule(hook=hook, place=place, verdict=verdict):
        with routed() as spaces:
            host = spaces[0]
            space = dict(zip(("host", "router", "peer"), spaces))[place]
            rules(space, f"table inet fw {{ chain c {{ type filter hook {hook} priority 0; tcp dport 81 drop; tcp dport 80 counter drop; }}; }}")
            with hanging(host) as (stalls, client):
                report = traced(stalls, result="dropped")
                same({key: report["rule"][key] for key in ("netns", "family", "table", "chain", "handle", "text")},
                     {"netns": space.inode, "family": "inet", "table": "fw", "chain": "c", "text": "tcp dport 80 counter drop",
                      "handle": handle(space, "inet", "fw", "c", "dport 80")})
                same((report["verdict"], report["confidence"]), (verdict, "high"))
                said(report, "of chain c, table inet fw")
                said(report, "rule: tcp dport 80 counter drop")
                until(lambda: not tables(space), what="an end of the trace")


@test("IPv6, in a table ip6", long=True)
def by_rule6():
    with routed() as (host, router, peer):
        rules(router, "table ip6 fw { chain c { type filter hook forward priority 0; tcp dport 80 drop; }; }")
        with hanging(host, "fd78::2") as (stalls, client):
            report = traced(stalls, result="dropped")
            same([report["rule"][key] for key in ("family", "text")], ["ip6", "tcp dport 80 drop"])


@test("a base chain's policy is named as that")
def by_policy():
    with routed() as (host, router, peer):
        rules(peer, "table ip fw { chain i { type filter hook input priority 0; policy drop; tcp dport 81 accept; }; }")
        with hanging(host) as (stalls, client):
            report = traced(stalls, result="policy")
            same([report["rule"][key] for key in ("family", "table", "chain", "handle", "text")], ["ip", "fw", "i", None, None])
            said(report, "the policy of chain i, table ip fw")


@test("a rule in a chain that others jump to, and a verdict map")
def by_jump():
    with routed() as (host, router, peer):
        rules(peer, "table inet fw { chain deep { ip saddr 10.77.0.1 tcp dport vmap { 80 : drop, 81 : accept }; }; "
                    "chain i { type filter hook input priority 0; tcp dport 79-82 jump deep; }; }")
        with hanging(host) as (stalls, client):
            report = traced(stalls, result="dropped")
            same([report["rule"][key] for key in ("chain", "text")],
                 ["deep", "ip saddr 10.77.0.1 tcp dport vmap { 80 : drop, 81 : accept }"])


@test("the rule that drops the SYN-ACK at home is named")
def by_rule_of_answers():
    with routed() as (host, router, peer), peer.actor("srv") as server:
        server(f"l = listener('{PEER}', 80)")
        rules(host, "table inet fw { chain i { type filter hook input priority 0; tcp sport 80 drop; }; }")
        with hanging(host) as (stalls, client):
            report = traced(stalls, result="dropped")
            same((report["verdict"], report["rule"]["text"]), ("synack_dropped", "tcp sport 80 drop"))


@test("a rule of a bridge is named")
def by_bridge():
    with Namespace() as host, Namespace() as switch, Namespace() as peer:
        veth(host, ["10.79.0.1/24"], switch, [], names=("h0", "b1"))
        veth(peer, ["10.79.0.2/24"], switch, [], names=("p0", "b2"))
        switch.ip("link", "add", "br0", "type", "bridge")
        for port in ("b1", "b2"):
            switch.ip("link", "set", port, "master", "br0", "up")
        switch.ip("link", "set", "br0", "up")
        with host.actor("warm") as warm:
            until(lambda: "ECONNREFUSED" in str(warm.fails("client('10.79.0.2', 9)")), what="a bridge that forwards")
        rules(switch, "table bridge fw { chain f { type filter hook forward priority 0; tcp dport 80 drop; }; }")
        with hanging(host, "10.79.0.2") as (stalls, client):
            report = traced(stalls, result="dropped")
            same([report["rule"][key] for key in ("netns", "family", "text")], [switch.inode, "bridge", "tcp dport 80 drop"])
            same((report["verdict"], report["confidence"], report["drop"]["netns"]), ("dropped_forward", "medium", switch.inode))


@test("a rule at a device's ingress (family netdev, and inet), or at its egress, is named")
def by_device():
    for family, hook in (("netdev", "ingress"), ("inet", "ingress"), ("netdev", "egress")):
        with routed() as (host, router, peer):
            space, device = (peer, "p0") if hook == "ingress" else (host, "h0")
            text = f"table {family} fw {{ chain i {{ type filter hook {hook} device {device} priority -500; tcp dport 80 drop; }}; }}"
            if run(space, "nft", "-f", "-", text=text).returncode:
                continue  # inet's ingress came with Linux 5.10, egress with 5.16
            number = handle(space, family, "fw", "i", "drop")
            with hanging(host) as (stalls, client):
                report = traced(stalls, result="dropped")
                same({key: report["rule"][key] for key in ("netns", "family", "table", "chain", "handle", "text")},
                     {"netns": space.inode, "family": family, "table": "fw", "chain": "i", "handle": number, "text": "tcp dport 80 drop"})
            until(lambda: not tables(space), 20, "no table is left")


@test("rules of iptables-legacy are not traced, which is said")
def by_legacy():
    with routed() as (host, router, peer):
        done = run(peer, "iptables-legacy", "-A", "INPUT", "-p", "tcp", "--dport", "80", "-j", "DROP")
        if done.returncode:
            skip(f"iptables-legacy: {done.stderr.strip()}")
        with hanging(host) as (stalls, client):
            said(traced(stalls, result="no_rule"), "iptables-legacy")


@test("a rule of iptables (nf_tables) is named")
def by_iptables():
    with routed() as (host, router, peer):
        done = run(peer, "iptables-nft", "-A", "INPUT", "-p", "tcp", "--dport", "80", "-j", "DROP")
        if done.returncode:
            skip(f"iptables-nft: {done.stderr.strip()}")
        with hanging(host) as (stalls, client):
            rule = traced(stalls, result="dropped")["rule"]
            same([rule[key] for key in ("family", "table", "chain")], ["ip", "filter", "INPUT"])
            check("80" in rule["text"] and "drop" in rule["text"], rule)


@test("while a trace waits its table is there, owned; kill -9 leaves nothing")
def killed():
    with routed() as (host, router, peer):
        rules(peer, "table inet fw { chain i { type filter hook input priority 0; tcp dport 80 drop; }; }")
        with hanging(host) as (stalls, client):
            until(lambda: tables(peer), timeout=40, what="a table of the trace")
            check(run(peer, "nft", "flush", "ruleset").returncode == 0, "others can flush their rules")
            rules(peer, "table inet fw { chain i { type filter hook input priority 0; tcp dport 80 drop; }; }")
            os.kill(stalls.pid, signal.SIGKILL)
            until(lambda: not tables(peer), what="an end of the table")


def until_traced(peer, stalls):
    """The table is there, or was: on a busy machine it may come and go between two readings."""
    until(lambda: tables(peer) or [r for r in stalls.reports if r["rule"] and r["rule"]["result"] == "dropped"], timeout=40, what="a table of the trace")


@test("the connect ends before its next SYN: the table goes with it")
def ended():
    with routed() as (host, router, peer):
        rules(peer, "table inet fw { chain i { type filter hook input priority 0; tcp dport 80 drop; }; }")
        with hanging(host) as (stalls, client):
            until_traced(peer, stalls)
            client("s.close()")
            until(lambda: not tables(peer), what="an end of the table")


@test("others trace in that namespace: their packets are not taken for this connect's")
def other_tracers():
    with routed() as (host, router, peer):
        rules(peer, "table inet fw { chain t { type filter hook prerouting priority -400; tcp dport 90 meta nftrace set 1; }; "
                    "chain i { type filter hook input priority 0; tcp dport 90 drop; tcp dport 80 drop; }; }")
        with hanging(host) as (stalls, client), host.actor("other") as other:
            until_traced(peer, stalls)
            other(f"o = [tcp('{PEER}') for i in range(20)]\nfor s in o: s.setblocking(False); s.connect_ex(('{PEER}', 90))")
            lport = client("s.getsockname()[1]")
            stalls.wait(lambda: [r for r in stalls.reports if r["lport"] == lport and r["rule"] and r["rule"]["result"] == "dropped"], 40)
            for report in stalls.reports:
                if report["rule"] and report["rule"]["text"]:
                    same(report["rule"]["text"], f"tcp dport {report['rport']} drop")


@test("a rule's comment is made safe for the terminal, and kept as it is in JSON")
def hostile_comment():
    with routed() as (host, router, peer):
        rules(peer, 'table inet fw { chain i { type filter hook input priority 0; tcp dport 80 drop comment "a\x1b[31mb"; }; }')
        with Program([NETSTATE, "stalls", "--trace-rules", "--threshold", "300ms"], ready=READY) as text:
            with hanging(host) as (stalls, client):
                check("\x1b[31m" in traced(stalls, result="dropped")["rule"]["text"], "the comment in JSON")
                text.wait(lambda: any("rule: tcp dport 80" in line for _, line in text.lines), 40, "the rule in text")
                check(not any("\x1b[31m" in line for _, line in text.lines), "an escape in the text")


@test("--once waits for the SYN that tells the rule")
def once():
    if not TABLES_HAVE_OWNERS:
        skip("no rule is traced before Linux 5.12")
    with routed() as (host, router, peer):
        rules(peer, "table inet fw { chain i { type filter hook input priority 0; tcp dport 80 drop; }; }")
        with host.actor("cli") as client:
            client(f"s = tcp('{PEER}'); s.setblocking(False); s.connect_ex(('{PEER}', 80))")
            done = subprocess.run([NETSTATE, "stalls", "--json", "--once", "--trace-rules", "--netns", str(host.inode)],
                                  capture_output=True, text=True, timeout=120)
            report = json.loads(done.stdout.splitlines()[0])
            same((done.returncode, report["rule"]["text"]), (3, "tcp dport 80 drop"), done.stderr)
            same(tables(peer), [])


@test("without --trace-rules there is no table")
def not_wanted():
    with routed() as (host, router, peer):
        rules(peer, "table inet fw { chain i { type filter hook input priority 0; tcp dport 80 drop; }; }")
        with Stalls(host) as stalls, host.actor("cli") as client:
            client(f"s = tcp('{PEER}'); s.setblocking(False); s.connect_ex(('{PEER}', 80))")
            report = stalls.expect(verdict="dropped_input")
            same((report["rule"], tables(peer)), (None, []))


main()
