#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: MPTCP shows its subflows, not the socket above them."""
from harness import *
from owners import CHILD_OPENS, owned


def mptcp_pair(namespace):
    server, client = namespace.actor("srv"), namespace.actor("cli")
    try:
        server("l = listener('127.0.0.1', 8080, protocol=IPPROTO_MPTCP)")
    except ActorError as error:
        skip(f"no MPTCP in this kernel: {error}")
    return server, client


@test("an MPTCP connection: one subflow at each end, each once through its states, protocol mptcp, with owner")
def subflows():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = mptcp_pair(ns)
        client("c = client('127.0.0.1', 8080, protocol=IPPROTO_MPTCP)")
        server("s = l.accept()[0]")
        client("c.sendall(b'x'); port = c.getsockname()[1]; c.close()")
        server("s.recv(1); s.recv(1); s.close(); l.close()")
        port = client("port")
        trace.expect(kind="state", lport=8080, rport=port, new=("CLOSE", "TIME_WAIT"))
        trace.expect(kind="state", lport=port, new=("CLOSE", "TIME_WAIT"))
        trace.expect(kind="state", old="LISTEN", new="CLOSE")
        trace.stop()
        same({e["protocol"] for e in trace.events}, {"mptcp"})
        opens = [e for e in trace.select(kind="state", old="CLOSE", new="SYN_SENT")]
        same(len(opens), 1, "subflows of the client")
        client_steps = trace.steps(opens[0]["cookie"])
        same(client_steps[:2], ["CLOSE>SYN_SENT", "SYN_SENT>ESTABLISHED"])
        same(client_steps[-1].split(">")[1], "CLOSE")
        children = trace.select(kind="state", old="SYN_RECV", new="ESTABLISHED")
        same(len(children), 1, "subflows of the server")
        server_steps = trace.steps(children[0]["cookie"])
        same(server_steps[:len(CHILD_OPENS)], CHILD_OPENS)
        same(server_steps[-1].split(">")[1], "CLOSE")
        for steps in (client_steps, server_steps):
            same([s.split(">")[1] for s in steps[:-1]], [s.split(">")[0] for s in steps[1:]], "a chain of states")
        same(len({e["cookie"] for e in trace.select(kind="state")} - {None}), 3, "client, server, listener")
        connect, = trace.select(kind="connect")
        accept, = trace.select(kind="accept")
        same((connect["cookie"], connect["rport"], connect["ret"]), (opens[0]["cookie"], 8080, 0))
        same((accept["cookie"], accept["lport"]), (children[0]["cookie"], 8080))
        owned(trace.select(cookie=opens[0]["cookie"]), client, "connect")
        owned([accept], server, "accept")


@test("an MPTCP listener whose client speaks plain TCP: the connection falls back and is still seen and owned")
def fallback():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = mptcp_pair(ns)
        client("c = client('127.0.0.1', 8080)")
        server("s = l.accept()[0]; s.close()")
        client("c.recv(1); k = cookie(c); c.close()")
        trace.expect(cookie=client("k"), old="LAST_ACK")
        accept, = trace.expect(kind="accept")
        trace.stop()
        same(trace.steps(client("k")), ["CLOSE>SYN_SENT", "SYN_SENT>ESTABLISHED", "ESTABLISHED>CLOSE_WAIT",
                                        "CLOSE_WAIT>LAST_ACK", "LAST_ACK>CLOSE"])
        same({e["protocol"] for e in trace.select(cookie=client("k"))}, {"tcp"})
        steps = trace.steps(accept["cookie"])
        same(steps[:len(CHILD_OPENS)], CHILD_OPENS)
        owned([accept], server, "accept")


@test("a refused MPTCP connect: the error and the destination")
def refused():
    with Namespace() as ns, Tracer(ns) as trace:
        _, client = mptcp_pair(ns)
        same(client.fails("client('127.0.0.1', 81, protocol=IPPROTO_MPTCP)"), "ECONNREFUSED")
        connect, = trace.expect(kind="connect")
        closed = trace.expect(kind="state", rport=81, new="CLOSE")
        same((connect["err"], connect["raddr"], connect["rport"]), ("ECONNREFUSED", "127.0.0.1", 81))
        same(closed[0]["err"], "ECONNREFUSED")
        owned([connect] + closed, client, "connect")


main()
