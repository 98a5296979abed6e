#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate live and list, row by row: owners, minisockets, half-open connections, queues, namespaces, options."""
import json
import os
import re
import time

from harness import *
from owners import server_and_client
from tables import Live, listed


def one(rows, **fields):
    found = [row for row in rows if all(row[key] == value for key, value in fields.items())]
    same(len(found), 1, f"rows with {fields} of {[(row['state'], row['lport'], row['rport']) for row in rows]}")
    return found[0]


@test("a TIME_WAIT row names the process that closed, also after that has exited")
def owner_of_time_wait():
    with Namespace() as ns, Live(ns) as live:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        server("s, _ = l.accept()")
        client("c.close()")
        server("s.recv(1); s.close()")
        pid = client.pid
        client.stop()
        time.sleep(0.3)
        live.stop_equal()
        row = one(live.rows, state="TIME_WAIT")
        same((row["pid"], row["comm"], row["owner"], row["minisocket"]), (pid, "cli", "connect", "time-wait"))
        same((row["owners"], row["holding"]), ([], "nobody"))
        same((row["opened_by"], row["closed_by"]), ({"pid": pid, "comm": "cli"},) * 2)
        same(row["old"], "FIN_WAIT2")
        check(50000 < row["expires_ms"] <= 60000, f"expires_ms {row['expires_ms']}")
        check(0 < row["age_us"] < 10_000_000 and row["since"], f"age {row['age_us']} since {row['since']}")


@test("an orphan in FIN_WAIT2 is a row of its own, and TIME_WAIT once the peer closes")
def orphan():
    with Namespace() as ns, Live(ns) as live:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        server("s, _ = l.accept()")
        client("c.close()")

        def of_state(state): # segments may still be under way
            return until(lambda: [row for row in listed(inode=ns.inode) if row["state"] == state and row["minisocket"] == "time-wait"], 10, state)

        orphan, = of_state("FIN_WAIT2")
        live.stop_equal()
        row = one(live.rows, state="FIN_WAIT2")
        same((row["cookie"], row["pid"], row["comm"]), (orphan["cookie"], client.pid, "cli"))
        check(row["expires_ms"] <= 60000, f"expires_ms {row['expires_ms']}")
        same(one(live.rows, state="CLOSE_WAIT")["comm"], "srv")
        server("s.close()")
        same([row["cookie"] for row in of_state("TIME_WAIT")], [orphan["cookie"]])


@test("what is older than netstate has owners from its descriptors, a TIME_WAIT none")
def older():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080); d = client('127.0.0.1', 8080)")
        server("s, _ = l.accept(); t, _ = l.accept()")
        client("d.close()")
        server("t.recv(1); t.close()")
        with Live(ns) as live:
            live.stop_equal()
        same(one(live.rows, state="LISTEN")["owner"], "scan")
        row = one(live.rows, state="ESTABLISHED", lport=8080)
        same((row["pid"], row["comm"], row["owner"], row["since"], row["age_us"]), (server.pid, "srv", "scan", None, None))
        row = one(live.rows, state="TIME_WAIT")
        same((row["pid"], row["comm"], row["owner"], row["owners"]), (None, None, None, []))


@test("LISTEN shows its accept queue and backlog; who waits in it belongs to the listener")
def queue():
    with Namespace() as ns:
        server, client = server_and_client(ns, backlog=7)
        client("c = [client('127.0.0.1', 8080) for i in range(3)]")
        rows = listed(inode=ns.inode)
        row = one(rows, state="LISTEN")
        same((row["accept_queue"], row["backlog"], row["recv_q"], row["send_q"]), (3, 7, 3, 7))
        waiting = [row for row in rows if row["state"] == "ESTABLISHED" and row["lport"] == 8080]
        same({(row["pid"], row["owner"]) for row in waiting}, {(server.pid, "inherited")})
        client("c[0].send(b'hello')")
        same(sum(row["recv_q"] for row in listed(inode=ns.inode) if row["lport"] == 8080 and row["rport"]), 5)


@test("half-open connections belong to the listener and count their SYN-ACKs")
def half_open():
    with Namespace() as left, Namespace() as right:
        veth(left, ["10.77.0.1/24"], right, ["10.77.0.2/24"])
        left.run("nft", "add table ip t; add chain ip t c { type filter hook input priority 0; }; "
                 "add rule ip t c tcp flags & (syn|ack) == (syn|ack) drop")
        server, client = right.actor("srv"), left.actor("cli")
        with Live(left, right) as live:
            server("l = listener('10.77.0.2', 80)")
            client("c = tcp(); c.setblocking(False); c.connect_ex(('10.77.0.2', 80))")
            time.sleep(2.5)
            live.stop_equal()
        row = one(live.rows, state="SYN_RECV")
        same((row["netns"], row["pid"], row["comm"], row["owner"], row["minisocket"]),
             (right.inode, server.pid, "srv", "inherited", "request"))
        check(row["retries"] >= 1, f"retries {row['retries']} after 2.5 s")
        row = one(live.rows, state="SYN_SENT")
        same((row["netns"], row["pid"], row["owner"]), (left.inode, client.pid, "connect"))


@test("a socket that several processes share names them all")
def shared():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        child = server("s, _ = l.accept(); child = os.fork() or os._exit(time.sleep(60) or 0)", timeout=5)
        child = server("child")
        with Live(ns) as live:
            live.stop_equal()
        row = one(live.rows, state="ESTABLISHED", lport=8080)
        same({owner["pid"] for owner in row["owners"]}, {server.pid, child})
        same({owner["comm"] for owner in row["owners"]}, {"srv"})
        text = netstate("list", "--fields", "owners,state", "--no-header", "--netns", ns.inode, "state", "established", "and",
                        "sport", "=", ":8080").stdout
        same(set(text.split()[0].split(",")), {f"{pid}/srv" for pid in (server.pid, child)})
        server("os.kill(child, 9); os.waitpid(child, 0)")


@test("a socket that was passed on belongs to who has it now; one whose process took another name to that name")
def passed_on():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        path = f"/tmp/netstate-pass-{os.getpid()}"
        client("c = client('127.0.0.1', 8080); d = client('127.0.0.1', 8080)")
        with Live(ns) as live:
            client(f"u = socket.socket(socket.AF_UNIX); u.bind({path!r}); u.listen()")
            server("s, _ = l.accept(); t, _ = l.accept()")
            server(f"v = socket.socket(socket.AF_UNIX); v.connect({path!r}); socket.send_fds(v, [b'x'], [s.fileno(), t.fileno()])")
            client("w, _ = u.accept(); got = socket.recv_fds(w, 1, 4)[1]")
            server("s.close()")
            client("set_comm('cli-renamed')")
            os.unlink(path)
            live.stop_equal()
        ports = [client("c.getsockname()[1]"), client("d.getsockname()[1]")]
        moved, shared = (one(live.rows, state="ESTABLISHED", lport=8080, rport=port) for port in ports)
        same([(owner["pid"], owner["comm"]) for owner in moved["owners"]], [(client.pid, "cli-renamed")])
        same((moved["pid"], moved["owner"]), (client.pid, "scan"))
        same([owner["pid"] for owner in shared["owners"]], [server.pid, client.pid])
        same(one(live.rows, lport=ports[0])["comm"], "cli-renamed")


@test("namespaces that come and go while it runs leave nothing behind, and miss nothing")
def namespaces_come_and_go():
    with Live() as live:
        gone = []
        for number in range(6):
            with Namespace() as ns:
                server, client = server_and_client(ns)
                client("c = [client('127.0.0.1', 8080) for i in range(3)]; c[0].close()")
                gone.append(({server.pid, client.pid}, client("cookie(c[1])")))
                if number == 2:
                    time.sleep(1.2)
                server.stop()
                client.stop()
        time.sleep(1.5)
        with Namespace() as ns:
            server, client = server_and_client(ns)
            client("c = [client('127.0.0.1', 8080) for i in range(3)]; c[0].close()")
            time.sleep(0.2)
            live.stop_equal()
            there = [row for row in live.rows if row["netns"] == ns.inode]
            same(sorted(row["state"] for row in there), ["CLOSE_WAIT"] + ["ESTABLISHED"] * 4 + ["FIN_WAIT2", "LISTEN"])
    cookies = {row["cookie"] for row in live.rows}
    same([cookie for _, cookie in gone if cookie in cookies], [])
    pids = set().union(*(pids for pids, _ in gone))  # another program's namespace may have the inode by now
    same([row for row in live.rows if row["pid"] in pids], [])


@test("a namespace that lives on in a socket alone is listed")
def hidden_namespace():
    ns = Namespace()
    actor = ns.actor("srv")
    actor("l = listener('127.0.0.1', 8080)")
    actor(f"fd = os.open('/proc/{os.getpid()}/ns/net', os.O_RDONLY)")
    actor("assert not ctypes.CDLL(None).setns(fd, 0x40000000); os.close(fd)")
    inode = ns.inode
    ip("netns", "del", ns.name)
    row = one(listed(inode=inode), state="LISTEN", lport=8080)
    same((row["pid"], row["comm"]), (actor.pid, "srv"))
    with Live() as live:
        live.stop_equal()
    one([row for row in live.rows if row["netns"] == inode], state="LISTEN", lport=8080)
    actor.stop()
    same([row for row in listed() if row["netns"] == inode], [])


@test("orphans of a namespace that nothing leads to any more are found by the walk, and by no other way")
def unreachable_namespace():
    left, right = Namespace(), Namespace()
    veth(left, ["10.77.0.1/24"], right, ["10.77.0.2/24"])
    server, client = right.actor("srv"), left.actor("cli")
    server("l = listener('10.77.0.2', 80)")
    client("c = client('10.77.0.2', 80)")
    right.ip("link", "set", "veth0", "down")
    with Live() as live:
        client("c.send(b'unanswered'); c.close()")
        time.sleep(0.3)
        client.stop()
        inode = left.inode
        left.remove()
        time.sleep(0.2)
        live.stop_equal()
    same([row["state"] for row in live.rows if row["netns"] == inode], ["FIN_WAIT1"])
    for source, states in (("walk", ["FIN_WAIT1"]), ("iterators", [])):
        same([row["state"] for row in listed("--source", source, inode=inode)], states)
    server.stop()
    right.remove()


@test("without room for TIME_WAIT the connection is gone, and so is its row")
def no_room_for_time_wait():
    with Namespace() as ns:
        ns.sysctl("net.ipv4.tcp_max_tw_buckets", 0)
        with Live(ns) as live:
            server, client = server_and_client(ns)
            for _ in range(20):
                client("c = client('127.0.0.1', 8080)")
                server("s, _ = l.accept()")
                client("c.close()")
                server("s.recv(1); s.close()")
            live.stop_equal()
            kernel = ns.run("ss", "-Htn", "state", "time-wait").stdout.count("\n")
            same(len(live.select(state="TIME_WAIT")), kernel)


@test("rows pass the filter, with the state, the age and the namespace")
def filters():
    with Namespace() as ns, Live(ns, options=("--netns", str(ns.inode), "state", "close-wait", "and", "age", ">", "500ms")) as live:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        server("s, _ = l.accept()")
        client("c.close()")
        time.sleep(0.8)
        client("c = client('127.0.0.1', 8080)")
        server("t, _ = l.accept()")
        client("c.close()")
        time.sleep(0.1)
        same(live.stop(), 0)
        same([(row["state"], row["lport"]) for row in live.rows], [("CLOSE_WAIT", 8080)])
        check(live.rows[0]["age_us"] > 500_000, f"{live.rows[0]['age_us']}")


@test("bytes, round trip time and retransmits are those of ss -i")
def numbers():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080); c.send(b'x' * 5000)")
        server("s, _ = l.accept(); s.recv(5000, socket.MSG_WAITALL); s.send(b'y' * 7)")
        client("c.recv(7); c.shutdown(socket.SHUT_WR)")
        time.sleep(0.2)
        rows = {row["lport"]: row for row in listed(inode=ns.inode) if row["rport"]}
        mine = rows.pop(8080)
        (other,) = rows.values()
        same((mine["bytes_sent"], mine["bytes_received"]), (7, 5001))
        same((other["bytes_sent"], other["bytes_received"]), (5000, 7))
        text = ns.run("ss", "-Htnio", "sport", "=", ":8080").stdout
        rtt = float(re.search(r"rtt:([\d.]+)", text)[1])
        check(abs(mine["rtt_us"] - rtt * 1000) <= 1, f"rtt_us {mine['rtt_us']}, ss {rtt} ms")
        check("bytes_sent:7 " in text and "bytes_received:5001 " in text, text)
        same(mine["retransmits"], 0)


@test("without BPF iterators sock_diag and /proc tell the same")
def fallback():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080); d = client('127.0.0.1', 8080); c.send(b'hello')")
        server("s, _ = l.accept(); t, _ = l.accept(); s.recv(5)")
        client("d.close()")
        keys = ("netns", "cookie", "family", "laddr", "lport", "raddr", "rport", "state", "pid", "comm", "recv_q", "send_q", "inode",
                "bytes_sent", "bytes_received", "retransmits", "minisocket", "uid")
        ways = [[{key: row[key] for key in keys} for row in listed("--source", way, inode=ns.inode)] for way in ("iterators", "sock_diag")]
        if any(row["cookie"] is None for row in ways[0]):  # before 5.12 sock_diag makes the cookies, programs cannot
            ways = [[{**row, "cookie": None} for row in rows] for rows in ways]
        same(*[sorted(rows, key=lambda row: (row["lport"], row["rport"])) for rows in ways])
        with Live(ns, options=("--source", "sock_diag", "--verify")) as live:
            client("c.close()")
            server("t.close()")
            time.sleep(1.5)
            live.stop_equal()
        same(sorted(row["state"] for row in live.rows), ["CLOSE_WAIT", "FIN_WAIT2", "LISTEN", "TIME_WAIT"])


@test("live into a pipe prints JSON lines, also without --json")
def piped():
    with Namespace() as ns:
        server_and_client(ns)
        done = netstate("live", "--for", "200ms", "--netns", str(ns.inode))
        same([json.loads(line)["state"] for line in done.stdout.splitlines()], ["LISTEN"])


@test("SIGUSR1 writes the table as netstat -antp does, for live and for trace")
def dump():
    path = f"/tmp/netstate-dump-{os.getpid()}"
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        for command, ready in (("live", "watching"), ("trace", "tracing")):
            with Program([NETSTATE, command, "--json", "--dump", path], ready=ready) as program:
                os.kill(program.pid, 10)
                until(lambda: os.path.exists(path) and "8080" in open(path).read(), what="the dump")
                time.sleep(0.1)
                program.stop()
            lines = open(path).read().splitlines()
            os.unlink(path)
            same(lines[0], "Active Internet connections (servers and established)")
            same(lines[1].split()[:3], ["Proto", "Recv-Q", "Send-Q"])
            listening = [line.split() for line in lines if ":8080 " in line and "LISTEN" in line]
            check(f"{server.pid}/srv" in [line[6] for line in listening], str(listening))


@test("SIGUSR1 to trace: TIME_WAIT has the process that closed, also after it exited")
def dump_waiting():
    path = f"/tmp/netstate-dump-{os.getpid()}"
    with Namespace() as ns:
        server, _ = server_and_client(ns)
        with Program([NETSTATE, "trace", "--json", "--dump", path], ready="tracing") as program:
            closer = ns.actor("closer")
            port = closer("c = socket.create_connection(('127.0.0.1', 8080))") or closer("c.getsockname()[1]")
            pid = closer.pid
            server("a = l.accept()[0]")
            closer("c.close()")
            server("a.close()")
            closer.stop()
            os.kill(program.pid, 10)
            until(lambda: os.path.exists(path) and f":{port} " in open(path).read(), what="the dump")
            time.sleep(0.1)
            program.stop()
        waiting = [line.split() for line in open(path) if f":{port} " in line and "TIME_WAIT" in line]
        os.unlink(path)
        same([line[6] for line in waiting], [f"{pid}/closer"])


main()
