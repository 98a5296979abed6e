# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A terminal (tmux) with netstate live in it."""
import contextlib
import os
import shutil
import subprocess

from harness import *
from owners import server_and_client


class Terminal:
    """A tmux session of its own server with a shell in it."""

    count = 0

    def __init__(self, width=80, height=24, env=""):
        Terminal.count += 1
        self.server = f"nstest-{os.getpid()}-{Terminal.count}"
        self.tmux("new-session", "-d", "-x", width, "-y", height, f"exec env PS1=prompt: TERM=screen LANG=C.UTF-8 {env} sh")
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
def live(*words, env=""):
    """A server with one connection, and netstate live on a terminal."""
    if not shutil.which("tmux"):
        skip("there is no tmux")
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        server("s, _ = l.accept()")
        terminal = Terminal(env=env)
        try:
            before = terminal.settings
            terminal.type(f"{NETSTATE} live --netns {ns.inode} {' '.join(words)}", "Enter")
            terminal.see("netstate  ")
            terminal.gone("reading the kernel's", 30)
            yield terminal, server, client, before
        finally:
            terminal.close()


def has_settings(terminal, before):
    """Waits: a shell that edits its line (busybox) sets them anew at each prompt."""
    until(lambda: terminal.settings == before, 10, f"the terminal's settings from before:\n{before}")


def given_back(terminal, before):
    """The prompt, the screen from before, the settings."""
    terminal.see("prompt:")
    terminal.gone("q quit  ? help")
    has_settings(terminal, before)
    terminal.type("echo still he''re", "Enter")
    terminal.see("still here")
