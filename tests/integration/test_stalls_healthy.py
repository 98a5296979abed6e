#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: no false accusation. Healthy traffic is full of drops, and containers share addresses."""
import time

from harness import *
from stalls_tools import *

CONNECTS = 10000
SLOW_EVERY = 500

CLIENT = """
def churn(address, count, slow_every):
    slow = 0
    for i in range(count):
        c = client(address, 80)
        if i % 3 == 0: c.sendall(b'x')
        if i % 2: reset(c)
        else: c.close()
    return count
"""
SERVER = """
def serve(address):
    l = listener(address, 80, backlog=1024)
    def run():
        while True:
            a = l.accept()[0]
            a.close()
    threading.Thread(target=run, daemon=True).start()
"""


def twins(count):
    """Pairs of namespaces that all have the same addresses and ports."""
    pairs = []
    for _ in range(count):
        left, right = Namespace(), Namespace()
        veth(left, ["10.77.0.1/24", "fd77::1/64"], right, ["10.77.0.2/24", "fd77::2/64"])
        left.sysctl("net.ipv4.ip_local_port_range", "20000 40000")
        server, client = right.actor("srv"), left.actor("cli")
        server(SERVER)
        server("serve('10.77.0.2'); serve('fd77::2')")
        client(CLIENT)
        pairs.append((left, right, client, server))
    return pairs


@test("10,000 healthy connects, some slow, in namespaces with equal addresses: no verdict of failure")
def healthy():
    pairs = twins(3)
    hanging = Namespace()  # keeps the costly hooks attached all the time: a connect that does hang, next door
    keeper, hung = quiet(hanging), hanging.actor("hung")
    spaces = [space for pair in pairs for space in pair[:2]]
    with Stalls(*spaces, hanging, threshold="300ms") as stalls:
        hung("s = tcp(); s.setblocking(False); s.connect_ex(('198.51.100.9', 80))")
        stalls.expect(netns=hanging.inode, update="stalled")
        # slow ones: the first SYN of each twin's client is lost, the second is answered
        for left, right, client, _ in pairs:
            nft(right, "input", "tcp dport 80 drop")
            client.begin("client('10.77.0.2', 80) and None")
        time.sleep(0.5)
        for left, right, client, _ in pairs:
            right.run("nft", "flush", "ruleset")
        for *_, client, _ in pairs:
            client.end()
        for address in ("10.77.0.2", "fd77::2"):
            for *_, client, _ in pairs:
                client.begin(f"churn('{address}', {CONNECTS // (2 * len(pairs)) + 1}, 0)")
            for *_, client, _ in pairs:
                client.end(120)
        time.sleep(0.5)
        accused = [row for row in stalls.reports if row["netns"] != hanging.inode and row["update"] == "ended" and row["failure"]]
        same([(row["verdict"], row["evidence"]) for row in accused], [], "accused")
        slow = [row for row in stalls.select(verdict="slow") if row["netns"] != hanging.inode]
        check(len(slow) >= len(pairs), f"{len(slow)} slow connects seen of {len(pairs)}")
        same({row["end"] for row in slow}, {"established"})
        same(stalls.stop(), 0)
        check(not any("lost" in line for line in stalls.errors), f"{stalls.errors}")


def noise(router, peer, stranger):
    """What has nothing to do with port 80: drops, rejects and resets of a stranger's connects, a mirror, sniffers without room."""
    nft(router, "forward", "tcp dport 81 drop")
    nft(peer, "input", "tcp dport 82 reject with tcp reset")
    veth(router, [], stranger, [], names=("mirror", "seen"))
    for device in ("r0", "r1"):
        text = (f"add table netdev {device}\nadd chain netdev {device} c {{ type filter hook ingress device {device} priority 0; }}\n"
                f"add rule netdev {device} c dup to mirror\n")
        done = router.run("nft", "-f", "-", input=text)
        if done.returncode:
            skip(f"nft: {done.stderr.strip()}")
    done = stranger.run("nft", "-f", "-", input="add table netdev s\nadd chain netdev s c { type filter hook ingress device seen priority 0; }\n"
                        "add rule netdev s c drop\n")
    same(done.returncode, 0, done.stderr)
    for space, device in ((router, "r0"), (router, "r1"), (peer, "p0")):
        sniffer = space.actor("sniff")
        sniffer(f"s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)); s.setsockopt(1, 8, 1); s.bind(('{device}', 0))")
    other = stranger.actor("other")
    other("""
def bother():
    held = []
    while True:
        for port in (81, 82):
            s = tcp(); s.setblocking(False); s.connect_ex(('10.78.0.2', port)); held.append(s)
        if len(held) > 60: held.pop(0).close()
        time.sleep(0.05)
""")
    other("threading.Thread(target=bother, daemon=True).start()")


@test("20,000 healthy connects amid drops, rejects, sniffers and a mirror: none accused, nothing lost")
def amid_noise():
    with routed() as (host, router, peer), Namespace() as stranger, peer.actor("srv") as server, host.actor("cli") as client:
        veth(stranger, ["10.79.0.1/24"], router, ["10.79.0.2/24"], names=("x0", "r2"))
        stranger.ip("route", "add", "default", "via", "10.79.0.2")
        server(SERVER)
        server("serve('10.78.0.2')")
        client(CLIENT)
        with Stalls(host, stranger) as stalls:
            noise(router, peer, stranger)
            stalls.expect(netns=stranger.inode, verdict="dropped_forward", rport=81)  # from now on all hooks are attached
            stalls.expect(netns=stranger.inode, verdict="refused", rport=82)
            client.begin("churn('10.78.0.2', 20000, 0)")
            client.end(300)
            stalls.expect(netns=stranger.inode, verdict="dropped_forward", rport=81)
            same(stalls.stop(), 0)
            # on a busy machine one may take longer than the threshold: "no answer so far", low, names nobody
            late = ("no_answer", "low")
            failures = [row for row in stalls.select(netns=host.inode) if row["failure"]]
            accused = [row for row in failures if (row["verdict"], row["confidence"], row["end"]) != (*late, None)]
            same([(row["verdict"], row["evidence"]) for row in accused], [], "accused")
            ended = {row["cookie"]: row["end"] for row in stalls.select(netns=host.inode) if row["update"] == "ended"}
            same([ended.get(row["cookie"]) for row in failures], ["established"] * len(failures), "late ones succeed")
            check(not any("lost" in line for line in stalls.errors), f"{stalls.errors}")


@test("a connect that hangs is not blamed for its twin's drops: same addresses and ports, other namespace")
def twin_drops():
    (left, right, victim, _), (other, behind, healthy, _) = twins(2)
    keeper = quiet(left)
    with Stalls(left, other) as stalls:
        nft(behind, "input", "tcp sport 25000 drop")
        other.ip("route", "add", "198.51.100.0/24", "via", "10.77.0.2")
        behind.ip("addr", "add", "198.51.100.9/32", "dev", "lo")
        for client in (victim, healthy):  # one hangs in silence, the other's SYNs are dropped by a rule
            client("s = tcp(bind=('0.0.0.0', 25000)); s.setblocking(False); s.connect_ex(('198.51.100.9', 80))")
        stalls.expect(netns=other.inode, verdict="dropped_input")
        report = stalls.expect(netns=left.inode, syn_sent=(3, 4, 5))
        same((report["verdict"], report["drop"]), ("no_answer", None))
        same({row["verdict"] for row in stalls.select(netns=left.inode)}, {"no_answer"})


@test("a connect that succeeds at once is not reported, nor one whose program closes it after success")
def silent():
    (left, right, client, server), = twins(1)
    with Stalls(left, right, threshold="500ms") as stalls:
        for _ in range(50):
            client("c = client('10.77.0.2', 80); c.close()")
        time.sleep(0.3)
        same(stalls.reports, [])


main()
