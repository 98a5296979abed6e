#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: which listener a connection inherits its owner from, where listeners are easily mistaken for each other."""
from harness import *


def inherited_pids(namespace, trace, address, port):
    """Connects once; the pids under which the server's two transitions to ESTABLISHED were shown."""
    with namespace.actor("cli") as client:
        client(f"c = client({address!r}, {port})")
        trace.expect(2, kind="state", lport=port, new=("SYN_RECV", "ESTABLISHED"), old=("LISTEN", "SYN_RECV"))
    return [(event["pid"], event["owner"]) for event in trace.select(kind="state", lport=port, old=("LISTEN", "SYN_RECV"))
            if event["new"] in ("SYN_RECV", "ESTABLISHED")]


def tracer(namespace):
    return Tracer(namespace, options=("--netns", namespace.name))


@test("a listen() that fails because another socket listens there: connections still name the listener")
def listen_refused():
    bind = """
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('127.0.0.1', 8080))
"""
    with Namespace() as ns, tracer(ns) as trace, ns.actor("srv") as server, ns.actor("late") as late:
        server(bind)
        late(bind)
        server("s.listen(5)")
        same(late.fails("s.listen(5)"), "EADDRINUSE")
        same(inherited_pids(ns, trace, "127.0.0.1", 8080), [(server.pid, "inherited")] * 2)


@test("a listener on ::ffff:0.0.0.0, on 0.0.0.0, on :: for both families: connections by IPv4 name it")
def any_address():
    for address in ("::ffff:0.0.0.0", "0.0.0.0", "::"):
        with Namespace() as ns, tracer(ns) as trace, ns.actor("srv") as server:
            server(f"s = listener('{address}', 8080, v6only=False)")
            same(inherited_pids(ns, trace, "127.0.0.1", 8080), [(server.pid, "inherited")] * 2, address)


@test("listen() without bind() takes a port: connections name the listener")
def autobind():
    with Namespace() as ns, tracer(ns) as trace, ns.actor("srv") as server:
        server("s = socket.socket(); s.listen(5)")
        port = server("s.getsockname()[1]")
        same(trace.expect(kind="state", new="LISTEN")[0]["lport"], 0)
        same(inherited_pids(ns, trace, "127.0.0.1", port), [(server.pid, "inherited")] * 2)


@test("a listener becomes SO_REUSEPORT after listen() and closes; the next one there is not mistaken for it")
def reuse_port_late():
    with Namespace() as ns, tracer(ns) as trace, ns.actor("one") as one, ns.actor("two") as two:
        one("s = listener('127.0.0.1', 8080); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); s.close()")
        two("s = listener('127.0.0.1', 8080)")
        same(inherited_pids(ns, trace, "127.0.0.1", 8080), [(two.pid, "inherited")] * 2)


@test("SO_REUSEPORT listeners of two processes: each connection inherits the one that then accepts it")
def reuse_port():
    with Namespace() as ns, tracer(ns) as trace, ns.actor("one") as one, ns.actor("two") as two, ns.actor("cli") as client:
        for server in (one, two):
            server("""
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); s.bind(('127.0.0.1', 8080)); s.listen(50)
""")
        client("all = [client('127.0.0.1', 8080) for _ in range(20)]")
        trace.expect(20, kind="state", old="SYN_RECV", new="ESTABLISHED")
        for server in (one, two):
            server("""
s.setblocking(False)
got = []
while True:
    try: got.append(s.accept())
    except BlockingIOError: break
""")
        accepts = trace.expect(20, kind="accept")
        for accept in accepts:
            inherited, = trace.select(kind="state", cookie=accept["cookie"], new="ESTABLISHED")
            same((inherited["pid"], inherited["owner"]), (accept["pid"], "inherited"), str(accept))


@test("two listeners of one port on two devices: each connection names its own")
def devices():
    with Namespace() as ns, tracer(ns) as trace, ns.actor("one") as one, ns.actor("two") as two:
        ns.ip("link", "add", "d0", "type", "veth", "peer", "name", "d1")
        for server, device in ((one, b"lo"), (two, b"d0")):
            server(f"""
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, 25, {device!r}); s.bind(('', 8080)); s.listen(5)
""")
        same(inherited_pids(ns, trace, "127.0.0.1", 8080), [(one.pid, "inherited")] * 2)


main(bpf=True)
