#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: peers that answer oddly, segment by segment; and connects by io_uring."""
import subprocess
import time

from harness import *
from scripted import scripted
from stalls_tools import *

FAR = (("IPv4", "198.51.100.9"), ("IPv6", "2001:db8:51::9"))
MD5 = """
def md5(s, address, key):
    family, place = (2, struct.pack('2x4s120x', socket.inet_aton(address))) if '.' in address else (
        10, struct.pack('6x16s104x', socket.inet_pton(10, address)))
    s.setsockopt(6, 14, struct.pack('=H', family) + place + struct.pack('=BBHi80s', 0, 0, len(key), 0, key))
"""


def answered(answer, address):
    """(report, last report, SYNs on the wire) of a connect that is given up after 1.4 s."""
    with Namespace() as host, host.actor("cli") as client:
        tap = scripted(host)
        tap.answers(answer)
        with Stalls(host) as stalls:
            wanted = {"verdict": "synack_dropped"} if answer.startswith("synack(m,") else {}
            report, last = hang(stalls, client, address, **wanted)
            same((last["syn_sent"], last["syn_held"]), (tap.syns(), 0), "SYNs sent and held")
            return host, report, last


for name, address in FAR:
    location = "tcp_v6" if ":" in address else "tcp_v4"

    @test(f"a SYN-ACK with a wrong checksum, {name}", long=is_twin(name))
    def wrong_checksum(address=address, location=location):
        host, report, last = answered("synack(m, damage=0x1234)", address)
        dropped(report, "TCP_CSUM", location, "SYN-ACK", "input", host)

    @test(f"a SYN-ACK that echoes a time-stamp from before the connect, {name}: PAWS", long=is_twin(name))
    def paws(address=address, location=location):
        host, report, last = answered("synack(m, options=stamps(1, m.stamp - 1000000))", address)
        same(last["verdict"], "synack_dropped")
        if report["drop"]["reason"] != "NOT_SPECIFIED":  # older kernels have no reason of its own for it
            dropped(report, "TCP_RFC7323_PAWS", location, "SYN-ACK", "input", host)

    @test(f"a bare ACK whose number is not this connect's, {name}: the peer has an older connection, which is never sure", long=is_twin(name))
    def challenge(address=address):
        with Namespace() as host, host.actor("cli") as client:
            tap = scripted(host)
            tap.answers("segment(m, 5, m.seq - 1000, 0x10)")
            with Stalls(host) as stalls:
                client(f"s = tcp('{address}'); s.setblocking(False); s.connect_ex(('{address}', 80))")
                report = stalls.expect(verdict="peer_has_old_connection")
                check(report["confidence"] in ("low", "medium"), report["confidence"])
                said(report, "does not fit this connect, last an ACK with another number")
                client("s.close()")

    for what, answer, words in (("SYN-ACK", "synack(m, 77)", "a SYN-ACK with another acknowledgement number"),
                                ("reset", "segment(m, 5, m.seq - 1000, 0x14)", "a reset with another number")):
        @test(f"a {what} whose number is not this connect's, {name}: seen, nobody is accused, nor is it called silence", long=is_twin(name))
        def misfit(answer=answer, words=words, address=address):
            with Namespace() as host, host.actor("cli") as client:
                tap = scripted(host)
                tap.answers(answer)
                with Stalls(host) as stalls:
                    client(f"s = tcp('{address}'); s.setblocking(False); s.connect_ex(('{address}', 80))")
                    report = stalls.expect(verdict="unknown")
                    same((report["failure"], report["confidence"]), (False, "none"))
                    said(report, f"does not fit this connect, last {words}")
                    client("s.close()")
                    last = stalls.expect(update="ended")
                    same((last["verdict"], last["syn_sent"]), ("gave_up", tap.syns()))
                    check(not any("nothing came back" in line for line in last["evidence"]), last["evidence"])


@test("a reset that fits is a refusal, not an answer that does not")
def reset():
    with Namespace() as host, host.actor("cli") as client:
        scripted(host).answers("segment(m, 0, m.seq + 1, 0x14)")
        with Stalls(host) as stalls:
            same(client.fails("client('198.51.100.9', 80)"), "ECONNREFUSED")
            report = stalls.expect(update="ended")
            same((report["verdict"], report["confidence"], report["syn_sent"]), ("refused", "high", 1))
            said(report, "a reset arrived")


@test("a hundred SYNs at a time: each is counted, whatever interrupted whom")
def hundred():
    with Namespace() as host, host.actor("cli") as client:
        tap = scripted(host)
        with Stalls(host) as stalls:
            client("""
ss = [tcp() for _ in range(100)]
for s in ss: s.setblocking(False); s.connect_ex(('198.51.100.9', 80)); time.sleep(0.002)
time.sleep(1.6)""")
            time.sleep(1)
            client("for s in ss: s.close()")
            time.sleep(0.2)  # the last ones
            wire = tap.syns()
            stalls.wait(lambda: len(stalls.select(update="ended")) == 100, 10, "100 ends")
            same(sum(row["syn_sent"] for row in stalls.select(update="ended")), wire, "SYNs")
            same({row["syn_held"] for row in stalls.select(update="ended")}, {0})


@test("TCP-MD5: the SYN-ACK is not signed, and is dropped here")
def unsigned():
    with Namespace() as host, host.actor("cli") as client:
        scripted(host).answers("synack(m)")
        with Stalls(host) as stalls:
            client(MD5)
            client("s = tcp(); md5(s, '198.51.100.9', b'abcd'); s.setblocking(False); s.connect_ex(('198.51.100.9', 80))")
            report = stalls.expect(verdict="synack_dropped", confidence="high" if REASONS else "low")
            dropped(report, "TCP_MD5NOTFOUND", "tcp_v4", "SYN-ACK", "input", host)
            owned_by(report, client)


for situation, ours, theirs, reason in (("only the server has a key", None, b"abcd", "TCP_MD5NOTFOUND"),
                                        ("only the client has a key", b"abcd", None, "TCP_MD5UNEXPECTED"),
                                        ("two keys that differ", b"abcd", b"abce", "TCP_MD5FAILURE")):
    @test(f"TCP-MD5, {situation}: the SYN is dropped at the peer, the reason is named")
    def keys(ours=ours, theirs=theirs, reason=reason):
        if not REASONS:
            skip("what TCP drops without a reason may be a second SYN of a request: nobody is accused")
        with routed() as (host, router, peer), Stalls(host) as stalls, host.actor("cli") as client, peer.actor("srv") as server:
            for actor in (client, server):
                actor(MD5)
            server("l = listener('10.78.0.2', 80)")
            if theirs:
                server(f"md5(l, '10.77.0.1', {theirs})")
            client("s = tcp()")
            if ours:
                client(f"md5(s, '10.78.0.2', {ours})")
            client("s.setblocking(False); s.connect_ex(('10.78.0.2', 80))")
            report = stalls.expect(verdict="dropped_input", confidence="high")
            dropped(report, reason, "tcp_v4", "SYN", "input", peer)
            same((report["peer"]["pid"], report["peer"]["comm"]), (server.pid, "srv"))


for mode in ("inline", "async", "sqpoll", "defer"):
    @test(f"io_uring, {mode}: hung, cancelled, refused, without a route; the owner is the program, not its worker")
    def uring(mode=mode):
        if KERNEL < (6, 0):
            skip("io_uring's connects are no events of their own: io_uring_complete does not name the request")

        def start(address, port, *words):
            return host.popen([tool("integration/tools/uring"), "connect", mode, address, str(port), *words],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def end(program):
            out, problem = program.communicate(timeout=10)
            if b"io_uring" in problem:
                skip(problem.decode().strip())
            return out.decode().split()[-1]

        with Namespace() as host:
            scripted(host)
            with Stalls(host) as stalls:
                hung = start("198.51.100.9", 80, "700")
                report = stalls.expect(rport=80, update="stalled")
                same((report["verdict"], report["connect_ret"], report["pid"], report["comm"]), ("no_answer", None, hung.pid, "uring"))
                time.sleep(0.6)
                same(end(hung), "-125")
                last = stalls.expect(rport=80, update="ended")
                same((last["verdict"], last["end"], last["connect_ret"], last["sk_err"]), ("gave_up", "closed", "ECANCELED", None))
                for address, port, ret, verdict, word in (("127.0.0.1", 81, "-111", "refused", "ECONNREFUSED"),
                                                          ("192.0.2.1", 82, "-101", "no_route", "ENETUNREACH")):
                    program = start(address, port)
                    report = stalls.expect(rport=port, update="ended")
                    same(end(program), ret)
                    same((report["verdict"], report["connect_ret"], report["pid"], report["comm"]),
                         (verdict, word, program.pid, "uring"))


main()
