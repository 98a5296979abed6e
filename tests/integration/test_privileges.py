#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What netstate's processes may do once its programs are attached."""
import errno
import fcntl
import os
import signal
import subprocess
import tempfile
import time

import faults
import terminal
from harness import *

EVERYTHING = 1 | 2 | 4 | 8  # src/privilege/drop.h


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
        return [int(word) for word in file.read().split()]


class Trace:
    """A running trace that has said that it traces."""

    def __init__(self, *words):
        self.process = subprocess.Popen([NETSTATE, "trace", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while "tracing" not in self.process.stderr.readline():
            check(self.process.poll() is None, "trace has ended")

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


@test("what was given up is refused: files, sockets, programs, namespaces, BPF, other processes, code, typing for the user")
def dropped():
    for words in ([], ["on a terminal"]):
        done = subprocess.run([tool("integration/tools/dropped"), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
        results = dict(line.split() for line in done.stdout.split("\n")[1:-1])
        given_up = int(results.pop("dropped"))
        same(given_up & ~4, EVERYTHING & ~4, "all but Landlock, which not every kernel has")
        same(results.pop("read"), "done")
        for what, result in results.items():
            check(result in ("EPERM", "EACCES"), f"{what}: {result}")


@test("trace: the process that prints has no privileges, and its helper only what it needs")
def trace_processes():
    with Trace() as trace:
        main_process = status_of(trace.pid)
        same([main_process[key].strip("0") for key in ("CapEff", "CapPrm", "CapInh", "CapAmb")], [""] * 4)
        same((main_process["NoNewPrivs"], main_process["Seccomp"]), ("1", "2"))
        helpers = children_of(trace.pid)
        same(len(helpers), 1)
        helper = status_of(helpers[0])
        same((helper["Name"], helper["NoNewPrivs"]), ("netstate-helper", "1"))
        check(int(helper["CapEff"], 16) < int(status_of(os.getpid())["CapEff"], 16), f"the helper has all: {helper['CapEff']}")


@test("trace: the helper ends with it, however it ends")
def helper_ends():
    for number in (signal.SIGTERM, signal.SIGKILL):
        with Trace() as trace:
            helper = children_of(trace.pid)[0]
            trace.send_signal(number)
            trace.wait(20)
            until(lambda: not os.path.exists(f"/proc/{helper}"), 10, f"the helper's end after {number}")


@test("trace: events, names, the table by SIGUSR1 and the account are there without privileges")
def trace_works():
    with Namespace() as ns, ns.actor("server") as server, Trace("--json", "--netns", str(ns.inode)) as trace:
        server("s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(1)")
        line = trace.stdout.readline()
        check(f'"netns_name":"{ns.name}"' in line, line)
        trace.send_signal(signal.SIGUSR1)
        seen = ""
        while "LISTEN" not in seen:
            seen = trace.stderr.readline()
            check(seen, "no table on stderr")
        trace.terminate()
        err = trace.communicate(timeout=30)[1]
        check("events printed, 0 lost" in err and "transitions seen" in err, err)


@test("trace: a helper that is killed costs names, nothing else")
def helper_killed():
    with Namespace() as ns, ns.actor("server") as server, Trace("--json", "--netns", str(ns.inode)) as trace:
        os.kill(children_of(trace.pid)[0], signal.SIGKILL)
        time.sleep(0.2)
        server("s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(1)")
        line = trace.stdout.readline()
        check('"new":"LISTEN"' in line and '"netns_name":null' in line, line)
        trace.terminate()
        out, err = trace.communicate(timeout=30)
        same(trace.returncode, 0, err)


NO_CAPABILITY = ("CapEff", "CapPrm", "CapInh", "CapAmb", "CapBnd")


def powerless(pid, filters="1"):
    """No capability, none to be gained, a filter of its own."""
    status = status_of(pid)
    same([status[key].strip("0") for key in NO_CAPABILITY], [""] * 5, status["Name"])
    same((status["NoNewPrivs"], status["Seccomp"], status["Seccomp_filters"]), ("1", "2", filters), status["Name"])


def has_nothing(words, says, before=None, filters="1"):
    """The command's process, once it watches: no capability, none to be gained, a filter; its helper: fewer than root."""
    with subprocess.Popen([NETSTATE, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=before) as process:
        try:
            while says not in process.stderr.readline():
                check(process.poll() is None, f"{words} has ended")
            powerless(process.pid, filters)
            helpers = [status_of(pid) for pid in children_of(process.pid)]
            check(helpers, f"{words} has no helper")
            for helper in helpers:
                same((helper["Name"], helper["NoNewPrivs"], int(helper["CapEff"], 16) & ~NEEDED), ("netstate-helper", "1", 0), words)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
            same(process.returncode, 0)


@test("every command that goes on: the process that decodes and prints has no capability and a seccomp filter")
def watching():
    for words, says in ((("stalls",), "watching connects"), (("stalls", "--listeners"), "watching listeners"),
                        (("live", "--json"), "watching"), (("who", ":8080", "--watch"), "watching binds")):
        has_nothing(words, says)


@test("stalls without BPF: the same, its helper lists the sockets")
def polling():
    has_nothing(("stalls",), "watching connects", faults.refuse(faults.BPF, errno.EPERM), "2")


def stopped_at_output(words):
    """The command, waiting to write its first byte into a pipe that is full, and what reads that pipe."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writer, b"x" * 4096)
    process = subprocess.Popen([NETSTATE, *words], stdout=writer, stderr=subprocess.DEVNULL)
    os.close(writer)
    return process, os.fdopen(reader, "rb")


@test("list, explain, who and kill: before the first byte is printed there is no capability any more")
def one_shots():
    with Namespace() as ns, ns.actor("server") as server:
        server("l = listener('127.0.0.1', 8081); c = client('127.0.0.1', 8081); held = l.accept()[0]")
        for words in (("list", "--netns", str(ns.inode)), ("explain", "--netns", str(ns.inode)), ("who", ":8081"),
                      ("kill", "--dry-run", "dport = :8081")):
            process, reader = stopped_at_output(words)
            with reader, process:
                try:
                    until(lambda: process.poll() is not None or waits_to_write(process.pid), 60, f"output of {words}")
                    powerless(process.pid)
                finally:
                    check(len(reader.read()) > 4096, f"{words}: no output")


def waits_to_write(pid):
    """Of a process without capabilities root may ask what it sleeps in; wchan is 0 there before Linux 5.16."""
    with open(f"/proc/{pid}/stack", encoding="utf-8") as file:
        return "pipe_write" in file.read()


@test("live on a terminal: no capability; each of its helpers has fewer than root")
def on_a_terminal():
    with terminal.live() as (screen, _, __, ___):
        powerless(screen.child)
        for helper in map(status_of, children_of(screen.child)):
            check(int(helper["CapEff"], 16) & ~(NEEDED | 1 << 5 | 1 << 6 | 1 << 7) == 0, f"{helper['Name']}: {helper['CapEff']}")


NEEDED = 1 << 2 | 1 << 12 | 1 << 19 | 1 << 21 | 1 << 34 | 1 << 38 | 1 << 39  # src/privilege/drop.c


@test("explain --watch: no privileges while it watches; the second look, names and --record's file come from its helper")
def explain_watches():
    with Namespace() as ns, ns.actor("server") as server, ns.actor("client") as client, tempfile.TemporaryDirectory() as folder:
        server("l = listener('127.0.0.1', 8080, 1)")
        client("many = []\nfor i in range(5):\n    s = socket.socket(); s.setblocking(False); s.connect_ex(('127.0.0.1', 8080)); many.append(s)")
        begin = time.monotonic()
        path = os.path.join(folder, "evidence")
        words = [NETSTATE, "explain", "--watch", "60s", "--json", "--netns", str(ns.inode), "--record", path]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as explain:
            try:
                until(lambda: status_of(explain.pid)["Seccomp"] == "2", 30, "the filter")
                status = status_of(explain.pid)
                same([status[key].strip("0") for key in NO_CAPABILITY], [""] * 5)
                same((status["NoNewPrivs"], [status_of(pid)["Name"] for pid in children_of(explain.pid)]), ("1", ["netstate-helper"]))
                time.sleep(max(0, begin + 2 - time.monotonic()))  # a queue is full only where something waited for a second
                explain.send_signal(signal.SIGINT)
                out, err = explain.communicate(timeout=60)
            finally:
                explain.kill()
        same(explain.returncode, 3, err)
        check("accept_queue_full" in out and f'"pid":{server.pid}' in out and f'"netns_name":"{ns.name}"' in out, out + err)
        replayed = subprocess.run([NETSTATE, "explain", "--replay", path, "--json"], capture_output=True, text=True)
        check("accept_queue_full" in replayed.stdout, replayed.stdout + replayed.stderr)


@test("live: passes, owners, --verify and the table by SIGUSR1 into a file are there without privileges")
def live_works():
    with Namespace() as ns, ns.actor("server") as server, tempfile.TemporaryDirectory() as folder:
        server("s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(1)")
        path = os.path.join(folder, "table.json")
        for source in ("walk", "iterators", "sock_diag"):
            words = [NETSTATE, "live", "--json", "--verify", "--source", source, "--netns", str(ns.inode), "--dump", path]
            with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as live:
                while "watching" not in live.stderr.readline():
                    check(live.poll() is None, "live has ended")
                live.send_signal(signal.SIGUSR1)
                until(lambda: os.path.exists(path) and os.path.getsize(path), 20, f"the table of {source}")
                live.send_signal(signal.SIGTERM)
                out, err = live.communicate(timeout=60)
            os.unlink(path)
            check('"state":"LISTEN"' in out and f'"pid":{server.pid}' in out, f"{source}: {out}{err}")
            check("0 persist" in err, f"{source}: {err}")


main()
