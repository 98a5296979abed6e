#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: connects that fail before a SYN is made. Each cause beside the one with the same errno."""
import errno
import os

import cgroup
from actor_tools import KERNEL
from harness import *
from stalls_tools import *


def early(prepare, call, err, verdict, words, route=None):
    with Namespace() as host, Namespace() as peer:
        veth(host, ["10.77.0.1/24", "fd77::1/64"], peer, ["10.77.0.2/24", "fd77::2/64"])
        prepare(host)
        with Stalls(host) as stalls, host.actor("cli") as client:
            same(client.fails(call), err)
            report = stalls.expect(update="ended")
            same((report["verdict"], report["connect_ret"], report["sk_err"]), (verdict, err, None))
            same((report["syn_sent"], report["syn_held"]), (0, 0), "SYNs")
            same(report["end"], "refused")
            same(report["failure"], verdict != "unknown")
            owned_by(report, client)
            said(report, words)
            same(len(stalls.reports), 1, "reports")
            return report


def routes(*lines):
    return lambda host: [host.ip(*line.split()) for line in lines]


for name, address, family in (("IPv4", "192.0.2.1", []), ("IPv6", "2001:db8::1", ["-6"])):
    prefix = "192.0.2.0/24" if not family else "2001:db8::/32"

    @test(f"no route, {name}")
    def no_route(address=address):
        report = early(lambda host: None, f"client('{address}', 80)", "ENETUNREACH", "no_route", "have no route")
        same((report["raddr"], report["rport"], report["confidence"]), (address, 80, "high"))

    for kind, err in (("unreachable", "EHOSTUNREACH"), ("prohibit", "EACCES"), ("blackhole", "EINVAL")):
        @test(f"{kind} route, {name}: it is named")
        def refusing(kind=kind, err=err, address=address, family=family, prefix=prefix):
            early(lambda host: host.ip(*family, "route", "add", kind, prefix), f"client('{address}', 80)", err, f"route_{kind}",
                  f"{kind} {prefix}")


    @test(f"a rule that prohibits by the socket's mark, {name}: the kernel is asked with the mark")
    def marked(address=address, family=family, prefix=prefix):
        prepare = routes(f"{' '.join(family)} route add {prefix} dev veth0", f"{' '.join(family)} rule add fwmark 7 prohibit")
        early(prepare, f"s = tcp('{address}'); s.setsockopt(1, 36, 7); s.connect(('{address}', 80))", "EACCES", "route_prohibit", "type prohibit")

    @test(f"a rule that leads to a prohibit route by the socket's mark, {name}")
    def marked_table(address=address, family=family, prefix=prefix):
        prepare = routes(f"{' '.join(family)} route add {prefix} dev veth0", f"{' '.join(family)} rule add fwmark 7 lookup 1000",
                         f"{' '.join(family)} route add prohibit {prefix} table 1000")
        early(prepare, f"s = tcp('{address}'); s.setsockopt(1, 36, 7); s.connect(('{address}', 80))", "EACCES", "route_prohibit", "type prohibit")

    @test(f"a rule that prohibits for the user, {name}")
    def user(address=address, family=family, prefix=prefix):
        prepare = routes(f"{' '.join(family)} route add {prefix} dev veth0", f"{' '.join(family)} rule add uidrange 1234-1234 prohibit")
        early(prepare, f"os.setresuid(1234, 1234, 1234); client('{address}', 80)", "EACCES", "route_prohibit", "of type prohibit")


for name, address in (("broadcast", "10.77.0.255"), ("multicast", "224.0.0.1"), ("IPv6 multicast", "ff02::1")):
    @test(f"{name}: the route is there, it is not accused of being absent")
    def several(address=address):
        early(routes("route add default dev veth0"), f"client('{address}', 80)", "ENETUNREACH", "unknown", "not to a single host")


@test("bound to a device that has no route")
def device():
    early(routes("link add v2 type veth peer name v3", "link set v2 up", "-6 route add 2001:db8::/32 dev veth0"),
          "s = tcp('::'); s.setsockopt(1, 25, b'v2'); s.connect(('2001:db8::1', 80))", "ENETUNREACH", "no_route", "no route")


@test("denied by a cgroup program: EPERM, a policy")
def denied():
    if not cgroup.mounted():
        skip("no cgroup v2 is mounted")
    with Namespace() as host, Stalls(host) as stalls:
        with cgroup.Cgroup("deny") as group, host.actor("cli") as client:
            group.refuse_connect()
            group.add(client.pid)
            same(client.fails("client('127.0.0.1', 80)"), "EPERM")
            report = stalls.expect(update="ended")
            same((report["verdict"], report["connect_ret"]), ("denied", "EPERM"))
            owned_by(report, client)


for word in ("EACCES", "EPERM"):
    @test(f"denied by a security module: {word}, where a route exists")
    def module(word=word):
        with routed() as (host, router, peer), Stalls(host) as stalls, host.actor("cli") as client:
            try:
                module = cgroup.SecurityModule(client.pid, getattr(errno, word))
            except OSError as problem:
                skip(f"no BPF LSM: {problem}")
            with module:
                same(client.fails("client('10.78.0.2', 80)"), word)
                report = stalls.expect(update="ended")
                same((report["verdict"], report["connect_ret"], report["sk_err"], report["syn_sent"]), ("denied", word, None, 0))
                owned_by(report, client)
            same(client.fails("client('10.78.0.2', 80)"), "ECONNREFUSED")
            stalls.expect(verdict="refused")


@test("denied by seccomp: EPERM, a policy")
def seccomp():
    if KERNEL < (5, 15):
        skip("seccomp denies before a call's entry is traced, and bpf_task_pt_regs, which tells of it at its end, came with 5.15")
    with Namespace() as host, Stalls(host) as stalls, host.actor("cli") as client:
        number = {"x86_64": 42, "aarch64": 203}[os.uname().machine]
        client("s = tcp()")
        client(f"""
import ctypes
rows = [(0x20, 0, 0, 0), (0x15, 0, 1, {number}), (6, 0, 0, 0x50000 | errno.EPERM), (6, 0, 0, 0x7fff0000)]
code = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *row) for row in rows))
program = struct.pack('H6xQ', len(rows), ctypes.addressof(code))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program) == 0""")
        same(client.fails("s.connect(('127.0.0.1', 80))"), "EPERM")
        report = stalls.expect(update="ended")
        same((report["verdict"], report["connect_ret"], report["rport"]), ("denied", "EPERM", 80))
        owned_by(report, client)


@test("EINVAL that no route explains is unknown")
def einval():
    early(lambda host: None, "s = tcp(); s.bind(('127.0.0.1', 0)); s.connect(('10.77.0.2', 80))", "EINVAL", "unknown",
          "a route to the destination exists")


@test("exhausted ports: the range, and whose connections are in TIME_WAIT")
def exhausted():
    with Namespace() as ns:
        ns.sysctl("net.ipv4.ip_local_port_range", "20000 20009")
        ns.sysctl("net.ipv4.tcp_tw_reuse", 0)
        # on a slow machine a FIN may be retransmitted right before its ACK is taken: the RST for the answer must end no TIME_WAIT
        ns.sysctl("net.ipv4.tcp_rfc1337", 1)
        with ns.actor("srv") as server, Stalls(ns) as stalls, ns.actor("hog") as hog, ns.actor("cli") as client:
            server("l = listener('127.0.0.1', 8080)")
            for _ in range(10):
                hog("c = client('127.0.0.1', 8080)")
                server("a = l.accept()[0]")
                hog("c.close()")
                server("a.recv(1); a.close()")
            same(client.fails("client('127.0.0.1', 8080)"), "EADDRNOTAVAIL")
            report = stalls.expect(update="ended")
            same((report["verdict"], report["connect_ret"], report["confidence"]), ("ports_exhausted", "EADDRNOTAVAIL", "high"))
            same({key: report["ports"][key] for key in ("low", "high", "used", "time_wait", "pid", "comm")},
                 {"low": 20000, "high": 20009, "used": 10, "time_wait": 10, "pid": hog.pid, "comm": "hog"})
            owned_by(report, client)
            same(report["syn_sent"], 0)


@test("exhausted by ip_local_reserved_ports: nobody is told that his socket is bound wrongly")
def reserved():
    with Namespace() as ns, ns.actor("srv") as server, Stalls(ns) as stalls, ns.actor("cli") as client:
        ns.sysctl("net.ipv4.ip_local_port_range", "20000 20009")
        ns.sysctl("net.ipv4.ip_local_reserved_ports", "80,20001,20004-20009,30000-30010")
        server("l = listener('127.0.0.1', 8080)")
        client("held = [client('127.0.0.1', 8080) for _ in range(3)]")
        same(client.fails("client('127.0.0.1', 8080)"), "EADDRNOTAVAIL")
        report = stalls.expect(update="ended")
        same((report["verdict"], report["confidence"]), ("ports_exhausted", "high"))
        same({key: report["ports"][key] for key in ("used", "time_wait", "reserved", "comm")},
             {"used": 3, "time_wait": 0, "reserved": 7, "comm": "cli"})
        said(report, "7 more are in ip_local_reserved_ports")


@test("ports held by open connections name their process, too")
def held():
    with Namespace() as ns:
        ns.sysctl("net.ipv4.ip_local_port_range", "20000 20005") # of an odd number the kernel may leave one out
        with ns.actor("srv") as server, ns.actor("hog") as hog, Stalls(ns) as stalls, ns.actor("cli") as client:
            server("l = listener('127.0.0.1', 8080)")
            hog("cs = [client('127.0.0.1', 8080) for _ in range(6)]")
            same(client.fails("client('127.0.0.1', 8080)"), "EADDRNOTAVAIL")
            report = stalls.expect(update="ended")
            same((report["verdict"], report["ports"]["pid"], report["ports"]["time_wait"]), ("ports_exhausted", hog.pid, 0))


@test("the same errno with ports left: the very addresses and ports are taken")
def wrong_address():
    """Two sockets, one four-tuple: the second connect finds its own taken."""
    with Namespace() as ns, ns.actor("srv") as server, Stalls(ns) as stalls, ns.actor("cli") as client:
        server("l = listener('127.0.0.1', 8080)")
        client("def bound():\n s = tcp(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
               " s.bind(('127.0.0.1', 20000)); return s")
        client("a, b = bound(), bound(); a.connect(('127.0.0.1', 8080))")
        same(client.fails("b.connect(('127.0.0.1', 8080))"), "EADDRNOTAVAIL")
        report = stalls.expect(update="ended")
        same((report["verdict"], report["confidence"]), ("port_in_use", "high"))
        said(report, "local port 20000 is taken")


@test("addresses that no such socket can reach: what each lacks is told, and nobody is accused")
def unreachable_kinds():
    with routed() as (host, router, peer), host.actor("cli") as client, Stalls(host) as stalls:
        client("s6 = socket.socket(socket.AF_INET6); s6.setsockopt(41, 26, 1)")
        for code, port, errno, words in (("s6.connect(('::ffff:10.78.0.2', 81))", 81, "ENETUNREACH", "IPV6_V6ONLY"),
                                         ("client('fe80::1', 82)", 82, "EINVAL", "sin6_scope_id"),
                                         ("client('224.0.0.5', 83)", 83, "ENETUNREACH", "multicast address")):
            same(client.fails(code), errno)
            report = stalls.expect(rport=port, update="ended")
            said(report, words)
            same((report["verdict"], report["confidence"]), ("unknown", "none"))


main()
