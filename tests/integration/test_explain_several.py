#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate explain: what several sockets show together, also where only one of them is asked for."""
import os
import signal

from harness import *
from explain_tools import *


# a proxy that reads its clients' ends and passes them on to its server
PASS_ON = "for one, behind in zip(kept, c):\n    assert one.recv(1) == b''\n    behind.shutdown(socket.SHUT_WR)"


@test("of two proxies in a row the server behind both is named, and neither is accused when it is asked for")
def proxies():
    with pair() as (client, server):
        last = listen(server, "last", address="127.0.0.1", port=82)
        second = listen(server, "px2", address="127.0.0.1", port=81)
        first, cli = listen(server, "px1"), client.actor("cli")
        for _ in range(3):
            dial(cli)
            accept(first)
            dial(first, 1, "127.0.0.1", 81)
            accept(second)
            dial(second, 1, "127.0.0.1", 82)
            accept(last)
        for proxy in (first, second):
            proxy.begin(PASS_ON)
        cli("[one.close() for one in c]")
        for proxy in (first, second):
            proxy.end()
        finding = find(server, "proxy_pair", severity="warn", count=3)
        same(finding["subject"]["pid"], first.pid)
        check(f"px2 (pid {second.pid}) is a proxy, too" in text_of(finding), text_of(finding))
        check(f"last (pid {last.pid}) must close" in finding["advice"], finding["advice"])
        for proxy in (first, second):
            found = [one["finding"] for one in explain(str(proxy.pid))]
            check("proxy_pair" in found and "close_wait_leak" not in found, str(found))


@test("behind NAT of both ends a closed connection names the process that holds the other end")
def closed_behind_nat():
    with routed() as (client, router, server):
        nft(router, "table ip n { chain p { type nat hook prerouting priority -100; ip daddr 10.7.0.1 tcp dport 80 dnat to "
                    "10.9.0.2; }; chain q { type nat hook postrouting priority 100; oifname right0 masquerade; }; }")
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 3, "10.7.0.1")
        accept(srv, 3)
        cli("[one.close() for one in c]")
        finding = find(client, "fin_wait2_orphan", count=3)
        check(f"srv (pid {srv.pid})" in text_of(finding), text_of(finding))
        finding = find(server, "close_wait_leak", severity="warn", count=3)
        check("the other end is on this host: FIN_WAIT2" in text_of(finding), text_of(finding))
        same(finding["limit"]["reached_in_ms"], None)  # closed at once: no trend


@test("a connection whose handshake a full accept queue keeps from ending is not told as gone")
def handshake_unfinished():
    with pair() as (client, server):
        srv, cli = listen(server, backlog=1), client.actor("cli")
        dial(cli)
        nft(server, "table ip f { chain i { type filter hook input priority 0; tcp flags & (syn | ack) == ack drop; }; }")
        dial(cli, 2)
        same(server.run("nft", "delete", "table", "ip", "f").returncode, 0)
        until(lambda: len(server.run("ss", "-Htn", "state", "syn-recv").stdout.splitlines()) == 1, 20, "a handshake that is left")
        port = server.run("ss", "-Htn", "state", "syn-recv").stdout.split()[3].rpartition(":")[2]
        cli(f"[one.send(b'hello') for one in c if one.getsockname()[1] == {port}]")
        finding = find(client, "unacknowledged", count=1, severity="warn")
        check("the handshake is not finished at the other end" in finding["title"], finding["title"])
        check("accept queue 2 of 1, full" in text_of(finding), text_of(finding))
        check("must call accept()" in finding["advice"], finding["advice"])


@test("a process in uninterruptible sleep is told as blocked, its connections as no leak")
def uninterruptible():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 3)
        accept(srv, 3)
        cli("[one.close() for one in c]")
        if os.uname().machine != "x86_64":
            skip("the number of clone(2) is x86_64's")
        # CLONE_VFORK without CLONE_VM: the parent waits in D until its child ends
        srv.begin("import ctypes\nchild = ctypes.CDLL(None).syscall(56, 0x4000 | 17, 0, 0, 0, 0)\n"
                  "if child == 0:\n    os.closerange(0, 1000)\n    time.sleep(300)\n    os._exit(0)")
        finding = find(server, "close_wait_stopped", severity="warn", count=3)
        check("is in uninterruptible sleep" in text_of(finding), text_of(finding))
        same(finding["limit"]["reached_in_ms"], None)
        for child in open(f"/proc/{srv.pid}/task/{srv.pid}/children").read().split():
            os.kill(int(child), signal.SIGKILL)
        srv.end()

main()
