#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What netstate stalls costs where nothing hangs, beside netstate trace in the same run; and the time from the deciding
evidence to the printed verdict.

    bench_stalls.py [--connections N] [--rounds N] [--realtime] [rates prompt]
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
import namespaces  # noqa: E402
import programs  # noqa: E402

CHURN = os.path.join(programs.BUILD, "tests", "bench", "churn")
READY = "netstate: watching connects"


def churn(namespace, count):
    """Connections a second."""
    done = namespace.run(CHURN, "-n", count, timeout=300)
    return float(re.search(r"(\d+)/s", done.stdout)[1])


def one_round(namespace, count, argv, ready):
    if not argv:
        return churn(namespace, count), 0
    with tempfile.TemporaryFile() as log:
        program = programs.Program(argv, ready=ready, stdout=log)
        rate = churn(namespace, count)
        usage = open(f"/proc/{program.pid}/stat").read().rpartition(")")[2].split()
        program.stop()
        return rate, (int(usage[11]) + int(usage[12])) / os.sysconf("SC_CLK_TCK")


def bench_rates(namespace, count, rounds):
    rows = {"no tracer": (None, None), "netstate trace > file": ([programs.NETSTATE, "trace"], programs.READY),
            "netstate stalls > file": ([programs.NETSTATE, "stalls"], READY)}
    found = {name: [] for name in rows}
    churn(namespace, count)
    for _ in range(rounds):
        for name, (argv, ready) in rows.items():
            found[name].append(one_round(namespace, count, argv, ready))
    base = statistics.median(rate for rate, _ in found["no tracer"])
    print(f"\nconnections a second, nothing hangs, {count} connections a round, median of {rounds} alternating rounds")
    print(f"| {'':24} | median | lowest | highest | of untraced | CPU of the reader, s |\n|{'-' * 26}|---|---|---|---|---|")
    for name, results in found.items():
        rates = [rate for rate, _ in results]
        print(f"| {name:24} | {statistics.median(rates):,.0f} | {min(rates):,.0f} | {max(rates):,.0f} "
              f"| {statistics.median(rates) / base:.0%} | {statistics.median(cpu for _, cpu in results):.2f} |")
    trace, stalls = (statistics.median(rate for rate, _ in found[name]) for name in list(rows)[1:])
    print(f"\nstalls has {stalls / trace:.1%} of the rate of trace (wanted: at least 95%)")


def bench_prompt(namespace, count, rounds):
    """A refused connect: from the moment at which connect() returned in its program to the line."""
    delays = []
    with namespace.actor("cli") as client:
        argv = [programs.NETSTATE, "stalls", "--json", "netns", "=", str(namespace.inode)]
        with programs.Program(argv, ready=READY) as program:
            for number in range(1, 10 * rounds + 1):
                client("try: client('127.0.0.1', 80)\nexcept OSError: at = time.monotonic_ns()")
                at = client("at")
                program.wait(lambda: len(program.lines) >= number, 5, "the report")
                read, text = program.lines[-1]
                assert json.loads(text)["verdict"] == "refused", text
                delays.append((read - at) / 1e6)
                time.sleep(0.01)
    print(f"\nfrom the deciding evidence to the verdict: median {statistics.median(delays):.0f} ms, at most {max(delays):.0f} "
          f"of {len(delays)} (wanted: below 100)")


def main():
    parts = {"rates": bench_rates, "prompt": bench_prompt}
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=50000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--realtime", action="store_true", help="load and tracers before everything else on a busy machine")
    parser.add_argument("parts", nargs="*", help=" ".join(parts))
    options = parser.parse_args()
    if options.realtime:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    problem = programs.bpf_problem()
    if problem:
        print(f"skipped: {problem}")
        return 0
    try:
        with namespaces.Namespace() as namespace:
            for name, part in parts.items():
                if not options.parts or name in options.parts:
                    part(namespace, options.connections, options.rounds)
                    sys.stdout.flush()
    finally:
        programs.stop_all()
        namespaces.remove_all()
    return 0


sys.exit(main())
