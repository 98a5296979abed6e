#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Random command lines under the sanitizers: each ends, with a status of its own and, where that is not 0, a sentence."""
import os
import random

import command_lines
from fork_server import run_all
from harness import *

# b: root, but bpf(2) is refused, which is quick; n: nobody; -: root with BPF, which takes a hundred times as long.
MODES = "b" * 35 + "n" * 14 + "-"
WATCHES = 4  # seconds for those that need not end by themselves


def furnish(folder):
    """The files that the values name."""
    for name in ("file", "other"):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"\xff\0some bytes\n" * 20)
    if not os.path.isdir(os.path.join(folder, "folder")):
        os.mkdir(os.path.join(folder, "folder"))
        os.symlink("file", os.path.join(folder, "link"))
        os.mkfifo(os.path.join(folder, "fifo"))


def wrong(run, command, endless):
    """What is wrong with this run, or None."""
    if run.ended and not endless:
        return "it had to be ended"
    if command == "netstat":  # its sentences are net-tools'
        if run.status not in (0, 1, 3, 255) and not run.ended:
            return "no status of netstat's"
        return run.left and "it leaves processes behind" or run.ended == 2 and "it outlives SIGTERM"
    statuses = (0, 1, 2, 3) if command in ("explain", "stalls") else (0, 1, 2)
    problem = run.problem(statuses, answers=command in ("doctor", "who"))
    if not problem and run.status == 2 and run.out:
        return "wrong usage, and something on stdout"
    return problem


def try_lines(seeds):
    def one(server, folder, seed):
        chance = random.Random(seed)
        words, mode = command_lines.line(chance), chance.choice(MODES)
        command = words[0] if words[0] in command_lines.COMMANDS else "netstat"
        endless = command_lines.is_endless(command, words)
        furnish(folder)
        run = server.run(words, mode, WATCHES if endless else 60)
        problem = wrong(run, command, endless)
        return f"seed {seed}, mode {mode}: {problem}: {run}" if problem else None
    with Namespace() as space:
        run_all(seeds, one, space, servers=4)


@test("200 random command lines: each ends with its status and its sentence")
def some():
    try_lines(range(200))


@test("3,000 random command lines", long=True)
def many():
    try_lines(range(1000, 4000))


main()
