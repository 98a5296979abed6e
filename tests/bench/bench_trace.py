#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What netstate trace costs: in the kernel for a transition, on the rate of connections, on other system calls; time to
the first line. Beside it tcpstates of libbpf-tools in the same run. Rounds alternate; medians count.

    bench_trace.py [--connections N] [--rounds N] [--realtime] [rates kernel syscalls start]
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
import namespaces  # noqa: E402
import programs  # noqa: E402

PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
STATS = "/proc/sys/kernel/bpf_stats_enabled"
TRANSITIONS = 6  # of a connection that is closed by RST, on its two sockets
TOOLS = os.path.join(programs.BUILD, "tests", "bench")


class Subject:
    """A tracer that logs into a file while the load runs; None as argv: no tracer."""

    def __init__(self, name, argv, ready=None):
        self.name, self.argv, self.ready = name, argv, ready
        self.rates, self.lost = [], 0

    def __enter__(self):
        if self.argv:
            self.log = tempfile.TemporaryFile()
            self.program = programs.Program(self.argv, ready=self.ready, stdout=self.log)
            if not self.ready:
                time.sleep(1)
        return self

    def __exit__(self, *_):
        if not self.argv:
            return
        self.program.stop()
        self.logged = os.fstat(self.log.fileno()).st_size
        self.log.close()
        for line in self.program.errors:
            match = re.search(r"[Ll]ost (\d+)|(\d+) lost", line)
            self.lost += int(match[1] or match[2]) if match else 0


def churn(namespace, count):
    """Connections a second."""
    done = namespace.run(os.path.join(TOOLS, "churn"), "-n", count, timeout=300)
    return float(re.search(r"(\d+)/s", done.stdout)[1])


def subjects():
    trace = [programs.NETSTATE, "trace"]
    rows = [Subject("no tracer", None), Subject("netstate trace > file", trace, programs.READY),
            Subject("netstate trace --json > file", [*trace, "--json"], programs.READY)]
    tcpstates = shutil.which("tcpstates", path=PATH)
    if tcpstates:  # it needs tracefs, which not every machine has mounted
        mount = "mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing; exec \"$0\""
        rows.append(Subject("tcpstates > file", ["unshare", "--mount", "sh", "-c", mount, tcpstates]))
    return rows


def bench_rates(namespace, count, rounds):
    rows = subjects()
    churn(namespace, count)
    for _ in range(rounds):
        for row in rows:
            with row:
                row.rates.append(churn(namespace, count))
            if row.argv and not row.logged:
                raise RuntimeError(f"{row.name} has logged nothing: {row.program.errors}")
    print(f"\nconnections a second, {count} connections a round, median of {rounds} alternating rounds; each round's share of"
          " its own untraced rate")
    print(f"| {'':28} | median | lowest | highest | of untraced | events lost |\n|{'-' * 30}|---|---|---|---|---|")
    for row in rows:
        share = statistics.median(rate / base for rate, base in zip(row.rates, rows[0].rates))
        print(f"| {row.name:28} | {statistics.median(row.rates):,.0f} | {min(row.rates):,.0f} | {max(row.rates):,.0f} | "
              f"{share:.0%} | {row.lost} |")


def program_times(pid):
    """{name: (ns, runs)} of the BPF programs that the process holds."""
    ids = {number for kind, number in programs.bpf_ids(pid) if kind == "prog"}
    listed = json.loads(subprocess.run([shutil.which("bpftool", path=PATH), "-j", "prog", "list"],
                                       capture_output=True, text=True, check=True).stdout)
    return {row["name"].removeprefix("netstate_"): (row.get("run_time_ns", 0), row.get("run_cnt", 0)) for row in listed if row["id"] in ids}


def bench_kernel(namespace, count, rounds):
    with open(STATS) as file:
        saved = file.read()
    times = []
    try:
        with open(STATS, "w") as file:
            file.write("1")
        with Subject("", [programs.NETSTATE, "trace", "--json"], programs.READY) as subject:
            churn(namespace, count)
            for _ in range(rounds):
                before = program_times(subject.program.pid)
                churn(namespace, count)
                after = program_times(subject.program.pid)
                times.append({name: [now - then for now, then in zip(after[name], before[name])] for name in after})
    finally:
        with open(STATS, "w") as file:
            file.write(saved)
    print(f"\nin the kernel (kernel.bpf_stats_enabled), {count} connections a round, median of {rounds}")
    print("| program | runs a connection | ns a run |\n|---|---|---|")
    for name in sorted(times[0]):
        runs = statistics.median(t[name][1] for t in times)
        if runs * 100 >= count:
            print(f"| {name} | {runs / count:.2f} | {statistics.median(t[name][0] / t[name][1] for t in times):.0f} |")
    state = statistics.median(sum(t[n][0] for n in t if n.startswith("state")) for t in times) / (count * TRANSITIONS)
    life = statistics.median(sum(row[0] for row in t.values()) for t in times) / count
    print(f"\na transition, all programs on it together: {state:.0f} ns (wanted: at most 450)")
    print(f"a connection's life, {TRANSITIONS} transitions, connect, accept: {life / 1000:.2f} us (wanted: at most 3.5)")


def bench_syscalls(namespace, count, rounds):
    def cost():
        return float(subprocess.run([os.path.join(TOOLS, "syscalls")], capture_output=True, text=True, check=True).stdout)
    rows = subjects()
    for _ in range(rounds):
        for row in rows:
            with row:
                row.rates.append(cost())
    print(f"\na system call that does nothing (getppid), ns, median of {rounds} alternating rounds")
    for row in rows:
        print(f"| {row.name:28} | {statistics.median(row.rates):.0f} |")


def bench_start(namespace, count, rounds):
    """From exec to the first line, while connects come every millisecond."""
    with namespace.actor("knocker") as knocker:
        knocker("""
def knock():
    while True:
        tcp().connect_ex(('127.0.0.1', 80))
        time.sleep(0.001)
threading.Thread(target=knock, daemon=True).start()
""")
        found = []
        for _ in range(rounds * 2):
            begin = time.monotonic_ns()
            with programs.Program([programs.NETSTATE, "trace", "--json"]) as program:
                program.wait(lambda: program.lines)
                found.append((program.lines[0][0] - begin) / 1e6)
        print(f"\nfirst line after the start: {statistics.median(found):.0f} ms, at most {max(found):.0f} (wanted: at most 150)")


def main():
    parts = {"kernel": bench_kernel, "rates": bench_rates, "syscalls": bench_syscalls, "start": bench_start}
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=50000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("parts", nargs="*", help=" ".join(parts))
    parser.add_argument("--realtime", action="store_true", help="load and tracers before everything else on a busy machine")
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
