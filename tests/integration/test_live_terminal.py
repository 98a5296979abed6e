#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate live on a real terminal (tmux): what is on the screen after keys, another size, and signals."""
import contextlib
import os
import shutil
import subprocess

from harness import *
from owners import server_and_client


class Terminal:
    """A tmux session of its own server with a shell in it."""

    def __init__(self, width=80, height=24):
        self.server = f"nstest-{os.getpid()}"
        self.tmux("new-session", "-d", "-x", width, "-y", height, "env PS1=prompt: TERM=screen sh")
        self.see("prompt:")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-L", self.server, "-f", "/dev/null", *map(str, words)], capture_output=True, text=True).stdout

    def type(self, *keys):
        self.tmux("send-keys", *keys)

    @property
    def screen(self):
        return self.tmux("capture-pane", "-p")

    def see(self, text, timeout=10):
        try:
            until(lambda: text in self.screen, timeout, repr(text))
        except AssertionError as problem:
            raise AssertionError(f"{problem}; the screen:\n{self.screen}")

    def gone(self, text, timeout=10):
        until(lambda: text not in self.screen, timeout, f"the end of {text!r}")

    @property
    def settings(self):
        """The terminal's, as stty shows them."""
        pane = self.tmux("display-message", "-p", "#{pane_tty}").strip()
        with open(pane) as terminal:
            return subprocess.run(["stty", "-a"], stdin=terminal, capture_output=True, text=True).stdout

    @property
    def child(self):
        """Pid of netstate."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        return int(open(f"/proc/{shell}/task/{shell}/children").read().split()[0])

    def close(self):
        self.tmux("kill-server")


@contextlib.contextmanager
def live(*words):
    """A server with one connection, and netstate live on a terminal."""
    if not shutil.which("tmux"):
        skip("there is no tmux")
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        server("s, _ = l.accept()")
        terminal = Terminal()
        try:
            before = terminal.settings
            terminal.type(f"{NETSTATE} live --netns {ns.inode} {' '.join(words)}", "Enter")
            terminal.see("netstate  ")
            yield terminal, server, client, before
        finally:
            terminal.close()


def given_back(terminal, before):
    """The prompt, the screen from before, the settings."""
    terminal.see("prompt:")
    terminal.gone("q quit  ? help")
    same(terminal.settings, before, "settings of the terminal")
    terminal.type("echo still he''re", "Enter")
    terminal.see("still here")


@test("connections, counts and hints within 80 columns; new and dying rows are marked")
def picture():
    with live() as (terminal, server, client, _):
        terminal.see("127.0.0.1:8080")
        terminal.see("LISTEN")
        terminal.see("q quit  ? help")
        check(max(len(line) for line in terminal.screen.splitlines()) <= 80, "wider than the terminal")
        client("d = client('127.0.0.1', 8080)")
        terminal.see("+ESTABLISHED")
        client("reset(d)")
        terminal.see("-CLOSE")


@test("keys: help, filter while typing, groups, history, sorting, quit")
def keys():
    with live() as (terminal, server, client, before):
        terminal.see("ESTABLISHED 127.0.0.1:8080")
        terminal.type("?")
        terminal.see("any key leaves it")
        terminal.type("x")
        terminal.gone("any key leaves it")
        terminal.type("/", "state listen")
        terminal.see("filter> state listen_")
        terminal.gone("ESTABLISHED 127")
        terminal.type("BSpace", "BSpace")
        terminal.see("filter> state list_")
        terminal.type("Escape")
        terminal.see("ESTABLISHED 127.0.0.1:8080")
        terminal.type("g")
        terminal.see("group process")
        terminal.see(f"{server.pid} srv")
        terminal.type("Enter")
        terminal.see("filter pid")
        terminal.type("Escape")
        terminal.see("filter none")
        terminal.type("/", "state established and comm srv", "Enter", "Enter")
        terminal.see("HISTORY")
        terminal.see(f"owners {server.pid} srv (scan)")
        client("c.close()")
        terminal.type("Escape", "/", "comm srv and state close-wait", "Enter", "Enter")
        terminal.see("CLOSE_WAIT  for")
        terminal.type("s")
        terminal.see("sort local")
        terminal.type("r")
        terminal.see("sort -local")
        terminal.type("q")
        given_back(terminal, before)


@test("another size is drawn to at once")
def resize():
    with live() as (terminal, *_):
        terminal.see("127.0.0.1:8080")
        terminal.tmux("resize-window", "-x", 132, "-y", 40)
        until(lambda: "UNIT" in terminal.screen, what="the column that 80 have no room for")
        terminal.see("q quit  ? help")
        check("q quit" in terminal.screen.splitlines()[-1], "the hints are not at the bottom")
        terminal.tmux("resize-window", "-x", 60, "-y", 10)
        until(lambda: max(len(line) for line in terminal.screen.splitlines()) <= 60 and "netstate" in terminal.screen,
              what="a narrow picture")


def ended_by(number):
    with live() as (terminal, _, __, before):
        terminal.see("127.0.0.1:8080")
        os.kill(terminal.child, number)
        given_back(terminal, before)


@test("SIGTERM gives the terminal back")
def terminated():
    ended_by(15)


@test("a crash gives the terminal back")
def crashed():
    ended_by(11)


@test("Ctrl-C gives the terminal back")
def interrupted():
    with live() as (terminal, _, __, before):
        terminal.see("127.0.0.1:8080")
        terminal.type("C-c")
        given_back(terminal, before)


@test("--for ends the picture, too")
def ends_by_itself():
    with live("--for", "2s") as (terminal, _, __, before):
        terminal.see("events applied")
        given_back(terminal, before)


main()
