#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The harness itself: actors act where they should, errors come back, nothing stays behind."""
import os
import subprocess

import namespaces
from harness import *


@test("an actor acts inside its namespace under its own comm and keeps its variables")
def actor_inside():
    with Namespace() as ns, ns.actor("alpha") as alpha:
        same(alpha("os.stat('/proc/self/ns/net').st_ino"), ns.inode)
        same(alpha("open('/proc/self/comm').read()"), "alpha\n")
        alpha("x = 40")
        same(alpha("x + 2"), 42)
        same(alpha("os.getpid()"), alpha.pid)


@test("an actor's failure comes back with the errno's name, and it goes on")
def actor_fails():
    with Namespace() as ns, ns.actor("alpha") as alpha:
        same(alpha.fails("client('127.0.0.1', 9)"), "ECONNREFUSED")
        same(alpha("1 + 1"), 2)


@test("two namespaces joined by veth reach each other with both families")
def veth_reaches():
    with Namespace() as left, Namespace() as right:
        veth(left, ["10.77.0.1/24", "fd77::1/64"], right, ["10.77.0.2/24", "fd77::2/64"])
        server, peer = left.actor("server"), right.actor("peer")
        for address in ("10.77.0.1", "fd77::1"):
            server(f"l = listener('{address}', 8080)")
            peer(f"c = client('{address}', 8080)")
            peer("c.close()")
            server("l.close()")


@test("namespaces and actors are gone after their block, and after a program killed with -9")
def nothing_left():
    with Namespace() as ns:
        actor = ns.actor("alpha")
        name, pid = ns.name, actor.pid
    check(name not in ip("netns", "list"), f"{name} is still there")
    check(not os.path.exists(f"/proc/{pid}"), f"process {pid} is still there")
    dead = subprocess.Popen(["true"])
    dead.wait()
    ip("netns", "add", f"{namespaces.PREFIX}-{dead.pid}-1")
    namespaces.sweep()
    check(f"{namespaces.PREFIX}-{dead.pid}-1" not in ip("netns", "list"), "the dead program's namespace stayed")


@test("a socket connected to itself is one established connection")
def self_connect():
    with Namespace() as ns, ns.actor("alpha") as alpha:
        alpha("s = tcp(bind=('127.0.0.1', 7000)); s.connect(('127.0.0.1', 7000))")
        rows = ns.run("ss", "-Htn", "state", "established").stdout
        check("127.0.0.1:7000" in rows, rows)


main(bpf=False)
