#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: full accept queues that are there by chance. A listener is accused only of a SYN that came to it."""
import subprocess

from harness import *
from stalls_tools import *

NEAR, FAR = "10.77.0.1", "10.77.0.2"

FULL = """
def full(address, port, device=None, shared=False):
    s = tcp(address)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if device: s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    s.bind((address, port))
    s.listen(0)
    return s
"""
SERVE = """
def serve(address, port, device=None, shared=False):
    s = tcp(address)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if device: s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    s.bind((address, port))
    s.listen(64)
    kept = []
    def run():
        while True: kept.append(s.accept()[0])
    threading.Thread(target=run, daemon=True).start()
"""


def pair(*addresses):
    """Two namespaces on one link; the second forwards nothing."""
    near, far = Namespace(), Namespace()
    veth(near, ["10.77.0.1/24"], far, ["10.77.0.2/24", *addresses], names=("n0", "f0"))
    return near, far


def rules(space, text):
    done = subprocess.run(["ip", "netns", "exec", space.name, "nft", "-f", "-"], input=text, capture_output=True, text=True)
    if done.returncode:
        skip(f"nft: {done.stderr.splitlines()[0] if done.stderr else 'failed'}")


def fill(client, address, port):
    """One connection waits in a queue of backlog 0, which is then full."""
    client(f"kept = tcp(); kept.settimeout(5); kept.connect(('{address}', {port}))")


def begin(client, address, port):
    client(f"s = tcp(syncnt=5); s.setblocking(False); s.connect_ex(('{address}', {port}))")


def accused(stalls, client, **fields):
    return {(row["verdict"], row["confidence"]) for row in stalls.select(pid=client.pid, **fields)
            if row["verdict"] == "accept_queue_full" and row["confidence"] != "low"}


@test("NAT where the SYN came to sends it on: the full listener there is none of its")
def nat_away():
    near, far = pair()
    with near.actor("cli") as client, near.actor("fill") as filler, far.actor("busy") as busy:
        far.sysctl("net.ipv4.ip_forward", 1)
        keeper = quiet(far)
        keeper("threading.Thread(target=lambda: [os.read(t, 4000) for _ in iter(int, 1)], daemon=True).start()")
        busy(FULL)
        busy(f"l = full('{FAR}', 80)")
        fill(filler, FAR, 80)
        rules(far, 'table ip n { chain p { type nat hook prerouting priority -100; tcp dport 80 dnat to 198.51.100.9; }; }')
        with Stalls(near) as stalls:
            begin(client, FAR, 80)
            last = stalls.expect(pid=client.pid, syn_sent=(3, 4, 5))
            said(last, "the SYN goes translated to 198.51.100.9:80")
            same(accused(stalls, client), set())
        keeper.stop()


@test("NAT where the SYN came to gives it another port: the listener of that one is accused, not its neighbour")
def nat_port():
    near, far = pair()
    with near.actor("cli") as client, near.actor("fill") as filler, far.actor("busy") as busy, far.actor("srv") as server:
        busy(FULL)
        busy(f"l = full('{FAR}', 8080)")
        fill(filler, FAR, 8080)
        server(SERVE)
        server(f"serve('{FAR}', 80)")
        rules(far, f'table ip n {{ chain p {{ type nat hook prerouting priority -100; tcp dport 80 dnat to {FAR}:8080; }}; }}')
        with Stalls(near) as stalls:
            begin(client, FAR, 80)
            report = stalls.expect(pid=client.pid, verdict="accept_queue_full", confidence="high")
            said(report, f"the listener is on this host: busy (pid {busy.pid})")
            check(report["command"].endswith("sport = :8080"), report["command"])


@test("a full listener of another device: it is not the one that the SYN came to")
def other_device():
    near, far = pair()
    third = Namespace()
    veth(far, ["10.78.0.1/24"], third, ["10.78.0.2/24"], names=("f1", "t0"))
    with near.actor("cli") as client, third.actor("fill") as filler, far.actor("busy") as busy, far.actor("srv") as server:
        busy(FULL)
        busy("l = full('0.0.0.0', 81, 'f1')")
        fill(filler, "10.78.0.1", 81)
        server(SERVE)
        server("serve('0.0.0.0', 81, 'f0')")
        nft(far, "output", "tcp sport 81 drop", family="ip")
        with Stalls(near) as stalls:
            begin(client, FAR, 81)
            report = stalls.expect(pid=client.pid, syn_sent=(2, 3, 4))
            said(report, f"the listener is on this host: srv (pid {server.pid}), accept queue 0 of 64")
            same(accused(stalls, client), set())


@test("refused, and a socket listens on that port for another device: it is told")
def refused_on_this_device():
    near, far = pair()
    third = Namespace()
    veth(far, ["10.78.0.1/24"], third, ["10.78.0.2/24"], names=("f1", "t0"))
    with near.actor("cli") as client, far.actor("srv") as server:
        server(SERVE)
        server("serve('0.0.0.0', 81, 'f1')")
        with Stalls(near) as stalls:
            same(client.fails(f"client('{FAR}', 81)"), "ECONNREFUSED")
            report = stalls.expect(pid=client.pid, verdict="refused")
            said(report, "a socket listens on one device only (SO_BINDTODEVICE)")
            check("another device" in report["meaning"], report["meaning"])


@test("one of several listeners that share a port is full: never sure, and the others are counted")
def shared_port():
    near, far = pair()
    with near.actor("cli") as client, near.actor("fill") as filler, far.actor("dead") as dead, far.actor("srv") as server:
        dead(FULL)
        dead(f"l = full('{FAR}', 82, shared=True)")
        fill(filler, FAR, 82)
        server(SERVE)
        server(f"serve('{FAR}', 82, shared=True); serve('{FAR}', 82, shared=True)")
        with Stalls(near) as stalls:
            client("""def many():
    kept = []
    for i in range(24):
        kept.append(tcp(syncnt=5)); kept[-1].setblocking(False); kept[-1].connect_ex(('10.77.0.2', 82))
    return kept
k = many()""")
            report = stalls.expect(pid=client.pid, verdict="accept_queue_full", confidence="medium")
            said(report, "3 sockets listen there on the same address and port (SO_REUSEPORT), 1 of them with a full queue")
            said(report, f"the fullest of them is on this host: dead (pid {dead.pid}), accept queue 1 of 0")
            same({row["confidence"] for row in stalls.select(pid=client.pid, verdict="accept_queue_full")}, {"medium"})


@test("a router's transparent proxy takes the SYN: where it went to last is told, silence is not sure")
def transparent_proxy():
    with routed() as (host, router, peer), peer.actor("srv") as server, router.actor("proxy") as proxy, host.actor("cli") as client:
        server(SERVE)
        server("serve('10.78.0.2', 80)")
        proxy(FULL)
        proxy("s = tcp(); s.setsockopt(0, 19, 1); s.bind(('10.77.0.2', 5000)); s.listen(0)")
        with host.actor("fill") as filler:
            fill(filler, "10.77.0.2", 5000)
            rules(router, "table ip n { chain p { type filter hook prerouting priority -150; ip daddr 10.78.0.2 tcp dport 80 "
                          "tproxy to 10.77.0.2:5000 meta mark set 1 accept; }; }")
            router.ip("rule", "add", "fwmark", "1", "lookup", "100")
            router.ip("route", "add", "local", "0.0.0.0/0", "dev", "lo", "table", "100")
            with Stalls(host) as stalls:
                begin(client, "10.78.0.2", 80)
                report = stalls.expect(pid=client.pid, syn_sent=(4, 5, 6), update="changed")
                said(report, f"the SYN was last seen in network namespace {router.inode} ({router.name}); it is forwarded to r1 (veth)")
                same({(row["verdict"], row["confidence"]) for row in stalls.select(pid=client.pid)}, {("no_answer", "low")})


@test("drained before its end: the queue is not told as full any more")
def drained():
    near, far = pair()
    with near.actor("cli") as client, near.actor("fill") as filler, far.actor("late") as late:
        late(FULL)
        late(f"l = full('{FAR}', 80)")
        fill(filler, FAR, 80)
        with Stalls(near) as stalls:
            begin(client, FAR, 80)
            stalls.expect(pid=client.pid, verdict="accept_queue_full", confidence="high")
            late("l.accept()")
            last = stalls.expect(pid=client.pid, update="ended")
            same((last["verdict"], last["cause"]), ("slow", "accept_queue_full"))
            said(last, "it was full while this connect hung")


main(bpf=True)
