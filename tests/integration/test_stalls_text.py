#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls for people: the whole report once, --once, totals, a rejection by this host."""
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time

from actor_tools import KERNEL
from harness import *
from stalls_tools import READY, Stalls, nft, routed, quiet, said

KEPT = ("ktime_ns", "update", "end", "verdict", "cause", "confidence", "syn_sent", "age_us", "sk_err", "connect_ret", "drop", "peer",
        "ports", "advice", "pid", "comm", "laddr", "lport", "raddr", "rport", "evidence")


def begin(client, address, name="s"):
    client(f"{name} = tcp('{address}'); {name}.setblocking(False); {name}.connect_ex(('{address}', 80))")


@test("the whole report at first and where something changes; one line for each further SYN; totals at the end")
def brief():
    with routed() as (host, router, peer), host.actor("cli") as client:
        nft(peer, "input", "tcp dport 80 drop")
        program = Program([NETSTATE, "stalls", "--threshold", "300ms", "netns", "=", str(host.inode)], ready=READY)
        begin(client, "10.78.0.2")
        program.wait(lambda: sum("still hanging" in line for _, line in program.lines) >= 2, 40, "two short lines")
        same(program.stop(), 0)
        lines = [line for _, line in program.lines]
        short = [line for line in lines if "still hanging" in line]
        check(all(f"(pid {client.pid})" in line and "10.78.0.2:80" in line for line in short), short)
        whole = [line for line in lines if line.startswith("  verdict")]
        check(1 <= len(whole) <= 3, f"{len(whole)} whole reports:\n" + "\n".join(lines))
        check(any("1 stall among " in line for line in program.errors), f"no totals: {program.errors}")


@test("--once: what hangs already is judged, by its next SYN where that decides; status 3")
def once():
    with routed() as (host, router, peer), host.actor("cli") as client:
        nft(peer, "input", "tcp dport 80 drop")
        begin(client, "10.78.0.2")
        time.sleep(1.2)
        done = subprocess.run([NETSTATE, "stalls", "--once", "--json", "netns", "=", str(host.inode)], capture_output=True,
                              text=True, timeout=60)
        reports = [json.loads(line) for line in done.stdout.splitlines()]
        same(done.returncode, 3, done.stderr)
        same([(report["verdict"], report["before_start"]) for report in reports], [("dropped_input", True)])


@test("the command that a report gives runs where it says, and shows what the verdict is about")
def command():
    with routed() as (host, router, peer), host.actor("cli") as client:
        nft(router, "forward", "tcp dport 80 drop")
        with Stalls(host) as stalls:
            begin(client, "10.78.0.2")
            report = stalls.expect(verdict="dropped_forward")
        same((report["netns_name"], report["drop"]["netns_name"]), (host.name, router.name))
        same(report["command"], f"ip netns exec {router.name} nft list ruleset")
        said(report, f"network namespace {router.inode} ({router.name})")
        done = subprocess.run(shlex.split(report["command"]), capture_output=True, text=True)
        same(done.returncode, 0, done.stderr)
        check("tcp dport 80 drop" in done.stdout, done.stdout)


@test("a namespace without a name is entered through a process that lives in it")
def nameless():
    script = "import socket, subprocess\nsubprocess.run(['ip', 'link', 'set', 'lo', 'up'])\n" \
             "s = socket.socket()\ntry: s.connect(('203.0.113.9', 80))\nexcept OSError: pass\n" \
             "print('tried', flush=True)\ninput()"
    with Stalls() as stalls:
        child = subprocess.Popen(["unshare", "-n", sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            child.stdout.readline()
            report = stalls.expect(pid=child.pid, verdict="no_route")
            same(report["command"], f"nsenter -t {child.pid} -n ip route get 203.0.113.9")
            check(report["netns_name"], "a namespace with a process has no name")
            done = subprocess.run(shlex.split(report["command"]), capture_output=True, text=True)
            check("unreachable" in done.stderr, f"{done.stdout}{done.stderr}")
        finally:
            child.stdin.close()
            child.wait()


@test("--replay: the same reports by the recording alone, without root; FILTER, --summary and --count hold for it")
def replayed():
    with routed() as (host, router, peer), host.actor("cli") as client, tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = os.path.join(folder, "stalls.rec")
        nft(peer, "input", "tcp dport 80 drop")
        host.ip("route", "add", "blackhole", "203.0.113.0/24")
        with Stalls(host, options=["--record", path, "netns", "=", str(host.inode)]) as stalls:
            same(client.fails("client('10.78.0.2', 81)"), "ECONNREFUSED")
            same(client.fails("client('203.0.113.9', 80)"), "EINVAL")
            begin(client, "10.78.0.2")
            for word in ("refused", "route_blackhole", "dropped_input"):
                stalls.expect(verdict=word)
        os.chmod(path, 0o644)
        live = [{key: report[key] for key in KEPT} for report in stalls.reports]

        def replay(*words):
            done = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", NETSTATE, "stalls", "--json",
                                   "--replay", path, *words], capture_output=True, text=True, timeout=60)
            same(done.returncode, 0, done.stderr)
            return [json.loads(line) for line in done.stdout.splitlines()]

        same([{key: report[key] for key in KEPT} for report in replay()], live)
        same({report["rport"] for report in replay("dport = 81")}, {81})
        same(len(replay("--count", "2")), 2)
        same(sum(row["count"] for row in replay("--summary")), 3)
        same(sum(row["count"] for row in replay("--summary", "--count", "1")), 2)  # the first, and what still hung at the end


@test("refused: a server that listens on the port, but on another address or for IPv6 only, is told with its address")
def elsewhere():
    if KERNEL < (6, 12):
        skip("tcp_send_reset does not tell where such a reset is sent")
    with routed() as (host, router, peer), peer.actor("srv") as server, host.actor("cli") as client, Stalls(host) as stalls:
        server("a = socket.create_server(('127.0.0.1', 80))")
        server("b = socket.create_server(('::', 81), family=socket.AF_INET6)")  # V6ONLY without dualstack_ipv6
        for port, words in ((80, "listens on 127.0.0.1 only"), (81, "listens for IPv6 only")):
            same(client.fails(f"client('10.78.0.2', {port})"), "ECONNREFUSED")
            report = stalls.expect(rport=port, verdict="refused")
            said(report, words)
            check("but not on that address" in report["meaning"], report["meaning"])
            same((report["peer"]["listening"], report["command"]),
                 (False, f"ip netns exec {peer.name} ss -ltnp sport = :{port}"))
        same(client.fails("client('10.78.0.2', 82)"), "ECONNREFUSED")
        report = stalls.expect(rport=82, verdict="refused")
        check(not any("listens" in line and "only" in line for line in report["evidence"]), report["evidence"])


@test("--once: nothing hangs: status 0, nothing on stdout")
def once_nothing():
    with Namespace() as host:
        done = subprocess.run([NETSTATE, "stalls", "--once", "netns", "=", str(host.inode)], capture_output=True, text=True, timeout=60)
        same((done.returncode, done.stdout), (0, ""), done.stderr)
        check("0 stalls among 0 connects" in done.stderr, done.stderr)


@test("a rule of this host that rejects is told as one of this host")
def local_reject():
    with routed() as (host, router, peer), host.actor("cli") as client:
        nft(host, "output", "tcp dport 80 reject")
        program = Program([NETSTATE, "stalls", "netns", "=", str(host.inode)], ready=READY)
        same(client.fails("client('10.78.0.2', 80)"), "ECONNREFUSED")
        program.wait(lambda: any("advice" in line for _, line in program.lines), what="the report")
        same(program.stop(), 0)
        block = "\n".join(line for _, line in program.lines)
        check("This namespace itself answered" in block and "router" not in block, block)


@test("a program that goes on by IPv4 when IPv6 hangs: what that costs it, in its report and in the totals")
def fallback():
    with Namespace() as ns, Stalls(ns) as stalls, ns.actor("dual") as program, ns.actor("srv") as server:
        keeper = quiet(ns)
        server("l = listener('198.51.100.1', 80)")
        program("s = tcp('2001:db8:51::9'); s.setblocking(False); s.connect_ex(('2001:db8:51::9', 80))")
        stalls.expect(raddr="2001:db8:51::9")
        program("c = client('198.51.100.1', 80)")
        stalls.wait(lambda: any("IPv6 costs this program" in line for report in stalls.select(raddr="2001:db8:51::9")
                                for line in report["evidence"]), 40, "what IPv6 costs")
        said(stalls.select(raddr="2001:db8:51::9")[-1], "it went on by IPv4 to 198.51.100.1:80, which answered")
        program("s.close()")
        stalls.expect(raddr="2001:db8:51::9", update="ended")
        del keeper
        stalls.stop()
        check(any(f"IPv6 costs dual (pid {program.pid})" in line for line in stalls.errors), stalls.errors)


main()
