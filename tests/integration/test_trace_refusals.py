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

UDP = "udp = lambda: socket.socket(type=socket.SOCK_DGRAM)\n"
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

    @test("bind of UDP: EADDRINUSE, blocked by the UDP socket and not by TCP's; a port of another's listener is free for it")
    def udp():
        held = "l = tcp(); l.bind(('127.0.0.1', 87)); l.listen(); u = udp(); u.bind(('127.0.0.1', 87))"
        with Namespace() as ns, Tracer(ns) as trace, ns.actor("holder") as other:
            other(UDP + held)
            event = refused(ns, trace, UDP + "udp().bind(('0.0.0.0', 87))", "bind", "EADDRINUSE", 87)
            same((event["protocol"], blocker(event)), ("udp", (other.pid, "holder", "CLOSE", "127.0.0.1", 87)))

    @test("SO_REUSEPORT: the socket of another user is in the way, the own user's is not")
    def shared_port():
        port = "s = tcp(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); s.bind(('{}', 8088))"
        with Namespace() as ns, Tracer(ns) as trace, ns.actor("mine", uid=65534) as mine, ns.actor("holder") as other, \
                ns.actor("late", uid=65534) as late:
            mine(port.format("127.0.0.1") + "; s.listen()")
            other(port.format("127.0.0.2"))
            same(late.fails(port.format("0.0.0.0")), "EADDRINUSE")
            event, = trace.expect(kind="bind", lport=8088)
            same(blocker(event), (other.pid, "holder", "CLOSE", "127.0.0.2", 8088))

    @test("what may share the port is not in the way: IPV6_V6ONLY, another device, SO_REUSEADDR of both; what may not, is")
    def compatible():
        six = "s = socket.socket(socket.AF_INET6); s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1); "
        reuse = "s = tcp(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); "
        device = "s = tcp(); s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'{}'); s.bind(('0.0.0.0', {})); "
        rows = (  # the port, who shares, who does not, who asks
            (89, six + "s.bind(('::', 89)); s.listen()", "s = tcp(); s.bind(('127.0.0.1', 89))", "tcp().bind(('0.0.0.0', 89))"),
            (90, "s = tcp(); s.bind(('0.0.0.0', 90)); s.listen()", six + "s.bind(('::1', 90))", six + "s.bind(('::', 90))"),
            (91, device.format("v0", 91) + "s.listen()", device.format("v1", 91), device.format("v1", 91)),
            (92, reuse + "s.bind(('127.0.0.1', 92))", "s = tcp(); s.bind(('127.0.0.2', 92))", reuse + "s.bind(('0.0.0.0', 92))"))
        with Namespace() as ns, Tracer(ns) as trace, ns.actor("shares") as shares, ns.actor("holder") as other:
            ns.ip("link", "add", "v0", "type", "veth", "peer", "name", "v1")
            for port, first, second, asks in rows:
                shares(first)
                other(second)
                event = refused(ns, trace, asks, "bind", "EADDRINUSE", port)
                same(event["blocked_by"] and event["blocked_by"]["pid"], other.pid, port)

    @test("a TIME_WAIT is in the way where SO_REUSEADDR is not set: its end, and no process")
    def time_wait():
        with Namespace() as ns, Tracer(ns) as trace, ns.actor("srv") as server, ns.actor("cli") as client:
            server("l = tcp(); l.bind(('127.0.0.1', 93)); l.listen()")
            client("c = client('127.0.0.1', 93)")
            server("s = l.accept()[0]; s.close(); l.close()")
            client("c.close()")
            trace.expect(kind="state", lport=93, new="TIME_WAIT")
            event = refused(ns, trace, "tcp().bind(('127.0.0.1', 93))", "bind", "EADDRINUSE", 93)
            same(blocker(event), (None, None, "TIME_WAIT", "127.0.0.1", 93))

    @test("binds and listens that succeed are no events")
    def silent():
        with Namespace() as ns, Tracer(ns) as trace, ns.actor("srv") as server:
            server("l = tcp(); l.bind(('127.0.0.1', 94)); l.listen()")
            server(UDP + "u = udp(); u.bind(('127.0.0.1', 94))")
            same(server.fails("tcp().bind(('127.0.0.1', 94))"), "EADDRINUSE")
            event, = trace.expect(kind="bind")
            trace.stop()
            same(len(trace.select(kind="bind")) + len(trace.select(kind="listen")), 1)

main()
