#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls --listeners: overflows and half-open requests by listening socket."""
import json
import time

from harness import *
from stalls_tools import *


class Listeners(Stalls):
    def __init__(self, *spaces, **program):
        self.inodes = {space.inode for space in spaces}
        self.all_reports, self.parsed = [], 0
        Program.__init__(self, [NETSTATE, "stalls", "--listeners", "--json"], ready="netstate: watching listeners", **program)


@test("a queue that overflows, with its process, and that it is drained again")
def overflow():
    with Namespace() as ns, ns.actor("srv") as server, ns.actor("cli") as client, Listeners(ns) as watch:
        server("l = listener('127.0.0.1', 80, backlog=1)")
        client("cs = [tcp() for _ in range(6)]\nfor c in cs: c.setblocking(False); c.connect_ex(('127.0.0.1', 80))")
        report = watch.expect(full=True)
        same({key: report[key] for key in ("kind", "lport", "laddr", "pid", "comm", "queue", "limit", "last_accept_us")},
             {"kind": "listener", "lport": 80, "laddr": "127.0.0.1", "pid": server.pid, "comm": "srv", "queue": 2, "limit": 1,
              "last_accept_us": None})
        watch.wait(lambda: any(row["overflows"] >= 4 for row in watch.reports), 10, "overflows")
        server("a = [l.accept()[0] for _ in range(2)]")
        drained = watch.expect(full=False)
        check(drained["last_accept_us"] is not None, "no last accept")


@test("half-open requests, and SYN-ACKs that are retransmitted")
def half_open():
    with routed() as (host, router, peer):
        with peer.actor("srv") as server, host.actor("cli") as client:
            server("l = listener('10.78.0.2', 80)")
            nft(router, "forward", "tcp sport 80 drop")  # the SYN-ACK never gets back
            with Listeners(peer) as watch:
                client("s = tcp(); s.setblocking(False); s.connect_ex(('10.78.0.2', 80))")
                report = watch.expect(half_open=1)
                same((report["pid"], report["comm"], report["full"]), (server.pid, "srv", False))
                watch.wait(lambda: any(row["synack_retries"] >= 1 for row in watch.reports), 10, "SYN-ACK retries")


@test("a healthy listener is not mentioned")
def healthy():
    with Namespace() as ns, ns.actor("srv") as server, ns.actor("cli") as client, Listeners(ns) as watch:
        server("l = listener('127.0.0.1', 80)")
        for _ in range(20):
            client("c = client('127.0.0.1', 80); c.close()")
            server("a = l.accept()[0]; a.close()")
        time.sleep(1.2)
        same(watch.reports, [])


@test("nor is a busy one, whose handshakes under way every look meets")
def busy():
    with Namespace() as ns, Listeners(ns) as watch:
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            ns.run(tool("bench/churn"), "-p", "-n", 20000)
        same(watch.reports, [])


main()
