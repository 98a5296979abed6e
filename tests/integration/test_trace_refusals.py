#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: binds and listens that fail, and who is in the way."""
import contextlib
import json
import os
import tempfile

from actor_tools import KERNEL
from harness import *
from owners import owned

SINCE = (5, 15)  # the arguments at a call's end


@contextlib.contextmanager
def holder(namespace, call):
    with namespace.actor("holder") as other:
        other(call)
        yield other


def refused(namespace, trace, call, kind, err, lport):
    """One call that fails: its event."""
    with namespace.actor("late") as late:
        same(late.fails(call), err)
        event, = trace.expect(kind=kind, lport=lport)
        same((event["err"], event["fd"] is not None), (err, True))
        owned([event], late, "listen")
        return event


def blocker(event):
    same(event["blocked_by"] is not None, True, "blocked_by")
    return tuple(event["blocked_by"][key] for key in ("pid", "comm", "state", "laddr", "lport"))


if KERNEL >= SINCE:
    @test("bind to the port of a listener: EADDRINUSE, blocked by the listener and its process")
    def listener():
        with Namespace() as ns, Tracer(ns) as trace, holder(ns, "l = tcp(); l.bind(('0.0.0.0', 80)); l.listen()") as other:
            event = refused(ns, trace, "tcp().bind(('127.0.0.1', 80))", "bind", "EADDRINUSE", 80)
            same(blocker(event), (other.pid, "holder", "LISTEN", "0.0.0.0", 80))
            same((event["laddr"], event["address_from"]), ("127.0.0.1", "caller"))

    @test("bind over IPv6 to a port that IPv4 has: blocked by that one")
    def over_ipv6():
        with Namespace() as ns, Tracer(ns) as trace, holder(ns, "l = tcp(); l.bind(('127.0.0.1', 81)); l.listen()") as other:
            event = refused(ns, trace, "socket.socket(socket.AF_INET6).bind(('::', 81))", "bind", "EADDRINUSE", 81)
            same(blocker(event), (other.pid, "holder", "LISTEN", "127.0.0.1", 81))

    @test("bind to the port of a socket that is bound and nothing more: blocked by it")
    def bound():
        with Namespace() as ns, Tracer(ns) as trace, holder(ns, "l = tcp(); l.bind(('127.0.0.1', 82))") as other:
            event = refused(ns, trace, "tcp().bind(('127.0.0.1', 82))", "bind", "EADDRINUSE", 82)
            same(blocker(event), (other.pid, "holder", "CLOSE", "127.0.0.1", 82))

    @test("listen where another has come first: blocked by that listener")
    def listen():
        bound = "l = tcp(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); l.bind(('127.0.0.1', 83))"
        with Namespace() as ns, Tracer(ns) as trace, holder(ns, bound) as other, holder(ns, bound) as late:
            other("l.listen()")
            same(late.fails("l.listen()"), "EADDRINUSE")
            event, = trace.expect(kind="listen", lport=83)
            same((event["err"], event["laddr"], event["pid"]), ("EADDRINUSE", "127.0.0.1", late.pid))
            same(blocker(event), (other.pid, "holder", "LISTEN", "127.0.0.1", 83))

    @test("an address that is not there, and a port that needs a privilege: the errno, and nobody is in the way")
    def nobody():
        with Namespace() as ns, Tracer(ns) as trace:
            event = refused(ns, trace, "tcp().bind(('203.0.113.1', 84))", "bind", "EADDRNOTAVAIL", 84)
            same((event["laddr"], event["blocked_by"]), ("203.0.113.1", None))
            with ns.actor("late") as late:
                late("os.setresuid(65534, 65534, 65534)")
                same(late.fails("tcp().bind(('127.0.0.1', 85))"), "EACCES")
                event, = trace.expect(kind="bind", lport=85)
            same((event["err"], event["uid"], event["blocked_by"]), ("EACCES", 65534, None))

    @test("a recording keeps who was in the way")
    def recorded():
        with tempfile.TemporaryDirectory() as folder, Namespace() as ns:
            path = os.path.join(folder, "r.rec")
            with Tracer(ns, options=("--record", path)) as trace, holder(ns, "l = tcp(); l.bind(('127.0.0.1', 86)); l.listen()") as other:
                refused(ns, trace, "tcp().bind(('127.0.0.1', 86))", "bind", "EADDRINUSE", 86)
                trace.stop()
            replayed = [json.loads(line) for line in netstate("trace", "--json", "--replay", path).stdout.splitlines()]
            event, = [event for event in replayed if event["kind"] == "bind" and event["netns"] == ns.inode]
            same(blocker(event), (other.pid, "holder", "LISTEN", "127.0.0.1", 86))

    @test("binds and listens that succeed, and those of UDP, are no events")
    def silent():
        with Namespace() as ns, Tracer(ns) as trace, ns.actor("srv") as server:
            server("l = tcp(); l.bind(('127.0.0.1', 87)); l.listen()")
            server("u = socket.socket(type=socket.SOCK_DGRAM); u.bind(('127.0.0.1', 87))")
            same(server.fails("socket.socket(type=socket.SOCK_DGRAM).bind(('127.0.0.1', 87))"), "EADDRINUSE")
            same(server.fails("tcp().bind(('127.0.0.1', 87))"), "EADDRINUSE")
            event, = trace.expect(kind="bind")
            trace.stop()
            same(len(trace.select(kind="bind")) + len(trace.select(kind="listen")), 1)


main()
