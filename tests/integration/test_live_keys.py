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
        terminal.see("!LISTEN      127.0.0.1:8081", 30)
        terminal.type("Home", "Enter")
        terminal.see("critical: accept_queue_full (high confidence)", 30)
        terminal.see("the accept queue is full")
        terminal.tmux("resize-window", "-x", 120, "-y", 40)
        terminal.see("accept queue 2 of 1")
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
        until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in helpers), 10, "the end of all helpers")


@test("every connection of a finding is marked, the 250th too")
def all_marked():
    with live() as (terminal, server, client, _):
        server("l.listen(300)")
        client("many = [client('127.0.0.1', 8080) for _ in range(250)]")
        server("held = [l.accept()[0] for _ in range(250)]")
        client("[s.close() for s in many]")
        terminal.type("/", "state close-wait", "Enter")
        terminal.see("1 of 250 ", 30)
        terminal.see("!CLOSE_WAIT", 60)
        terminal.type("End")
        terminal.see("250 of 250 ")
        terminal.gone("\n CLOSE_WAIT", 60)
        check("without a mark" not in terminal.screen and "! not at" not in terminal.screen, terminal.screen)


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


@test("F-keys beside letters; the mouse selects, sorts by a header and scrolls; groups by namespace")
def mouse_and_function_keys():
    with live() as (terminal, *_):
        terminal.see("ESTABLISHED 127.0.0.1:8080")
        terminal.type("F1")
        terminal.see("any key leaves it")
        terminal.type("x")
        terminal.gone("any key leaves it")
        click(terminal, 16, 4)
        terminal.see("sort local ")
        click(terminal, 16, 4)
        terminal.see("sort -local ")
        click(terminal, 5, 7)
        terminal.see("3 of 3")
        click(terminal, 5, 7, 64)
        terminal.see("1 of 3")
        terminal.type("F5", "F5", "F5", "F5", "F5")
        terminal.see("group netns")
        terminal.type("g")
        terminal.see("group unit")
        terminal.type("Escape", "g", "g", "g", "g", "g")
        terminal.see("group netns")
        terminal.type("Enter")
        terminal.see("filter netns ")
        terminal.type("F10")
        terminal.see("prompt:")


def click(terminal, x, y, button=0):
    """As a terminal sends it: column and line from 1, button 64 the wheel up."""
    if terminal.tmux("display-message", "-p", "#{mouse_any_flag}#{mouse_button_flag}#{mouse_standard_flag}").strip() == "000":
        skip("this terminal's description has no mouse")
    for what in (button, 3):  # pressed, released
        terminal.type("-l", f"\x1b[M{chr(32 + what)}{chr(32 + x)}{chr(32 + y)}")


main()
