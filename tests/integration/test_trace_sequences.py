#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: the full sequence of states of a connection's two sockets, with the right owner at each step."""
from harness import *
from owners import CHILD_OPENS, owned, server_and_client

CLIENT_OPENS = ["CLOSE>SYN_SENT", "SYN_SENT>ESTABLISHED"]
CLOSES_FIRST = ["ESTABLISHED>FIN_WAIT1", "FIN_WAIT1>FIN_WAIT2", "FIN_WAIT2>CLOSE"]
CLOSES_SECOND = ["ESTABLISHED>CLOSE_WAIT", "CLOSE_WAIT>LAST_ACK", "LAST_ACK>CLOSE"]


def open_connection(server, client, address, port):
    """Cookies of the client's and the server's socket, accepted."""
    client(f"c = client('{address}', {port})")
    server("s = l.accept()[0]")
    return client("cookie(c)"), server("cookie(s)")


def life(address, listen_on=None, shown=None, server_family=None, client_setup=None):
    """A connection from connect to close by the client and then the server; returns all that was seen of it."""
    shown = shown or address
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = ns.actor("srv"), ns.actor("cli", uid=1234)
        server(f"l = listener('{listen_on or address}', 8080, v6only={listen_on is None})")
        listener = server("cookie(l)")
        client_cookie, server_cookie = open_connection(server, client, address, 8080)
        port = client("c.getsockname()[1]")
        client_fd, server_fd = client("c.fileno()"), server("s.fileno()")
        client("c.close()")
        server("s.close(); l.close()")
        trace.expect(kind="state", cookie=listener, new="CLOSE")
        trace.expect(kind="state", cookie=client_cookie, old="FIN_WAIT2")
        trace.stop()
        same(trace.steps(client_cookie), CLIENT_OPENS + CLOSES_FIRST, "client")
        same(trace.steps(server_cookie), CHILD_OPENS + CLOSES_SECOND, "server")
        same(trace.steps(listener), ["CLOSE>LISTEN", "LISTEN>CLOSE"], "listener")
        check_ends(trace.select(cookie=client_cookie), shown, port, shown, 8080)
        check_ends(trace.select(cookie=server_cookie), shown, 8080, shown, port)
        check_owners(trace, server, client, (client_cookie, server_cookie, listener))
        connect, = trace.select(kind="connect")
        accept, = trace.select(kind="accept")
        same((connect["cookie"], connect["fd"], connect["ret"], connect["err"]), (client_cookie, client_fd, 0, None))
        same((accept["fd"], accept["ret"], accept["err"]), (server_fd, server_fd, None))
        check(accept["cookie"] == server_cookie or not CHILD_OPENS, f"cookie {accept['cookie']}")
        check(0 < connect["latency_us"] < 5e6, f"connect took {connect['latency_us']} us")
        return trace, {"client": client_cookie, "server": server_cookie, "listener": listener}


def check_ends(events, laddr, lport, raddr, rport):
    for event in events:
        unbound = event["kind"] == "state" and event["old"] == "CLOSE"
        same((event["laddr"], event["lport"]), (laddr, 0 if unbound else lport), str(event))
        same((event["raddr"], event["rport"]), (raddr, rport), str(event))


def check_owners(trace, server, client, cookies):
    client_cookie, server_cookie, listener = cookies
    owned(trace.select(cookie=client_cookie), client, "connect", uid=1234)
    owned(trace.select(cookie=listener), server, "listen")
    opens = [e for e in trace.select(cookie=server_cookie, kind="state") if e["old"] in ("LISTEN", "SYN_RECV")]
    if CHILD_OPENS:
        owned(opens, server, "inherited")
    owned([e for e in trace.select(cookie=server_cookie) if e not in opens], server, "accept")


@test("IPv4: the whole life of a connection, both sockets and the listener, each with its owner")
def life_v4():
    trace, _ = life("127.0.0.1")
    same({e["family"] for e in trace.events}, {"inet"})
    same({e["protocol"] for e in trace.events}, {"tcp"})


@test("IPv6: the whole life of a connection")
def life_v6():
    trace, _ = life("::1")
    same({e["family"] for e in trace.events}, {"inet6"})


@test("IPv4 client of an IPv6 listener: the server's socket is inet6 with its addresses written as IPv4")
def life_mapped_server():
    trace, cookies = life("127.0.0.1", listen_on="::")
    same({e["family"] for e in trace.select(cookie=cookies["client"])}, {"inet"})
    same({e["family"] for e in trace.select(cookie=cookies["server"])}, {"inet6"})
    same({e["laddr"] for e in trace.select(cookie=cookies["listener"])}, {"::"})


@test("IPv6 socket connected to a v4-mapped address: inet6, addresses written as IPv4")
def mapped_client():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        client("c = client('::ffff:127.0.0.1', 8080)")
        cookie = client("cookie(c)")
        trace.expect(kind="connect", cookie=cookie)
        trace.stop()
        established, = trace.select(cookie=cookie, new="ESTABLISHED")
        connect, = trace.select(cookie=cookie, kind="connect")
        for event in (established, connect):
            same((event["family"], event["laddr"], event["raddr"]), ("inet6", "127.0.0.1", "127.0.0.1"))


@test("time in each state, the connect's duration and the events' clocks are the real ones")
def durations():
    import event_rules
    import time
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        begin, begin_wall = time.monotonic_ns(), time.time_ns()
        cookies = open_connection(server, client, "127.0.0.1", 8080)
        client("time.sleep(0.3); c.close()")
        server("time.sleep(0.2); s.close()")
        end, end_wall = time.monotonic_ns(), time.time_ns()
        trace.expect(kind="state", old="LAST_ACK")
        trace.stop()
        fin, = trace.select(cookie=cookies[0], new="FIN_WAIT1")
        last_ack, = trace.select(cookie=cookies[1], new="LAST_ACK")
        check(300e3 <= fin["after_us"] < 3e6, f"ESTABLISHED for {fin['after_us']} us")
        check(200e3 <= last_ack["after_us"] < 3e6, f"CLOSE_WAIT for {last_ack['after_us']} us")
        mine = trace.select(cookie=cookies)
        for event in mine:
            check(begin <= event["ktime_ns"] <= end, f"ktime_ns outside {begin}..{end}: {event}")
            check(begin_wall - 10**7 <= event_rules.wall_ns(event["time"]) <= end_wall + 10**7, f"time: {event}")
        offsets = [event_rules.wall_ns(event["time"]) - event["ktime_ns"] for event in mine]
        check(max(offsets) - min(offsets) < 10**7, "time and ktime_ns drift apart")


@test("half close: the client in FIN_WAIT2 and the server in CLOSE_WAIT while data still flows")
def half_close():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        cookies = open_connection(server, client, "127.0.0.1", 8080)
        client("c.shutdown(socket.SHUT_WR)")
        trace.expect(cookie=cookies[0], new="FIN_WAIT2")
        trace.expect(cookie=cookies[1], new="CLOSE_WAIT")
        server("s.sendall(b'late')")
        same(client("c.recv(9).decode()"), "late")
        same(trace.steps(cookies[0]), CLIENT_OPENS + CLOSES_FIRST[:2])
        same(trace.steps(cookies[1]), CHILD_OPENS + CLOSES_SECOND[:1])
        server("s.close()")
        trace.expect(cookie=cookies[0], old="FIN_WAIT2")
        trace.stop()
        same(trace.steps(cookies[0]), CLIENT_OPENS + CLOSES_FIRST)
        same(trace.steps(cookies[1]), CHILD_OPENS + CLOSES_SECOND)
        owned(trace.select(cookie=cookies[0]), client, "connect")


@test("server closes first: its socket goes through FIN_WAIT1, the client's through LAST_ACK")
def server_first():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        cookies = open_connection(server, client, "127.0.0.1", 8080)
        server("s.close()")
        client("c.recv(1); c.close()")
        trace.expect(cookie=cookies[1], old="FIN_WAIT2")
        trace.stop()
        same(trace.steps(cookies[0]), CLIENT_OPENS + CLOSES_SECOND)
        same(trace.steps(cookies[1]), CHILD_OPENS + CLOSES_FIRST)


@test("reset: both sockets go to CLOSE, the side that was reset with ECONNRESET, both with their owners")
def reset():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        cookies = open_connection(server, client, "127.0.0.1", 8080)
        client("reset(c)")
        trace.expect(cookie=cookies[1], new="CLOSE")
        trace.stop()
        same(trace.steps(cookies[0]), CLIENT_OPENS + ["ESTABLISHED>CLOSE"])
        same(trace.steps(cookies[1]), CHILD_OPENS + ["ESTABLISHED>CLOSE"])
        same(trace.select(cookie=cookies[0], new="CLOSE")[0]["err"], None)
        closed, = trace.select(cookie=cookies[1], new="CLOSE")
        same(closed["err"], "ECONNRESET")
        same(closed["lport"], 8080)
        owned([closed], server, "accept")


@test("reset in CLOSE_WAIT gives EPIPE")
def reset_in_close_wait():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        cookies = open_connection(server, client, "127.0.0.1", 8080)
        client("c.shutdown(socket.SHUT_WR); time.sleep(0.05); reset(c)")
        trace.expect(cookie=cookies[1], new="CLOSE")
        trace.stop()
        same(trace.steps(cookies[1]), CHILD_OPENS + ["ESTABLISHED>CLOSE_WAIT", "CLOSE_WAIT>CLOSE"])
        same(trace.select(cookie=cookies[1], new="CLOSE")[0]["err"], "EPIPE")


@test("simultaneous close passes CLOSING")
def simultaneous_close():
    with Namespace() as ns, Tracer(ns) as trace:
        alpha = ns.actor("alpha")
        alpha("s = tcp(bind=('127.0.0.1', 7000)); s.connect(('127.0.0.1', 7000)); k = cookie(s); s.close()")
        cookie = alpha("k")
        trace.expect(cookie=cookie, old="CLOSING")
        trace.stop()
        same(trace.steps(cookie), ["CLOSE>SYN_SENT", "SYN_SENT>SYN_RECV", "SYN_RECV>ESTABLISHED", "ESTABLISHED>FIN_WAIT1",
                                   "FIN_WAIT1>CLOSING", "CLOSING>CLOSE"])
        owned(trace.select(cookie=cookie), alpha, "connect")
        same({e["lport"] for e in trace.select(cookie=cookie, kind="state")}, {7000})


@test("a listener closed with a waiting connection: the connection closes, its owner is still the inherited one")
def closed_while_waiting():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        server("l.close()")
        closed = trace.expect(kind="state", lport=8080, old="ESTABLISHED", new="CLOSE")
        client_closed = trace.expect(kind="state", rport=8080, old="ESTABLISHED", new="CLOSE")
        trace.stop()
        owned(closed, server, "inherited")
        owned(client_closed, client, "connect")
        same(client_closed[0]["err"], "ECONNRESET")
        same(trace.select(kind="accept"), [])


@test("a socket that connects again after connect(AF_UNSPEC) carries no old error")
def disconnect_and_again():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080); k = cookie(c)")
        client("libc = ctypes.CDLL(None, use_errno=True)")
        same(client("libc.connect(c.fileno(), bytes(16), 16)"), 0)
        client("c.connect(('127.0.0.1', 8080))")
        client("c.close()")
        cookie = client("k")
        trace.expect(2, cookie=cookie, new="ESTABLISHED")
        trace.expect(cookie=cookie, new="FIN_WAIT1")
        trace.stop()
        same(trace.steps(cookie)[:5], CLIENT_OPENS + ["ESTABLISHED>CLOSE"] + CLIENT_OPENS)
        same([e["err"] for e in trace.select(cookie=cookie, new=("SYN_SENT", "ESTABLISHED"))], [None] * 4)


main()
