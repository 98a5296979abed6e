#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The walk over the kernel's hash tables: the rows of /proc/net/tcp and tcp6 of every network namespace, however it is held."""
import collections
import ctypes
import json
import os
import platform
import socket
import struct
import subprocess
import time

from harness import *
from owners import server_and_client
from tables import Live, churn, listed

STATES = ["", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN",
          "CLOSING"]
TCP_DEFER_ACCEPT = 9
# A new namespace by this process alone, so that nothing but what the code says leads to it.
UNSHARE = "import ctypes; ctypes.CDLL(None).unshare(0x40000000)"


def proc_rows(folder):
    """Sorted (state, laddr, lport, raddr, rport, inode) of /proc/net/tcp and tcp6 below a folder; IPv4 as IPv6 would map it."""
    rows = []
    for name in ("tcp", "tcp6"):
        with open(f"{folder}/{name}") as file:
            for line in file.read().splitlines()[1:]:
                words = line.split()
                ends = []
                for end in words[1:3]:
                    address, port = end.split(":")
                    raw = b"".join(struct.pack("=I", int(address[i:i + 8], 16)) for i in range(0, len(address), 8))
                    ends += [socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw), int(port, 16)]
                rows.append((STATES[int(words[3], 16)], *ends, int(words[9])))
    return sorted(row for row in rows if row[0] != "CLOSE")


def walk_rows(inode, source="walk"):
    keys = ("state", "laddr", "lport", "raddr", "rport", "inode")
    plain = lambda text: text[7:] if text.startswith("::ffff:") and "." in text else text
    rows = [tuple(row[key] for key in keys) for row in listed("--source", source, inode=inode)]
    return sorted((state, plain(laddr), lport, plain(raddr), rport, inode or 0) for state, laddr, lport, raddr, rport, inode in rows)


def equal(actor, inode):
    """The walk's rows of the actor's namespace are those of its /proc; returns them. One look may fall into a change."""
    plain = lambda text: text[7:] if text.startswith("::ffff:") and "." in text else text
    def look():
        before = [(row[0], plain(row[1]), row[2], plain(row[3]), *row[4:]) for row in proc_rows(f"/proc/{actor.pid}/net")]
        found = walk_rows(inode)
        return (sorted(before), found) if sorted(before) == found or time.monotonic() > deadline else None
    deadline = time.monotonic() + 10
    before, found = until(look, 15)
    same(found, before, f"rows of {inode}")
    return found


def states(rows):
    return dict(collections.Counter(row[0] for row in rows))


@test("in each of several namespaces the rows are those of /proc/net/tcp and tcp6, in every state")
def quiet():
    spaces = [Namespace() for _ in range(3)]
    actors = []
    for space in spaces:
        server, client = server_and_client(space)
        server("six = listener('::1', 8081); defer = socket.socket(); defer.bind(('127.0.0.1', 8082))\n"
               f"defer.setsockopt(6, {TCP_DEFER_ACCEPT}, 30); defer.listen()")
        server("mapped = socket.socket(socket.AF_INET6); mapped.bind(('::', 8083)); mapped.listen()")
        client("c = [client('127.0.0.1', 8080) for _ in range(4)]; s = [client('::1', 8081) for _ in range(4)]\n"
               "half = client('127.0.0.1', 8082); m = client('127.0.0.1', 8083)")
        server("a = [l.accept()[0] for _ in range(3)]; b = [six.accept()[0] for _ in range(4)]")
        client("c[0].close(); s[0].close(); s[1].close()")
        server("a[0].close(); b[0].close()")
        actors.append(client)
    for space, client in zip(spaces, actors):
        found = states(equal(client, space.inode))
        for state in ("LISTEN", "ESTABLISHED", "SYN_RECV", "TIME_WAIT", "CLOSE_WAIT", "FIN_WAIT2"):
            check(found.get(state), f"no {state} in {found}")


@test("under churn each socket that stays is there once in every pass")
def stable():
    with Namespace() as ns, Namespace() as other:
        server, client = server_and_client(ns)
        client("c = []")
        for _ in range(200):
            client("c.append(client('127.0.0.1', 8080))")
            server("a = globals().get('a', []); a.append(l.accept()[0])")
        ends = lambda: collections.Counter((row["lport"], row["rport"]) for row in listed("--source", "walk", inode=ns.inode)
                                           if row["state"] == "ESTABLISHED" and row["comm"] in ("srv", "cli"))
        wanted = ends()
        same((len(wanted), set(wanted.values())), (400, {1}))
        with churn(6, 2000, [ns, other]) as wait:
            for _ in range(8):
                found = ends()
                same({key: found.get(key) for key in wanted}, dict(wanted))
            wait()


@test("a namespace that a descriptor alone holds, and one that only a socket lives in, are read")
def held():
    with Namespace() as ns:
        holder = ns.actor("holder")
        holder(f"{UNSHARE}; here = os.open('/proc/thread-self/ns/net', os.O_RDONLY)")
        inode = int(holder("os.fstat(here).st_ino"))
        holder("l = socket.socket(); l.bind(('0.0.0.0', 8085)); l.listen()")
        holder(f"import ctypes; back = os.open('{ns.path}', os.O_RDONLY); ctypes.CDLL(None).setns(back, 0x40000000)")
        for code in ("1", "os.close(here)"):
            holder(code)
            same([row[0] for row in walk_rows(inode)], ["LISTEN"])
        same([(row["pid"], row["comm"]) for row in listed("sport = :8085", inode=inode)],
             [(holder.pid, "holder")])
        with Live() as live:
            live.stop_equal()
        same(live.select(netns=inode, state="LISTEN")[0]["lport"], 8085)


@test("a namespace without a process is read")
def no_process():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        server("a, _ = l.accept()")
        client("c.close()")
        server("a.close(); l.close()")
        until(lambda: [row[0] for row in proc_rows(f"/proc/{server.pid}/net")] == ["TIME_WAIT"], what="TIME_WAIT")
        server.stop()
        client.stop()
        found = [row[0] for row in walk_rows(ns.inode)]
        kernel = ns.run("ss", "-Htan").stdout
        same(found, ["TIME_WAIT"] if kernel else [], f"the kernel has {kernel!r}")
        check(kernel, "the TIME_WAIT has gone before its time")


@test("a namespace with a hash table of its own is read like the others, under churn too")
def own_table():
    with Namespace() as parent:
        if parent.run("sysctl", "-qw", "net.ipv4.tcp_child_ehash_entries=64").returncode:
            skip("no net.ipv4.tcp_child_ehash_entries before Linux 6.1")
        actor = parent.actor("own")
        actor(f"{UNSHARE}; import subprocess; subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)")
        inode = int(actor("os.stat('/proc/thread-self/ns/net').st_ino"))
        same(actor("abs(int(open('/proc/sys/net/ipv4/tcp_ehash_entries').read()))"), 64)
        actor("l = listener('127.0.0.1', 8080); c = [client('127.0.0.1', 8080) for _ in range(100)]\n"
              "a = [l.accept()[0] for _ in range(100)]")
        same(states(equal(actor, inode)), {"LISTEN": 1, "ESTABLISHED": 200})
        actor("import threading\n"
              "going = True\n"
              "def come_and_go():\n"
              "    while going:\n"
              "        one = client('127.0.0.1', 8080); other = l.accept()[0]; other.close(); one.close()\n"
              "thread = threading.Thread(target=come_and_go); thread.start()\n"
              "ports = sorted(one.getsockname()[1] for one in c)")
        wanted = actor("ports")
        for _ in range(8):
            found = [row[4] for row in walk_rows(inode) if row[0] == "ESTABLISHED" and row[2] == 8080 and row[4] in set(wanted)]
            same(sorted(found), wanted)
        actor("going = False; thread.join()")


@test("thousands of listeners share a port: each is there once")
def reuseport():
    with Namespace() as ns:
        actor = ns.actor("many")
        actor("import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192)); l = []\n"
              "for _ in range(4000):\n"
              "    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); s.bind(('127.0.0.1', 9000))\n"
              "    s.listen(); l.append(s)", 60)
        rows = walk_rows(ns.inode)
        same(states(rows), {"LISTEN": 4000})
        same(len({row[5] for row in rows}), 4000)


def bound_rows(inode):
    """{(local port, inode of the socket)} of sockets that are bound only."""
    lines = subprocess.run([tool("bench/walk"), "1", "bound"], capture_output=True, text=True, check=True).stdout.splitlines()
    same(json.loads(lines[-1])["err"], 0)
    return sorted((int(words[3]), int(words[5])) for words in map(str.split, lines[:-1]) if int(words[0]) == inode)


@test("sockets that are bound and neither listen nor are connected are found with their namespace")
def bound():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080); b = [socket.socket() for _ in range(40)] + [socket.socket(socket.AF_INET6) for _ in range(40)]\n"
               "for n, s in enumerate(b): s.setsockopt(1, 15, 1); s.bind(('::' if n >= 40 else '127.0.0.1', 17000 + n % 20))")
        wanted = [tuple(row) for row in client("sorted((s.getsockname()[1], os.fstat(s.fileno()).st_ino) for s in b)")]
        same(bound_rows(ns.inode), wanted)
        client("b[0].listen(); b[1].close()")
        gone = client("[os.fstat(b[0].fileno()).st_ino]")[0]
        left = [row for row in wanted if row[1] != gone]
        found = bound_rows(ns.inode)
        same((len(found), set(found) <= set(left)), (78, True))
        server("held = socket.socket(); held.bind(('127.0.0.1', 8090))")
        with churn(3, 1000, [ns]) as wait:
            for _ in range(5):
                same([row for row in bound_rows(ns.inode) if row[0] >= 17000 and row[0] < 17020], found)
            wait()


def refuse_test_run():
    """A seccomp filter under which BPF_PROG_TEST_RUN fails with EPERM, and nothing else does."""
    bpf = {"x86_64": 321, "aarch64": 280}[platform.machine()]
    code = [(0x20, 0, 0, 0), (0x15, 0, 3, bpf), (0x20, 0, 0, 16), (0x15, 0, 1, 10), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7fff0000)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *row) for row in code))
    class Program(ctypes.Structure):
        _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)
    if libc.prctl(22, 2, ctypes.byref(Program(len(code), ctypes.addressof(program)))):
        raise OSError(ctypes.get_errno(), "seccomp")


@test("where the walk is refused the iterators serve, and that is said; --source walk fails then")
def refused():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        done = subprocess.run([NETSTATE, "list", "--json", "--netns", str(ns.inode)], capture_output=True, text=True,
                              preexec_fn=refuse_test_run)
        same(done.returncode, 0, done.stderr)
        check("the kernel's TCP hash tables cannot be walked (Operation not permitted)" in done.stderr, done.stderr)
        same(len(done.stdout.splitlines()), 3)
        done = subprocess.run([NETSTATE, "list", "--source", "walk"], capture_output=True, text=True, preexec_fn=refuse_test_run)
        same((done.returncode, done.stdout), (1, ""))
        check("cannot walk the kernel's TCP hash tables" in done.stderr, done.stderr)


@test("in a pid namespace of its own netstate shows the sockets of its network namespace, by every source")
def container():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        for source in ("walk", "iterators", "sock_diag"):
            done = ns.run("unshare", "--pid", "--mount-proc", "--fork", NETSTATE, "list", "--json", "--source", source)
            rows = [json.loads(line) for line in done.stdout.splitlines()]
            same(sorted(row["state"] for row in rows if row["netns"] == ns.inode), ["ESTABLISHED", "ESTABLISHED", "LISTEN"], done.stderr)
        done = ns.run("unshare", "--pid", "--mount-proc", "--fork", NETSTATE, "live", "--json", "--for", "500ms", "--verify",
                      "--netns", str(ns.inode))
        check(" 0 persist" in done.stderr and done.returncode == 0, done.stderr)
        check(int(done.stderr.split("verify: ")[-1].split()[0]) >= 3, done.stderr)
        same(len(done.stdout.splitlines()), 3)


@test("the iterators miss a namespace to which nothing but a foreign pid namespace leads: --verify says so")
def missed():
    with Namespace() as ns, Namespace() as other:
        server_and_client(other)
        done = ns.run("unshare", "--pid", "--mount", "--mount-proc", "--fork", "sh", "-c",
                      f"umount -l /run/netns/* 2>/dev/null; {NETSTATE} live --json --for 300ms --verify --source iterators")
        check(f"network namespace {other.inode}: the table does not know it" in done.stderr, done.stderr)
        same(done.returncode, 1)


main()
