#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Every command that runs until it is told to end: a signal ends it, and where nobody takes note of that, so does time or a second one."""
import fcntl
import os
import pty
import signal
import struct
import subprocess
import tempfile
import termios
import time

from harness import *

def is_full(reader):
    """A pipe that takes no further line."""
    return struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, b"\0" * 4))[0] > 60000


COMMANDS = (
    (("trace",), "tracing"),
    (("live", "--json"), "watching"),
    (("stalls",), "watching connects"),
    (("stalls", "--listeners"), "watching listeners"),
    (("who", "--watch", ":9"), "watching binds"),
    (("explain", "--watch", "600s"), None),
)


def started(words, says, **settings):
    """The command, once it has said that it watches."""
    process = subprocess.Popen([NETSTATE, *words], stderr=subprocess.PIPE, text=True, **settings)
    while says and says not in process.stderr.readline():
        check(process.poll() is None, f"{words} has ended")
    return process


def handles(process):
    """It has its handlers by now: the last is SIGHUP's."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
        return int(next(line for line in file if line.startswith("SigCgt")).split()[1], 16) >> (signal.SIGHUP - 1) & 1


@test("one SIGINT ends every command that watches, and timeout(1)'s pair of signals is one")
def ends():
    for words, says in COMMANDS:
        with started(words, says, stdout=subprocess.DEVNULL) as process:
            until(lambda: handles(process), 60, f"{words}: a handler")
            for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):  # both at once
                process.send_signal(number)
            process.communicate(timeout=60)
            allowed = (0, 1, 3) if words[0] == "explain" else (0, 1)  # 3: it found something on the machine
            check(process.returncode in allowed, f"{words}: {process.returncode}")


@test("deaf, in a write that nobody reads: the first signal ends it within seconds, by force")
def deaf():
    with Namespace() as ns, ns.actor("server") as server:
        reader, writer = os.pipe()
        server("taken = socket.socket(); taken.bind(('127.0.0.1', 0)); taken.listen(9)")
        port = server("taken.getsockname()[1]")
        with started(("who", "--watch", f":{port}", "--netns", str(ns.inode)), "watching binds", stdout=writer) as process:
            os.close(writer)
            server("def some():\n  for _ in range(300):\n    s = socket.socket()\n    try: s.bind(taken.getsockname())\n    except OSError: pass\n    s.close()")
            until(lambda: server("some()") or is_full(reader), 120, "a full pipe")
            process.send_signal(signal.SIGINT)
            process.wait(60)
            same(process.returncode, -signal.SIGINT)
        os.close(reader)


@test("stdout is a pipe whose reader stopped: the first signal gives it its time, the second ends it at once")
def second():
    with Namespace() as ns, ns.actor("server") as server:
        reader, writer = os.pipe()
        with started(("trace", "--netns", str(ns.inode)), "tracing", stdout=writer) as process:
            os.close(writer)
            server("ends = [socket.socket() for _ in range(2)]; ends[0].bind(('127.0.0.1', 0)); ends[0].listen(9)")
            server("def some():\n  for _ in range(800):\n    c = socket.create_connection(ends[0].getsockname()); ends[0].accept()[0].close(); c.close()")
            until(lambda: server("some()") or is_full(reader), 60, "a full pipe")
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            begin = time.monotonic()
            process.wait(60)
            same(process.returncode, -signal.SIGINT)
            check(time.monotonic() - begin < 10, "the second one did not end it at once")
        os.close(reader)


@test("live on a terminal whose reader stopped: a second SIGTERM ends it, with the terminal's modes back")
def terminal():
    main_end, other_end = pty.openpty()
    before = termios.tcgetattr(other_end)
    process = subprocess.Popen([NETSTATE, "live"], stdin=other_end, stdout=other_end, stderr=subprocess.PIPE,
                               env={**os.environ, "TERM": "xterm"})
    try:
        until(lambda: termios.tcgetattr(other_end)[3] != before[3], 60, "the screen")
        process.send_signal(signal.SIGSTOP)  # deaf
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        process.send_signal(signal.SIGCONT)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        same(termios.tcgetattr(other_end)[:4], before[:4])
    finally:
        process.kill()
        process.wait()
        os.close(main_end)
        os.close(other_end)


def has_begun(pid):
    """It ignores SIGPIPE, as the first thing."""
    with open(f"/proc/{pid}/status") as file:
        ignored = next(line.split()[1] for line in file if line.startswith("SigIgn"))
    return int(ignored, 16) >> (signal.SIGPIPE - 1) & 1


for words in (["trace"], ["live", "--json"]):
    @test(f"SIGUSR1 while {words[0]} loads its programs does not end it: the table is written once it has them")
    def early_dump(words=words):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "dump")
            program = Program([NETSTATE, *words, "--dump", path])
            until(lambda: has_begun(program.pid), 20, "the start")
            os.kill(program.pid, signal.SIGUSR1)
            until(lambda: program.process.poll() is not None or (os.path.exists(path) and os.path.getsize(path)), 30, "the dump")
            same(program.process.poll(), None, f"{program.errors}")


main()
