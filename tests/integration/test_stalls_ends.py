#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: how connects into silence end, and when; connects that hung before the start; options."""
import json
import os
import signal
import statistics
import time

from harness import *
from stalls_tools import *

FAR = "198.51.100.9"


def silent(function):
    """Runs the test with a namespace whose way out swallows everything, and an actor in it."""
    def run():
        with Namespace() as host, host.actor("cli") as client:
            keeper = quiet(host)
            function(host, client)
    return run


def ended(report, verdict, end, connect_ret, sk_err):
    same((report["verdict"], report["end"], report["connect_ret"], report["sk_err"]), (verdict, end, connect_ret, sk_err))


def promised(stalls, last):
    """Each report's gives_up_ms led to the moment of the end; the timer wheel fires late by a little."""
    end = last["ktime_ns"]
    for report in stalls.select(end=None):
        off = report["ktime_ns"] + report["gives_up_ms"] * 1e6 - end
        check(-2.5e8 < off < 5e7, f"gives_up_ms {report['gives_up_ms']} is off by {off / 1e6:.0f} ms")


@test("the application's own time-out: EINPROGRESS, closed, no socket error")
@silent
def gave_up(host, client):
    with Stalls(host) as stalls:
        client(f"s = tcp(); s.settimeout(0.6)")
        try:
            client(f"s.connect(('{FAR}', 80))")
        except ActorError as late:
            check("timed out" in str(late), str(late))
        client("s.close()")
        report = stalls.expect(update="ended")
        ended(report, "gave_up", "closed", "EINPROGRESS", None)
        same((report["syn_sent"], report["failure"]), (1, False))
        check(0.55e6 < report["age_us"] < 1e6, f"age {report['age_us']}")
        owned_by(report, client)
        same({row["verdict"] for row in stalls.select(end=None)}, {"no_answer"})


@test("given up below the threshold: said all the same")
@silent
def gave_up_early(host, client):
    with Stalls(host, threshold="5s") as stalls:
        client(f"s = tcp(); s.setblocking(False); s.connect_ex(('{FAR}', 80)); time.sleep(0.1); s.close()")
        report = stalls.expect(update="ended")
        ended(report, "gave_up", "closed", "EINPROGRESS", None)
        same(len(stalls.reports), 1)


@test("a killed client: its connect was interrupted, its process is gone")
@silent
def killed(host, client):
    with Stalls(host) as stalls, host.actor("victim") as victim:
        victim.begin(f"client('{FAR}', 80)")
        first = stalls.expect(update="stalled")
        same((first["verdict"], first["connect_ret"]), ("no_answer", None))
        victim.signal(signal.SIGKILL)
        victim.wait()
        report = stalls.expect(update="ended")
        ended(report, "gave_up", "closed", "EINTR", None)
        said(report, "process was killed or exited")
        owned_by(report, victim)


@test("kernel time-out with TCP_SYNCNT 1: all SYNs counted, the end as foretold")
@silent
def syncnt(host, client):
    with Stalls(host) as stalls:
        same(client.fails(f"tcp(syncnt=1).connect(('{FAR}', 80))"), "ETIMEDOUT")
        report = stalls.expect(update="ended")
        ended(report, "timeout", "failed", "ETIMEDOUT", "ETIMEDOUT")
        same((report["syn_held"], report["confidence"]), (0, "high"))
        retries = report["syn_sent"] - 1
        check(retries in (1, 2), f"{retries} retries")  # 2 with linear time-outs (from 6.5)
        said(report, "TCP_SYNCNT is set to 1")
        same({row["verdict"] for row in stalls.select(end=None)}, {"no_answer"})
        promised(stalls, report)
        same([row["syn_sent"] for row in stalls.select(end=None)], list(range(1, retries + 2)), "SYNs, from update to update")


@test("TCP_USER_TIMEOUT: the end as foretold")
@silent
def user_timeout(host, client):
    with Stalls(host) as stalls:
        client(f"s = tcp(); s.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1700)")
        same(client.fails(f"s.connect(('{FAR}', 80))"), "ETIMEDOUT")
        report = stalls.expect(update="ended")
        ended(report, "timeout", "failed", "ETIMEDOUT", "ETIMEDOUT")
        same(report["syn_sent"], 2)
        said(report, "TCP_USER_TIMEOUT is set to 1700 ms")
        promised(stalls, report)


@test("a connect that hung before the start: counts and times from its socket, then followed")
@silent
def before(host, client):
    begin = time.monotonic()
    client(f"s = tcp(); s.setblocking(False); s.connect_ex(('{FAR}', 80))")
    time.sleep(1.3)
    with Stalls(host) as stalls:
        report = stalls.expect(update="stalled")
        age = (time.monotonic() - begin) * 1e6
        same((report["before_start"], report["syn_held"], report["connect_ret"]), (True, 0, None))
        sent = report["syn_sent"]
        check(sent >= 2, f"{sent} SYNs sent")
        same((report["verdict"], report["raddr"], report["rport"]), ("no_answer", FAR, 80))
        same((report["pid"], report["comm"], report["owner"]), (client.pid, "cli", "scan"))
        check(1.25e6 < report["age_us"] < age, f"age {report['age_us']} us of {age}")
        due = report["ktime_ns"] + report["next_retry_ms"] * 1e6
        later = stalls.expect(syn_sent=sent + 1, timeout=40)
        check(-1e7 < later["ktime_ns"] - due < 6e8, f"the next SYN came {(later['ktime_ns'] - due) / 1e6} ms late")
        client("s.close()")
        last = stalls.expect(update="ended")
        same((last["verdict"], last["before_start"]), ("gave_up", True))


@test("a connect whose SYN lay in this host before the start")
def before_held():
    with routed() as (host, router, peer), host.actor("cli") as client:
        host.sysctl("net.ipv4.neigh.h0.mcast_solicit", 60)  # seconds until the neighbour counts as failed; 3 is short
        client("s = tcp(); s.setblocking(False); s.connect_ex(('10.77.0.99', 80))")
        time.sleep(1.2)
        with Stalls(host) as stalls:
            report = stalls.expect(update="stalled")
            same((report["verdict"], report["syn_sent"]), ("neighbour_unresolved", 0))
            check(report["syn_held"] >= 2, f"{report['syn_held']} SYNs held")


@test("a firewall that dropped before the start is named at the next SYN")
def before_dropped():
    with routed() as (host, router, peer), host.actor("cli") as client:
        nft(host, "output", "tcp dport 80 drop")
        client("s = tcp(); s.setblocking(False); s.connect_ex(('10.78.0.2', 80))")
        time.sleep(0.5)
        with Stalls(host) as stalls:
            report = stalls.expect(verdict="dropped_output", confidence="high")
            same((report["syn_sent"], report["drop"]["reason"]), (0, "NETFILTER_DROP" if REASONS else None))
            check(report["syn_held"] >= 2, f"{report['syn_held']} SYNs held")


for name, address in (("IPv4", FAR), ("IPv6", "2001:db8:51::9")):
    for kind, change in (("device_down", ["link", "set", "void", "down"]), ("route_unreachable", ["route", "add", "unreachable"]),
                         ("route_prohibit", ["route", "add", "prohibit"]), ("route_blackhole", ["route", "add", "blackhole"])):
        @test(f"{kind}, {name}: the way is taken away while it hangs, which is named while it goes on and at its end", long=is_twin(name))
        @silent
        def way_lost(host, client, name=name, address=address, kind=kind, change=change):
            if KERNEL < (6, 17):
                skip("this kernel does not tell how a retry went")
            with Stalls(host) as stalls:
                client.begin(f"tcp('{address}', syncnt=1).connect(('{address}', 80))")
                same(stalls.expect(update="stalled")["verdict"], "no_answer")
                host.ip(*(["-6"] if ":" in address else []), *change, *([address] if change[0] == "route" else []))
                report = stalls.expect(update="changed", verdict=kind, confidence="high")
                # on a busy machine the second SYN is gone before the way is
                check(report["syn_sent"] >= 1 and report["syn_held"] >= 1, f"{report['syn_sent']} SYNs sent, {report['syn_held']} held")
                said(report, "EHOSTUNREACH")
                said(report, "void, is down" if kind == "device_down" else f"of type {kind[6:]}")
                last = stalls.expect(update="ended")
                same((last["verdict"], last["end"]), (kind, "failed"), f"{last}")
                try:
                    client.end()
                except ActorError:
                    pass


@test("destroyed from outside, as ss -K does: it is said")
@silent
def destroyed(host, client):
    with Stalls(host) as stalls:
        hang_at(client, 80)
        stalls.expect(update="stalled")
        host.run("ss", "-K", "dst", FAR)
        if not stalls.select(update="ended"):
            time.sleep(0.3)
        if client("state(s)") == 2:
            skip("this kernel destroys no sockets")
        report = stalls.expect(update="ended")
        ended(report, "unknown", "failed", "EINPROGRESS", "ECONNABORTED")
        said(report, "destroyed by another process")


def links(stalls):
    """Of stalls and of its helper process."""
    with open(f"/proc/{stalls.pid}/task/{stalls.pid}/children", encoding="utf-8") as file:
        pids = [stalls.pid, *map(int, file.read().split())]
    return {name for pid in pids for kind, name in bpf_ids(pid) if kind == "link"}


def hang_at(client, port):
    client(f"s = tcp(); s.setblocking(False); s.connect_ex(('{FAR}', {port}))")


@test("the hooks on the packet path are attached only while something hangs that is asked for")
@silent
def armed(host, client):
    with Stalls(host, options=["--netns", host.name]) as stalls:
        idle = links(stalls)
        hang_at(client, 80)
        stalls.expect(update="stalled")
        check(links(stalls) > idle, "nothing was attached for a connect that hangs")
        client("s.close()")
        stalls.expect(update="ended")
        until(lambda: links(stalls) == idle, what="the hooks detached")
    same(stalls.process.returncode, 0)


for name, words in (("--netns", lambda host, other: ["--netns", other.name]),
                    ("FILTER by remote port", lambda host, other: ["netns", "=", str(host.inode), "and", "dport", "=", ":81"]),
                    ("FILTER by name", lambda host, other: ["netns", "=", str(host.inode), "and", "not", "comm", "cli"]),
                    ("a local port that is not known at first", lambda host, other: ["--netns", host.name, "sport", "=", ":9"])):
    @test(f"what {name} excludes arms nothing, also where it hung before the start")
    @silent
    def excluded(host, client, words=words):
        with Namespace() as other:
            with Stalls(options=words(host, other)) as stalls:
                idle = len(links(stalls))
            hang_at(client, 80)
            with Stalls(options=words(host, other)) as stalls:
                client("old = s")
                hang_at(client, 80)
                stop, most = time.monotonic() + 1.5, 0  # the threshold is over, and a retry made
                while time.monotonic() < stop:
                    most = max(most, len(links(stalls)) - idle)
                    time.sleep(0.01)
                same((most, stalls.reports), (0, []), "hooks, reports")


@test("FILTER: only what matches is said")
@silent
def filtered(host, client):
    with Stalls(host, options=["dport", "=", ":81", "and", "comm", "cli"]) as stalls:
        client(f"s = [tcp() for _ in range(2)]\nfor i, c in enumerate(s): c.setblocking(False); c.connect_ex(('{FAR}', 80 + i))")
        stalls.expect(rport=81)
        time.sleep(0.2)
        same({row["rport"] for row in stalls.reports}, {81})


@test("--summary: sums by destination and verdict at the end")
def summary():
    with Namespace() as host, host.actor("cli") as client:
        done = Stalls(options=["--summary", "netns", "=", str(host.inode)])
        for port in (80, 80, 81):
            same(client.fails(f"client('127.0.0.1', {port})"), "ECONNREFUSED")
        same(client.fails("client('192.0.2.1', 80)"), "ENETUNREACH")
        time.sleep(0.3)
        same(done.stop(), 0)
        rows = [json.loads(text) for _, text in done.lines]
        same({(row["kind"], row["raddr"], row["rport"], row["verdict"], row["count"]) for row in rows},
             {("summary", "127.0.0.1", 80, "refused", 2), ("summary", "127.0.0.1", 81, "refused", 1),
              ("summary", "192.0.2.1", 80, "no_route", 1)})


@test("--summary: the most frequent first")
def summary_order():
    with Namespace() as host, host.actor("cli") as client:
        done = Stalls(options=["--summary", "netns", "=", str(host.inode)])
        for port in (80, 81, 81, 82, 82, 82, 83):
            same(client.fails(f"client('127.0.0.1', {port})"), "ECONNREFUSED")
        time.sleep(0.3)
        same(done.stop(), 0)
        same([(row["rport"], row["count"]) for row in (json.loads(text) for _, text in done.lines)], [(82, 3), (81, 2), (80, 1), (83, 1)])


@test("--count: not one report more, however many come at once")
@silent
def counted(host, client):
    with Stalls(host, options=["--count", "3", "netns", "=", str(host.inode)]) as stalls:
        client(f"s = [tcp() for _ in range(9)]\nfor c in s: c.setblocking(False); c.connect_ex(('{FAR}', 80))")
        until(lambda: stalls.process.poll() is not None, what="the end")
        same((stalls.process.returncode, len(stalls.reports)), (0, 3))


@test("text: what is not known of an older connect's call is not said")
@silent
def text_before(host, client):
    hang_at(client, 80)
    program = Program([NETSTATE, "stalls", "--threshold", "100ms", "netns", "=", str(host.inode)], ready=READY)
    program.wait(lambda: any("results" in line for _, line in program.lines), what="the block")
    same(program.stop(), 0)
    results = [line for _, line in program.lines if "results" in line]
    check("connect() return not seen" in results[0], results[0])


@test("text: one block a connect, safe for a terminal")
def text():
    with Namespace() as host, host.actor("evil\x1b[31m") as client:
        program = Program([NETSTATE, "stalls", "netns", "=", str(host.inode)], ready=READY)
        same(client.fails("client('127.0.0.1', 80)"), "ECONNREFUSED")
        program.wait(lambda: any("advice" in line for _, line in program.lines), what="the block")
        same(program.stop(), 0)
        block = "\n".join(line for _, line in program.lines)
        for part in (f"(pid {client.pid})", "-> 127.0.0.1:80", "verdict   refused (confidence high)",
                     "connect() returned ECONNREFUSED; socket error ECONNREFUSED", "evidence", "1 SYN sent"):
            check(part in block, f"no {part!r} in:\n{block}")
        check("\x1b" not in block, "an escape sequence")


@test("from the deciding evidence to the verdict: below 100 ms")
def prompt():
    with routed() as (host, router, peer), Stalls(host) as stalls, host.actor("cli") as client:
        delays = []
        for _ in range(20):
            at = client("import time\ntry: client('10.78.0.2', 80)\nexcept OSError: pass\n") or time.monotonic_ns()
            count = len(delays) + 1
            stalls.wait(lambda: len(stalls.select(update="ended")) >= count, 5, "the report")
            report = stalls.select(update="ended")[-1]
            delays.append((report["read_ns"] - (report["ktime_ns"] - 0)) / 1e6 + (report["ktime_ns"] - at) / 1e6)
            time.sleep(0.02)
        check(statistics.median(delays) < 100, f"delays in ms: {sorted(delays)}")


@test("usage errors: status 2, nothing on stdout")
def usage():
    for words in (["--threshold", "x"], ["--no-such"], ["dport", "=", "("], ["age", ">", "60s"],
                  ["--listeners", "--record", "/nowhere"], ["--listeners", "--summary"]):
        done = netstate("stalls", *words)
        same((done.returncode, done.stdout), (2, ""), str(words))


main()
