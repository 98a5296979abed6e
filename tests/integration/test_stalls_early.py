#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: connects that fail before a SYN is made. Each cause beside the one with the same errno."""
import contextlib
import errno
import os

import cgroup
from actor_tools import KERNEL
from harness import *
from stalls_tools import *


SECCOMP_LOOP = 200 if "KERNELS" in os.environ else 2000


def watching(space):
    """This namespace alone: of a storm of failures elsewhere on the machine only some are asked about."""
    return Stalls(space, options=["--netns", space.name])


def early(prepare, call, err, verdict, words, route=None):
    with Namespace() as host, Namespace() as peer:
        veth(host, ["10.77.0.1/24", "fd77::1/64"], peer, ["10.77.0.2/24", "fd77::2/64"])
        prepare(host)
        with watching(host) as stalls, host.actor("cli") as client:
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

    @test(f"no route, {name}", long=is_twin(name))
    def no_route(address=address):
        report = early(lambda host: None, f"client('{address}', 80)", "ENETUNREACH", "no_route", "have no route")
        same((report["raddr"], report["rport"], report["confidence"]), (address, 80, "high"))

    for kind, err in (("unreachable", "EHOSTUNREACH"), ("prohibit", "EACCES"), ("blackhole", "EINVAL")):
        @test(f"{kind} route, {name}: it is named", long=is_twin(name))
        def refusing(kind=kind, err=err, address=address, family=family, prefix=prefix):
            early(lambda host: host.ip(*family, "route", "add", kind, prefix), f"client('{address}', 80)", err, f"route_{kind}",
                  f"{kind} {prefix}")


    @test(f"a rule that prohibits by the socket's mark, {name}: the kernel is asked with the mark", long=is_twin(name))
    def marked(address=address, family=family, prefix=prefix):
        prepare = routes(f"{' '.join(family)} route add {prefix} dev veth0", f"{' '.join(family)} rule add fwmark 7 prohibit")
        early(prepare, f"s = tcp('{address}'); s.setsockopt(1, 36, 7); s.connect(('{address}', 80))", "EACCES", "route_prohibit", "type prohibit")

    @test(f"a rule that leads to a prohibit route by the socket's mark, {name}", long=is_twin(name))
    def marked_table(address=address, family=family, prefix=prefix):
        prepare = routes(f"{' '.join(family)} route add {prefix} dev veth0", f"{' '.join(family)} rule add fwmark 7 lookup 1000",
                         f"{' '.join(family)} route add prohibit {prefix} table 1000")
        early(prepare, f"s = tcp('{address}'); s.setsockopt(1, 36, 7); s.connect(('{address}', 80))", "EACCES", "route_prohibit", "type prohibit")

    @test(f"a rule that prohibits for the user, {name}", long=is_twin(name))
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
    with Namespace() as host, watching(host) as stalls:
        with cgroup.Cgroup("deny") as group, host.actor("cli") as client:
            group.refuse_connect()
            group.add(client.pid)
            same(client.fails("client('127.0.0.1', 80)"), "EPERM")
            report = stalls.expect(update="ended")
            same((report["verdict"], report["connect_ret"]), ("denied", "EPERM"))
            owned_by(report, client)


@test("denied, with IPsec policies: that of type block is named, one for others or behind another is not")
def ipsec_policies():
    with routed() as (host, router, peer), watching(host) as stalls, host.actor("cli") as client:
        def report(address):
            before = len(stalls.reports)

            def reports():  # that about port 81 may come late
                return [row for row in stalls.reports[before:] if (row["raddr"], row["rport"]) == (address, 80)]
            same(client.fails(f"client('{address}', 80)"), "EPERM")
            stalls.wait(reports, 40, f"a report about {address}")
            return reports()[0]

        try:
            host.ip("xfrm", "policy", "add", "dir", "out", "dst", "10.78.0.2/32", "proto", "tcp", "dport", "80", "action", "block")
        except RuntimeError as problem:
            skip(f"no IPsec: {problem}")
        host.ip("xfrm", "policy", "add", "dir", "out", "dst", "fd78::/64", "action", "block", "priority", "5")
        for address in ("10.78.0.2", "fd78::2"):
            denied = report(address)
            same((denied["verdict"], denied["confidence"]), ("denied", "high"), f"{denied}")
            said(denied, "the IPsec policy that covers it is of type block")
            check(denied["command"].endswith("ip xfrm policy") and host.name in denied["command"], denied["command"])
        same(client.fails("client('10.78.0.2', 81)"), "ECONNREFUSED")  # for port 80 only
        host.ip("xfrm", "policy", "add", "dir", "out", "dst", "fd78::2/128", "priority", "1")  # allows, and comes first
        same(client.fails("client('fd78::2', 80)"), "ECONNREFUSED")
        if not cgroup.mounted():
            return
        with cgroup.Cgroup("deny") as group:
            group.refuse_connect()
            group.add(client.pid)
            denied = report("10.78.0.1")
            same((denied["verdict"], denied["confidence"]), ("denied", "high"), f"{denied}")
            said(denied, "no IPsec policy of type block covers it")
            check("IPsec" not in denied["meaning"] and "cgroup" in denied["command"], f"{denied}")


@test("an IPsec policy of type block that comes while a connect hangs: denied, with the policy")
def ipsec_later():
    if KERNEL < (6, 17):
        skip("tcp_retransmit_skb does not tell why a SYN was not sent")
    with routed() as (host, router, peer), host.actor("cli") as client:
        nft(router, "forward", "tcp dport 80 drop")
        with watching(host) as stalls:
            client("s = tcp('10.78.0.2', syncnt=5); s.setblocking(False); s.connect_ex(('10.78.0.2', 80))")
            stalls.expect(verdict="dropped_forward")
            try:
                host.ip("xfrm", "policy", "add", "dir", "out", "dst", "10.78.0.2/32", "action", "block")
            except RuntimeError as problem:
                skip(f"no IPsec: {problem}")
            said(stalls.expect(verdict="denied"), "the IPsec policy that covers it is of type block")
            client("s.close()")
            last = stalls.expect(update="ended")
            same((last["verdict"], last["end"]), ("denied", "closed"), f"{last}")


for word in ("EACCES", "EPERM"):
    @test(f"denied by a security module: {word}, where a route exists")
    def module(word=word):
        with routed() as (host, router, peer), watching(host) as stalls, host.actor("cli") as client:
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
    with Namespace() as host, watching(host) as stalls, host.actor("cli") as client:
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


REFUSALS = ["EPERM", "EACCES", "ECONNREFUSED", "ENOSYS", "ETIMEDOUT", "EAFNOSUPPORT", "EISCONN", "EALREADY", "EINPROGRESS", "EIO"]


def refusing_by_descriptor(client):
    """From now on seccomp refuses the client's connects of the descriptors from 200 on, each with an errno of its own."""
    number = {"x86_64": 42, "aarch64": 203}[os.uname().machine]
    client(f"""
import ctypes
names = {REFUSALS!r}
rows = [(0x20, 0, 0, 0), (0x15, 1, 0, {number}), (6, 0, 0, 0x7fff0000), (0x20, 0, 0, 16)]
for i, name in enumerate(names):
    rows += [(0x15, 0, 1, 200 + i), (6, 0, 0, 0x50000 | getattr(errno, name))]
rows.append((6, 0, 0, 0x7fff0000))
code = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *row) for row in rows))
program = struct.pack('H6xQ', len(rows), ctypes.addressof(code))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program) == 0
def numbered(i):
    s = tcp()
    os.dup2(s.fileno(), 200 + i % len(names))
    s.close()
    return socket.socket(fileno=200 + i % len(names))""")


@test("refused by seccomp with errnos of all kinds, in a loop: each is told")
def seccomp_loop():
    if KERNEL < (5, 15):
        skip("seccomp denies before a call's entry is traced, and bpf_task_pt_regs, which tells of it at its end, came with 5.15")
    with Namespace() as host, watching(host) as stalls, host.actor("cli") as client:
        refusing_by_descriptor(client)
        client(f"""
for i in range({SECCOMP_LOOP}):
    s = numbered(i)
    assert s.connect_ex(('127.0.0.1', 1 + i)) == getattr(errno, names[i % len(names)])
    s.close()""")
        with contextlib.suppress(AssertionError):  # what follows says which are missing
            stalls.wait(lambda: len(stalls.reports) >= SECCOMP_LOOP, 40)
        stalls.stop()
        same([line for line in stalls.errors if "miss" in line or "lost" in line], [])
        told = stalls.reports
        unread = [row for row in told if not row["rport"]]  # the page of the address was away for a moment
        same([(row["rport"] or 1 + i, row["connect_ret"], row["end"]) for i, row in enumerate(told)],
             [(1 + i, REFUSALS[i % len(REFUSALS)], "refused") for i in range(SECCOMP_LOOP)])
        assert len(unread) < SECCOMP_LOOP / 100, f"{len(unread)} without their address"


@test("refused by seccomp: somebody asked for the socket's cookie, or its address is paged out: each is told")
def seccomp_marked():
    if KERNEL < (5, 15):
        skip("seccomp denies before a call's entry is traced, and bpf_task_pt_regs, which tells of it at its end, came with 5.15")
    with Namespace() as host, watching(host) as stalls, host.actor("cli") as client:
        refusing_by_descriptor(client)
        client("""
import mmap, tempfile
for i, name in enumerate(names):
    s = numbered(i)
    s.getsockopt(socket.SOL_SOCKET, 57, 8)  # SO_COOKIE
    assert s.connect_ex(('127.0.0.1', 81)) == getattr(errno, name)
    s.close()
file = tempfile.TemporaryFile()
file.write(struct.pack('=HH4s8x', 2, socket.htons(82), bytes([127, 0, 0, 1])).ljust(4096, b'\\0'))
file.flush()
page = mmap.mmap(file.fileno(), 4096)
address = ctypes.c_char.from_buffer(page)
for i, name in enumerate(names):
    s = numbered(i)
    page.madvise(mmap.MADV_DONTNEED)
    assert libc.connect(s.fileno(), ctypes.byref(address), 16) == -1 and ctypes.get_errno() == getattr(errno, name)
    s.close()""")
        stalls.wait(lambda: len(stalls.reports) >= 2 * len(REFUSALS), 40, "all of them")
        same(sorted((row["rport"], row["connect_ret"], row["end"]) for row in stalls.reports),
             sorted([(81, name, "refused") for name in REFUSALS] + [(0, name, "refused") for name in REFUSALS]))
        for report in stalls.reports:
            said(report, "a route to the destination exists" if report["rport"] else "the destination is not known")


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
        with ns.actor("srv") as server, watching(ns) as stalls, ns.actor("hog") as hog, ns.actor("cli") as client:
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
    with Namespace() as ns, ns.actor("srv") as server, watching(ns) as stalls, ns.actor("cli") as client:
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
        with ns.actor("srv") as server, ns.actor("hog") as hog, watching(ns) as stalls, ns.actor("cli") as client:
            server("l = listener('127.0.0.1', 8080)")
            hog("cs = [client('127.0.0.1', 8080) for _ in range(6)]")
            same(client.fails("client('127.0.0.1', 8080)"), "EADDRNOTAVAIL")
            report = stalls.expect(update="ended")
            same((report["verdict"], report["ports"]["pid"], report["ports"]["time_wait"]), ("ports_exhausted", hog.pid, 0))


for name, address in (("IPv4", "127.0.0.1"), ("IPv6", "::1")):
    @test(f"exhausted, and the socket stays open: its ports are counted from the route's source, {name}")
    def open_socket(address=address):
        with Namespace() as ns:
            ns.sysctl("net.ipv4.ip_local_port_range", "20000 20005")
            with ns.actor("hog") as hog, watching(ns) as stalls, ns.actor("cli") as client:
                hog(f"l = listener('{address}', 8080); cs = [client('{address}', 8080) for _ in range(6)]")
                client(f"s = tcp('{address}')")
                same(client(f"s.connect_ex(('{address}', 8080))"), errno.EADDRNOTAVAIL)
                report = stalls.expect(update="ended")
                same((report["verdict"], report["confidence"], report["ports"]["used"]), ("ports_exhausted", "high", 6))


@test("the same errno with ports left: the very addresses and ports are taken")
def wrong_address():
    """Two sockets, one four-tuple: the second connect finds its own taken."""
    with Namespace() as ns, ns.actor("srv") as server, watching(ns) as stalls, ns.actor("cli") as client:
        server("l = listener('127.0.0.1', 8080)")
        client("def bound():\n s = tcp(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
               " s.bind(('127.0.0.1', 20000)); return s")
        client("a, b = bound(), bound(); a.connect(('127.0.0.1', 8080))")
        same(client.fails("b.connect(('127.0.0.1', 8080))"), "EADDRNOTAVAIL")
        report = stalls.expect(update="ended")
        same((report["verdict"], report["confidence"]), ("port_in_use", "high"))
        said(report, "local port 20000 is taken")


@test("bound to an address that has gone since: it is named, the routes are not said to be missing")
def bound_to_gone():
    with Namespace() as host, Namespace() as peer:
        veth(host, ["10.77.0.1/24", "10.77.5.5/32"], peer, ["10.77.0.2/24"])
        host.ip("route", "add", "default", "via", "10.77.0.2")
        with watching(host) as stalls, host.actor("cli") as client:
            client("s = tcp(); s.bind(('10.77.5.5', 0))")
            host.ip("address", "del", "10.77.5.5/32", "dev", "veth0")
            same(client.fails("s.connect(('192.0.2.1', 80))"), "ENETUNREACH")
            report = stalls.expect(update="ended")
            same((report["verdict"], report["confidence"]), ("address_not_available", "medium"))
            said(report, "its local address 10.77.5.5 is not an address of its namespace")
            said(report, "but none from the socket's own address")


@test("addresses that no such socket can reach: what each lacks is told, and nobody is accused")
def unreachable_kinds():
    with routed() as (host, router, peer), host.actor("cli") as client, watching(host) as stalls:
        client("s6 = socket.socket(socket.AF_INET6); s6.setsockopt(41, 26, 1)")
        for code, port, errno, words in (("s6.connect(('::ffff:10.78.0.2', 81))", 81, "ENETUNREACH", "IPV6_V6ONLY"),
                                         ("client('fe80::1', 82)", 82, "EINVAL", "sin6_scope_id"),
                                         ("client('224.0.0.5', 83)", 83, "ENETUNREACH", "multicast address")):
            same(client.fails(code), errno)
            report = stalls.expect(rport=port, update="ended")
            said(report, words)
            same((report["verdict"], report["confidence"]), ("unknown", "none"))


for name, family, size in (("IPv4", "AF_INET", 16), ("IPv6", "AF_INET6", 28)):
    @test(f"an address of another family given to connect(), {name}: it is told, and names no destination")
    def other_family(family=family, size=size):
        with Namespace() as host, watching(host) as stalls, host.actor("cli") as client:
            client(f"s = socket.socket(socket.{family}); libc = ctypes.CDLL(None, use_errno=True)")
            for number in (1, 99):
                same(client(f"libc.connect(s.fileno(), struct.pack('H{size - 2}x', {number}), {size}), ctypes.get_errno()"), [-1, errno.EAFNOSUPPORT])
            # a socket that is let go of its peer has not failed
            same(client(f"libc.connect(s.fileno(), bytes({size}), {size})"), 0)
            stalls.wait(lambda: len(stalls.reports) >= 2, 40, "both")
            for report in stalls.reports:
                same((report["verdict"], report["connect_ret"], report["end"], report["rport"]), ("unknown", "EAFNOSUPPORT", "refused", 0))
                said(report, "of no Internet family")
                owned_by(report, client)
            same(len(stalls.reports), 2, "reports")


main()
