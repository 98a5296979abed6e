#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate live on a terminal: findings in the pane, and what keys do."""
import os

from terminal import *


@test("a full listener is marked, first, and its pane shows the finding with its evidence; a stopped helper blocks no key")
def finding():
    with live() as (terminal, server, client, _):
        server("f = listener('127.0.0.1', 8081, 1)")
        client("many = []\nfor i in range(5):\n    s = socket.socket(); s.setblocking(False); s.connect_ex(('127.0.0.1', 8081)); many.append(s)")
        terminal.see("!LISTEN      127.0.0.1:8081")
        terminal.type("Home", "Enter")
        terminal.see("critical: accept_queue_full (high confidence)", 30)
        terminal.see("the accept queue is full")
        terminal.tmux("resize-window", "-x", 120, "-y", 40)
        terminal.see("evidence  accept queue")
        terminal.see("wait for accept")
        helpers = [int(pid) for pid in open(f"/proc/{terminal.child}/task/{terminal.child}/children").read().split()]
        check(helpers, "no helper")
        for pid in helpers:
            os.kill(pid, 19)
        terminal.type("s", "?")
        terminal.see("any key leaves it")
        terminal.type("x", "q")
        terminal.see("prompt:")
        terminal.gone("q quit  ? help")
        check(not any(os.path.exists(f"/proc/{pid}") for pid in helpers), "a helper is left behind")


@test("/: the cursor, words, history, Tab; Esc keeps the filter that was")
def editing():
    with live() as (terminal, *_):
        terminal.see("ESTABLISHED 127.0.0.1:8080")
        terminal.type("/", "state listen", "Enter")
        terminal.see("filter state listen")
        terminal.see("LISTEN 1\n")
        terminal.gone("EST 2")  # what is counted is what is shown
        terminal.type("/", "C-w", "est", "Tab")
        terminal.see("filter> state ESTABLISHED _")
        terminal.type("Home", "not ")
        terminal.see("filter> not _state ESTABLISHED")
        terminal.type("Escape")
        terminal.see("filter state listen ")
        terminal.type("/", "C-u", "dport = :8080", "Enter")
        terminal.see("filter dport = :8080 ")
        terminal.type("/", "Up", "Up")
        terminal.see("filter> state listen_")
        terminal.type("Down", "Left", "Left", "DC", "1")
        terminal.see("filter> dport = :801_0")
        terminal.type("C-u", "C-k", "s", "Tab")
        terminal.see("state src sport ")
        terminal.type("Escape")
        terminal.see("filter dport = :8080 ")


main()
