#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: connections that the kernel gives up tell what went unanswered."""
from harness import *
from explain_tools import pair, listen, dial, accept


@test("keepalive, TCP_USER_TIMEOUT and retransmission are told apart at -> CLOSE, with counts and settings")
def given_up():
    with pair() as (client, server):
        client.sysctl("net.ipv4.tcp_retries2", 3)
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 3)
        accept(srv, 3)
        ports = cli("[one.getsockname()[1] for one in c]")
        with Tracer(client) as trace:
            server.ip("addr", "del", "10.9.0.2/24", "dev", "veth0")  # packets to it are dropped without an answer
            cli("c[0].setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)\n"
                "for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL): c[0].setsockopt(socket.IPPROTO_TCP, option, 1)\n"
                "c[0].setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2)\n"
                "c[1].setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1500)\n"
                "for one in c[1:]: one.send(b'x')")
            ends = {port: trace.expect(timeout=60, kind="state", lport=port, new="CLOSE")[0] for port in ports}
        same([ends[port]["err"] for port in ports], ["ETIMEDOUT"] * 3)
        keepalive, user, retransmission = [ends[port]["timeout"] for port in ports]
        same(keepalive, {"cause": "keepalive", "retransmits": 0, "probes": 2, "keepalive_probes": 2, "keepalive_idle_ms": 1000,
                         "keepalive_interval_ms": 1000, "user_timeout_ms": None})
        same((user["cause"], user["user_timeout_ms"], user["keepalive_idle_ms"]), ("user_timeout", 1500, None))
        check(user["retransmits"] >= 1, user)
        same(retransmission["cause"], "retransmission")
        check(retransmission["retransmits"] >= 2, retransmission)


@test("an end that is a reset or a close has no timeout")
def others():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 1)
        accept(srv, 1)
        with Tracer(client) as trace:
            srv("kept[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\\1\\0\\0\\0\\0\\0\\0\\0')\nkept[0].close()")
            end = trace.expect(kind="state", new="CLOSE")[0]
        same((end["err"], end["timeout"]), ("ECONNRESET", None))


main(bpf=True)
