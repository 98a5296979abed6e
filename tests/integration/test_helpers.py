#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The helper processes of each command that goes on: they end with it, however it ends; without one it goes on, or says why not."""
import concurrent.futures
import os
import signal
import subprocess

from harness import *
from screen import Screen, children_of

COMMANDS = (
    (("trace",), "tracing"),
    (("live", "--json"), "watching"),
    (("stalls",), "watching connects"),
    (("stalls", "--listeners"), "watching listeners"),
    (("stalls", "--trace-rules"), "watching connects"),
    (("who", "--watch", ":9"), "watching binds"),
    (("explain", "--watch", "600s"), None),
)


def alive(pids):
    return [pid for pid in pids if os.path.exists(f"/proc/{pid}")]


class Started:
    """The command with its helpers."""

    def __init__(self, words, says, space):
        self.words = words
        self.process = subprocess.Popen([NETSTATE, *words, "--netns", str(space.inode)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.said = []
        while says and not (self.said and says in self.said[-1]):
            self.said.append(self.process.stderr.readline())
            check(self.said[-1], f"{words} has ended: {self.said}")
        until(lambda: children_of(self.process.pid), 60, f"{words}: a helper")
        self.helpers = children_of(self.process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def each_at_once(one):
    """one(words, says) for every command: they mostly wait."""
    with concurrent.futures.ThreadPoolExecutor(len(COMMANDS)) as pool:
        list(pool.map(lambda row: one(*row), COMMANDS))


@test("kill -9 of a command ends all its helpers")
def killed():
    def one(words, says):
        with Started(words, says, space) as command:
            command.process.kill()
            command.process.wait()
            until(lambda: not alive(command.helpers), 20, f"{words}: the end of its helpers")
    with Namespace() as space:
        each_at_once(one)


@test("kill -9 of live on a terminal ends all its helpers, also the one that looks host names up as nobody")
def live_killed():
    with Namespace() as space, space.actor("srv") as server, Screen("--netns", str(space.inode), program=NETSTATE) as screen:
        server("l = listener('127.0.0.1', 8080)")
        screen.see(b"8080")
        screen.type(b"n")
        until(lambda: len(children_of(screen.process.pid)) >= 4, 30, "four helpers")
        helpers = children_of(screen.process.pid)
        until(lambda: any(os.stat(f"/proc/{pid}").st_uid for pid in helpers), 30, "the resolver that is nobody")
        screen.process.kill()
        screen.process.wait()
        until(lambda: not alive(helpers), 20, "the end of its helpers")


@test("kill -9 of a helper: the command goes on until its signal, or ends and says so; it neither hangs nor crashes")
def helper_killed():
    def one(words, says):
        with Started(words, says, space) as command, clients[words] as client:
            for pid in command.helpers:
                os.kill(pid, signal.SIGKILL)
            client("d = client('127.0.0.1', 8080); d.close(); d = client('127.0.0.1', 8080)")
            try:
                command.process.wait(1)
            except subprocess.TimeoutExpired:
                command.process.send_signal(signal.SIGTERM)
            _, err = command.process.communicate(timeout=60)
            lines = [*command.said, *err.splitlines()]
            check(command.process.returncode in (0, 1, 3), f"{words}: status {command.process.returncode}: {lines}")
            check(all(line.startswith("netstate: ") for line in lines), f"{words}: {lines}")
            check(command.process.returncode != 1 or err, f"{words} fails without a word")
    with Namespace() as space, space.actor("srv") as listening:
        listening("l = listener('127.0.0.1', 8080); c = client('127.0.0.1', 8080)")
        clients = {words: space.actor("cli") for words, _ in COMMANDS}  # forks, which a thread had better not
        each_at_once(one)


@test("kill -9 of each helper of live on a terminal: it goes on, and q ends it")
def live_helper_killed():
    with Namespace() as space, space.actor("srv") as server:
        server("l = listener('127.0.0.1', 8080)")
        for number in range(4):
            with Screen("--netns", str(space.inode), program=NETSTATE) as screen:
                screen.see(b"8080")
                helpers = children_of(screen.process.pid)
                check(len(helpers) > number, f"{helpers}")
                os.kill(helpers[number], signal.SIGKILL)
                server("c = client('127.0.0.1', 8080)")
                for key in (b"n", b"\r", b"k", b"\x1b", b"/comm srv\r"):
                    screen.type(key)
                until(lambda: screen.process.poll() is not None or screen.type(b"\x1b" b"q"), 60, f"the end without helper {number}")
                check(screen.end() in (0, 1), f"{number}: {screen.process.returncode}: {screen.errors}")


main()
