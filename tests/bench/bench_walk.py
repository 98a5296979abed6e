#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""One pass over the kernel's TCP sockets in 1, 200 and 500 network namespaces: the walk, `list --json` by it and by iterators, ss in each.

NETSTATE_BENCH_SOCKETS=N chooses another number of sockets, NETSTATE_BENCH_NAMESPACES=1,200,500 other numbers of namespaces.
Times are of the wall and, in brackets, of the processor: on a machine that does other work the second tells more.
"""
import ctypes
import fcntl
import json
import os
import resource
import socket
import struct
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
O = os.path.join(ROOT, os.environ.get("O", "build"))
SOCKETS = int(os.environ.get("NETSTATE_BENCH_SOCKETS", 200_000))
NAMESPACES = [int(word) for word in os.environ.get("NETSTATE_BENCH_NAMESPACES", "1,200,500").split(",")]
CONNECTIONS = 6  # in each further namespace: 12 sockets
CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
WANTED_S, WANTED_US = 0.3, 250


def further_namespaces(count):
    """In a process of its own: descriptors of as many namespaces, each with a few connections. Never returns."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (16 * count + 64, 16 * count + 64))
    kept = []
    for _ in range(count):
        if ctypes.CDLL(None).unshare(CLONE_NEWNET):
            break
        kept.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
        server = socket.create_server(("127.0.0.1", 80))
        for _ in range(CONNECTIONS):
            kept += [socket.create_connection(("127.0.0.1", 80)), server.accept()[0]]
        server.close()
    print(" ".join(str(fd) for fd in kept if isinstance(fd, int)), flush=True)
    sys.stdin.read()
    os._exit(0)


def timed(*words):
    """(wall, processor) seconds of a command."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    wall, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def best(*words):
    return min((timed(*words) for _ in range(3)), key=lambda pair: pair[1])


def ss_in_each(load, space):
    """ss in the namespace of the many sockets and in each of the others."""
    folders = [f"/proc/{load.pid}/ns/net"] + [f"/proc/{space.pid}/fd/{fd}" for fd in space.fds]
    sums = [timed("nsenter", f"--net={folder}", "ss", "-tan") for folder in folders]
    return sum(wall for wall, _ in sums), sum(cpu for _, cpu in sums)


def start(words, **options):
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)


def measure(load, count):
    space = start([sys.executable, __file__, "--namespaces", str(count - 1)])
    space.fds = space.stdout.readline().split()
    try:
        lines = subprocess.run([f"{O}/tests/bench/walk", "5"], capture_output=True, text=True, check=True).stdout.splitlines()
        runs = sorted((json.loads(line) for line in lines), key=lambda run: run["ms"])
        cells = [runs[0]["ms"] / 1000, runs[0]["rows"], min(run["longest_us"] for run in runs), min(run["cpu_ms"] for run in runs) / 1000]
        ways = [best(f"{O}/netstate", "list", "--json", "--source", source) for source in ("walk", "iterators")] + [ss_in_each(load, space)]
        print(f"{count:>10} {cells[1]:>9,} {cells[0]:>8.3f} ({cells[3]:.3f}) {cells[2]:>9.0f}  " + "  ".join(f"{wall:>7.2f} ({cpu:.2f})" for wall, cpu in ways), flush=True)
        return cells[3] <= WANTED_S and cells[2] <= WANTED_US
    finally:
        space.stdin.close()
        space.wait()


def main():
    if sys.argv[1:2] == ["--namespaces"]:
        further_namespaces(int(sys.argv[2]))
    if os.geteuid():
        print("this needs root")
        return 0
    load = start(["unshare", "-n", "sh", "-c", f"ip link set lo up && exec {O}/tests/bench/many_sockets tcp {SOCKETS + 22} 11"])
    try:
        assert load.stdout.readline().strip() == "ready", "many_sockets did not get ready"
        print(f"{'namespaces':>10} {'sockets':>9} {'walk s':>16} {'longest us':>9}  {'list walk s':>14}  {'list iterators':>14}  {'ss in each':>14}")
        good = all([measure(load, count) for count in NAMESPACES])
        print("as fast as wanted: a walk <= 0.3 s of processor time, a run <= 250 us" if good else
              "SLOWER than wanted (a walk <= 0.3 s of processor time, a run <= 250 us)")
    finally:
        load.stdin.close()
        load.wait()
    return 0


sys.exit(main())
