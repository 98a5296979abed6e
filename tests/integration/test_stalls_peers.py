#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: whose the listener is whose accept queue is full, wherever its descriptor and its namespace are."""
from harness import *
from stalls_tools import *

FULL = "l = listener('127.0.0.1', 80, backlog=0); f = client('127.0.0.1', 80)"
HANG = "s = tcp(); s.setblocking(False); s.connect_ex(('127.0.0.1', 80))"


def names(stalls, process, comm):
    peer = stalls.expect(verdict="accept_queue_full")["peer"]
    same({key: peer[key] for key in ("listening", "pid", "comm", "queue", "limit")},
         {"listening": True, "pid": process.pid, "comm": comm, "queue": 1, "limit": 0})


@test("a listener older than netstate")
def older():
    with Namespace() as ns, ns.actor("srv") as server, ns.actor("cli") as client:
        server(FULL)
        with Stalls(ns) as stalls:
            client(HANG)
            names(stalls, server, "srv")


@test("far behind in a process of many descriptors, older or newer than netstate")
def far():
    for older in (True, False):
        with Namespace() as ns, ns.actor("srv") as server, ns.actor("cli") as client:
            server("import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (9000, 9000))")
            server("n = os.open('/dev/null', 0); [os.dup2(n, i) for i in range(1000, 8000)] and None")
            if older:
                server(FULL)
            with Stalls(ns) as stalls:
                if not older:
                    server(FULL)
                server("d = os.dup2(l.fileno(), 8500); l.close()")
                client(HANG)
                names(stalls, server, "srv")


@test("handed to another process, while netstate watches")
def handed_on():
    with Namespace() as ns, ns.actor("srv") as server, ns.actor("cli") as client, ns.actor("heir") as heir:
        server("u = socket.socket(socket.AF_UNIX); u.bind('\\0heir'); u.listen()")
        server(FULL)
        with Stalls(ns) as stalls:
            heir("u = socket.socket(socket.AF_UNIX); u.connect('\\0heir')")
            server("c = u.accept()[0]; socket.send_fds(c, [bytes(1)], [l.fileno()]) and l.close()")
            heir("got = socket.recv_fds(u, 1, 1)[1]")
            client(HANG)
            names(stalls, heir, "heir")


def hide(server):
    """A full listener and a connect that hangs, in a namespace that nothing but their descriptors holds. Its inode."""
    server("libc = ctypes.CDLL(None, use_errno=True); own = os.open('/proc/self/ns/net', 0)")
    server("assert not libc.unshare(0x40000000)")  # CLONE_NEWNET
    inode = server("os.stat('/proc/self/ns/net').st_ino")
    server("import subprocess; subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)")
    server(FULL)
    server(HANG)
    server("assert not libc.setns(own, 0)")
    return inode


@test("in a namespace that only a socket's descriptor holds; and what hung there before the start")
def hidden():
    with Namespace() as ns, ns.actor("srv") as server:
        for before in (False, True):
            with Stalls() as stalls:
                if not before:
                    inode = hide(server)
                report = stalls.expect(netns=inode, verdict="accept_queue_full", before_start=before)
                same({key: report["peer"][key] for key in ("netns", "listening", "pid", "comm", "queue", "limit")},
                     {"netns": inode, "listening": True, "pid": server.pid, "comm": "srv", "queue": 1, "limit": 0})
                same((report["pid"], report["comm"]), (server.pid, "srv"))


def half_open(host, peer, backlog, room, count, served=True):
    """A listener with `backlog` in a namespace without SYN cookies and with tcp_max_syn_backlog `room`, to which `count` handshakes are
    half-open: nobody answers its SYN-ACKs. Returns the actors."""
    peer.sysctl("net.ipv4.tcp_syncookies", 0)
    peer.sysctl("net.ipv4.tcp_max_syn_backlog", room)
    host.ip("addr", "add", "10.77.0.50/24", "dev", "h0")
    nft(host, "input", "ip daddr 10.77.0.50 tcp sport 80 drop")
    server, flood = peer.actor("srv"), host.actor("flood")
    server(f"l = listener('10.78.0.2', 80, {backlog})")
    flood(f"f = [tcp('10.78.0.2') for i in range({count})]\nfor s in f:\n    s.setblocking(False); s.bind(('10.77.0.50', 0)); "
          "s.connect_ex(('10.78.0.2', 80))")
    return server, flood


@test("half-open handshakes fill the backlog, without SYN cookies: syn_backlog_full")
def backlog_full():
    with routed() as (host, router, peer):
        server, flood = half_open(host, peer, 4, 1024, 8)
        with server, flood, Stalls(host) as stalls, host.actor("cli") as client:
            client("s = tcp('10.78.0.2'); s.setblocking(False); s.bind(('10.77.0.1', 0)); s.connect_ex(('10.78.0.2', 80))")
            report = stalls.expect(laddr="10.77.0.1", verdict="syn_backlog_full")
            said(report, "half-open handshakes of at most 4, and SYN cookies are off")
            same(report["peer"]["pid"], server.pid)


@test("the last quarter of tcp_max_syn_backlog is for known peers: told, and nobody accused")
def backlog_reserved():
    with routed() as (host, router, peer):
        server, flood = half_open(host, peer, 16, 16, 20)
        with server, flood, Stalls(host) as stalls, host.actor("cli") as client:
            client("s = tcp('10.78.0.2'); s.setblocking(False); s.bind(('10.77.0.1', 0)); s.connect_ex(('10.78.0.2', 80))")
            stalls.wait(lambda: any("half-open" in line for report in stalls.select(laddr="10.77.0.1", verdict="unknown")
                                    for line in report["evidence"]), 40, "half-open handshakes")
            said(stalls.select(laddr="10.77.0.1", verdict="unknown")[-1], "13 half-open handshakes, and SYN cookies are off: from 13 on")
            check(not stalls.select(laddr="10.77.0.1", verdict="syn_backlog_full"), "an accusation")


main()
