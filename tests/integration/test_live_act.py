#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate live on a real terminal: k ends a connection, or its process, after it was asked; c copies a row."""
import errno
import os

from harness import *
from terminal import *


def choose(terminal, words):
    """The one connection that these words select."""
    terminal.type("/", words, "Enter")
    terminal.see("1 of 1 ")


@test("k shows exactly which connection, and what will be done; any other key does nothing; y ends it alone")
def ends_a_connection():
    with live() as (terminal, server, client, before):
        terminal.see("ESTABLISHED")
        client("d = client('127.0.0.1', 8080)")
        port, other = client("[c.getsockname()[1], d.getsockname()[1]]")
        choose(terminal, f"sport = :{port} and comm cli")
        terminal.type("k")
        terminal.see("End this connection?")
        terminal.see(f"ESTABLISHED 127.0.0.1:{port} 127.0.0.1:8080")
        terminal.see(f"cookie {client('cookie(c)')}")
        terminal.see(f"SIGTERM to process {client.pid} (cli)")
        terminal.type("n")
        terminal.gone("End this connection?")
        same(client("c.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)"), 0)
        terminal.type("k")
        terminal.see("End this connection?")
        terminal.type("y")
        terminal.see("done")
        same(client("c.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)"), errno.ECONNABORTED)
        client("d.sendall(b'x')")  # the other one lives
        same(client("d.getsockname()[1]"), other)
        terminal.type("q")
        given_back(terminal, before)


@test("t sends SIGTERM to the process that holds the socket, and to none that holds it no more")
def ends_a_process():
    with live() as (terminal, server, client, _):
        terminal.see("ESTABLISHED")
        server("child = os.fork()\nif not child:\n    set_comm('worker'); l.close(); signal.signal(signal.SIGTERM, signal.SIG_DFL); signal.pause(); os._exit(0)")
        child = server("child")
        server("s.close()")
        try:
            choose(terminal, f"pid {child} and state established")
            terminal.type("k")
            terminal.see(f"SIGTERM to process {child} (worker)")
            terminal.type("t")
            terminal.see("done")
            same(server("os.WTERMSIG(os.waitpid(child, 0)[1])"), 15)
        except BaseException:
            os.kill(child, 9)
            raise


@test("c copies the selected row for the terminal's clipboard, without a newline")
def copies():
    with live("--fields", "state,lport,rport,comm") as (terminal, server, client, _):
        terminal.tmux("set-option", "-s", "set-clipboard", "on")
        port = client("c.getsockname()[1]")
        choose(terminal, f"sport = :{port}")
        terminal.type("c")
        terminal.see("copied")
        copied = until(lambda: terminal.tmux("show-buffer"), what="tmux's buffer")
        same(copied.split(), ["ESTABLISHED", str(port), "8080", "cli"])
        check(not copied.endswith("\n"), repr(copied))


@test("the pane of a connect that hangs has the verdict and the evidence of stalls")
def hangs():
    with live() as (terminal, server, client, _):
        client.namespace.run("nft", "-f", "-", input="table ip f { chain i { type filter hook input priority 0; ip daddr 127.0.0.2 drop; }; }")
        client("h = socket.socket(); h.setblocking(False); h.connect_ex(('127.0.0.2', 9))")
        terminal.type("/", "state syn-sent", "Enter")
        terminal.see("1 of 1 ")
        terminal.tmux("resize-window", "-x", "120", "-y", "50")
        terminal.type("Enter")
        terminal.see("verdict", 60)
        terminal.see("evidence")
        terminal.see(f"cli (pid {client.pid})")
        check("unknown process" not in terminal.screen, terminal.screen)


main()
