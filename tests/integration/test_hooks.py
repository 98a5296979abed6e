#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--hooks=core beside all hooks, on the same connections: optional hooks add events and change none. Where the kernel has
neither entries of functions (fentry) nor io_uring both attach the same."""
import json
import subprocess

from actor_tools import KERNEL
from harness import *
from stalls_tools import *

OWN = {"time", "ktime_ns", "read_ns", "after_us", "latency_us"}  # what each program measures for itself


def alike(events):
    return sorted(json.dumps({key: value for key, value in event.items() if key not in OWN}, sort_keys=True) for event in events)


def play(ns, server, client):
    """Whole connections of both families, refused and given up ones, a reset, an address in use. Ends with a mark: port 99."""
    for number, address in enumerate(("127.0.0.1", "::1")):
        server(f"l = listener('{address}', 8080 + {number})")
        client(f"c = client('{address}', 8080 + {number})")
        server("s, _ = l.accept()")
        client("c.close()")
        server("s.close()")
        client(f"d = client('{address}', 8080 + {number})")
        server("s, _ = l.accept(); reset(s); l.close()")
        client("d.close()")
        client.fails(f"client('{address}', 9)")
    client("h = tcp('192.0.2.1'); h.setblocking(False); h.connect_ex(('192.0.2.1', 80)); h.close()")
    server("l = listener('127.0.0.1', 8088)")
    client.fails("listener('127.0.0.1', 8088)")
    client.fails("client('127.0.0.1', 99)")


@test("trace: the events of the core are the same with all hooks")
def core_events():
    with Namespace() as ns, Tracer(ns, options=["--hooks=core"]) as core, Tracer(ns) as whole:
        ns.ip("route", "add", "192.0.2.0/24", "dev", "lo")
        with ns.actor("srv") as server, ns.actor("cli") as client:
            play(ns, server, client)
            for trace in (core, whole):
                trace.expect(kind="connect", rport=99)
        for trace in (core, whole):
            trace.stop()
        check(len(core.events) > 40, f"{len(core.events)} events")
        same(alike(core.events), alike(whole.events))


@test("trace: io_uring's calls are events of all hooks alone; the transitions are the same")
def uring_adds():
    with Namespace() as ns, Tracer(ns, options=["--hooks=core"]) as core, Tracer(ns) as whole:
        with ns.actor("srv") as server:
            server("l = listener('127.0.0.1', 8080)")
            program = ns.popen([tool("integration/tools/uring"), "connect", "inline", "127.0.0.1", "8080"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            if not program.stdout.readline():
                program.wait()
                skip("io_uring is unavailable here")
            program.stdout.readline()
            program.communicate()
            for trace in (core, whole):
                trace.expect(pid=program.pid, new="FIN_WAIT1")
        for trace in (core, whole):
            trace.stop()
        same(core.select(kind="connect"), [])
        same(len(whole.select(kind="connect")), 1 if KERNEL >= (6, 0) else 0)
        states = [[event for event in trace.select(kind="state") if event["owner"] == "connect"] for trace in (core, whole)]
        check(states[0], "no transitions")
        same(*[alike(events) for events in states])


def ended(stalls, address):
    report = stalls.expect(raddr=address, update="ended")
    return {key: report[key] for key in ("verdict", "failure", "confidence", "end", "icmp", "syn_sent", "syn_held")}


REJECTS = (("IPv4", "10.78.0.2", "icmp", "host-prohibited"), ("IPv6", "fd78::2", "icmpv6", "admin-prohibited"))

for name, peer_address, protocol, code in REJECTS:
    @test(f"stalls: the core names the same reject, {name}")
    def rejected(peer_address=peer_address, protocol=protocol, code=code):
        if KERNEL < (5, 14) and protocol == "icmp":
            skip("a socket's error has a tracepoint since 5.14: before, the entry of a function alone tells it")
        with routed() as (host, router, peer):
            nft(router, "forward", f"tcp dport 80 reject with {protocol} type {code}", "ip6" if ":" in peer_address else "ip")
            with Stalls(host, options=["--hooks=core"]) as core, Stalls(host) as whole, host.actor("cli") as client:
                client.fails(f"client('{peer_address}', 80)")
                same(ended(core, peer_address), ended(whole, peer_address))
                same(ended(core, peer_address)["verdict"], "icmp_rejected")


@test("stalls: a rule that drops has the same verdict")
def dropped_rule():
    with routed() as (host, router, peer):
        nft(peer, "input", "tcp dport 80 drop")
        with Stalls(host, options=["--hooks=core"]) as core, Stalls(host) as whole, host.actor("cli") as client:
            client("s = tcp('10.78.0.2', syncnt=1); s.setblocking(False); s.connect_ex(('10.78.0.2', 80))")
            for stalls in (core, whole):
                stalls.expect(raddr="10.78.0.2", verdict="dropped_input")


@test("every command that attaches has --hooks; another word than all and core is refused")
def words():
    for command in ("trace", "live", "stalls", "explain"):
        done = netstate(command, "--hooks=some")
        same((done.returncode, done.stdout), (2, ""))
        check("expected all or core" in done.stderr, done.stderr)


main()
