#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate live on a real terminal: the chooser of columns, saved settings, host names, rates."""
import contextlib
import os
import tempfile

from harness import *
from terminal import *


@contextlib.contextmanager
def home():
    with tempfile.TemporaryDirectory() as folder:
        yield folder, os.path.join(folder, "netstate", "live")


def headers(terminal):
    return next(line for line in terminal.screen.splitlines() if line.startswith(" STATE") or " LADDR" in line).split()


@test("o chooses columns and their order, Esc goes back, W saves; the next run has them, --fields goes before")
def chooser():
    with home() as (folder, path):
        env = f"XDG_CONFIG_HOME={folder}"
        with live(env=env) as (terminal, *_):
            terminal.see("ESTABLISHED")
            terminal.type("o")
            terminal.see("[x] state")
            terminal.type("Down", "Space")
            terminal.see("[ ] local")
            terminal.type("Escape")
            terminal.gone("COLUMNS")
            terminal.see("LADDR:LPORT")
            terminal.type("o", "Space")  # state: off
            terminal.see("[ ] state")
            terminal.type("Home", "Right", "Enter")
            terminal.see("RADDR:RPORT  LADDR:LPORT".split()[0])
            until(lambda: headers(terminal)[:2] == ["RADDR:RPORT", "LADDR:LPORT"], what="the order of columns")
            terminal.type("r", "W")
            terminal.see("done")
            same(os.stat(path).st_mode & 0o7777, 0o600)
            same(os.stat(os.path.dirname(path)).st_mode & 0o7777, 0o700)
            terminal.type("q")
        with live(env=env) as (terminal, *_):
            until(lambda: headers(terminal)[:2] == ["RADDR:RPORT", "LADDR:LPORT"], what="the saved columns")
            terminal.see("sort -trouble")
        with live("--fields", "state,comm", env=env) as (terminal, *_):
            until(lambda: headers(terminal)[:2] == ["STATE", "COMM"], what="the columns of --fields")


@test("settings that are a symbolic link, another user's, or writable for others are not read; damaged ones are no harm")
def not_trusted():
    with home() as (folder, path):
        os.mkdir(os.path.dirname(path), 0o700)
        other = os.path.join(folder, "other")

        def put(text, where=path, mode=0o600, owner=0):
            for old in (path, other):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(old)
            with open(where, "w") as file:
                file.write(text)
            os.chmod(where, mode)
            os.chown(where, owner, owner)

        good = "columns=comm,state\n"
        for where, mode, owner in ((other, 0o600, 0), (path, 0o666, 0), (path, 0o600, 65534)):
            put(good, where, mode, owner)
            if where == other:
                os.symlink(other, path)
            with live(env=f"XDG_CONFIG_HOME={folder}") as (terminal, *_):
                terminal.see(" STATE")
                same(headers(terminal)[0], "STATE", f"{where} {mode:o} {owner}")
        put("columns=nothing,state\nsort=\ngroup=x\n=\ncolumns=" + "state," * 2000 + "\n" + good)
        with live(env=f"XDG_CONFIG_HOME={folder}") as (terminal, *_):
            terminal.see("ESTABLISHED")


@test("n shows host names where there are some, and addresses again; no key waits for a resolver that does not answer")
def names():
    with live() as (terminal, *_):
        terminal.see("127.0.0.1:8080")
        terminal.type("n")
        terminal.see("localhost:8080")
        terminal.type("n")
        terminal.gone("localhost:8080")
        terminal.see("127.0.0.1:8080")


@test("bytes a second of a connection that sends, and none of one that does not")
def rates():
    with live("--fields", "lport,rport,sent_rate,received_rate") as (terminal, server, client, _):
        port = client("c.getsockname()[1]")
        client("""
import threading
def send():
    while True:
        c.sendall(bytes(1000)); time.sleep(0.01)
threading.Thread(target=send, daemon=True).start()
""")
        server("threading = __import__('threading'); threading.Thread(target=lambda: [s.recv(65536) for _ in iter(int, 1)], daemon=True).start()")

        def rate(first):
            row = next((line.split() for line in terminal.screen.splitlines() if line.split()[:1] == [str(first)]), [])
            return [int(word) if word.isdigit() else None for word in row[2:4]]

        until(lambda: (rate(port) + [None] * 2)[0] and 1000 < rate(port)[0] < 200_000, 20, "the sender's rate")
        same(rate(port)[1], 0)


main()
