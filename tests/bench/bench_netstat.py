#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Time and peak memory of netstate's socket tables beside netstat and ss, at 100, 10,000 and 200,000 sockets.

    bench_netstat.py [--runs N] [COUNT...]

The sockets are TCP on loopback in a namespace of their own, 19,000 a process. Programs take turns; a row is the median of
its runs. The slow ones run once where one run takes seconds.
"""
import argparse
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
import namespaces  # noqa: E402
import programs  # noqa: E402

TOOLS = os.path.join(programs.BUILD, "tests", "bench")
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
PER_PROCESS = 19000
SLOW = 20000  # sockets from which on the quadratic ones run once
OURS = os.path.join(programs.BUILD, "netstate")


def subjects(count):
    """(name, words, slow) for each table."""
    netstat, ss = shutil.which("netstat", path=PATH), shutil.which("ss", path=PATH)
    for words in ("-ant", "-antp"):
        slow = words == "-antp" and count >= SLOW
        yield words, "netstat", [netstat, words], slow
        yield words, "ss", [ss, words], slow
        yield words, "netstate --source=proc", [OURS, words, "--source=proc"], False
        yield words, "netstate --source=kernel", [OURS, words, "--source=kernel"], False
        yield words, "netstate", [OURS, words], False


def measure(namespace, words, runs):
    done = namespace.run(os.path.join(TOOLS, "measure"), runs, *words, timeout=600)
    if done.returncode:
        raise RuntimeError(done.stderr)
    wall, user, system, memory = done.stdout.split()
    return float(wall), float(user), float(system), int(memory)


def same_bytes(namespace):
    """What is compared must be the same listing."""
    listings = [namespace.run(*words).stdout for words in (["netstat", "-antpe"], [OURS, "-antpe", "--source=proc"],
                                                            [OURS, "-antpe", "--source=kernel"])]
    return all(listing == listings[0] for listing in listings)


def table(count, runs):
    with namespaces.Namespace() as namespace:
        holder = namespace.popen([os.path.join(TOOLS, "many_sockets"), "tcp", count, 1 + (count - 1) // PER_PROCESS],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if holder.stdout.readline() != "ready\n":
                raise RuntimeError(f"cannot hold {count} sockets")
            print(f"\n{count:,} TCP sockets" + ("" if count >= SLOW else f"; the same bytes: {same_bytes(namespace)}"))
            print(f"{'':6} {'':24} {'wall s':>9} {'user':>7} {'system':>7} {'KiB':>8}   netstat / this")
            first = {}
            for words, name, command, slow in subjects(count):
                wall, user, system, memory = measure(namespace, command, 1 if slow else runs if count >= SLOW else 5 * runs)
                first.setdefault(words, wall)
                print(f"{words:6} {name:24} {wall:9.4f} {user:7.3f} {system:7.3f} {memory:8}   {first[words] / wall:6.1f}", flush=True)
        finally:
            holder.stdin.close()
            holder.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("counts", nargs="*", type=int, default=[100, 10000, 200000])
    options = parser.parse_args()
    for count in options.counts:
        table(count, options.runs)


main()
