#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: sockets that are older than the tracer."""
import contextlib

from harness import *
from owners import CHILD_OPENS, KERNEL, owned, server_and_client


@contextlib.contextmanager
def connected(address="127.0.0.1", accepted=True):
    """A connection that is there before any tracer."""
    with Namespace() as ns:
        server, client = server_and_client(ns, address)
        client(f"c = client('{address}', 8080); k = cookie(c)")
        if accepted:
            server("s = l.accept()[0]; k = cookie(s)")
        yield ns, server, client


@test("connections from before the start: owners from the scan, in any namespace, both families")
def connections():
    for address in ("127.0.0.1", "::1"):
        with connected(address) as (ns, server, client), Tracer(ns) as trace:
            client("c.close()")
            server("s.recv(1); s.close()")
            trace.expect(kind="state", old="LAST_ACK")
            trace.expect(kind="state", old="FIN_WAIT2")
            trace.stop()
            same(trace.steps(client("k")), ["ESTABLISHED>FIN_WAIT1", "FIN_WAIT1>FIN_WAIT2", "FIN_WAIT2>CLOSE"])
            same(trace.steps(server("k")), ["ESTABLISHED>CLOSE_WAIT", "CLOSE_WAIT>LAST_ACK", "LAST_ACK>CLOSE"])
            owned(trace.select(cookie=client("k")), client, "scan")
            owned(trace.select(cookie=server("k")), server, "scan")
            first = trace.select(cookie=client("k"))[0]
            same(first["after_us"], None, "a time in ESTABLISHED that nobody saw begin")


@test("a listener from before the start: its new connections inherit its owner, then are accept's")
def listener():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        with Tracer(ns) as trace:
            client("c = client('127.0.0.1', 8080)")
            server("s = l.accept()[0]; k = cookie(s)")
            client("c.close()")
            trace.expect(cookie=server("k"), new="CLOSE_WAIT")
            server("l.close()")
            closed = trace.expect(kind="state", old="LISTEN", new="CLOSE")
            trace.stop()
            opened = trace.select(cookie=server("k"), new=("SYN_RECV", "ESTABLISHED"))
            if CHILD_OPENS:
                owned(opened, server, "inherited")
            owned(trace.select(cookie=server("k"), new="CLOSE_WAIT"), server, "accept")
            owned(closed, server, "scan")
            check(trace.select(kind="accept")[0]["latency_us"] is not None, "both ends of the wait were seen")


@test("a connection that waited in the accept queue at the start: accept names the process, and so do its transitions")
def waiting():
    with connected(accepted=False) as (ns, server, client), Tracer(ns) as trace:
        server("s = l.accept()[0]; k = cookie(s)")
        accept, = trace.expect(kind="accept")
        same((accept["fd"], accept["lport"]), (server("s.fileno()"), 8080))
        check(accept["cookie"] in (None, server("k")), "a cookie that is not the socket's")
        same(accept["latency_us"], None, "a wait that nobody saw begin")
        owned([accept], server, "accept")
        client("c.close()")
        server("s.recv(1); s.close()")
        trace.expect(cookie=server("k"), old="LAST_ACK")
        trace.stop()
        same(trace.steps(server("k")), ["ESTABLISHED>CLOSE_WAIT", "CLOSE_WAIT>LAST_ACK", "LAST_ACK>CLOSE"])
        owned(trace.select(cookie=server("k"), kind="state"), server, "accept")


@test("a process blocked in accept since before the start: its accept is seen")
def blocked_in_accept():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        server.begin("s = l.accept()[0]")
        with Tracer(ns) as trace:
            client("c = client('127.0.0.1', 8080)")
            server.end()
            accept, = trace.expect(kind="accept")
            owned([accept], server, "accept")
            check(accept["cookie"] == server("cookie(s)") or not CHILD_OPENS, f"cookie {accept['cookie']}")


@test("a process blocked in connect since before the start: its end is seen, the owner is from the scan or the call")
def blocked_in_connect():
    if KERNEL < (5, 15):
        skip("bpf_task_pt_regs, which tells a call's arguments at its end, came with 5.15")
    with Namespace() as host, Namespace() as peer:
        veth(host, ["10.77.0.1/24"], peer, ["10.77.0.2/24"])
        host.ip("route", "add", "192.0.2.0/24", "via", "10.77.0.2")
        client = host.actor("cli")
        client.begin("client('192.0.2.1', 80)")
        until(lambda: "SYN-SENT" in host.run("ss", "-tan").stdout, what="SYN-SENT")
        with Tracer(host) as trace:
            peer.ip("addr", "add", "192.0.2.1/32", "dev", "lo")  # now the next SYN finds somebody, who refuses
            closed, = trace.expect(kind="state", new="CLOSE")
            connect, = trace.expect(kind="connect")
            trace.stop()
            same((closed["err"], connect["err"], connect["rport"]), ("ECONNREFUSED", "ECONNREFUSED", 80))
            same({closed["pid"], connect["pid"]}, {client.pid})
            same((closed["after_us"], connect["latency_us"]), (None, None), "what began before the start")


@test("a forked listener from before the start: the owner is one of those that hold it")
def shared():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        server("child = os.fork()\nif not child:\n    set_comm('heir'); time.sleep(60); os._exit(0)")
        with Tracer(ns) as trace:
            client("c = client('127.0.0.1', 8080)")
            opened = trace.expect(2, kind="state", lport=8080)
            for event in opened:
                check(event["pid"] in (server.pid, server("child")), f"owner: {event}")
                same(event["owner"], "inherited")
        server("os.kill(child, 9); os.waitpid(child, 0)")


@test("a million descriptors: the scan goes on behind them")
def million():
    with Namespace() as ns, ns.actor("holder") as holder:
        holder("""
import resource
each = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (each, each))
for fd in range(100, each): os.dup2(1, fd)
for _ in range(1_000_000 // (each - 100) + 1):
    if not os.fork():
        ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG
        while True: signal.pause()
""", timeout=60)
        server, client = ns.actor("srv"), ns.actor("cli")  # later, so of higher pids
        server("l = listener('127.0.0.1', 8080)")
        with Tracer(ns, options=["--netns", ns.name]) as trace:
            client("c = client('127.0.0.1', 8080)")
            accepted, = trace.expect(kind="state", old="SYN_RECV", new="ESTABLISHED")
            same((accepted["pid"], accepted["owner"]), (server.pid, "inherited"), "; ".join(trace.errors))


main()
