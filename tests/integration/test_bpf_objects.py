#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What netstate has in the kernel: every program and map says whose it is, nothing is pinned."""
import json
import os
import shutil
import subprocess

from harness import *
from programs import bpf_ids

COMMANDS = ((("trace",), "tracing"), (("live", "--json"), "watching"), (("stalls",), "watching connects"), (("who", "--watch", ":9"), "watching binds"))
PINNED = "/sys/fs/bpf"


def name_of(kind, number):
    bpftool = shutil.which("bpftool", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    shown = subprocess.run([bpftool, "-j", kind, "show", "id", str(number)], capture_output=True, text=True).stdout
    return json.loads(shown or "{}").get("name", "")


def pins():
    return {os.path.join(folder, name) for folder, _, names in os.walk(PINNED) for name in names}


@test("every program and map of a command begins with netstate, and nothing is pinned")
def named():
    for words, says in COMMANDS:
        with subprocess.Popen([NETSTATE, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            try:
                while says not in process.stderr.readline():
                    check(process.poll() is None, f"{words} has ended")
                held = [(kind, number) for kind, number in bpf_ids(process.pid) if kind in ("prog", "map")]
                check(len(held) > 2, f"{words}: {held}")
                names = {name_of(kind, number) for kind, number in held}
                same({name for name in names if not name.startswith("netstate")}, set(), words)
                check(not {pin for pin in pins() if "netstate" in pin}, "something is pinned")
            finally:
                process.terminate()
                process.communicate(timeout=60)


main()
