#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate explain: what has one cause is one finding, with real sockets."""
import signal

from harness import *
from explain_tools import *


def worse(namespace, *options):
    return [one["finding"] for one in explain("--netns", str(namespace.inode), *options) if one["severity"] != "note"]


@test("clients of one service that all vanish are one finding, before and after the server ends")
def clients_vanish():
    with pair() as (client, server):
        for at in range(12):
            client.ip("addr", "add", f"10.9.0.{100 + at}/24", "dev", "veth0")
        srv, cli = listen(server), client.actor("cli")
        cli("c = []\nfor at in range(24):\n    one = socket.socket()\n    one.bind((f'10.9.0.{100 + at % 12}', 0))\n"
            "    one.connect(('10.9.0.2', 80))\n    c.append(one)")
        accept(srv, 24)
        nft(client, "table ip f { chain i { type filter hook input priority 0; drop; }; }")
        srv("[one.send(b'x' * 500) for one in kept]")
        finding = find(server, "unacknowledged", severity="warn", count=24)
        check("and other clients of port 80" in finding["title"], finding["title"])
        same(worse(server), ["unacknowledged"])
        check(finding["command"].endswith("ss -tnoi sport = :80"), finding["command"])
        same(server.run("sh", "-c", finding["command"]).stdout.count("10.9.0.2:80"), 24)
        srv.signal(signal.SIGKILL)
        srv.wait()
        find(server, "closing_unacknowledged", severity="warn", count=24)
        same(worse(server), ["closing_unacknowledged"])


@test("what waits for a stopped process is told with it, and its command ends the hang")
def stopped():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        srv.signal(signal.SIGSTOP)
        try:
            dial(cli, 4)
            finding = find(server, "listener_stopped", severity="warn")
            until(lambda: "4 connections in the queue never accepted" in text_of(find(server, "listener_stopped")), 15, "those that wait")
            same(worse(server), ["listener_stopped"])
            same(server.run("sh", "-c", finding["command"]).returncode, 0)
        finally:
            srv.signal(signal.SIGCONT)
        accept(srv, 4)
        same(worse(server), [])


@test("a leak that uses the descriptors up is one critical finding with what fails by it")
def leak_to_the_limit():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 40)
        accept(srv, 34)
        srv("resource.setrlimit(resource.RLIMIT_NOFILE, (34, 34))\n"
            "try:\n    while True: kept.append(l.accept()[0])\nexcept OSError: pass")
        cli("[one.close() for one in c]")
        finding = find(server, "close_wait_leak", severity="critical")
        check("no descriptor is left (EMFILE)" in finding["title"], finding["title"])
        check("accept() fails with EMFILE on 0.0.0.0:80" in text_of(finding), text_of(finding))
        same(worse(server), ["close_wait_leak"])


@test("retransmissions of connections whose packets this host drops are no second finding")
def retransmissions():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 100)
        accept(srv, 100)
        nft(server, "table ip f { chain i { type filter hook input priority 0; tcp dport 80 drop; }; }")
        for _ in range(8):
            cli("[one.send(b'x') for one in c]")
            found = explain("--netns", str(client.inode), "--watch", "3s")
            if any("segments retransmitted" in text_of(one) for one in found):
                break
            cli("[one.close() for one in c]\nc = []")
            same(server.run("nft", "flush", "ruleset").returncode, 0)
            dial(cli, 100)
            accept(srv, 100)
            nft(server, "table ip f { chain i { type filter hook input priority 0; tcp dport 80 drop; }; }")
        warned = {one["finding"] for one in found if one["severity"] != "note"}
        check("dropped_on_this_host" in warned and "retransmits_rise" not in warned, str(found))


@test("a receiver that does not read is told from the sender's side, and by itself where the sender is not asked for")
def receiver_alone():
    with pair() as (client, server):
        srv = listen(server, before="l.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)")
        cli = client.actor("cli")
        dial(cli)
        accept(srv)
        cli("c[0].setblocking(False)\ntry:\n    while True: c[0].send(b'x' * 65536)\nexcept BlockingIOError: pass")
        find(client, "zero_window", severity="warn")
        finding = find(server, "receiver_does_not_read", severity="warn")
        same(finding["subject"]["pid"], srv.pid)


@test("a connection on which nothing passes in either direction is told by one end, by the other where that alone is asked for")
def both_directions():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 3)
        accept(srv, 3)
        for space in (client, server):
            nft(space, "table ip f { chain i { type filter hook input priority 0; drop; }; }")
        srv("[one.send(b'x' * 500) for one in kept]")
        cli("[one.send(b'x' * 500) for one in c]")
        for space in (client, server):
            find(space, "unacknowledged", severity="warn", count=3)
        ports = cli("[one.getsockname()[1] for one in c]")

        def told():
            found = [one for one in explain() if one["severity"] == "warn" and one["finding"] == "unacknowledged"
                     and any(port in (end["lport"], end["rport"]) for end in one["connections"] for port in ports)
                     and one["subject"]["netns"] in (client.inode, server.inode)]
            return found if len(found) == 1 else None
        finding, = until(told, 15, "one finding of both ends")
        check("nothing passes the other way either" in text_of(finding), text_of(finding))

@test("many destinations that one process does not reach are one finding, with the count of all")
def many_destinations():
    with pair() as (client, server):
        for at in range(12):
            server.ip("addr", "add", f"10.9.0.{100 + at}/24", "dev", "veth0")
        srv, cli = listen(server), client.actor("cli")
        cli("c = [socket.create_connection((f'10.9.0.{100 + at}', 80), 5) for at in range(12)]")
        accept(srv, 12)
        nft(server, "table ip f { chain i { type filter hook input priority 0; drop; }; }")
        cli("[one.send(b'x' * 500) for one in c]")
        finding = find(client, "unacknowledged", severity="warn", count=12)
        check("the same of 11 other destinations (11 connections)" in finding["title"], finding["title"])
        same(worse(client), ["unacknowledged"])
        cli("[one.close() for one in c]")
        finding = find(client, "closing_unacknowledged", severity="warn", count=12)
        same(worse(client), ["closing_unacknowledged"])

main()
