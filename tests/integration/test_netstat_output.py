#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What becomes of netstat's listing: a full disk, a reader that goes away, a terminal, round after round."""
import fcntl
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


def on_terminal(namespace, *words, status=0):
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
    same(process.wait(), status)
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


@test("on a terminal an error stands behind what was listed before it, as in the reference")
def errors_in_order():
    with Namespace() as namespace:
        shown = on_terminal(namespace, "-n", "-A", "unix,ipx", status=1).decode().splitlines()
        same(shown[0], "Active UNIX domain sockets (w/o servers)")
        same(shown[-1], "netstat: no support for `AF IPX' on this system.")
        shown = on_terminal(namespace, "-tnv", "-A", "unix,ipx,x25", status=1).decode().splitlines()
        same([line.split(" (")[0] for line in shown if line[:6] in ("Active", "netsta")],
             ["Active Internet connections", "Active UNIX domain sockets", "netstat: no support for `AF IPX' on this system."])
        shown = on_terminal(namespace, "-v").decode().splitlines()
        same([line.split()[-4] for line in shown[-4:]], ["AX25'", "X25'", "NETROM'", "ROSE'"])


@test("a pipe that somebody made non-blocking gets all of a listing that it cannot hold")
def non_blocking_pipe():
    with Namespace() as namespace:
        holder = namespace.popen([sys.executable, "-c", "import socket; held = [socket.socketpair() for _ in range(200)];"
                                  "print('ready', flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        same(holder.stdout.readline(), "ready\n")
        reader, writer = os.pipe()
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        os.set_blocking(writer, False)
        process = namespace.popen([NETSTATE, "-x"], stdout=writer, stderr=subprocess.PIPE, text=True)
        os.close(writer)
        time.sleep(0.2)
        got = b""
        while data := os.read(reader, 1000):
            got += data
        os.close(reader)
        same((process.wait(20), process.stderr.read()), (0, ""))
        same(got.count(b"CONNECTED"), 400)
        holder.communicate("\n")


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
