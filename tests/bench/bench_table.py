#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The connection table: events a second, bytes a row, the start among 200,000 sockets, `list --json` beside `ss -antp`.

NETSTATE_BENCH_SOCKETS=N chooses another number of sockets.
"""
import json
import os
import re
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
O = os.path.join(ROOT, os.environ.get("O", "build"))
SOCKETS = int(os.environ.get("NETSTATE_BENCH_SOCKETS", 200_000))
PROCESSES = 11
STARTS = 5


def table():
    print(f"{'rows':>10} {'events/s':>12} {'bytes/row':>10} {'seed s':>8}")
    numbers = ["1000", "100000", "1000000"]
    for line in subprocess.run([f"{O}/tests/bench/table_load", *numbers], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
        row = json.loads(line)
        print(f"{row['rows']:>10,} {row['events_per_s']:>12,} {row['bytes_per_row']:>10} {row['seed_s']:>8.3f}")


def timed(*words):
    begin = time.monotonic()
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.monotonic() - begin


def seed():
    """How long a start reads the kernel's lists, in milliseconds, and how many connections it finds."""
    live = subprocess.run([f"{O}/netstate", "live", "--json", "--for", "100ms"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=True).stderr
    seeded, ms = map(int, re.search(r"watching (\d+) connections, read in (\d+) ms", live).groups())
    return ms, seeded


def among_sockets():
    count = SOCKETS + 2 * PROCESSES  # each has a listener and pairs of sockets: not fewer than SOCKETS after the rounding
    argv = ["unshare", "-n", "sh", "-c", f"ip link set lo up && exec {O}/tests/bench/many_sockets tcp {count} {PROCESSES}"]
    load = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert load.stdout.readline().strip() == "ready", "many_sockets did not get ready"
        inside = ["nsenter", f"--net=/proc/{load.pid}/ns/net"]
        starts = sorted(seed() for _ in range(STARTS))
        ms, seeded = starts[STARTS // 2]
        print(f"\nlive starts among {seeded:,} sockets: lists read in {ms} ms, {starts[0][0]} to {starts[-1][0]} in {STARTS} starts")
        ours = min(timed(f"{O}/netstate", "list", "--json") for _ in range(3))
        theirs = timed(*inside, "ss", "-antp")
        print(f"list --json  {ours:.2f} s\nss -antp     {theirs:.2f} s   {theirs / ours:.1f} times as long")
        return seeded >= SOCKETS and ms <= 500 and theirs >= 10 * ours
    finally:
        load.stdin.close()
        load.wait()


def main():
    table()
    if os.geteuid():
        print("the rest needs root")
        return 0
    good = among_sockets()
    print("as fast as wanted: start <= 0.5 s, list >= 10 times" if good else "SLOWER than wanted (start <= 0.5 s, list >= 10 times)")
    return 0


sys.exit(main())
