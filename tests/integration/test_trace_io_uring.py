#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: connect and accept by io_uring, in each of its modes, with the process as owner and not a worker."""
import subprocess

from harness import *
from owners import KERNEL

URING = "integration/tools/uring"


def start(namespace, *words):
    if KERNEL < (6, 0):
        skip("io_uring_complete names the request since 6.0")
    program = namespace.popen([tool(URING), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    first = program.stdout.readline()
    if not first:
        program.wait()
        skip(f"io_uring is not to be had here ({words[1]})")
    return program, int(first.split()[1])


def owned_by(events, program, word):
    check(events, "no events")
    for event in events:
        same((event["pid"], event["comm"], event["uid"], event["owner"]), (program.pid, "uring", 0, word), str(event))


def connect_in(mode, refused=False):
    with Namespace() as ns, Tracer(ns) as trace:
        server = ns.actor("srv")
        server(f"l = listener('127.0.0.1', {80 if refused else 8080})")
        program, fd = start(ns, "connect", mode, "127.0.0.1", 8080)
        result = int(program.stdout.readline().split()[1])
        same(result, -111 if refused else 0)
        connect, = trace.expect(kind="connect")
        program.stdin.close()
        program.wait()
        trace.expect(pid=program.pid, new="CLOSE" if refused else "FIN_WAIT1")
        trace.stop()
        fd = None if mode == "fixed" else fd  # a place in the ring's table is no descriptor
        same((connect["fd"], connect["ret"], connect["raddr"], connect["rport"]), (fd, result, "127.0.0.1", 8080))
        same(connect["err"], "ECONNREFUSED" if refused else None)
        same(connect["address_from"], None)  # at SYN_SENT the socket had its peer
        check(connect["latency_us"] is not None, "the call's duration is not known")
        steps = trace.steps(connect["cookie"])
        same(steps[:2], ["CLOSE>SYN_SENT", "SYN_SENT>CLOSE" if refused else "SYN_SENT>ESTABLISHED"])
        owned_by(trace.select(cookie=connect["cookie"]), program, "connect")
        same(len(trace.select(kind="connect")), 1)


def no_route(mode):
    """The socket never has a peer: only the caller's memory, at the submission, says where to."""
    with Namespace() as ns, Tracer(ns) as trace:
        program, _ = start(ns, "connect", mode, "192.0.2.9", 8080)
        same(program.stdout.readline().split()[1], "-101")
        connect, = trace.expect(kind="connect")
        program.stdin.close()
        program.wait()
        same((connect["err"], connect["raddr"], connect["rport"], connect["address_from"]),
             ("ENETUNREACH", "192.0.2.9", 8080, "caller"))


def accept_in(mode):
    with Namespace() as ns, Tracer(ns) as trace:
        client = ns.actor("cli")
        program, port = start(ns, "accept", mode, 8080, 3)
        client(f"all = [client('127.0.0.1', {port}) for _ in range(3)]")
        fds = [int(program.stdout.readline().split()[1]) for _ in range(3)]
        check(min(fds) >= 0 if "direct" in mode else min(fds) > 2, f"accept gave {fds}")
        accepts = trace.expect(3, kind="accept")
        program.stdin.close()
        program.wait()
        closing = trace.expect(3, kind="state", lport=port, new="FIN_WAIT1")
        trace.stop()
        same([e["ret"] for e in trace.select(kind="accept")], fds)
        same([e["fd"] for e in trace.select(kind="accept")], [None] * 3 if "direct" in mode else fds)
        same({e["cookie"] for e in accepts}, {e["cookie"] for e in closing})
        owned_by(accepts + closing, program, "accept")
        owned_by(trace.select(kind="state", lport=port, new=("SYN_RECV", "ESTABLISHED")), program, "inherited")
        for event in accepts:
            check(event["latency_us"] is not None, "the wait is not known")


for mode in ("inline", "async", "sqpoll", "defer", "fixed"):
    test(f"connect by io_uring, {mode}")(lambda mode=mode: connect_in(mode))
test("refused connect by io_uring, inline")(lambda: connect_in("inline", refused=True))
test("refused connect by io_uring, async")(lambda: connect_in("async", refused=True))
test("refused connect by io_uring, sqpoll")(lambda: connect_in("sqpoll", refused=True))
test("connect by io_uring without a route: the address is marked as the caller's")(lambda: no_route("inline"))
for mode in ("inline", "async", "sqpoll", "defer", "multishot", "direct", "direct-place", "multishot-direct"):
    test(f"accept by io_uring, {mode}")(lambda mode=mode: accept_in(mode))

main()
