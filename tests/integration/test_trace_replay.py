#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace --replay: recordings that come from elsewhere, or not whole."""
import json
import os
import struct
import tempfile

import cgroup
from harness import *

BOOT_ID = 24  # in the header: docs/wire-format.md


def recorded(path, play):
    """What a process in a cgroup of its own does, as a recording; returns the cgroup's path."""
    with Namespace() as ns, cgroup.Cgroup("replay") as group, ns.actor("cli") as client:
        with Tracer(ns, options=["--record", path]) as trace:
            group.add(client.pid)
            play(client)
            trace.expect(kind="connect")
            trace.stop()
            yield group
        client.stop()


def cgroups_of(*words):
    done = netstate("trace", "--json", *words)
    same(done.returncode, 0, done.stderr)
    return {json.loads(line)["cgroup"] for line in done.stdout.splitlines()}, done.stderr


def refused(client):
    same(client.fails("client('127.0.0.1', 80)"), "ECONNREFUSED")


@test("a recording of another boot or machine: its cgroups are not those that have their numbers here")
def elsewhere():
    if not cgroup.mounted():
        skip("no cgroup v2 here")
    with tempfile.NamedTemporaryFile() as file:
        for group in recorded(file.name, refused):
            same(cgroups_of("--replay", file.name), ({group.path}, ""))
            same(cgroups_of("--replay", file.name, "cgroup", group.path), ({group.path}, ""))
            os.pwrite(file.fileno(), bytes(16), BOOT_ID)  # as a version that did not say it
            same(cgroups_of("--replay", file.name), ({None}, ""))
            os.pwrite(file.fileno(), b"another machine.", BOOT_ID)
            same(cgroups_of("--replay", file.name), ({None}, ""))
            for words in (["cgroup", group.path], ["--cgroup", group.path]):
                seen, said = cgroups_of("--replay", file.name, *words)
                same(seen, set())
                check(file.name in said and "cgroup" in said and len(said.splitlines()) == 1, repr(said))


@test("--redact without --record is refused: what is printed would show everything")
def redact_alone():
    for words in (["trace", "--replay", "/dev/null"], ["trace"], ["stalls"], ["stalls", "--replay", "/dev/null"], ["explain"]):
        done = netstate(*words, "--redact")
        same((done.returncode, done.stdout), (2, ""))
        check("--redact needs --record" in done.stderr, done.stderr)


@test("a recording with a damaged record: where that is, status 1; what is before it was shown")
def damaged():
    with tempfile.NamedTemporaryFile() as file:
        with Namespace() as ns, ns.actor("cli") as client, Tracer(ns, options=["--record", file.name]) as trace:
            refused(client)
            refused(client)
            trace.expect(2, kind="connect")
            trace.stop()
        data = open(file.name, "rb").read()
        third = struct.unpack_from("=I", data, 12)[0]  # the header's own size
        for _ in range(2):  # a record has its size behind kind and version
            third += struct.unpack_from("=I", data, third + 4)[0]
        for size in (0, 7, 12, 2**31 - 8):
            os.pwrite(file.fileno(), struct.pack("=I", size), third + 4)
            done = netstate("trace", "--json", "--replay", file.name)
            same((done.returncode, len(done.stdout.splitlines()), len(done.stderr.splitlines())), (1, 2, 1), done.stderr)
            check(f"byte {third}" in done.stderr and "damaged" in done.stderr, done.stderr)
        done = netstate("live", "--json", "--replay", file.name)
        same((done.returncode, "2 events" in done.stderr), (1, True), done.stderr)


main()
