#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: SYNs that this host itself keeps or discards, behind the socket's own route: programs behind a tun, IPsec's policy
queue, rules that change the way."""
from actor_tools import KERNEL
from harness import *
from stalls_tools import *

ERRNOS = {"blackhole": "EINVAL", "prohibit": "EACCES", "unreachable": "EHOSTUNREACH"}
GIVES_ERRNO = KERNEL >= (6, 17)  # tcp_retransmit_skb tells why
SURE = "high" if REASONS else "low"  # without reasons a drop by something else is not excluded


def dial(client, address, port=80):
    client(f"s = tcp('{address}', syncnt=6); s.setblocking(False); s.connect_ex(('{address}', {port}))")


for name, far in (("IPv4", "198.51.100.9"), ("IPv6", "2001:db8:51::9")):
    @test(f"a tun that its program does not read, {name}: no SYN left, the program is named; once it reads nobody is accused", long=is_twin(name))
    def tun(far=far):
        with Namespace() as host:
            keeper = unread(host)
            with Stalls(host) as stalls, host.actor("cli") as client:
                dial(client, far)
                report = stalls.expect_said(f"void (pid {keeper.pid}) has void open and has not read it", verdict="queue_holds_it")
                same((report["confidence"], report["syn_sent"]), (SURE, 0))
                keeper("os.set_blocking(t, False)\ntry:\n while True: os.read(t, 65536)\nexcept BlockingIOError: pass")
                keeper("def drain():\n while True:\n  os.read(t, 65536)\nos.set_blocking(t, True); os.nice(-10); "
                       "threading.Thread(target=drain, daemon=True).start()")
                report = stalls.expect(verdict="no_answer")
                same(report["confidence"], "low")
                said(report, "what it does with the SYNs is not seen")

    @test(f"a tun that no program has open, {name}: its device has no carrier", long=True)
    def closed(far=far):
        with Namespace() as host:
            unread(host).stop()
            with Stalls(host) as stalls, host.actor("cli") as client:
                dial(client, far)
                same(stalls.expect(verdict="device_down")["failure"], True)


def rule(host, family, mark):
    """A chain of type route: a rule gives SYNs to port 80 this mark."""
    text = (f"add table {family} m\nadd chain {family} m c {{ type route hook output priority -150; }}\n"
            f"add rule {family} m c tcp dport 80 meta mark set {mark}\n")
    done = subprocess.run(["ip", "netns", "exec", host.name, "nft", "-f", "-"], input=text, capture_output=True, text=True)
    if done.returncode:
        skip(f"nft: {done.stderr.splitlines()[0] if done.stderr else 'failed'}")


def rerouted(report, kind):
    same((report["verdict"], report["confidence"], report["syn_sent"]), (f"route_{kind}", "high", 0))
    said(report, f"a rule of netfilter changed its mark (0x7) or address, and its route then is of type {kind}")
    if GIVES_ERRNO and "1 of the retries is known from the socket's own count only" not in report["evidence"]:
        said(report, f"({ERRNOS[kind]})")  # the retry's record came before the report
    check("mark 0x7" in report["command"], report["command"])


for name, far, ip, family in (("IPv4", "10.78.0.2", (), "ip"), ("IPv6", "fd78::2", ("-6",), "ip6")):
    for kind in ERRNOS:
        @test(f"a rule's mark that leads to a {kind} route, {name}: the route, not the firewall", long=kind == "prohibit" or is_twin(name))
        def marked(far=far, ip=ip, family=family, kind=kind):
            with routed() as (host, router, peer):
                host.ip(*ip, "route", "add", kind, "default", "table", "100")
                host.ip(*ip, "rule", "add", "fwmark", "7", "lookup", "100")
                rule(host, family, 7)
                with Stalls(host) as stalls, host.actor("cli") as client:
                    dial(client, far)
                    rerouted(stalls.expect(verdict=f"route_{kind}"), kind)

    @test(f"a rule's mark that a rule of `ip rule` refuses, {name}", long=True)
    def refused(far=far, ip=ip, family=family):
        with routed() as (host, router, peer):
            host.ip(*ip, "rule", "add", "fwmark", "7", "blackhole")
            rule(host, family, 7)
            with Stalls(host) as stalls, host.actor("cli") as client:
                dial(client, far)
                rerouted(stalls.expect(verdict="route_blackhole"), "blackhole")

    @test(f"a rule that drops, beside one that marks and does no harm, {name}: the firewall", long=is_twin(name))
    def dropped_after_mark(far=far, ip=ip, family=family):
        with routed() as (host, router, peer):
            rule(host, family, 7)
            nft(host, "output", "tcp dport 80 drop", priority=10)
            with Stalls(host) as stalls, host.actor("cli") as client:
                dial(client, far)
                report = stalls.expect(verdict="dropped_output", confidence="high")
                same(report["drop"]["reason"], "NETFILTER_DROP" if REASONS else None)

    @test(f"the queue of an IPsec policy without a state, {name}: it is named, and no SYN left", long=is_twin(name))
    def policy_queue(far=far, ip=ip):
        with routed() as (host, router, peer):
            host.sysctl("net.core.xfrm_larval_drop", 0)
            prefix, gateway = ("10.78.0.0/24", "10.77.0.2") if not ip else ("fd78::/64", "fd77::2")
            try:
                host.ip("xfrm", "policy", "add", "dir", "out", "dst", prefix, "tmpl", "dst", gateway, "proto", "esp", "mode", "tunnel")
            except Exception as problem:
                skip(f"no IPsec: {problem}")
            with Stalls(host) as stalls, host.actor("cli") as client:
                dial(client, far)
                report = stalls.expect(verdict="ipsec_not_up", syn_held=(3, 4, 5))
                same((report["confidence"], report["syn_sent"]), (SURE, 0))
                said(report, "its route holds packets back until IPsec has a state")


main()
