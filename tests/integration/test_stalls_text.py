#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls for people: the whole report once, --once, totals, a rejection by this host."""
import json
import subprocess
import time

from harness import *
from stalls_tools import READY, nft, quiet, routed

FAR = "198.51.100.9"


def begin(client, address, name="s"):
    client(f"{name} = tcp('{address}'); {name}.setblocking(False); {name}.connect_ex(('{address}', 80))")


@test("the whole report at first and where something changes; one line for each further SYN; totals at the end")
def brief():
    with routed() as (host, router, peer), host.actor("cli") as client:
        nft(peer, "input", "tcp dport 80 drop")
        program = Program([NETSTATE, "stalls", "--threshold", "300ms", "netns", "=", str(host.inode)], ready=READY)
        begin(client, "10.78.0.2")
        program.wait(lambda: sum("still hanging" in line for _, line in program.lines) >= 2, 40, "two short lines")
        same(program.stop(), 0)
        lines = [line for _, line in program.lines]
        short = [line for line in lines if "still hanging" in line]
        check(all(f"(pid {client.pid})" in line and "10.78.0.2:80" in line for line in short), short)
        whole = [line for line in lines if line.startswith("  verdict")]
        check(1 <= len(whole) <= 3, f"{len(whole)} whole reports:\n" + "\n".join(lines))
        check(any("1 stall among " in line for line in program.errors), f"no totals: {program.errors}")


@test("--once: what hangs already is judged, by its next SYN where that decides; status 3")
def once():
    with routed() as (host, router, peer), host.actor("cli") as client:
        nft(peer, "input", "tcp dport 80 drop")
        begin(client, "10.78.0.2")
        time.sleep(1.2)
        done = subprocess.run([NETSTATE, "stalls", "--once", "--json", "netns", "=", str(host.inode)], capture_output=True,
                              text=True, timeout=60)
        reports = [json.loads(line) for line in done.stdout.splitlines()]
        same(done.returncode, 3, done.stderr)
        same([(report["verdict"], report["before_start"]) for report in reports], [("dropped_input", True)])


@test("--once: nothing hangs: status 0, nothing on stdout")
def once_nothing():
    with Namespace() as host:
        done = subprocess.run([NETSTATE, "stalls", "--once", "netns", "=", str(host.inode)], capture_output=True, text=True, timeout=60)
        same((done.returncode, done.stdout), (0, ""), done.stderr)
        check("0 stalls among 0 connects" in done.stderr, done.stderr)


@test("a rule of this host that rejects is told as one of this host")
def local_reject():
    with routed() as (host, router, peer), host.actor("cli") as client:
        nft(host, "output", "tcp dport 80 reject")
        program = Program([NETSTATE, "stalls", "netns", "=", str(host.inode)], ready=READY)
        same(client.fails("client('10.78.0.2', 80)"), "ECONNREFUSED")
        program.wait(lambda: any("advice" in line for _, line in program.lines), what="the report")
        same(program.stop(), 0)
        block = "\n".join(line for _, line in program.lines)
        check("This namespace itself answered" in block and "router" not in block, block)


main()
