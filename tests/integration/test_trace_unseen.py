#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: a transition that passes by without a call of BPF programs (a kernel may run none in the context of some
task). The socket's next transition proves it. Here the kernel side's memory of a socket is changed as if one had."""
import json
import os
import shutil
import subprocess

from harness import *
from owners import server_and_client

STATES = {"ESTABLISHED": 1, "FIN_WAIT1": 4, "CLOSE_WAIT": 8}
LAST_NEW = 50  # struct sock_memory.last_new, behind cookie, times, pid, uid, comm, owner, last_old


def bpftool(*words):
    path = shutil.which("bpftool", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    done = subprocess.run([path, "-j", *map(str, words)], capture_output=True, text=True)
    check(not done.returncode, done.stdout + done.stderr)
    return json.loads(done.stdout or "null")


def number(row):
    return int.from_bytes(bytes(int(byte, 16) for byte in row[:8]), "little")


def pretend(trace, cookie, state):
    """The kernel side's memory of the socket says that it entered `state` last."""
    held = {number for kind, number in bpf_ids(trace.pid) if kind == "map"}
    table, = [number for number in held if bpftool("map", "show", "id", number)["name"] == "netstate_sock_hash"[:15]]
    row, = [row for row in bpftool("map", "dump", "id", table) if number(row["value"]) == cookie]
    value = list(row["value"])
    value[LAST_NEW] = hex(STATES[state])
    bpftool("map", "update", "id", table, "key", "hex", *[byte[2:] for byte in row["key"]],
            "value", "hex", *[byte[2:] for byte in value])


def unseen(*options):
    with Namespace() as ns:
        server, client = server_and_client(ns)
        with Tracer(ns, options=options) as trace:
            client("c = client('127.0.0.1', 8080); k = cookie(c)")
            pretend(trace, client("k"), "CLOSE_WAIT")
            client("c.close()")
            trace.expect(kind="state", cookie=client("k"), new="FIN_WAIT1")
            trace.stop()
            return trace, client("k")


@test("a transition that nobody saw is a gap right before the next one, whose time in the old state is not known")
def gap():
    trace, cookie = unseen()
    gap, = trace.select(kind="gap")
    same(gap["lost"], 1)
    index = trace.events.index(gap)
    behind = next(event for event in trace.events[index:] if event["kind"] == "state")
    same((behind["cookie"], behind["old"], behind["after_us"]), (cookie, "ESTABLISHED", None))
    check(any(" 1 lost" in line for line in trace.errors), repr(trace.errors))


@test("not where it would have been filtered")
def filtered():
    trace, _ = unseen("state", "fin-wait-1")
    same(trace.select(kind="gap"), [])


main()
