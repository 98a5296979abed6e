#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# tests/run: alone, every program on the machine that looks for owners meets its 800,000 descriptors
"""A user's processes have very many descriptors of few sockets, which costs them nothing: others are found all the same, and soon."""
import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import time

from harness import *
from namespaces import PR_SET_PDEATHSIG, libc

PROCESSES = 40
ROOM = 64  # descriptors that are free for others


def hold_many(sock, count):
    """In the child: until it is ended."""
    first = os.dup(sock.fileno())
    for number in range(first + 1, count):
        os.dup2(first, number)


@contextlib.contextmanager
def many_descriptors(sock):
    """(how many one process has, all in all)."""
    each = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 20000) - ROOM
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft[1], soft[1]))
    children = []
    try:
        for _ in range(PROCESSES):
            ready, tell = os.pipe()
            pid = os.fork()
            if not pid:
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
                hold_many(sock, each)
                os.write(tell, b"x")
                while True:
                    signal.pause()
            children.append(pid)
            os.close(tell)
            same(os.read(ready, 1), b"x")
            os.close(ready)
        resource.setrlimit(resource.RLIMIT_NOFILE, soft)
        yield PROCESSES * each
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, soft)
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def run_measured(*options):
    """(rows, bytes of memory at most)."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        os.dup2(write, 1)
        os.dup2(os.open("/dev/null", os.O_WRONLY), 2)
        os.closerange(3, 64)
        os.execv(NETSTATE, [NETSTATE, *options])
    os.close(write)
    with os.fdopen(read) as out:
        text = out.read()
    _, _, used = os.wait4(pid, 0)
    return text, used.ru_maxrss << 10


@test("very many descriptors of one socket are one holder of it, and take no memory")
def one_holder():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_server(("127.0.0.1", 0)) as other:
        with many_descriptors(server) as count:
            port = other.getsockname()[1]
            for command in (("list", "--json"), ("list", "--json", "--source", "sock_diag"), ("explain", "--json"), ("list", "-u", "--json")):
                text, memory = run_measured(*command)
                check(memory < max(count * 50, 40 << 20), f"{command}: {memory >> 20} MB, {count} descriptors")
                if command[0] == "list" and "-u" not in command:
                    rows = [row for row in map(json.loads, text.splitlines()) if row.get("lport") == port]
                    same([row["pid"] for row in rows], [os.getpid()], command)


@test("a process that comes behind them is found, and SIGINT ends the search at once")
def found_behind():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with many_descriptors(server):
            child = subprocess.Popen(["sleep", "600"], stdin=(held := socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
            try:
                held.bind(("127.0.0.1", 0))
                port = held.getsockname()[1]
                held.close()
                done = netstate("list", "-u", "--json")
                rows = [row for row in map(json.loads, done.stdout.splitlines()) if row.get("lport") == port]
                same([row["pid"] for row in rows], [child.pid], done.stderr)
                searching = subprocess.Popen([NETSTATE, "list", "-u"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                until(lambda: any("/fd" in link for link in links_of(searching.pid)) or searching.poll() is not None, what="the search")
                begin = time.monotonic()
                searching.send_signal(signal.SIGINT)
                searching.wait()
                check(time.monotonic() - begin < 2, "SIGINT")
            finally:
                child.kill()
                child.wait()


def links_of(pid):
    """What its descriptors lead to."""
    try:
        folder = f"/proc/{pid}/fd"
        return [os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)]
    except OSError:
        return []


main()
