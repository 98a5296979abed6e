#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Every command with a small stack (ulimit -s)."""
import resource
import subprocess

from harness import *

COMMANDS = (["list"], ["list", "-u"], ["list", "-x"], ["explain"], ["who", ":22"], ["stalls", "--duration", "1"], ["trace", "--duration", "1"],
            ["live", "--duration", "1", "--json"], ["explain", "--watch", "1"], ["kill", "--dry-run", "dport=1"], ["doctor"], ["-antp"],
            ["-s"], ["-r"], ["-i"])


@test("with a stack of 64, 128 or 256 KB no command ends by a signal")
def no_signal():
    for size in (64 << 10, 128 << 10, 256 << 10):
        for words in COMMANDS:
            done = subprocess.run([NETSTATE, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, check=False,
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (size, size)))
            check(done.returncode >= 0, f"{words}, {size >> 10} KB: {done.returncode} {done.stderr[-200:]}")


main()
