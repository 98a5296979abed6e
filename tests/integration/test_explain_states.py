#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate explain: one scene a finding, with real sockets."""
import os
import signal

import time

import explain_tools
from harness import *
from explain_tools import *

DROP = "table ip f { chain i { type filter hook input priority 0; drop; }; }"


def find(namespace, word, **wanted):
    """As of the tools, and its recording says the same."""
    finding = explain_tools.find(namespace, word, **wanted)
    replayed(namespace, word)
    return finding


@test("a server that never reads the end of its connections leaks them in CLOSE_WAIT, with limit and peer")
def close_wait_leak():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 5)
        accept(srv, 5)
        cli("[one.close() for one in c]")
        finding = find(server, "close_wait_leak", severity="warn", count=5)
        same(finding["subject"]["pid"], srv.pid)
        same(finding["subject"]["comm"], "srv")
        same(finding["limit"]["name"], "RLIMIT_NOFILE")
        check("the end is unread" in text_of(finding), text_of(finding))
        check(finding["rate"] > 0 and finding["since_ms"] >= 1500, f"rate and since: {finding}")
        same(len(finding["connections"]), 5)


@test("descriptors that a child inherited and its parent closed name the child; a worker that accepts leaks by itself")
def inherited():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 3)
        accept(srv, 3)
        time.sleep(1.2)  # the child must be younger than the connections
        srv("heir = os.fork()\nif not heir:\n    time.sleep(300)\n    os._exit(0)\n[one.close() for one in kept]")
        cli("[one.close() for one in c]")
        finding = find(server, "close_wait_inherited", severity="warn", count=3)
        heir = srv("heir")
        same(finding["subject"]["pid"], heir)
        check("was started after the connection was made" in text_of(finding), text_of(finding))
        srv("kept = []\nos.kill(heir, 9)\nos.waitpid(heir, 0)\nwork = os.fork()\nif not work:\n"
            "    kept = [l.accept()[0] for _ in range(3)]\n    [one.send(b'x') for one in kept]\n    time.sleep(300)\n    os._exit(0)")
        cli("c = []")
        dial(cli, 3)
        worker = srv("work")
        cli("[one.recv(1) for one in c]")
        cli("[one.close() for one in c]")
        finding = find(server, "close_wait_leak", severity="warn", count=3)
        same(finding["subject"]["pid"], worker)
        check("descriptors " in text_of(finding), text_of(finding))
        srv("os.kill(work, 9)\nos.waitpid(work, 0)")


@test("connections that nobody accepts name the listener and its queue, also in CLOSE_WAIT")
def never_accepted():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 3)
        cli("c.pop().close()")
        finding = find(server, "never_accepted", severity="warn", count=3)
        same(finding["subject"]["pid"], srv.pid)
        check("3 of 128" in finding["title"], finding["title"])


@test("a full accept queue is one finding with what waits in it, critical; the exit status is 3")
def queue_full():
    with pair() as (client, server):
        srv, cli = listen(server, backlog=1), client.actor("cli")
        dial(cli, 2)
        finding = find(server, "accept_queue_full", severity="critical")
        same(finding["limit"], {"name": "backlog", "used": 2, "max": 1, "reached_in_ms": 0})
        check("2 connections in the queue never accepted" in text_of(finding), text_of(finding))
        worse = [one["finding"] for one in explain("--netns", str(server.inode), status=3) if one["severity"] != "note"]
        same(worse, ["accept_queue_full"])


@test("a listener whose process is stopped is told as that")
def stopped():
    with pair() as (client, server):
        srv = listen(server)
        os.kill(srv.pid, signal.SIGSTOP)
        try:
            finding = find(server, "listener_stopped", severity="warn")
            same(finding["command"], f"kill -CONT {srv.pid}")
        finally:
            os.kill(srv.pid, signal.SIGCONT)


@test("a process that used up its descriptors fails with EMFILE")
def emfile():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        srv("resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))\n"
            "try:\n    while True: kept.append(os.open('/dev/null', os.O_RDONLY))\nexcept OSError: pass")
        finding = find(server, "descriptors_used_up", severity="critical")
        same(finding["limit"]["max"], 24)


@test("a receiver that does not read is named from the sender's side")
def zero_window():
    with pair() as (client, server):
        srv = listen(server, before="l.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)")
        cli = client.actor("cli")
        dial(cli)
        accept(srv)
        cli("c[0].setblocking(False)\ntry:\n    while True: c[0].send(b'x' * 65536)\nexcept BlockingIOError: pass")
        finding = find(client, "zero_window", severity="warn")
        check(f"srv (pid {srv.pid}) has never read" in text_of(finding), text_of(finding))
        srv("kept[0].settimeout(1)\nwhile kept[0].recv(65536): break")


@test("a receiver whose buffer shrinks takes its window back: it is named as well")
def window_taken_back():
    """TCP retransmits then in place of probing; a kernel whose receiver announces no zero window for that has nothing to show."""
    with pair() as (client, server):
        srv, cli = listen(server, address="127.0.0.1"), server.actor("cli")
        dial(cli, address="127.0.0.1")
        accept(srv)
        srv("kept[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)")
        cli("c[0].setblocking(False)\ntry:\n    while True: c[0].send(b'x' * 65536)\nexcept BlockingIOError: pass")
        finding = find(server, "zero_window", severity="warn")
        check(f"srv (pid {srv.pid}) has never read" in text_of(finding), text_of(finding))


@test("a slow reader is no finding worse than a note")
def slow_reader():
    with pair() as (client, server):
        srv = listen(server, before="l.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)")
        cli = client.actor("cli")
        dial(cli)
        accept(srv)
        cli("c[0].setblocking(False)\ntry:\n    while True: c[0].send(b'x' * 65536)\nexcept BlockingIOError: pass")
        srv.begin("for _ in range(12):\n    kept[0].recv(200)\n    time.sleep(0.5)")
        time.sleep(4)
        bad = [f["title"] for f in explain("--netns", str(client.inode)) if f["severity"] != "note"]
        srv.end()
        same(bad, [])


@test("data that a dead peer does not acknowledge: how often, how long, and when the kernel gives up")
def unacknowledged():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli)
        accept(srv)
        cli("c[0].send(b'y')")
        srv("kept[0].recv(1)")
        nft(server, DROP)
        cli("c[0].send(b'z' * 20)")
        finding = find(client, "unacknowledged", severity="warn")
        check("20 B unacknowledged" in text_of(finding), text_of(finding))
        check("the data is lost on the way" in text_of(finding), text_of(finding))
        check("tcp_retries2" in text_of(finding), text_of(finding))
        check(finding["since_ms"] >= 1000, f"since {finding['since_ms']} ms")


@test("data and a FIN that an output rule of their own namespace drops do not leave this host; no window is blamed")
def unsent():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 2)
        accept(srv, 2)
        nft(client, "table ip f { chain o { type filter hook output priority 0; tcp dport 80 drop; }; }")
        cli("c[0].send(b'z' * 20)\nc[1].close()")
        finding = find(client, "dropped_on_this_host", severity="warn", count=1)
        same(finding["subject"]["pid"], cli.pid)
        check("the packets do not leave this host" in finding["title"], finding["title"])
        finding = explain_tools.find(client, "closing_unacknowledged", severity="warn", count=1)
        check("the FIN cannot leave this host" in finding["title"], finding["title"])
        same([one["finding"] for one in explain("--netns", str(client.inode)) if "window" in one["finding"]], [])


@test("a path whose MTU is too small while its ICMP is filtered is a path MTU black hole")
def path_mtu():
    with black_hole() as (client, send):
        send(0)
        finding = find(client, "path_mtu_black_hole", severity="warn")
        check("right0 with MTU 1300" in text_of(finding), text_of(finding))


@test("three connections over IPv6 that a router's smaller MTU stops are one finding")
def path_mtu_6():
    with Namespace() as client, Namespace() as router, Namespace() as server:
        veth(client, ["fd08::2/64"], router, ["fd08::1/64"], ("up0", "left0"))
        veth(server, ["fd09::2/64"], router, ["fd09::1/64"], ("up0", "right0"))
        router.sysctl("net.ipv6.conf.all.forwarding", 1)
        client.ip("-6", "route", "add", "default", "via", "fd08::1")
        server.ip("-6", "route", "add", "default", "via", "fd09::1")
        router.ip("link", "set", "right0", "mtu", "1300")
        nft(router, "table ip6 f { chain o { type filter hook output priority 0; icmpv6 type packet-too-big drop; }; }")
        client.sysctl("net.ipv4.tcp_mtu_probing", 0)
        srv, cli = server.actor("srv"), client.actor("cli")
        srv("l, kept = listener('::', 80), []")
        dial(cli, 3, "fd09::2")
        accept(srv, 3)
        cli("for k in c: k.setblocking(False); k.send(b'x' * 50000)")
        find(client, "path_mtu_black_hole", severity="warn", count=3)


@test("an orphan in FIN_WAIT1 whose peer is dead tells its bytes and its end")
def fin_wait1():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli)
        accept(srv)
        nft(server, DROP)
        cli("c[0].send(b'x' * 500)\nc[0].close()")
        finding = find(client, "closing_unacknowledged", severity="warn")
        check("500 B and the FIN" in finding["title"], finding["title"])
        check("tcp_orphan_retries" in text_of(finding), text_of(finding))


@test("FIN_WAIT2 without a process is a note with its time left and the process at the other end")
def fin_wait2():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 3)
        accept(srv, 3)
        cli("[one.close() for one in c]")
        finding = find(client, "fin_wait2_orphan", severity="note", count=3)
        check(f"srv (pid {srv.pid})" in text_of(finding), text_of(finding))


@test("a proxy's half-dead pair names the server behind it")
def proxy():
    with pair() as (client, server):
        behind = listen(server, "behind", address="127.0.0.1", port=81)
        px, cli = listen(server, "px"), client.actor("cli")
        dial(cli)
        accept(px)
        dial(px, 1, "127.0.0.1", 81)
        accept(behind)
        px.begin("assert kept[0].recv(1) == b''\nc[0].shutdown(socket.SHUT_WR)")
        cli("c[0].close()")
        px.end()
        finding = find(server, "proxy_pair", severity="warn")
        same(finding["subject"]["comm"], "px")
        fd = behind("kept[0].fileno()")
        check(f"behind (pid {behind.pid}) holds the other end (fd {fd}) in CLOSE_WAIT" in text_of(finding), text_of(finding))


@test("the member of a SO_REUSEPORT group that does not accept is named")
def reuseport():
    with pair() as (client, server):
        reuse = "l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)"
        good = listen(server, "good", before=reuse)
        dead = listen(server, "dead", backlog=1, before=reuse)
        good.begin("while len(kept) < 100: kept.append(l.accept()[0])")
        cli = client.actor("cli")
        cli("c = []\nfor _ in range(24):\n    s = socket.socket()\n    s.setblocking(False)\n    s.connect_ex(('10.9.0.2', 80))\n"
            "    c.append(s)")
        finding = find(server, "reuseport_dead_member", severity="critical")
        same(finding["subject"]["pid"], dead.pid)
        check("1 of 2 new connections hang" in finding["title"], finding["title"])
        os.kill(good.pid, signal.SIGKILL)


@test("local ports towards one destination that are nearly used up")
def ports():
    with pair() as (client, server):
        client.sysctl("net.ipv4.ip_local_port_range", "40000 40019")
        srv, cli = listen(server), client.actor("cli")
        srv.begin("while len(kept) < 19: kept.append(l.accept()[0])")
        dial(cli, 19)
        srv.end()
        finding = find(client, "ports_run_out")
        same(finding["limit"]["used"], 19)
        same(finding["limit"]["max"], 20)
        same(finding["subject"]["pid"], cli.pid)


main()
