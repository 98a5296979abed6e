#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Who holds a connection, through a scripted life: after each step `live` names those that /proc/*/fd names, within a
second, and nobody else. And what keeps a socket that no process holds: a queue, a message, the kernel."""
import os
import signal
import time

from harness import *
from owners import CHILD_COMPLETE
from tables import Watch, listed

SYS_PIDFD_OPEN, SYS_PIDFD_GETFD, SYS_UNSHARE, CLONE_FILES = 434, 438, 272, 0x400


def holders(inode):
    """The processes with a descriptor of this socket, threads with a table of their own included."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            tasks = os.listdir(f"/proc/{pid}/task")
        except OSError:
            continue
        for task in tasks:
            folder = f"/proc/{pid}/task/{task}/fd"
            try:
                links = [os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)]
            except OSError:
                continue
            if f"socket:[{inode}]" in links:
                found.add(int(pid))
    return found


def connected(server, client):
    """Their ends of a connection, as (cookie, inode)."""
    server("l = listener('127.0.0.1', 8080)")
    client("c = client('127.0.0.1', 8080)")
    server("s = l.accept()[0]")
    return [tuple(actor(f"[cookie({name}), os.fstat({name}.fileno()).st_ino]")) for actor, name in ((server, "s"), (client, "c"))]


def follow(watch, cookie, inode, what):
    row, wanted = watch.agrees(cookie, lambda: holders(inode), what)
    if wanted:
        check(row["pid"] in wanted, f"{what}: pid {row['pid']} of {wanted}")
        same(row["holding"], "process", what)
    return row


@test("fork, close in either order, exec, exit: the owners are those of /proc/*/fd after every step")
def family():
    with Namespace() as ns, Watch(ns) as watch:
        with ns.actor("srv") as server, ns.actor("cli") as client:
            (cookie, inode), _ = connected(server, client)
            follow(watch, cookie, inode, "accepted")
            server("""
import signal
r, w = os.pipe()
child = os.fork()
if not child:
    os.read(r, 1)
    s.close()
    os.read(r, 1)
    os._exit(0)
""")
            row = follow(watch, cookie, inode, "forked")
            same(len(row["owners"]), 2)
            server("s.close()")
            row = follow(watch, cookie, inode, "the parent has closed")
            same([owner["pid"] for owner in row["owners"]], [server("child")])
            same(row["opened_by"]["pid"], server.pid)
            server("os.write(w, b'x')")
            row = until_closed(watch, cookie)
            same((row["closed_by"]["pid"], row["owners"], row["pid"]), (server("child"), [], server("child")))
            server("os.kill(child, signal.SIGKILL); os.waitpid(child, 0)")


def until_closed(watch, cookie):
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        row = watch.row(cookie)
        if row and row["holding"] == "nobody":
            return row
        time.sleep(0.02)
    raise AssertionError(f"still held: {row}")


@test("exec keeps what may stay and closes the rest; the name is the new program's; the opener's exit changes nothing else")
def executes():
    with Namespace() as ns, Watch(ns) as watch:
        with ns.actor("srv") as server, ns.actor("cli") as client:
            (cookie, inode), (other, other_inode) = connected(server, client)
            server("""
kept = os.fork()
if not kept:
    os.set_inheritable(s.fileno(), True)
    os.execv('/bin/sleep', ['sleep', '60'])
""")
            row = follow(watch, cookie, inode, "a child that executes with it")
            watch.agrees(cookie, {server.pid, server("kept")}, "both")
            client("""
gone = os.fork()
if not gone: os.execv('/bin/sleep', ['sleep', '60'])
""")
            time.sleep(0.1)
            follow(watch, other, other_inode, "a child that executes without it")
            watch.agrees(other, {client.pid}, "close on exec")
            kept = server("kept")
            client("os.kill(gone, 9); os.waitpid(gone, 0)")
            server("s.close()")
            row = follow(watch, cookie, inode, "the opener has closed")
            same([owner["comm"] for owner in row["owners"]], ["sleep"])
        os.kill(kept, signal.SIGKILL)


@test("dup, and close of the one or the other: the owner stays; dup2 over the last one of several processes takes it away")
def duplicates():
    with Namespace() as ns, Watch(ns) as watch:
        with ns.actor("srv") as server, ns.actor("cli") as client:
            (cookie, inode), _ = connected(server, client)
            server("d = os.dup(s.fileno())")
            follow(watch, cookie, inode, "dup")
            server("s.close()")
            row = follow(watch, cookie, inode, "the first one closed")
            same(len(row["owners"]), 1)
            server("""
child = os.fork()
if not child:
    time.sleep(60)
    os._exit(0)
""")
            follow(watch, cookie, inode, "fork")
            server("null = os.open('/dev/null', os.O_RDONLY); os.dup2(null, d)")
            row = follow(watch, cookie, inode, "dup2 over it")
            same([owner["pid"] for owner in row["owners"]], [server("child")])
            server("os.kill(child, 9); os.waitpid(child, 0)")
            until_closed(watch, cookie)


@test("SCM_RIGHTS: in flight it is nobody's and said to be so; the receiver is the owner, the opener is remembered")
def passed_on():
    with Namespace() as ns, Watch(ns) as watch:
        with ns.actor("srv") as server, ns.actor("cli") as client:
            (cookie, inode), _ = connected(server, client)
            server("""
a, b = socket.socketpair()
r, w = os.pipe()
closed, say = os.pipe()
child = os.fork()
if not child:
    s.close()
    os.write(say, b'x')
    os.read(r, 1)
    fds = socket.recv_fds(b, 1, 1)[1]
    time.sleep(60)
    os._exit(0)
os.read(closed, 1)
""")
            follow(watch, cookie, inode, "fork")
            server("socket.send_fds(a, [b'x'], [s.fileno()]); s.close()")
            row = follow(watch, cookie, inode, "in a message")
            same((row["owners"], row["holding"], row["pid"]), ([], "in_flight", None))
            once, = [row for row in listed(inode=ns.inode) if row["cookie"] == cookie]
            same((once["owners"], once["holding"]), ([], "in_flight"))
            server("os.write(w, b'x')")
            row, _ = watch.agrees(cookie, {server("child")}, "received")
            same((row["opened_by"]["pid"], row["holding"]), (server.pid, "process"))
            server("os.kill(child, 9); os.waitpid(child, 0)")
            row = until_closed(watch, cookie)
            same(row["closed_by"]["pid"], server("child"))


@test("shut down and sent in a message it is in flight too, received it has its owner, and its closer stays")
def shut_and_passed_on():
    with Namespace() as ns, Watch(ns) as watch:
        with ns.actor("srv") as server, ns.actor("cli") as client:
            (cookie, inode), _ = connected(server, client)
            server("a, b = socket.socketpair(); s.shutdown(socket.SHUT_WR); socket.send_fds(a, [b'x'], [s.fileno()]); s.close()")
            row = until(lambda: (row := watch.row(cookie)) and row["holding"] == "in_flight" and row, 10, "in flight")
            same((row["owners"], row["closed_by"]["pid"], row["state"]), ([], server.pid, "FIN_WAIT2"))
            child = server("child = os.fork() or (set_comm('worker'), socket.recv_fds(b, 1, 1), signal.pause())") or server("child")
            row, _ = watch.agrees(cookie, {child}, "received")
            same((row["holding"], row["closed_by"]["pid"]), ("process", server.pid))
            server("os.kill(child, 9); os.waitpid(child, 0)")
            until(lambda: (row := watch.row(cookie)) is None or row["holding"] == "nobody", 10, "closed at last")


SUPERVISED = """
import ctypes, fcntl, platform, struct
libc = ctypes.CDLL(None, use_errno=True)
SECCOMP, GETPPID = {'x86_64': (317, 110), 'aarch64': (277, 173)}[platform.machine()]
code = b''.join(struct.pack('<HBBI', *step) for step in
                ((0x20, 0, 0, 0), (0x15, 0, 1, GETPPID), (0x06, 0, 0, 0x7fc00000), (0x06, 0, 0, 0x7fff0000)))
steps = ctypes.create_string_buffer(code, len(code))
program = ctypes.create_string_buffer(struct.pack('<HxxxxxxQ', 4, ctypes.addressof(steps)))
r, w = os.pipe()
child = os.fork()
if not child:
    s.close()
    libc.prctl(38, 1, 0, 0, 0)
    os.write(w, str(libc.syscall(SECCOMP, 1, 8, program)).encode())
    os.getppid()
    signal.pause()
listener = libc.syscall(438, os.pidfd_open(child), int(os.read(r, 9)), 0)
notice = bytearray(80)
fcntl.ioctl(listener, 0xc0502100, notice)
"""


@test("SECCOMP_IOCTL_NOTIF_ADDFD: the process that is given a descriptor is an owner")
def given():
    with Namespace() as ns, Watch(ns) as watch:
        with ns.actor("srv") as server, ns.actor("cli") as client:
            (cookie, inode), _ = connected(server, client)
            server(SUPERVISED)
            child = server("child")
            try:
                follow(watch, cookie, inode, "forked")
                server("fcntl.ioctl(listener, 0x40182103, notice[:8] + struct.pack('<IIII', 0, s.fileno(), 0, 0))")
                watch.agrees(cookie, {server.pid, child}, "given")
            finally:
                server("os.kill(child, 9); os.waitpid(child, 0)")
            watch.agrees(cookie, {server.pid}, "killed")


@test("pidfd_getfd: who takes a descriptor is an owner")
def taken():
    with Namespace() as ns, Watch(ns) as watch:
        with ns.actor("srv") as server, ns.actor("cli") as client:
            (cookie, inode), _ = connected(server, client)
            with ns.actor("thief") as thief:
                number = server("s.fileno()")
                thief(f"""
libc = ctypes.CDLL(None)
pidfd = libc.syscall({SYS_PIDFD_OPEN}, {server.pid}, 0)
mine = libc.syscall({SYS_PIDFD_GETFD}, pidfd, {number}, 0)
assert mine >= 0, mine
""")
                follow(watch, cookie, inode, "taken")
                watch.agrees(cookie, {server.pid, thief.pid}, "both")
                server("s.close()")
                row = follow(watch, cookie, inode, "the first one closed")
                same(row["owners"][0]["comm"], "thief")


@test("a thread with a table of its own: its process is the owner as long as the thread has it")
def threads():
    with Namespace() as ns, Watch(ns) as watch:
        with ns.actor("srv") as server, ns.actor("cli") as client:
            (cookie, inode), _ = connected(server, client)
            server(f"""
ready, go = threading.Event(), threading.Event()
def own():
    assert ctypes.CDLL(None).syscall({SYS_UNSHARE}, {CLONE_FILES}) == 0
    ready.set()
    go.wait()
thread = threading.Thread(target=own); thread.start(); ready.wait()
""")
            follow(watch, cookie, inode, "unshared")
            server("s.close()")
            row = follow(watch, cookie, inode, "only the thread has it")
            same([owner["pid"] for owner in row["owners"]], [server.pid])
            server("go.set(); thread.join()")
            row = until_closed(watch, cookie)
            same(row["owners"], [])


@test("exit of one of two holders, killed: the other is the owner; of the last: nobody, and who it was")
def exits():
    with Namespace() as ns, Watch(ns) as watch:
        with ns.actor("cli") as client:
            with ns.actor("srv") as server:
                (cookie, inode), _ = connected(server, client)
                server("""
child = os.fork()
if not child:
    time.sleep(60)
    os._exit(0)
""")
                follow(watch, cookie, inode, "fork")
                child = server("child")
            row, _ = watch.agrees(cookie, {child}, "the opener has ended")
            os.kill(child, signal.SIGKILL)
            row = until_closed(watch, cookie)
            same((row["closed_by"]["pid"], row["owners"]), (child, []))


@test("shutdown() names who acted while a process still holds it; the later close by another leaves the owners empty")
def shuts_down():
    with Namespace() as ns, Watch(ns) as watch:
        with ns.actor("srv") as server, ns.actor("cli") as client:
            (cookie, inode), _ = connected(server, client)
            server("s.shutdown(socket.SHUT_WR)")
            row, _ = watch.agrees(cookie, {server.pid}, "shut down")
            same(row["closed_by"]["pid"], server.pid)
            until(lambda: watch.row(cookie)["state"] == "FIN_WAIT2", what="the FIN's acknowledgement")
            server("s.close()")
            row = until_closed(watch, cookie)
            same((row["state"], row["owners"]), ("FIN_WAIT2", []))


@test("never accepted: the row says so, how long the queue is and whose; CLOSE_WAIT has no closer")
def queued():
    with Namespace() as ns, Watch(ns) as watch:
        with ns.actor("srv") as server, ns.actor("cli") as client:
            server("l = listener('127.0.0.1', 8080, backlog=7)")
            client("all = [client('127.0.0.1', 8080) for _ in range(3)]; all[0].close()")
            time.sleep(1.5)
            for rows in (watch.rows(), listed(inode=ns.inode)):
                mine = [row for row in rows if row["lport"] == 8080 and row["state"] != "LISTEN"]
                same(sorted(row["state"] for row in mine), ["CLOSE_WAIT", "ESTABLISHED", "ESTABLISHED"])
                for row in mine:
                    same((row["owners"], row["holding"], row["closed_by"]), ([], "accept_queue", None))
                    at = row["listener"]
                    same((at["pid"], at["comm"], at["accept_queue"], at["backlog"]), (server.pid, "srv", 3, 7))
            text = netstate("list", "--fields", "owners,state", "--no-header", "--netns", ns.inode, "state", "close-wait")
            check(f"(accept queue 3/7 of {server.pid}/srv)" in text.stdout, text.stdout)
            server("s = l.accept()[0]")
            cookie = server("cookie(s)")
            row, _ = watch.agrees(cookie, {server.pid}, "accepted")
            same((row["listener"], row["holding"]), (None, "process"))


@test("a forking server: TIME_WAIT, FIN_WAIT2 and LAST_ACK belong to the child that closed; events say who acted")
def forking_server():
    with Namespace() as ns, Tracer(ns) as trace, Watch(ns) as watch:
        with ns.actor("srv") as server, ns.actor("cli") as client:
            (cookie, inode), (other, _) = connected(server, client)
            server("""
child = os.fork()
if not child:
    l.close(); time.sleep(0.3); s.close(); os._exit(0)
s.close(); os.waitpid(child, 0)
""")
            child = server("child")
            row = until_closed(watch, cookie)
            check(row["state"] in ("FIN_WAIT1", "FIN_WAIT2"), row)  # the peer's ACK may be on its way
            same((row["pid"], row["owners"], row["closed_by"]["pid"]), (child, [], child))
            same(row["opened_by"], {"pid": server.pid, "comm": "srv"})
            client("c.close()")
            deadline = time.monotonic() + 5
            while (row := watch.row(cookie))["state"] != "TIME_WAIT" and time.monotonic() < deadline:
                time.sleep(0.05)
            same((row["state"], row["pid"], row["closed_by"]), ("TIME_WAIT", child, {"pid": child, "comm": "srv"}))
        trace.stop()
        acted = {(event["old"], event["new"]): event["closed_by"] for event in trace.select(kind="state", cookie=cookie)}
        same(acted["ESTABLISHED", "FIN_WAIT1"], {"pid": child, "comm": "srv"})
        same({step: by for step, by in acted.items() if step != ("ESTABLISHED", "FIN_WAIT1") and by}, {})
        acted = {(event["old"], event["new"]): event["closed_by"] for event in trace.select(kind="state", cookie=other)}
        same(acted["CLOSE_WAIT", "LAST_ACK"], {"pid": client.pid, "comm": "cli"})
        same(acted["ESTABLISHED", "CLOSE_WAIT"], None)
        same(acted["LAST_ACK", "CLOSE"], None)


@test("reset by the peer has no closer here; unread data, a listener's end and SOCK_DESTROY have one")
def who_resets():
    with Namespace() as ns, Tracer(ns) as trace:
        with ns.actor("srv") as server, ns.actor("cli") as client:
            server("l = listener('127.0.0.1', 8080)")
            cookies = {}
            for word in ("reset", "unread", "queued", "destroyed"):
                client("c = client('127.0.0.1', 8080)")
                cookies[word] = client("cookie(c)")
                if word == "queued":
                    server("l.close()")
                    trace.expect(kind="state", lport=8080, old="ESTABLISHED", new="CLOSE", owner="inherited")
                    server("l = listener('127.0.0.1', 8080)")
                    continue
                server("s = l.accept()[0]; mine = cookie(s)")
                cookies[word + "'s peer"] = server("mine")
                if word == "unread":
                    client("c.send(b'x')")
                    time.sleep(0.1)
                if word == "destroyed":
                    ns.run("ss", "-K", "src", "127.0.0.1:8080")
                    break
                server("reset(s)" if word == "reset" else "s.close()")
                trace.expect(kind="state", cookie=cookies[word], new="CLOSE")
        time.sleep(0.2)
        trace.stop()

        def closer(cookie):
            event, = trace.select(kind="state", cookie=cookie, new="CLOSE")
            return event["closed_by"] and event["closed_by"]["comm"]
        same([closer(cookies[word]) for word in ("reset", "unread", "queued")], [None] * 3)
        same([closer(cookies[f"{word}'s peer"]) for word in ("reset", "unread")], ["srv"] * 2)
        if CHILD_COMPLETE:
            event, = trace.select(kind="state", lport=8080, old="ESTABLISHED", new="CLOSE", owner="inherited")
            same(event["closed_by"], {"pid": server.pid, "comm": "srv"})
        event, = trace.select(kind="state", cookie=cookies["destroyed's peer"], new="CLOSE")
        if event["err"] == "ECONNABORTED":  # CONFIG_INET_DIAG_DESTROY
            same(event["closed_by"]["comm"], "ss")


main()
