#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate doctor: what it says works does, and what is missing is said with its cost."""
import json
import os
import subprocess
import tempfile

from harness import *

KEYS = {"part", "name", "ok", "gives", "without"}


def doctor(program=NETSTATE, **options):
    done = subprocess.run([program, "doctor", "--json"], capture_output=True, text=True, timeout=60, **options)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    for row in rows:
        same(set(row), KEYS)
        check(row["ok"] == (row["without"] is None), f"an absence without its cost, or a cost without absence: {row}")
    return done, rows


def of(rows, part, name):
    return next(row for row in rows if (row["part"], row["name"]) == (part, name))


@test("where a trace starts, BPF programs are ok, the status is 0, and text and JSON say the same")
def all_is_well():
    done, rows = doctor()
    same((done.returncode, done.stderr), (0, ""))
    for key in (("all", "BTF"), ("trace", "BPF ring buffer"), ("trace", "BPF programs")):
        check(of(rows, *key)["ok"], f"{of(rows, *key)}")
    text = netstate("doctor")
    same(text.returncode, 0)
    lines = text.stdout.splitlines()[1:]
    same(len(lines), len(rows))
    for line, row in zip(lines, rows):
        check(line.startswith("ok " if row["ok"] else "-- "), line)
        check(row["name"] in line and line.endswith(row["gives"] if row["ok"] else row["without"]), line)


@test("without root: BPF programs are refused, with the reason; status 1")
def not_root():
    with public_copy() as program:
        done, rows = doctor(program=program, preexec_fn=lambda: os.setuid(65534))
    same((done.returncode, done.stderr), (1, ""))
    row = of(rows, "trace", "BPF programs")
    check(not row["ok"] and "needs root" in row["without"], f"{row}")
    check("/proc" in of(rows, "netstat -p", "BPF iterators")["without"], "how netstat does without")


@test("a kernel without BTF: said with its cost, and status 1")
def no_btf():
    hide = "mount --bind /dev/null /sys/kernel/btf/vmlinux && exec \"$0\" doctor --json"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", hide, NETSTATE], capture_output=True, text=True, timeout=60)
    if not done.stdout:
        skip(f"BTF cannot be hidden here: {done.stderr.strip()}")
    same((done.returncode, done.stderr), (1, ""))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    check("BTF" in of(rows, "all", "BTF")["without"], done.stdout)
    check(not [row for row in rows if row["part"] == "trace" and row["name"] == "BPF programs"], done.stdout)


@test("an operand or a full disk: one sentence, status 2 or 1")
def bad_input():
    done = netstate("doctor", "everything")
    same((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1))
    check("everything" in done.stderr, done.stderr)
    with tempfile.TemporaryFile("w+") as said, open("/dev/full", "w") as full:
        status = subprocess.run([NETSTATE, "doctor"], stdout=full, stderr=said, timeout=60).returncode
        said.seek(0)
        same((status, said.read()), (1, "netstate: cannot write the output: No space left on device\n"))


main()
