#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate kill: ends what a filter selects and nothing else, in the connection's own namespace; refusals."""
import json
import os
import shutil
import tempfile

from harness import *
from owners import server_and_client

PORT = 8080


def kill(space, *words, status=0):
    done = netstate("kill", "--json", "--netns", space.inode, *words)
    same(done.returncode, status, done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def states(space):
    done = netstate("list", "--json", "--netns", space.inode)
    same(done.returncode, 0, done.stderr)
    return sorted(json.loads(line)["state"] for line in done.stdout.splitlines())


def connected(space, address="127.0.0.1"):
    server, client = server_and_client(space, address)
    client(f"c = client('{address}', {PORT}); d = client('{address}', {PORT})")
    server("s = l.accept()[0]; t = l.accept()[0]")
    return server, client


@test("--dry-run shows the connections and ends none; kill shows the same and ends these alone; the peer is reset")
def ends():
    for address in ("127.0.0.1", "::1"):
        with Namespace() as ns:
            server, client = connected(ns, address)
            chosen = f"sport = :{client('c.getsockname()[1]')}"
            before = states(ns)
            shown, said = kill(ns, "--dry-run", chosen)
            same([row["comm"] for row in shown], [client.comm])
            check("1 would be ended" in said, said)
            same(states(ns), before, "after --dry-run")
            rows, said = kill(ns, chosen)
            same([row["cookie"] for row in rows], [row["cookie"] for row in shown])
            check("1 of 1 ended" in said, said)
            server("""
try:
    s.recv(1)
    end = 'end of file'
except OSError as error:
    end = error.errno
""")
            client("""
try:
    c.send(b'x')
    end = 'sent'
except OSError as error:
    end = error.errno
""")
            same((server("end"), client("end") in (32, 103)), (104, True), address)
            same(states(ns), ["ESTABLISHED", "ESTABLISHED", "LISTEN"], "the other connection and the listener stay")


@test("a listener is left out and counted, --listeners ends it; TIME_WAIT can be ended")
def listeners():
    with Namespace() as ns:
        server, client = connected(ns)
        client("c.close()")
        server("s.close()")
        until(lambda: "TIME_WAIT" in states(ns), what="TIME_WAIT")
        kill(ns, "state time-wait")
        same(states(ns), ["ESTABLISHED", "ESTABLISHED", "LISTEN"])
        rows, said = kill(ns, f"sport = :{PORT}")
        same([row["state"] for row in rows], ["ESTABLISHED"])
        check("1 listening socket is not touched" in said, said)
        kill(ns, "--listeners", "state listening")
        check("LISTEN" not in states(ns), states(ns))


@test("both ends are selected: the reset of one ends the other, and that is no failure")
def both_ends():
    with Namespace() as ns:
        connected(ns)
        rows, said = kill(ns, f"port = :{PORT} and state established")
        same([row["state"] for row in rows], ["ESTABLISHED"] * 4)
        check("2 of 4 ended, 2 had ended already" in said, said)
        same(states(ns), ["LISTEN"])


SHARING = f"""
ls = []
for _ in range(8):
    l = tcp()
    l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    l.bind(('127.0.0.1', {PORT}))
    l.listen()
    ls.append(l)
"""


@test("of listeners that share a port each is ended, and one alone where it alone is selected")
def sharing():
    with Namespace() as ns, ns.actor("one") as one, ns.actor("other") as other:
        one(SHARING)
        other(SHARING)
        rows, said = kill(ns, "--listeners", f"pid {one.pid}")
        check(len(rows) == 8 and "8 of 8 ended" in said, said)
        done = netstate("list", "--json", "--netns", ns.inode, "state", "listening")
        same([json.loads(line)["pid"] for line in done.stdout.splitlines()], [other.pid] * 8)


@test("refused in one sentence: no filter, a namespace or family alone, none that matches, no root")
def refused():
    with Namespace() as ns:
        connected(ns)
        before = states(ns)
        for words in ((), ("",), (" ", ""), ("-4",), ("--dry-run",)):
            rows, said = kill(ns, *words, status=2)
            same((rows, len(said.splitlines())), ([], 1), said)
            check("FILTER" in said, said)
        rows, said = kill(ns, "dport = :1", status=1)
        same(rows, [])
        check("no connection matches" in said, said)
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            program = shutil.copy(NETSTATE, folder)
            done = ns.run("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", program, "kill", "state", "all")
        same((done.returncode, done.stdout, len(done.stderr.splitlines())), (1, "", 1), done.stderr)
        check("needs root" in done.stderr, done.stderr)
        same(states(ns), before)


main(bpf=False)
