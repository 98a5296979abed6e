#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: whose connection it is, where another process runs, hands on, forks, executes something else or ends."""
import json

import cgroup
from harness import *
from owners import CHILD_OPENS, KERNEL, owned, server_and_client, TRACER_MAKES_COOKIES


@test("server and client in two namespaces: the server's transitions run in the client and still name the server")
def two_namespaces():
    with Namespace() as left, Namespace() as right:
        veth(left, ["10.77.0.1/24", "fd77::1/64"], right, ["10.77.0.2/24", "fd77::2/64"])
        for address in ("10.77.0.1", "fd77::1"):
            with Tracer(left, right) as trace, left.actor("srv") as server, right.actor("cli") as client:
                server(f"l = listener('{address}', 8080)")
                client(f"c = client('{address}', 8080)")
                server("s = l.accept()[0]")
                client("c.close()")
                trace.expect(netns=left.inode, new="CLOSE_WAIT")
                server("s.close()")
                trace.expect(netns=left.inode, old="LAST_ACK")
                trace.expect(netns=right.inode, old="FIN_WAIT2")
                trace.stop()
                theirs = trace.select(netns=right.inode)
                same({e["lport"] for e in theirs} & {8080}, set())
                owned(theirs, client, "connect")
                mine = trace.select(netns=left.inode)
                same({e["pid"] for e in mine}, {server.pid})
                same([e["owner"] for e in mine], ["listen"] + ["inherited"] * 2 + ["accept"] * 4)


@test("before accept the owner is the inherited one; the wait in the accept queue is accept's latency")
def accept_latency():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        waiting = trace.expect(2, kind="state", lport=8080, owner="inherited")
        server("time.sleep(0.3); s = l.accept()[0]")
        accept, = trace.expect(kind="accept")
        trace.stop()
        owned(waiting, server, "inherited")
        owned([accept], server, "accept")
        same({e["cookie"] for e in waiting} - {None}, {accept["cookie"]} - {None})
        check(0.3e6 <= accept["latency_us"] < 3e6, f"waited {accept['latency_us']} us")


@test("an accept that waits for its connection: no time in the queue to speak of")
def accept_blocked():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        server.begin("s = l.accept()[0]")
        client("time.sleep(0.4); c = client('127.0.0.1', 8080)")
        server.end()
        accept, = trace.expect(kind="accept")
        check(0 <= accept["latency_us"] < 0.3e6, f"waited {accept['latency_us']} us")


@test("accept4 and accept in threads with names of their own: the owner is the process, by its leader's name")
def accept_threads():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        server("""
got = {}
def worker(i):
    ctypes.CDLL(None).prctl(15, b"thread-%d" % i)
    s = l.accept()[0]
    got[cookie(s)] = s
workers = [threading.Thread(target=worker, args=(i,)) for i in range(4)]
for worker in workers: worker.start()
""")
        client("all = [client('127.0.0.1', 8080) for _ in range(4)]")
        server("for worker in workers: worker.join()")
        accepts = trace.expect(4, kind="accept")
        if TRACER_MAKES_COOKIES:
            same({e["cookie"] for e in accepts}, {int(k) for k in server("[str(k) for k in got]")})
        same({e["fd"] for e in accepts}, set(server("[s.fileno() for s in got.values()]")))
        owned(accepts, server, "accept")
        server("for s in got.values(): s.close()")
        closing = trace.expect(4, kind="state", lport=8080, new="FIN_WAIT1")
        owned(closing, server, "accept")


@test("connect in a thread with a name of its own: the owner is the process, by its leader's name")
def connect_thread():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        client("""
def worker():
    global c
    ctypes.CDLL(None).prctl(15, b"other-name")
    c = client('127.0.0.1', 8080)
t = threading.Thread(target=worker); t.start(); t.join()
""")
        owned(trace.expect(3, rport=8080), client, "connect")


@test("workers that were forked accept from one listener: each connection names the worker that got it")
def accept_processes():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        server("""
pids = []
for i in range(3):
    pid = os.fork()
    if not pid:
        set_comm(f"worker-{i}")
        s = l.accept()[0]
        s.sendall(b"x")
        s.recv(1)
        os._exit(0)
    pids.append(pid)
""")
        client("all = [client('127.0.0.1', 8080) for _ in range(3)]; [c.recv(1) for c in all]")
        pids = server("pids")
        accepts = trace.expect(3, kind="accept")
        same({e["pid"] for e in accepts}, set(pids))
        opened = trace.select(kind="state", lport=8080, new=("SYN_RECV", "ESTABLISHED"))
        owned(opened, server, "inherited")
        client("for c in all: c.close()")
        trace.expect(3, kind="state", lport=8080, old="LAST_ACK")
        server("for pid in pids: os.waitpid(pid, 0)")
        trace.stop()
        for accept in accepts:
            worker = pids.index(accept["pid"])
            closing = trace.select(kind="state", pid=accept["pid"], new=("CLOSE_WAIT", "LAST_ACK", "CLOSE"))
            same([event["cookie"] for event in closing], [accept["cookie"]] * 3)
            owned([accept] + closing, server, "accept", comm=f"worker-{worker}", pid=accept["pid"])


@test("failed accepts are not shown; EMFILE is")
def accept_fails():
    if KERNEL < (5, 15):
        skip("bpf_task_pt_regs, which tells the listener of a failed accept, came with 5.15")
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        server("l.setblocking(False)")
        same(server.fails("l.accept()"), "EAGAIN")
        client("c = client('127.0.0.1', 8080)")
        server("import resource; limits = resource.getrlimit(resource.RLIMIT_NOFILE)")
        server("resource.setrlimit(resource.RLIMIT_NOFILE, (l.fileno() + 1, limits[1]))")
        # the descriptors below the listener's may have holes: fill them
        server("""
holes = []
try:
    while True: holes.append(os.dup(0))
except OSError:
    pass
""")
        same(server.fails("l.accept()"), "EMFILE")
        server("[os.close(fd) for fd in holes]; resource.setrlimit(resource.RLIMIT_NOFILE, limits)")
        server("s = l.accept()[0]")
        failed, accepted = trace.expect(2, kind="accept")
        trace.stop()
        same((failed["err"], failed["ret"], failed["fd"], failed["lport"]), ("EMFILE", -24, None, 8080))
        owned([failed], server, "accept")
        same((accepted["err"], accepted["fd"]), (None, server("s.fileno()")))
        same(len(trace.select(kind="accept")), 2)


@test("a connection that was reset before accept is still accepted, and then is nobody's any more")
def reset_before_accept():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080); reset(c)")
        trace.expect(kind="state", lport=8080, new="CLOSE")
        server("s = l.accept()[0]; s.close()")
        accept, = trace.expect(kind="accept")
        trace.stop()
        steps = trace.steps(accept["cookie"])
        same(steps if TRACER_MAKES_COOKIES else steps[-1:], CHILD_OPENS + ["ESTABLISHED>CLOSE"])
        owned([accept], server, "accept")
        check(not TRACER_MAKES_COOKIES or accept["latency_us"] is not None, "how long it waited is known")
        owned(trace.select(kind="state", cookie=accept["cookie"]), server, "inherited")


@test("a process killed with -9: its connections close under its name")
def process_killed():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080); k = cookie(c)")
        server("s = l.accept()[0]")
        cookie = client("k")
        client.stop()
        trace.expect(cookie=cookie, new="FIN_WAIT1")
        server("s.close()")
        trace.expect(cookie=cookie, old="FIN_WAIT2")
        owned(trace.select(cookie=cookie), client, "connect")


@test("a process that ends while its child still holds the connection: the owner stays the one that connected")
def process_ends():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        client("""
c = client('127.0.0.1', 8080)
k = cookie(c)
child = os.fork()
if not child:
    set_comm("heir")
    c.recv(1)
    os._exit(0)
""")
        server("s = l.accept()[0]")
        cookie = client("k")
        trace.expect(kind="connect", cookie=cookie)
        client.stop()
        same(trace.steps(cookie), ["CLOSE>SYN_SENT", "SYN_SENT>ESTABLISHED"])
        server("s.close()")
        trace.expect(cookie=cookie, old="LAST_ACK")
        owned(trace.select(cookie=cookie), client, "connect")


@test("a process that executes another program: pid the same, the name the one under which it connected")
def process_execs():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080); k = cookie(c); c.set_inheritable(True)")
        server("s = l.accept()[0]")
        cookie = client("k")
        client.begin("os.execvp('sleep', ['sleep', '60'])")
        until(lambda: open(f"/proc/{client.pid}/comm").read() == "sleep\n", what="exec")
        client.signal(9)
        trace.expect(cookie=cookie, new="FIN_WAIT1")
        owned(trace.select(cookie=cookie), client, "connect")


@test("a listener that a parent opened: connections name the parent until a child accepts")
def listener_passed_on():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        server("""
child = os.fork()
if not child:
    set_comm("heir")
    s = l.accept()[0]
    s.recv(1)
    os._exit(0)
""")
        client("c = client('127.0.0.1', 8080)")
        accept, = trace.expect(kind="accept")
        opened = trace.select(kind="state", lport=8080, new=("SYN_RECV", "ESTABLISHED"))
        owned(opened, server, "inherited")
        owned([accept], server, "accept", comm="heir", pid=server("child"))
        client("c.close()")
        server("os.waitpid(child, 0)")


@test("a user's process: its uid on all of its connections, from connect and from accept")
def users():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = ns.actor("srv", uid=4321), ns.actor("cli", uid=1234)
        server("l = listener('127.0.0.1', 8080)")
        client("c = client('127.0.0.1', 8080)")
        server("s = l.accept()[0]; s.close()")
        client("c.recv(1); c.close()")
        trace.expect(kind="state", lport=8080, old="FIN_WAIT2")
        trace.stop()
        same({e["uid"] for e in trace.select(lport=8080)}, {4321})
        same({e["uid"] for e in trace.select(rport=8080)}, {1234})


@test("the cgroup's path on the events of a process in a cgroup of its own")
def cgroups():
    if not cgroup.mounted():
        skip("no cgroup v2 here")
    with Namespace() as ns, cgroup.Cgroup("server") as group, Tracer(ns) as trace:
        server, client = ns.actor("srv"), ns.actor("cli")
        group.add(server.pid)
        server("l = listener('127.0.0.1', 8080)")
        client("c = client('127.0.0.1', 8080)")
        server("s = l.accept()[0]")
        trace.expect(kind="accept")
        trace.stop()
        same({e["cgroup"] for e in trace.select(lport=8080)}, {group.path})
        check(group.path not in {e["cgroup"] for e in trace.select(rport=8080)}, "the client's cgroup is the server's")
        server.stop()


@test("netstate in a cgroup namespace, as in a container: what lies outside has no path there, and is not its root")
def cgroup_namespace():
    if not cgroup.mounted():
        skip("no cgroup v2 here")
    with Namespace() as ns, cgroup.Cgroup("own") as own, cgroup.Cgroup("far") as far:
        enter = 'echo $$ > "$0/cgroup.procs" && exec unshare --cgroup "$@"'
        argv = ["sh", "-c", enter, own.folder, NETSTATE, "trace", "--json", "--netns", ns.name, "--count", "6"]
        with Program(argv, ready="netstate: tracing") as trace, ns.actor("cli") as client:
            for group in (far, own):
                group.add(client.pid)
                same(client.fails("client('127.0.0.1', 80)"), "ECONNREFUSED")
            same(trace.stop(None), 0, "status")
            client.stop()
        same([json.loads(line)["cgroup"] for _, line in trace.lines], [None] * 3 + ["/"] * 3)


@test("a socket opened by TCP fast open: SYN_SENT names the process that sent")
def fast_open():
    with Namespace() as ns, Tracer(ns) as trace:
        server, client = server_and_client(ns)
        ns.sysctl("net.ipv4.tcp_fastopen", 3)
        client("c = tcp(); c.sendto(b'x', socket.MSG_FASTOPEN, ('127.0.0.1', 8080))")
        established = trace.expect(rport=8080, new="ESTABLISHED")
        owned(established, client, "connect")


@test("any bytes in a process's name: the JSON is valid, UTF-8 stays readable")
def odd_names():
    with Namespace() as ns, Tracer(ns) as trace:
        server = ns.actor("srv")
        server("l = listener('127.0.0.1', 8080, backlog=64)")
        names = [b'a"b\\c', b"tab\tnew", b"\x1b[31mred", b"\xff\xfe bad", "zażółć".encode(), b"e\xcc\x81", b"\xed\xa0\x80", b"\x7f\x01",
                 "zażółćgęślą".encode()]  # 18 bytes: the kernel cuts it within a character
        for name in names:
            with ns.actor("x") as client:
                client(f"set_comm({name!r}); c = client('127.0.0.1', 8080)")
                event, = [e for e in trace.expect(kind="connect", pid=client.pid)]
                raw = next(text for _, text in trace.lines if f'"pid":{client.pid}' in text.replace(" ", ""))
                raw.encode()  # fails where bytes that are no UTF-8 came through
                check("\x1b" not in raw, "an escape character came through")
                try:
                    wanted = name[:15].decode()
                except UnicodeDecodeError:
                    continue
                same(event["comm"], wanted)


main()
