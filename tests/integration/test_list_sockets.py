#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate list -u -x -w -B: the same sockets as ss, the holders that /proc tells, both ends of UNIX sockets."""
import collections
import contextlib
import glob
import json
import os
import re

import cgroup
from actor_tools import KERNEL
from harness import *

SCENE = """
import array
where = tempfile.mkdtemp()
path = where + '/s'
l = socket.socket(socket.AF_UNIX); l.bind(path); l.listen(5)
c = socket.socket(socket.AF_UNIX); c.connect(path)
a = l.accept()[0]
c.send(b'12345')
q = socket.socket(socket.AF_UNIX); q.connect(path)
d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); d.bind('\\0netstate-test')
e = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
x, y = socket.socketpair()
f = socket.socket(socket.AF_UNIX)
sent = os.fstat(f.fileno()).st_ino
socket.send_fds(x, [b'x'], [f.fileno()]); f.close()
u = socket.socket(type=socket.SOCK_DGRAM); u.bind(('127.0.0.1', 8053))
v = socket.socket(type=socket.SOCK_DGRAM); v.connect(('127.0.0.1', 8053)); v.send(bytes(100))
w = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); w.bind(('::1', 8054))
r = socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
t = socket.socket(); t.bind(('127.0.0.1', 8080)); t.listen(7)
"""
END = "l.close(); os.unlink(path); os.rmdir(where)"


def inode(actor, name):
    return actor(f"os.fstat({name}.fileno()).st_ino")


def listed(ns, *words, status=0):
    done = netstate("list", "--json", "--netns", ns.inode, *words)
    same(done.returncode, status, done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def held_by(wanted):
    """inode -> processes, as /proc tells it."""
    holders = collections.defaultdict(set)
    for link in glob.glob("/proc/[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            found = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(link))
            if found and int(found[1]) in wanted:
                holders[int(found[1])].add(int(link.split("/")[2]))
    return holders


@contextlib.contextmanager
def scene():
    with Namespace() as ns, ns.actor("srv") as server:
        server("import tempfile")
        server(SCENE)
        try:
            yield ns, server
        finally:
            server(END)


@test("every socket that ss lists is listed once, with its cookie, queues and ends; TCP only where it is asked for")
def same_as_ss():
    with scene() as (ns, _):
        shown = {}  # by inode: UNIX has it in the place of a port
        for line in ns.run("ss", "-Huxane").stdout.splitlines():
            words = line.split()
            udp = re.search(r"\bino:(\d+) sk:([0-9a-f]+)", line) if words[0] == "udp" else None
            shown[int(udp[1] if udp else words[5])] = (int(words[2]), int(words[3]), int(udp[2], 16) if udp else None)
        rows = listed(ns, "-uxa")
        same({row["inode"]: (row["recv_q"], row["send_q"], row["cookie"] if row["protocol"] == "udp" else None) for row in rows}, shown)
        same(len({row["cookie"] for row in rows}), len(shown))
        same({row["protocol"] for row in rows}, {"udp", "unix"})
        same({row["kind"] for row in rows}, {"socket"})
        same({row["protocol"] for row in listed(ns, "-tuxwan")}, {"tcp", "udp", "unix", "raw"})
        same({row["protocol"] for row in listed(ns)}, {"tcp"})


@test("UDP and raw sockets have ends, state, user and holders; what no UDP socket has is null")
def inet():
    with scene() as (ns, server):
        rows = {(row["laddr"], row["lport"]): row for row in listed(ns, "-u", "-w")}
        udp = rows["127.0.0.1", 8053]
        same((udp["state"], udp["new"], udp["family"], udp["uid"], udp["inode"]),
             ("UNCONN", "UNCONN", "inet", 0, inode(server, "u")))
        check(udp["recv_q"] > 0, udp)
        same([owner["pid"] for owner in udp["owners"]], [server.pid])
        for key in ("rtt_us", "retransmits", "bytes_sent", "age_us", "since", "path", "peer_owners", "retries"):
            same(udp[key], None, key)
        same(rows["::1", 8054]["family"], "inet6")
        connected = [row for row in rows.values() if row["rport"] == 8053]
        same([row["state"] for row in connected], ["ESTABLISHED"])
        raw = rows["0.0.0.0", 1]
        same((raw["protocol"], raw["pid"], raw["state"]), ("raw", server.pid, "UNCONN"))


@test("a UNIX socket has its path, both ends' holders, the listener in whose queue it waits, or lies in a message")
def ends():
    with scene() as (ns, server):
        rows = {row["inode"]: row for row in listed(ns, "-x")}
        path = server("path")
        near, far = rows[inode(server, "c")], rows[inode(server, "a")]
        same((near["peer_inode"], far["peer_inode"]), (far["inode"], near["inode"]))
        same((far["path"], near["peer_path"], near["path"]), (path, path, None))
        same([owner["pid"] for owner in near["peer_owners"]], [server.pid])
        same((near["laddr"], near["lport"], near["family"], near["socket_type"]), (None, None, "unix", "stream"))
        same((near["holding"], near["recv_q"], far["recv_q"]), ("process", 0, 5))
        waiting, listener = rows[inode(server, "q")], rows[inode(server, "l")]
        same((listener["state"], listener["accept_queue"], listener["backlog"]), ("LISTEN", 1, 5))
        same(waiting["listener"], {"cookie": listener["cookie"], "pid": server.pid, "comm": "srv", "accept_queue": 1, "backlog": 5})
        same(rows[inode(server, "d")]["path"], "@netstate-test")
        same(rows[inode(server, "e")]["socket_type"], "seqpacket")
        lies = rows[server("sent")]
        same((lies["owners"], lies["holding"], lies["pid"]), ([], "in_flight", None))
        text = netstate("list", "-x", "--netns", ns.inode).stdout
        check(re.search(rf"^unix +ESTABLISHED .* \*:{near['inode']} +{re.escape(path)}:{far['inode']} ", text, re.M), text)


@test("a UNIX socket has the cgroup and unit of the process that holds it, as its TCP socket has, after a hand-over that of the receiver")
def unit():
    if not cgroup.mounted():
        raise Skip("no cgroup v2 is mounted")
    with Namespace() as ns, ns.actor("srv") as server, cgroup.Cgroup("a.service") as first, cgroup.Cgroup("b.service") as second:
        first.add(server.pid)
        server("l = tcp(); l.bind(('127.0.0.1', 8080)); l.listen(); x, y = socket.socketpair()")
        child = server("child = os.fork() or (y.close(), signal.pause())") or server("child")
        try:
            second.add(child)
            server("x.close()")
            rows = {row["inode"]: row for row in listed(ns, "-tx")}
            tcp, far = rows[inode(server, "l")], rows[inode(server, "y")]
            same((far["cgroup"], far["unit"]), (tcp["cgroup"], tcp["unit"]))
            same((far["cgroup"], far["unit"]), (first.path, first.path[1:]))
            near, = [row for row in rows.values() if row["peer_inode"] == far["inode"]]
            same((near["pid"], near["cgroup"], near["unit"]), (child, second.path, second.path[1:]))
            same([row["pid"] for row in listed(ns, "-x", f"cgroup {second.path}")], [child])
        finally:
            os.kill(child, 9)
            server("os.waitpid(child, 0)")


@test("-B lists TCP sockets that are bound and neither listen nor connect, with every holder, by any source")
def bound():
    with Namespace() as ns, ns.actor("srv") as server:
        server("""
a = tcp(); a.bind(('127.0.0.1', 8080))
b = socket.socket(socket.AF_INET6); b.bind(('::', 8081))
l = listener('127.0.0.1', 8082); c = client('127.0.0.1', 8082)
d = tcp(); d.bind(('127.0.0.1', 8083)); x, y = socket.socketpair(); socket.send_fds(x, [b'x'], [d.fileno()]); d.close()
child = os.fork()
if not child:
    time.sleep(60)
    os._exit(0)
""")
        child = server("child")
        try:
            wanted = [("127.0.0.1", 8080, [server.pid, child]), ("127.0.0.1", 8083, []), ("::", 8081, [server.pid, child])]
            for source in ("auto", "sock_diag") if KERNEL >= (6, 8) else ("auto",):
                rows = listed(ns, "-B", "--source", source)
                same({(row["kind"], row["state"], row["protocol"]) for row in rows}, {("socket", "BOUND", "tcp")}, source)
                same(sorted((row["laddr"], row["lport"], sorted(owner["pid"] for owner in row["owners"])) for row in rows),
                     wanted, source)
            row, = listed(ns, "-tlBnp", "sport = :8080")  # as ss: the bound ones alone
            same(row["lport"], 8080)
            same({row["protocol"] for row in listed(ns, "-Bu")}, {"tcp"})  # there is no UDP socket
        finally:
            server("os.kill(child, 9); os.waitpid(child, 0)")


@test("UDP rows have the queues that ss shows while datagrams wait, at both ends")
def udp_queues():
    with Namespace() as ns, ns.actor("srv") as server:
        server("""
r = socket.socket(type=socket.SOCK_DGRAM); r.bind(('127.0.0.1', 8055))
c = socket.socket(type=socket.SOCK_DGRAM); c.connect(('127.0.0.1', 8055))
for size in (1, 1400, 9000): c.send(bytes(size))
""")

        def queues():
            lines = ns.run("ss", "-Huan").stdout.splitlines()
            return sorted(tuple(map(int, line.split()[1:3])) for line in lines)

        rows = listed(ns, "-u")
        same(sorted((row["recv_q"], row["send_q"]) for row in rows), queues())
        check(max(row["recv_q"] for row in rows) > 10400, rows)
        server("[r.recv(9999) for _ in range(3)]")
        same({row["recv_q"] for row in listed(ns, "-u")}, {0})


@test("owners are those that /proc tells: of both ends, after fork, and after the first holder has gone")
def holders():
    with scene() as (ns, server):
        child = server("child = os.fork() or (set_comm('worker'), c.close(), signal.pause())") or server("child")

        def agree():
            rows = listed(ns, "-ux")
            truth = held_by({row["inode"] for row in rows})
            for row in rows:
                if {owner["pid"] for owner in row["owners"]} != truth[row["inode"]]:
                    return False
                if row["peer_inode"] and {owner["pid"] for owner in row["peer_owners"]} != truth[row["peer_inode"]]:
                    return False
            return child in truth[inode(server, "a")] and child not in truth[inode(server, "c")]

        try:
            until(agree, 20, "the same holders as /proc")
            server("a.close(); y.close()")
            mine = [row["inode"] for row in listed(ns, "-x", f"pid {child} and not pid {server.pid}")]
            same(len(mine), 2, mine)
            same({row["comm"] for row in listed(ns, "-x", "--pid", child)} - {"srv"}, {"worker"})
        finally:
            os.kill(child, 9)
            server("os.waitpid(child, 0)")


@test("filter words hold where they make sense: ports and addresses, paths, states, queues, processes")
def filters():
    with scene() as (ns, server):
        path = server("path")
        for words, count in ((("-u", "sport = :8053"), 1), (("-u", "dst 127.0.0.1:8053"), 1), (("-ux", "src [::1]"), 1),
                             (("-ux", "sport < 100"), 0), (("-x", f"src unix:{path}"), 2), (("-x", f"dst unix:{path[:-1]}*"), 1),
                             (("-x", "src unix:@netstate-*"), 1), (("-ux", "state established and comm srv and not src unix:*"), 1),
                             (("-x", "state listening"), 1), (("-x", "recv_q > 4"), 1), (("-u", "age > 1s"), 0),
                             (("-ux", "idle > 1s"), 0), (("-u4",), 2), (("-6ux",), 1), (("-ul",), 2), (("-xl",), 4), (("-tul",), 3)):
            rows = listed(ns, *words)
            same(len(rows), count, f"{words}: {rows}")
        done = netstate("list", "-u", "sport = unix:/x")
        same((done.returncode, done.stdout), (2, ""), done.stderr)


@test("what the kernel's module does not tell is null and said, on a kernel without raw_diag")
def without_module():
    with scene() as (ns, _):
        asked = ns.run("ss", "-Hwan", env={**os.environ, "PROC_NET_RAW": "/nonexistent"})
        rows = netstate("list", "-w", "--json", "--netns", ns.inode)
        row = json.loads(rows.stdout.splitlines()[0])
        said = "no sock_diag for raw sockets" in rows.stderr
        same(said, not asked.stdout, rows.stderr)
        same(row["cookie"] is None, said, row)


main(bpf=False)
