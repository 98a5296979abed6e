#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls and TCP Fast Open: connect() returns at once, and the SYN is made by the first write."""
import time

from harness import *
from stalls_tools import *

CLIENT_WITHOUT_COOKIE, SERVER_WITHOUT_COOKIE = 1 | 4, 2 | 0x200
CONNECT = "s = tcp('{0}'); s.setsockopt(socket.IPPROTO_TCP, 30, 1); s.connect(('{0}', 80)); s.setblocking(False)"  # TCP_FASTOPEN_CONNECT


def opened(function):
    """Runs the test with a scene in which each connect may be a fast one."""
    def run():
        with routed() as (host, router, peer), Stalls(host) as stalls, host.actor("cli") as client:
            host.sysctl("net.ipv4.tcp_fastopen", CLIENT_WITHOUT_COOKIE)
            peer.sysctl("net.ipv4.tcp_fastopen", SERVER_WITHOUT_COOKIE)
            function(stalls, client, peer)
    return run


def waits(report):
    same((report["verdict"], report["failure"], report["connect_ret"]), ("unknown", False, 0))
    same((report["syn_sent"], report["syn_held"]), (0, 0))
    said(report, "no SYN was made so far")


for name, address in (("IPv4", "10.78.0.2"), ("IPv6", "fd78::2")):
    @test(f"before the first write nobody is accused, and nothing of its answer is called slow, {name}")
    @opened
    def late(stalls, client, peer, address=address):
        with peer.actor("srv") as server:
            server(f"l = listener('{address}', 80); l.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)")
            client(CONNECT.format(address))
            waits(stalls.expect(update="stalled"))
            time.sleep(1.2)  # beyond the next look
            client("s.send(b'x')")
            last = stalls.expect(update="ended")
            same((last["verdict"], last["end"], last["failure"]), ("unknown", "established", False))
            check(not any("not fit" in line or "that long" in line for line in last["evidence"]), last["evidence"])
            same(len(stalls.reports), 2)

    @test(f"a SYN that the first write made and a firewall drops, {name}")
    @opened
    def dropped_later(stalls, client, peer, address=address):
        nft(peer, "input", "tcp dport 80 drop")
        client(CONNECT.format(address))
        waits(stalls.expect(update="stalled"))
        client("s.send(b'x')")
        report = stalls.expect(verdict="dropped_input", confidence="high")
        dropped(report, "NETFILTER_DROP", "nft_do_chain", "SYN", "input", peer)
        check(report["syn_sent"] >= 2, f"{report['syn_sent']} SYNs sent")


@test("closed without a write: no SYN, no accusation")
@opened
def unwritten(stalls, client, peer):
    client(CONNECT.format("10.78.0.2"))
    client("s.close()")
    last = stalls.expect(update="ended")
    same((last["verdict"], last["syn_sent"], last["syn_held"]), ("gave_up", 0, 0))


@test("a refusal of the SYN that the first write made")
@opened
def refused(stalls, client, peer):
    client(CONNECT.format("10.78.0.2"))
    waits(stalls.expect(update="stalled"))
    client("try: s.send(b'x')\nexcept OSError: pass\n")
    last = stalls.expect(update="ended")
    same((last["verdict"], last["confidence"], last["syn_sent"]), ("refused", "high", 1))


WITH_DATA = """def with_data(address):
 s = tcp(address, syncnt=5)
 s.setblocking(False)
 try: s.sendto(b'x' * 100, socket.MSG_FASTOPEN, (address, 80))
 except BlockingIOError: pass
 return s
"""


@test("a first SYN that carries data is followed: held for a neighbour, and in a tun that nobody reads")
def first_with_data():
    with routed() as (host, router, peer), host.actor("cli") as client, unread(host):
        host.sysctl("net.ipv4.tcp_fastopen", 5)  # data without a cookie
        client(WITH_DATA)
        with Stalls(host) as stalls:
            for address, verdict in (("10.77.0.99", "neighbour_unresolved"), ("198.51.100.7", "queue_holds_it")):
                client(f"s = with_data('{address}')")
                stalls.wait(lambda: [row for row in stalls.select(raddr=address, verdict=verdict) if row["syn_held"] >= 2], 40, verdict)
                for report in stalls.select(raddr=address, verdict=verdict):
                    same((report["syn_sent"], report["confidence"]), (0, "high"), f"with {report['syn_held']} held")
                client("s.close()")


main()
