#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate explain accuses no healthy machine: the neighbours of the findings give nothing above a note."""
import tempfile
import time

from harness import *
from explain_tools import *

IDLE = 600


def all_bad(client, server, *words):
    """What is worse than a note in both. A filter would leave out what is of no single connection."""
    found = explain(*words)
    return [(one["finding"], one["title"], one["evidence"]) for one in found
            if one["severity"] != "note" and one["subject"]["netns"] in (client.inode, server.inode)]


@test("a busy server with connections in all states, idle pools, long polls and TIME_WAITs gives nothing above a note")
def busy():
    with pair() as (client, server):
        srv, cli = listen(server, backlog=1024), client.actor("cli")
        for actor in (srv, cli):
            actor("import resource\nmost = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
                  "resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))")
        for _ in range(IDLE // 100):
            dial(cli, 100)
            accept(srv, 100)
        # a pool with keepalive, and without; long polls: a request, no answer yet
        cli("for one in c[:200]: one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)")
        cli("for one in c[200:400]: one.send(b'GET /poll')")
        srv("for one in kept:\n    one.setblocking(False)\n    try: one.recv(100)\n    except BlockingIOError: pass")
        # closed by the client and then at once by the server: TIME_WAITs
        for _ in range(3):
            cli("done = []\nfor _ in range(100): done.append(socket.create_connection(('10.9.0.2', 80), 5))")
            srv("new = [l.accept()[0] for _ in range(100)]")
            cli("[one.close() for one in done]")
            srv("[one.close() for one in new]")
        same(all_bad(client, server), [])
        same(all_bad(client, server, "--watch", "2s"), [])


def until_gone(path, body):
    """A loop of an actor that ends once the file is gone."""
    return f"while os.path.exists({path!r}):\n    {body}"


@test("a client that closes its direction and still reads is no leak while the server writes")
def half_closed():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 20)
        accept(srv, 20)
        cli("for one in c:\n    one.send(b'request')\n    one.shutdown(socket.SHUT_WR)")
        srv("for one in kept:\n    while one.recv(100): pass")
        with tempfile.NamedTemporaryFile() as flag:
            srv.begin(until_gone(flag.name, "for one in kept: one.send(b'x' * 100)\n    time.sleep(0.3)"))
            cli.begin(until_gone(flag.name, "for one in c:\n        try: one.recv(65536, socket.MSG_DONTWAIT)\n"
                                            "        except BlockingIOError: pass\n    time.sleep(1)"))
            time.sleep(3)
            found = all_bad(client, server)
        srv.end()
        cli.end()
        same(found, [])


@test("a listening socket and connections that workers inherit on purpose are nobody's fault")
def workers():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        srv("kids = []\nfor _ in range(3):\n    pid = os.fork()\n    if not pid:\n        time.sleep(120)\n        os._exit(0)\n"
            "    kids.append(pid)")
        dial(cli, 10)
        accept(srv, 10)
        srv("pid = os.fork()\nif not pid:\n    time.sleep(120)\n    os._exit(0)\nkids.append(pid)")
        found = all_bad(client, server)
        srv("for pid in kids:\n    os.kill(pid, 9)\n    os.waitpid(pid, 0)")
        same(found, [])


@test("a burst that waits in the accept queue for less than a second is no finding once it is accepted")
def burst():
    with pair() as (client, server):
        srv, cli = listen(server, backlog=16), client.actor("cli")
        dial(cli, 17)
        accept(srv, 17)
        same(all_bad(client, server), [])


@test("clients that end their health checks with a reset, and a few that vanish, are nobody's fault")
def health_checks():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        with tempfile.NamedTemporaryFile() as flag:
            srv.begin(f"l.settimeout(0.2)\nwhile os.path.exists({flag.name!r}):\n"
                      "    try: l.accept()[0].recv(1)\n    except OSError: pass")
            cli.begin(until_gone(flag.name, "one = socket.create_connection(('10.9.0.2', 80), 5)\n"
                                            "    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\\1\\0\\0\\0\\0\\0\\0\\0')\n"
                                            "    one.close()\n    time.sleep(0.1)"))
            found = all_bad(client, server, "--watch", "3s")
        srv.end()
        cli.end()
        same(found, [])


@test("a reader that comes by twice a second and a sender that fills its window are healthy")
def slow_reader():
    with pair() as (client, server):
        srv = listen(server, before="l.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)")
        cli = client.actor("cli")
        dial(cli)
        accept(srv)
        cli("c[0].setblocking(False)\ntry:\n    while True: c[0].send(b'x' * 65536)\nexcept BlockingIOError: pass")
        with tempfile.NamedTemporaryFile() as flag:
            srv.begin(until_gone(flag.name, "kept[0].recv(100)\n    time.sleep(0.5)"))
            time.sleep(3)
            found = all_bad(client, server, "--watch", "1s")
        srv.end()
        same(found, [])


@test("a rule that drops a stranger's packets explains no connection that is well")
def stranger_dropped():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli)
        accept(srv)
        nft(server, "table ip f { chain i { type filter hook input priority 0; tcp dport 81 drop; }; }")
        cli("s = socket.socket()\ns.setblocking(False)\ns.connect_ex(('10.9.0.2', 81))\nc[0].send(b'x')")
        srv("kept[0].recv(1)")
        same(all_bad(client, server, "--watch", "2s"), [])


main()
