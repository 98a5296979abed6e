#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a recording that is handed to a stranger tells him."""
import json
import os
import struct
import tempfile

from harness import *

PORT = 9191
SECRET = "secret-name"


def kernel_pointers(data):
    """Words that look like addresses of the kernel: records are made of multiples of eight bytes."""
    words = struct.unpack(f"<{len(data) // 8}Q", data[:len(data) // 8 * 8])
    return [hex(word) for word in words if 0xFFFF800000000000 <= word < 0xFFFFFFFFFF000000]


def record(space, *options):
    """(bytes of the recording, lines of the trace, lines of its replay)"""
    with tempfile.TemporaryDirectory() as folder, space.actor(SECRET) as actor:
        path = os.path.join(folder, "recording")
        trace = Tracer(space, options=["--record", path, *options])
        actor(f"held = listener('10.77.5.1', {PORT}); c = client('10.77.5.1', {PORT}); c.close()")
        until(lambda: any(event["new"] == "FIN_WAIT1" for event in trace.select(rport=PORT)), what="the end")
        trace.stop()
        with open(path, "rb") as file:
            data = file.read()
        replayed = netstate("trace", "--json", "--replay", path)
        return data, trace, [json.loads(line) for line in replayed.stdout.splitlines()]


@test("a recording has no address of the kernel, and replays with its names")
def no_pointers():
    with Namespace() as space:
        space.ip("addr", "add", "10.77.5.1/32", "dev", "lo")
        data, _, replayed = record(space)
        same(kernel_pointers(data), [])
        check(any(event["comm"] == SECRET and event["laddr"] == "10.77.5.1" for event in replayed), "the replay lost something")


@test("--redact: neither address nor name is in it, and the replay tells the same transitions")
def redacted():
    with Namespace() as space:
        space.ip("addr", "add", "10.77.5.1/32", "dev", "lo")
        data, trace, replayed = record(space, "--redact")
        check(SECRET.encode() not in data and bytes([10, 77, 5, 1]) not in data, "it is still there")
        seen = [event for event in trace.events if PORT in (event["lport"], event["rport"])]
        again = [event for event in replayed if PORT in (event["lport"], event["rport"])]
        for key in ("kind", "old", "new", "lport", "rport", "cookie", "pid", "err"):
            same([event[key] for event in again], [event[key] for event in seen], key)


main()
