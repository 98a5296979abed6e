#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Network namespaces that cannot be looked into are counted and said; those that only a descriptor holds are found."""
import json
import os
import re
import subprocess
import sys

from harness import *

# Root without the capability that setns(2) asks for.
NO_SETNS = ("setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin")

# Makes a listener in a namespace of its own, goes back, and tells the namespace's inode: the socket alone holds it.
HIDES = """
import ctypes, os, socket, sys, time
libc = ctypes.CDLL(None)
own = os.open("/proc/self/ns/net", os.O_RDONLY)
libc.unshare(0x40000000)
inode = os.stat("/proc/self/ns/net").st_ino
kept = {keep}
libc.setns(own, 0x40000000)
print(inode, flush=True)
time.sleep(120)
"""
SOCKET = "socket.socket(socket.AF_INET); kept.listen()"
NAMESPACE = "os.open('/proc/self/ns/net', os.O_RDONLY)"


class Hidden:
    """A process that holds a namespace by a descriptor and is in another one."""

    def __init__(self, keep):
        self.process = subprocess.Popen([sys.executable, "-c", HIDES.format(keep=keep)], stdout=subprocess.PIPE, text=True)
        self.inode = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


# As many namespaces as it is told, each with a listener, held by a descriptor alone.
DESCRIPTORS = """
import ctypes, os, socket, sys
call, own, kept = ctypes.CDLL(None), os.open("/proc/self/ns/net", os.O_RDONLY), []
for i in range(int(sys.argv[1])):
    assert not call.unshare(0x40000000)
    kept.append(os.open("/proc/self/ns/net", os.O_RDONLY))
    kept.append(socket.create_server(("0.0.0.0", 4321)))
    assert not call.setns(own, 0)
print(*(os.fstat(space).st_ino for space in kept[::2]), flush=True)
sys.stdin.read()
"""


def incomplete(text):
    return [row for row in map(json.loads, text.splitlines()) if "incomplete" in (row.get("kind"), row.get("role"), row.get("finding"))]


def without_setns(*words):
    return subprocess.run([*NO_SETNS, NETSTATE, *words], capture_output=True, text=True, timeout=60)


@test("namespaces that may not be entered are counted on stderr and in JSON, by every command that looks into them")
def not_entered():
    with Namespace(), Namespace():
        for words in (("list", "--source", "iterators"), ("list", "--source", "sock_diag"), ("who", ":1"), ("explain",),
                      ("kill", "--dry-run", "--source", "iterators", "sport = :1"),
                      ("live", "--source", "iterators", "--for", "300ms"), ("stalls", "--listeners", "--for", "1s")):
            done = without_setns(*words, "--json")
            found = re.search(rf"{words[0]}: (\d+) network namespaces could not be entered or read", done.stderr)
            check(found and int(found[1]) >= 2, f"{words}: {done.stderr}")
            rows = incomplete(done.stdout)
            check(rows and rows[-1]["netns_unread"] >= 2, f"{words}: {done.stdout[-300:]}")
        done = without_setns("--all-netns", "-lt", "--json")
        same(done.returncode, 1)
        check(re.search(r"\d+ network namespaces could not be entered", done.stderr), done.stderr)
        check(incomplete(done.stdout)[-1]["netns_unread"] >= 2, done.stdout)


@test("where every namespace can be looked into nothing is said of them")
def all_entered():
    with Namespace() as ns:
        def nothing_said():  # of other processes of the machine some end, or hide, while they are read
            done = netstate("list", "--json", "--source", "walk")
            return "network namespace" not in done.stderr and not incomplete(done.stdout)
        until(nothing_said, 30, "a list that leaves out no namespace")
        check(not incomplete(netstate("list", "--json", namespace=ns).stdout), "in one's own namespace")


@test("--source sock_diag finds a namespace that only a descriptor of it holds")
def by_descriptor():
    evil = subprocess.Popen([sys.executable, "-c", DESCRIPTORS, "150"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    inodes = set(map(int, evil.stdout.readline().split()))
    same(len(inodes), 150)
    done = netstate("list", "--source", "sock_diag", "--json", "sport = 4321", timeout=60)
    same(inodes - {row["netns"] for row in map(json.loads, done.stdout.splitlines()) if "netns" in row}, set(), done.stderr)
    evil.communicate("")


@test("--all-netns finds a namespace that only a socket holds, and one that only a descriptor of it holds")
def held_by_descriptor():
    with Hidden(SOCKET) as hidden, Hidden(NAMESPACE) as empty:
        done = netstate("--all-netns", "-lnt", "--json")
        rows = [row for row in map(json.loads, done.stdout.splitlines()) if row.get("netns") == hidden.inode]
        same([(row["kind"], row["state"]) for row in rows], [("inet", "LISTEN")], done.stderr)
        check(str(empty.inode) not in done.stderr, done.stderr)


@test("list --verify: no difference stays, by every source; namespaces are compared by another way")
def verified():
    with Namespace() as ns, ns.actor("server") as server, Hidden(SOCKET):
        server("l = listener('127.0.0.1', 7401); c = client('127.0.0.1', 7401)")
        for source, way in (("walk", "tasks, mounts and descriptors"), ("iterators", "the kernel's own list"),
                            ("sock_diag", "the kernel's own list")):
            done = netstate("list", "--verify", "--source", source)
            found = re.search(rf"verify: (\d+) network namespaces by {way}, ", done.stderr)
            check(found and int(found[1]) >= 2, done.stderr)
            check(re.search(r"verify: \d+ sockets by .*, \d+ differences at the first look, \d+ persist", done.stderr), done.stderr)
            check(f"netns {ns.inode} " not in done.stderr and f"namespace {ns.inode}:" not in done.stderr, done.stderr)


@test("list --verify says which namespace its source could not know of")
def verify_tells():
    with Hidden(SOCKET) as hidden:
        done = netstate("list", "--verify", "--source", "sock_diag")
        check(f"network namespace {hidden.inode}: the table does not know it" in done.stderr, done.stderr)
        same(done.returncode, 1)


main()
