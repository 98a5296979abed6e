#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate explain: chosen connections, healthy scenes, recordings."""
import json
import os
import subprocess
import tempfile

import programs
import time

from harness import *
from explain_tools import *


@test("chosen connections are explained, healthy ones too: by process, port, cookie and filter")
def chosen():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli)
        accept(srv)
        time.sleep(2.5)
        finding = next(f for f in explain(str(cli.pid), status=0))
        same(finding["finding"], "idle_no_keepalive")
        check("keepalive off" in finding["title"], finding["title"])
        cookie = finding["connections"][0]["cookie"]
        same([f["connections"][0]["cookie"] for f in explain(hex(cookie))], [cookie])
        mine = [f for f in explain("--netns", str(server.inode), ":80")]
        same(sorted(f["finding"] for f in mine), ["idle_no_keepalive", "listening"])
        for same_port in (":http", "*:http", "10.9.0.2:80", "10.9.0.2:http"):
            mine = explain("--netns", str(server.inode), same_port)
            check("idle_no_keepalive" in [f["finding"] for f in mine], f"{same_port}: {mine}")
        # the listener takes every address, as who has it
        same([f["finding"] for f in explain("--netns", str(server.inode), "127.0.0.9:80")], ["listening"])
        same(explain("--netns", str(server.inode), "10.9.0.2:82"), [])
        mine = [f for f in explain("--netns", str(server.inode), "state", "listening")]
        same([f["finding"] for f in mine], ["listening"])
        cli("c[0].setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)")
        same(explain(str(cli.pid))[0]["finding"], "idle")


@test("a busy server, half closes, slow clients and idle pools are no finding worse than a note")
def healthy():
    with pair() as (client, server):
        srv, cli = listen(server, backlog=256), client.actor("cli")
        srv.begin("while len(kept) < 300: kept.append(l.accept()[0])")
        dial(cli, 300)
        srv.end()
        cli("[one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1) for one in c[:100]]")
        cli("[one.shutdown(socket.SHUT_WR) for one in c[100:120]]")       # wait for the answer
        cli("[one.send(b'GET') for one in c[120:200]]")                   # long polls
        srv("[kept[i].recv(3) for i in range(120, 200)]")
        cli("[one.close() for one in c[200:250]]")
        srv("[kept[i].close() for i in range(200, 250)]")
        time.sleep(2.5)
        for space in (client, server):
            bad = [f["title"] for f in explain("--netns", str(space.inode), status=0) if f["severity"] != "note"]
            same(bad, [])


@test("a recording gives the same findings without root; what is none is refused")
def recording():
    with pair() as (client, server), tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        srv, cli = listen(server, backlog=1), client.actor("cli")
        dial(cli, 2)
        find(server, "accept_queue_full", severity="critical")
        path = os.path.join(folder, "evidence")
        words = ("--netns", str(server.inode))
        before = netstate("explain", "--json", *words, "--record", path)
        same(before.returncode, 3, before.stderr)
        os.chmod(path, 0o644)
        with programs.public_copy() as copy:
            after = subprocess.run([copy, "explain", "--json", *words, "--replay", path], capture_output=True, text=True,
                                   user=65534, group=65534)
        same(after.stdout, before.stdout)
        same(after.returncode, 3, after.stderr)
        with open(path, "r+b") as file:
            file.truncate(os.path.getsize(path) - 1)
        cut = netstate("explain", "--replay", path)
        same((cut.returncode, cut.stdout), (1, ""))
        check("cut off or damaged" in cut.stderr, cut.stderr)
        with open(path, "r+b") as file:
            file.seek(8)  # the size of a socket's row
            file.write(b"\x01\x01")
        other = netstate("explain", "--replay", path)
        same((other.returncode, other.stdout, other.stderr.count("\n")), (1, "", 1))
        version = netstate("version").stdout.split()[1]
        check(f"another version of netstate than this one ({version})" in other.stderr, other.stderr)


@test("a recording of one namespace, process or port keeps nothing of other namespaces but the other ends")
def recording_of_some():
    with pair() as (client, server), Namespace() as other, tempfile.TemporaryDirectory() as folder:
        srv, cli, stranger = listen(server), client.actor("cli"), other.actor("stranger")
        dial(cli)
        accept(srv)
        stranger("l = listener('127.0.0.1', 8080)\nc = client('127.0.0.1', 8080)")
        for words in (["--netns", str(server.inode)], [str(srv.pid)], [":80", "--netns", str(server.inode)]):
            path = os.path.join(folder, "evidence")
            done = netstate("explain", "--json", *words, "--record", path, "--force")
            check(done.returncode in (0, 3), done.stderr)
            with open(path, "rb") as file:
                data = file.read()
            check(b"stranger\0" not in data, f"{words}: the recording has processes of another namespace")
            same([name in data for name in (b"srv\0", b"cli\0")], [True, True], str(words))
            replayed = netstate("explain", "--json", *words, "--replay", path)
            same(replayed.stdout, done.stdout, str(words))


@test("without root the own namespace is looked at by sock_diag, and that is said")
def unprivileged():
    with Namespace() as space, programs.public_copy() as copy:
        srv = listen(space, backlog=1, address="127.0.0.1", port=8080)
        srv("c = [socket.create_connection(('127.0.0.1', 8080)) for _ in range(2)]")

        def look():
            return space.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy, "explain", "--json")
        until(lambda: look().returncode == 3, 15, "a finding once the queue has been full for a second")
        done = look()
        check("accept_queue_full" in [json.loads(line)["finding"] for line in done.stdout.splitlines()], done.stdout)
        check("sock_diag" in done.stderr, done.stderr)


@test("a watch tells that keepalive ended a connection")
def watched():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli)
        accept(srv)
        cli("s = c[0]\ns.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)\n"
            "for option, value in ((socket.TCP_KEEPIDLE, 3), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 2)):\n"
            "    s.setsockopt(socket.IPPROTO_TCP, option, value)")
        watch = subprocess.Popen([NETSTATE, "explain", "--json", "--watch", "15s"], stdout=subprocess.PIPE, text=True)
        until(lambda: "NoNewPrivs:\t1\n" in open(f"/proc/{watch.pid}/status").read(), 60, "the watch, which has no privileges")
        done = server.run("nft", "-f", "-", input="table ip f { chain i { type filter hook input priority 0; drop; }; }")
        found = [json.loads(line) for line in watch.communicate(timeout=120)[0].splitlines()]
        if done.returncode:
            skip(f"no nftables: {done.stderr.strip()}")
        mine = [f for f in found if f["finding"] == "keepalive_killed" and f["subject"]["netns"] == client.inode]
        same([f["subject"]["comm"] for f in mine], ["cli"], str([f["title"] for f in found]))
        check("2 keepalive probes unanswered (idle 3 s, interval 1 s)" in text_of(mine[0]), text_of(mine[0]))


@test("nothing to find is one line that says what was looked at")
def nothing():
    with Namespace() as empty:
        done = netstate("explain", "--netns", str(empty.inode))
        same(done.returncode, 0, done.stderr)
        same(done.stdout.count("\n"), 1)
        check(done.stdout.startswith("nothing found: looked at "), done.stdout)


@test("an operand or a level that means nothing is a usage error")
def usage():
    for words in (["--severity", "loud"], ["state", "nowhere"], ["--record", "/tmp/a", "--replay", "/tmp/b"]):
        done = netstate("explain", *words)
        same((done.returncode, done.stdout), (2, ""), f"{words}: {done.stderr}")


main()
