#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Recordings that are damaged, replayed under the sanitizers: no crash, no hang, clean stdout, a sentence on stderr."""
import functools
import glob
import json
import os
import random
import resource
import struct
import sys
import tempfile

import damage
import faults
from fork_server import run_all
from harness import *

GOLDEN = os.path.join(ROOT, "tests", "golden")
FIELDS = "state,pid,comm,rtt_us,time,err,backlog"
# The ways to replay each kind of recording; a tenth is tried with another kind's.
WAYS = {
    "trace": (["trace", "--json"], ["trace"], ["trace", "--time", "rel", "--wide", "--color", "always"], ["live"],
              ["live", "--sort", "-rtt_us", "--fields", FIELDS], ["trace", "state", "established", "or", "dport", "=", ":443"]),
    "stalls": (["stalls", "--json"], ["stalls"], ["stalls", "--summary"], ["stalls", "--time", "utc", "--color", "always"]),
    "explain": (["explain", "--json"], ["explain"], ["explain", "--severity", "critical"], ["explain", ":1"]),
}


@functools.cache
def recordings():
    """{kind: [bytes]}: the golden ones, those of other versions among them; of stalls and explain also some that are made here."""
    found = {kind: [read(path) for path in sorted(glob.glob(os.path.join(GOLDEN, kind, "*.rec")))] for kind in ("trace", "stalls")}
    check(all(found.values()), "no golden recordings")
    with tempfile.TemporaryDirectory() as folder, Namespace() as space, space.actor("server") as server:
        server("l = listener('127.0.0.1', 80, backlog=0); held = client('127.0.0.1', 80)")
        found["stalls"] += [stall_reports(os.path.join(folder, "stalls"), space, server)] * 10
        found["explain"] = [evidence(os.path.join(folder, "explain"), space)]
    return found


def read(path):
    with open(path, "rb") as file:
        return file.read()


EVIDENCE = """
import socket, subprocess, sys
full, half = socket.create_server(("127.0.0.1", 81), backlog=0), socket.create_server(("127.0.0.1", 82))
waits, gone = socket.create_connection(full.getsockname()), socket.create_connection(half.getsockname())
kept, _ = half.accept()
gone.close()
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""


def evidence(path, space):
    """A recording of explain without this machine's other processes and sockets, which may be many: a full queue, a CLOSE_WAIT."""
    done = space.run("unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", EVIDENCE, NETSTATE, "explain", "--record", path,
                     preexec_fn=faults.refuse(faults.BPF, faults.EPERM))
    same(done.returncode, 3, done.stderr)
    return read(path)


def stall_reports(path, space, server):
    """A recording with reports: a refused connect, and connects to a full queue."""
    with Program([NETSTATE, "stalls", "--netns", space.name, "--threshold", "200ms", "--record", path], ready="watching",
                 timeout=60) as stalls:
        check(server.fails("client('127.0.0.1', 1)") == "ECONNREFUSED", "not refused")
        server("some = [socket.socket() for _ in range(3)]\nfor one in some:\n    one.setblocking(False)\n"
               "    one.connect_ex(('127.0.0.1', 80))")
        stalls.wait(lambda: len([line for _, line in stalls.lines if line and line[0] != " "]) >= 2, 60, "two reports")
    server("[one.close() for one in some]")
    return read(path)


def case(number, found):
    """(words, bytes) of one damaged recording."""
    chance = random.Random(number)
    kind = chance.choice(list(found))
    way = chance.choice(WAYS[kind if chance.random() < 0.9 else chance.choice(list(WAYS))])
    return way, damage.damage(chance, chance.choice(found[kind]), [one for several in found.values() for one in several])


def wrong(run, way):
    """What is wrong with this replay, or None."""
    if way[-1] == "always":
        while "\x1b[" in run.out:  # netstate's own colors, and nothing else that begins so
            before, _, after = run.out.partition("\x1b[")
            number, end, rest = after.partition("m")
            if not end or not number.replace(";", "").isdigit():
                break
            run.out = before + rest
    problem = run.problem((0, 1, 3) if way[0] == "explain" else (0, 1))
    if not problem and run.ended:
        problem = "it had to be ended"
    if not problem and run.status == 1 and len(run.err.splitlines()) > 3:
        problem = "more than one sentence"
    try:
        for line in run.out.splitlines() if "--json" in way or way[0] == "live" else ():
            json.loads(line)
    except ValueError:
        problem = problem or f"no JSON: {line}"
    return problem


def replay(count, seed):
    found = recordings()

    def one(server, folder, number):
        way, data = case(number, found)
        path = os.path.join(folder, "damaged")
        with open(path, "wb") as file:
            file.write(data)
        run = server.run([*way, "--replay", path])
        problem = wrong(run, way)
        return f"seed {number}: {problem}: {run}" if problem else None
    run_all(range(seed, seed + count), one)


@test("whole recordings replay, by every way")
def whole():
    found = recordings()

    def one(server, folder, row):
        kind, way, data = row
        path = os.path.join(folder, "whole")
        with open(path, "wb") as file:
            file.write(data)
        run = server.run([*way, "--replay", path])
        problem = wrong(run, way) or (run.status not in (0, 3) and "a whole one is refused")
        return f"{kind}: {problem}: {run}" if problem else None
    run_all([(kind, way, data) for kind in found for way in WAYS[kind] for data in set(found[kind])], one)


@test("a device that never ends, and a recording that announces more than there is: refused without reading or keeping it all")
def endless():
    with tempfile.NamedTemporaryFile() as file:
        data = recordings()["explain"][0]
        file.write(data[:32] + struct.pack("=5Q", *[1 << 20] * 5) + data[72:])
        file.flush()
        for way in (["trace"], ["live"], ["stalls"], ["explain"]):
            for path in ("/dev/zero", "/dev/full", file.name):
                done = faults.run([*way, "--replay", path], before=faults.limit(resource.RLIMIT_AS, 256 << 20))
                same((done.returncode, done.stdout, len(done.stderr.splitlines())), (1, "", 1), done.stderr)
                check("memory" not in done.stderr, done.stderr)


@test("200 damaged recordings: each replay ends, prints data alone, and says what is wrong")
def some():
    replay(200, 0)


@test("5,000 damaged recordings", long=True)
def many():
    replay(5000, 1000)


main()
