#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# tests/run: alone, it measures how late a report is and the processor time
"""netstate stalls: hundreds of connects that hang at once, for four causes; each verdict is prompt, and cheap."""
import collections
import contextlib
import json
import os
import struct
import tempfile
import threading
import time

from harness import *
from stalls_tools import *

EACH = int(os.environ.get("EACH", 125))  # connects of each cause
SECONDS = float(os.environ.get("SECONDS", 8))
THRESHOLD = 300
STATE, RETRY = 1, 17  # kinds of wire.h and wire_stall.h

DIAL = """
import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
socks = []
def dial(ends):
    for address, port in ends:
        s = tcp(address); s.setblocking(False); s.connect_ex((address, port)); socks.append(s)
"""

REFUSED = 2000 if "KERNELS" in os.environ else 40000  # emulated processors: fewer
STORM = """
def storm(count):
    for _ in range(count):
        s = socket.socket(); s.connect_ex(('127.0.0.1', 81)); s.close()
"""


def records(path):
    """(kind, ktime, cookie) of the state changes and the repeated SYNs."""
    with open(path, "rb") as file:
        file.seek(12)
        file.seek(struct.unpack("I", file.read(4))[0])
        rest = file.read()
    at = 0
    while at + 16 <= len(rest):
        kind, _, size, ktime = struct.unpack_from("HHIQ", rest, at)
        if kind in (STATE, RETRY):
            yield kind, ktime, struct.unpack_from("Q", rest, at + (16 if kind == STATE else 24))[0]
        at += size


def delays(path, stalls):
    """ms from what decides to the line's arrival: the threshold passed; a SYN was retransmitted or refused."""
    by_cookie = collections.defaultdict(list)
    for report in stalls.reports:
        by_cookie[report["cookie"]].append(report)
    begun, count, first, again = set(), collections.Counter(), [], []
    for kind, ktime, cookie in records(path):
        rows = by_cookie.get(cookie)
        if rows and kind == STATE and cookie not in begun:
            begun.add(cookie)
            first.append((rows[0]["read_ns"] - ktime) / 1e6 - THRESHOLD)
        elif rows and kind == RETRY:
            count[cookie] += 1
            told = [row for row in rows if row["syn_sent"] + row["syn_held"] > count[cookie]]
            if told and told[0] is not rows[0]:
                again.append((told[0]["read_ns"] - ktime) / 1e6)
    return sorted(first), sorted(again)


def cpu(pid):
    words = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Lateness:
    """How late this busy machine wakes a program that sleeps: the most so far, in ms. A report cannot be earlier than that."""

    def __init__(self):
        self.most = 0
        threading.Thread(target=self._measure, daemon=True).start()

    def _measure(self):
        while True:
            due = time.monotonic() + 0.005
            time.sleep(0.005)
            self.most = max(self.most, (time.monotonic() - due) * 1000)


def of(sample, part):
    return sample[min(int(len(sample) * part), len(sample) - 1)] if sample else None


@contextlib.contextmanager
def crowds(each, queue):
    """(host, {verdict: the ends of `each` connects that get it}, {verdict: the process that dials them})"""
    with routed() as (host, router, peer):
        keeper = quiet(host)
        host.ip("link", "set", "void", "txqueuelen", queue)  # a full one drops
        nft(host, "output", "tcp dport 81 drop")
        wanted = {"no_answer": [(f"198.51.100.{9 + i % 200}", 80) for i in range(each)],
                  "neighbour_unresolved": [(f"10.77.0.{50 + i % 125}", 80) for i in range(each)],
                  "accept_queue_full": [("10.78.0.2", 8080)] * each,
                  "dropped_output": [("10.78.0.2", 81)] * each}
        host.sysctl("net.ipv4.neigh.h0.mcast_solicit", 60)
        with peer.actor("srv") as server, host.actor("fill") as fill:
            server("l = listener('10.78.0.2', 8080, backlog=1)")
            fill("fs = [client('10.78.0.2', 8080) for _ in range(2)]")
            yield host, wanted, {verdict: host.actor(verdict[:15]) for verdict in wanted}


def dial(wanted, clients):
    for verdict, client in clients.items():
        client(DIAL)
        client.begin(f"dial({wanted[verdict]!r})")
    for client in clients.values():
        client.end(60)


@test("hundreds of connects that hang: each with its own verdict, below 100 ms, by little processor time")
def many():
    with crowds(EACH, 20000) as (host, wanted, clients), tempfile.TemporaryDirectory() as folder:
        path, lateness = os.path.join(folder, "record"), Lateness()
        options = ["--record", path, "netns", "=", str(host.inode)]
        with Stalls(host, threshold=f"{THRESHOLD}ms", options=options) as stalls:
            before, began = cpu(stalls.pid), time.monotonic()
            dial(wanted, clients)
            time.sleep(SECONDS)
            share = (cpu(stalls.pid) - before) / (time.monotonic() - began)
            last = {report["cookie"]: report for report in stalls.reports}
            same(stalls.stop(), 0)
        first, again = delays(path, stalls)
        print(f"# {len(last)} connects, {len(stalls.reports)} reports; ms after the threshold: median {of(first, 0.5)}, "
              f"most {of(first, 1)}; after a SYN ({len(again)}): median {of(again, 0.5)}, 95% {of(again, 0.95)}, "
              f"most {of(again, 1)}; CPU {share:.1%}; a sleeper is late by {lateness.most:.1f}")
        found = collections.Counter((row["comm"], row["verdict"]) for row in last.values())
        same(found, {(verdict[:15], verdict): EACH for verdict in wanted}, "verdicts")
        limit = 100 + 4 * lateness.most  # kernel, netstate, this test's reader, and the process whose connect it is
        check(of(first, 1) < limit and of(again, 1) < limit, f"later than {limit:.0f} ms")


@test("a storm of refused connects: each is told, with its reset and its process")
def storm():
    with Namespace() as host, host.actor("cli") as client, tempfile.TemporaryFile("w+") as file:
        stalls = Program([NETSTATE, "stalls", "--json", "netns", "=", str(host.inode)], ready=READY, stdout=file)
        client(STORM)
        client(f"storm({REFUSED})")
        time.sleep(1)
        same(stalls.stop(), 0)
        file.seek(0)
        reports = [json.loads(line) for line in file]
        keys = ("update", "verdict", "confidence", "pid")
        same(collections.Counter(tuple(row[key] for key in keys) for row in reports), {("ended", "refused", "high", client.pid): REFUSED})
        # a process that lost its processor between the reset and the return of its connect is not waited for
        returned = collections.Counter(row["connect_ret"] for row in reports)
        check(set(returned) <= {"ECONNREFUSED", None} and returned[None] < REFUSED / 100, returned)
        check(not any("lost" in line for line in stalls.errors), stalls.errors)


def others(reports):
    """The last report of each that has not the verdict which its process is named after."""
    last = {row["cookie"]: row for row in reports}
    return [row for row in last.values() if row["verdict"][:15] != row["comm"]]


@test("10,000 that hang at once: each is judged, and what is weaker for records that were lost accuses nobody else", long=True)
def ten_thousand():
    each = 500 if "KERNELS" in os.environ else 2500
    with crowds(each, 8 * each) as (host, wanted, clients):
        with Stalls(host, threshold="1s", options=["--netns", host.name]) as stalls:
            dial(wanted, clients)

            def decided():
                last = {row["cookie"]: row for row in stalls.reports}
                return len(last) == 4 * each and all(row["syn_sent"] + row["syn_held"] > 3 for row in last.values())
            until(decided, 90, "four SYNs of each")
            # 2,500 SYNs at once are on their way for a while: each is judged by where it was seen last until it is there
            with contextlib.suppress(AssertionError):
                until(lambda: not others(stalls.reports), 20)
            last = {row["cookie"]: row for row in stalls.reports}
            status = stalls.stop()
        same(status, 0)
        lost = any("records were lost" in line for line in stalls.errors)
        found = collections.Counter((row["comm"], row["verdict"]) for row in last.values() if row["confidence"] != "low")
        weak = collections.Counter((row["comm"], row["verdict"]) for row in last.values() if row["confidence"] == "low")
        print(f"# {found}, low: {weak}, {stalls.errors}")
        check(not {verdict for comm, verdict in found if comm != verdict[:15]}, f"somebody else is accused: {found}")
        if not lost:
            right = {verdict: found[verdict[:15], verdict] + weak[verdict[:15], verdict] for verdict in wanted}
            same(right, dict.fromkeys(wanted, each), f"another verdict: {others(stalls.reports)[:2]}")
            # what goes to a program (tun) is never more than low
            check(sum(found.values()) > 2 * each, f"weak although nothing was lost: {weak}")


main()
