#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate live on a terminal that does anything: keys at random, any size, bytes that are no keys, under the sanitizers."""
import os
import random
import re
import time

from harness import *
from owners import server_and_client
from screen import SANITIZED, Screen, children_of

SIZES = ((24, 80), (24, 80), (1, 1), (2, 2), (5, 20), (3, 300), (200, 3), (65535, 65535), (0, 0), (65535, 1), (1, 65535), (512, 2048), (513, 40), (50, 200))
# k and y end a connection of this namespace; t (ends its process) and Ctrl-Z, Ctrl-C are left out, and so is q, until the end
KEYS = [b"j", b"k", b"n", b"g", b"g", b"s", b"r", b"S", b"W", b"c", b"o", b"?", b" ", b"\r", b"\x1b", b"\t", b"\x0c", b"y", b"w", b"d", b"h", b"f", b"/",
        b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[5~", b"\x1b[6~", b"\x1b[H", b"\x1b[F", b"\x1bOP", b"\x1b[3~", b"\x7f", b"<", b">", b"+", b"-", b"1", b"0"]
FILTERS = ("state listen", "comm srv or", "((((", "not not not state established", "age > 1m and", "x" * 700, "日本 \u202e", "sport = :8080", "idle > 1h", "'", "pid 1 |")


def is_nobody(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return re.search(r"^Uid:\s+65534", file.read(), re.M)


def mouse(chance):
    x, y = chance.choice((1, 5, 40, 80, 223, 255)), chance.choice((1, 2, 3, 10, 24, 223))
    if chance.random() < 0.5:
        return b"\x1b[M" + bytes((32 + chance.choice((0, 64, 65, 3)), min(255, 32 + x), min(255, 32 + y)))
    return f"\x1b[<{chance.choice((0, 64, 65, 999999))};{chance.choice((x, 70000))};{y}{chance.choice('Mm')}".encode()


def act(chance, screen, client):
    kind = chance.random()
    if kind < 0.6:
        screen.type(chance.choice(KEYS))
    elif kind < 0.68:
        screen.type(b"/" + chance.choice(FILTERS).encode() + chance.choice((b"\r", b"\x1b", b"\x15", b"\t\t", b"")))
    elif kind < 0.76:
        screen.type(mouse(chance))
    elif kind < 0.84:
        screen.resize(*chance.choice(SIZES))
    elif kind < 0.9:
        junk = bytes(byte for byte in chance.randbytes(chance.choice((1, 8, 64))) if byte not in b"qtT\x03\x1a\x1c\x13\x11")
        screen.type(junk)
    else:
        client(chance.choice(("c.append(client('127.0.0.1', 8080))", "c and reset(c.pop())", "c and c.pop().close()")))


def session(seed, actions):
    chance = random.Random(seed)
    with Namespace() as ns:
        server, client = server_and_client(ns, backlog=100)
        client("c = [client('127.0.0.1', 8080) for _ in range(5)]")
        with Screen("--netns", str(ns.inode)) as screen:
            screen.see(b"8080")
            for _ in range(actions):
                act(chance, screen, client)
                time.sleep(chance.choice((0, 0, 0.002, 0.02)))  # keys that come together, and keys that come alone
                check(screen.process.poll() is None, f"seed {seed}: ended: {screen.errors.decode(errors='replace')[-3000:]}")
            screen.resize(24, 80)
            until(lambda: screen.process.poll() is not None or screen.type(b"\x1bnq") or time.sleep(0.2), 60, "the end by q")
            status = screen.end()
            errors = screen.errors.decode(errors="replace")
            check(status == 0 and not re.search("Sanitizer|runtime error", errors), f"seed {seed}: status {status}: {errors[-3000:]}")


@test("a session of 150 keys, sizes, clicks and bytes at random, under the sanitizers: it goes on, and q ends it")
def short():
    session(1, 150)


@test("eight sessions of 400", long=True)
def long():
    for seed in range(2, 10):
        session(seed, 400)


@test("a terminal that claims to be 65535 by 65535 is drawn on, within bounded memory")
def huge():
    with Screen("--duration", "60s", program=NETSTATE, size=(65535, 65535)) as screen:
        screen.see(b"quit")
        with open(f"/proc/{screen.process.pid}/status", encoding="ascii") as file:
            peak = int(re.search(r"VmHWM:\s+(\d+)", file.read())[1])
        check(peak < 400000, f"{peak} kB")
        screen.type(b"q")
        same(screen.end(), 0, screen.errors.decode())


@test("with host names on, q ends live at once: its resolver is another user by then, and cannot be signalled")
def names():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        with Screen("--netns", str(ns.inode), program=NETSTATE) as screen:
            screen.see(b"8080")
            children = children_of(screen.process.pid)
            screen.type(b"n")
            until(lambda: any(is_nobody(pid) for pid in children), 30, "the resolver that is nobody")
            screen.type(b"q")
            same(screen.end(), 0, screen.errors.decode())
        same([pid for pid in children if os.path.exists(f"/proc/{pid}")], [])


main()
