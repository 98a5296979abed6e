#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace --replay: recordings that come from elsewhere, or not whole."""
import os
import struct
import tempfile

from harness import *

HEADER_SIZE = 40


def refused(client):
    same(client.fails("client('127.0.0.1', 80)"), "ECONNREFUSED")


@test("a recording with a damaged record: where that is, status 1; what is before it was shown")
def damaged():
    with tempfile.NamedTemporaryFile() as file:
        with Namespace() as ns, ns.actor("cli") as client, Tracer(ns, options=["--record", file.name]) as trace:
            refused(client)
            refused(client)
            trace.expect(2, kind="connect")
            trace.stop()
        sizes = [128, 128, 136]
        third = HEADER_SIZE + sum(sizes[:2])
        for size in (0, 7, 12, 2**31 - 8):
            os.pwrite(file.fileno(), struct.pack("=I", size), third + 4)
            done = netstate("trace", "--json", "--replay", file.name)
            same((done.returncode, len(done.stdout.splitlines()), len(done.stderr.splitlines())), (1, 2, 1), done.stderr)
            check(f"byte {third}" in done.stderr and "damaged" in done.stderr, done.stderr)
        done = netstate("live", "--json", "--replay", file.name)
        same((done.returncode, "2 events" in done.stderr), (1, True), done.stderr)


main()
