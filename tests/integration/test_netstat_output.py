#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What becomes of netstat's listing: a full disk, a reader that goes away, a terminal, round after round."""
import os
import pty
import signal
import subprocess
import sys
import time

from harness import *

EVIL = "ev\x1b[2J\x1b]0;title\x07il"


class Owner:
    """A process with an evil name that listens on TCP and on an evil abstract name."""

    CODE = ("import socket, sys, time; t = socket.socket(); t.bind(('127.0.0.1', 4242)); t.listen();"
            "u = socket.socket(socket.AF_UNIX); u.bind('\\0' + sys.argv[1]); u.listen(); print('ready', flush=True); time.sleep(100)")

    def __init__(self, namespace):
        self.process = namespace.popen(["bash", "-c", 'exec -a "$1" "$2" -c "$3" "$1"', "bash", EVIL, sys.executable, self.CODE],
                                       stdout=subprocess.PIPE, text=True)
        same(self.process.stdout.readline(), "ready\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def on_terminal(namespace, *words):
    master, slave = pty.openpty()
    process = namespace.popen([NETSTATE, *words], stdout=slave, stderr=slave, stdin=slave)
    os.close(slave)
    shown = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(master)
    same(process.wait(), 0)
    return shown


@test("a listing that cannot be written is said and ends with status 1")
def full_disk():
    for words in (["-an"], ["-rn"], ["-s"], ["-i"], ["-x"], ["-anc"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run([NETSTATE, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=20)
        same((done.returncode, done.stderr), (1, "netstate: cannot write the output: No space left on device\n"), str(words))


@test("a reader that goes away ends it quietly, SIGPIPE ignored or not")
def closed_pipe():
    for action, wanted in ((signal.SIG_IGN, 0), (signal.SIG_DFL, -signal.SIGPIPE)):
        process = subprocess.Popen([NETSTATE, "-anc", "--interval", "0.05"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   restore_signals=False, preexec_fn=lambda: signal.signal(signal.SIGPIPE, action))
        process.stdout.read(10)
        process.stdout.close()
        same(process.wait(20), wanted)
        same(process.stderr.read(), b"")


@test("a terminal gets no escape sequence, a pipe gets the bytes")
def escapes():
    with Namespace() as namespace, Owner(namespace):
        for words in (["-lntp"], ["-lxp"]):
            shown = on_terminal(namespace, *words)
            check(b"ev?[2J" in shown, repr(shown))
            check(b"\x1b" not in shown and b"\x07" not in shown, repr(shown))
            piped = namespace.run(NETSTATE, *words, text=False).stdout
            check(b"ev\x1b[2J" in piped, repr(piped))


@test("-c prints all of it again after a second, --interval after its own pause")
def rounds():
    for words, pause in ((["-ntc"], 1), (["-nt", "--interval", "0.2"], 0.2)):
        process = subprocess.Popen([NETSTATE, *words], stdout=subprocess.PIPE, text=True)
        times = []
        for line in process.stdout:
            if line.startswith("Active Internet"):
                times.append(time.monotonic())
            if len(times) == 4:
                break
        process.kill()
        process.wait()
        mean = (times[3] - times[0]) / 3
        check(pause <= mean < pause + 0.5, f"{words}: {mean} s")


main()
