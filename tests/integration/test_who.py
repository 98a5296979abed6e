#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate who: every socket that has a port, with its processes; ways to ask; without BPF and without root."""
import json
import os
import re
import shutil
import subprocess
import tempfile

from harness import *
from actor_tools import KERNEL
from owners import server_and_client

SOURCES = ("auto", "iterators", "sock_diag")


def who(space, word, *options, status=0):
    done = netstate("who", word, "--json", "--netns", space.inode, *options)
    same(done.returncode, status, done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def scene(ns):
    """A listener of two processes, a bound socket, connections in and out, one that waits for accept, TIME_WAIT, UDP."""
    server, client = server_and_client(ns)
    server("""
b = socket.socket(); b.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); b.bind(('127.0.0.2', 8080))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(('127.0.0.1', 8080))
""")
    client("c = client('127.0.0.1', 8080)")
    server("s = l.accept()[0]")
    client("t = client('127.0.0.1', 8080)")
    server("w = l.accept()[0]; w.close()")
    client("t.close(); q = client('127.0.0.1', 8080)")
    server("""
child = os.fork()
if not child:
    time.sleep(60)
    os._exit(0)
""")
    return server, client


@test("each kind of socket that has the port is told, with every process that holds it, by any source")
def kinds():
    with Namespace() as ns, ns.actor("other"):
        server, client = scene(ns)
        child = server("child")
        try:
            for source in SOURCES:
                rows = who(ns, ":8080", "--source", source)
                wanted = {"listener": 1, "incoming": 2, "closed": 1, "udp": 1}
                if source == "auto" or KERNEL >= (6, 8):  # the walk has them on any kernel, sock_diag since then
                    wanted["bound"] = 1
                found = {}
                for row in rows:
                    found[row["role"]] = found.get(row["role"], 0) + 1
                    same(row["lport"], 8080, source)
                same(found, wanted, source)
                for row in rows:
                    if row["role"] in ("listener", "bound", "udp"):
                        same({process["pid"] for process in row["processes"]}, {server.pid, child}, f"{source} {row['role']}")
                        check("python" in row["processes"][0]["command"], row["processes"])
                        check(0 < row["processes"][0]["age_us"] < 600e6, row["processes"])
                waiting, = [row for row in rows if row["holding"] == "accept_queue"]
                listener, = [row for row in rows if row["role"] == "listener"]
                same((waiting["processes"], waiting["listener"]), ([], listener["cookie"]), source)
                same((waiting["accept_queue"], waiting["backlog"]), (1, 128), source)
                closed, = [row for row in rows if row["role"] == "closed"]
                same((closed["processes"], closed["holding"]), ([], "nobody"), source)
        finally:
            server("os.kill(child, 9); os.waitpid(child, 0)")


@test("a server that has closed its listener, and a listener in a UNIX message, are told as that")
def draining():
    with Namespace() as ns:
        server, client = ns.actor("srv"), ns.actor("cli")
        server("l, m = listener('127.0.0.1', 80), listener('127.0.0.1', 81)")
        client("c, d = client('127.0.0.1', 80), client('127.0.0.1', 81)")
        server("a = l.accept()[0]; l.close()")
        server("left, right = socket.socketpair(); socket.send_fds(left, [b'x'], [m.fileno()]); m.close()")
        same([row["role"] for row in who(ns, ":80")], ["incoming"])
        text = netstate("who", ":81", "--netns", ns.inode).stdout
        check("(1/128) of a listener whose process is not known" in text and "in a UNIX message" in text, text)


@test("the outgoing connection that took the port; by address, process and cookie; a port that nobody has is status 1")
def ways():
    with Namespace() as ns:
        server, client = scene(ns)
        port = client("c.getsockname()[1]")
        row, = who(ns, f":{port}")
        same((row["role"], [process["pid"] for process in row["processes"]], row["rport"]), ("outgoing", [client.pid], 8080))
        same({row["role"] for row in who(ns, f"127.0.0.1:{port}")}, {"outgoing", "incoming"})
        cookie = client("cookie(c)")
        row, = who(ns, str(cookie))
        same((row["cookie"], row["lport"]), (cookie, port))
        same({row["role"] for row in who(ns, str(client.pid))} - {"closed"}, {"outgoing"})
        same(who(ns, ":9", status=1), [])
        text = netstate("who", "8080", "--netns", ns.inode).stdout  # a number alone is no port
        check("the port is :8080" in text, text)
        text = netstate("who", ":8080", "--netns", ns.inode).stdout
        check(text.startswith(":8080: a listener, "), text)
        named = netstate("who", ":http-alt", "--netns", ns.inode).stdout # of /etc/services
        timeless = [re.sub(r"[0-9.]+m?s\b", "", said).splitlines()[1:] for said in (named, text)]
        same(timeless[0], timeless[1])
        check(named.startswith(":http-alt: a listener, "), named)
        check(f"never accepted: in the accept queue (1/128) of pid {server.pid} srv" in text, text)
        server("os.kill(child, 9); os.waitpid(child, 0)")


@test("an address with a scope is that of its device, without one that of each; a wildcard of IPv4 has no IPv6 address")
def scoped():
    with Namespace() as ns, ns.actor("srv") as server:
        ns.run("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
        for device in ("v0", "v1"):
            ns.run("ip", "link", "set", device, "up")
            ns.run("ip", "addr", "add", "fe80::1/64", "dev", device, "nodad")
        server("""
made = []
for device in ('v0', 'v1'):
    s = socket.socket(socket.AF_INET6); s.bind(('fe80::1', 8080, 0, socket.if_nametoindex(device))); s.listen(); made.append(s)
w = tcp(); w.bind(('0.0.0.0', 8080)); w.listen()
u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); u.bind(('fe80::1', 8080, 0, socket.if_nametoindex('v1')))
""")
        for source in SOURCES:
            for word, wanted in (("[fe80::1%v0]:8080", [("listener", "v0")]), ("fe80::1%v1:8080", [("listener", "v1"), ("udp", "v1")]),
                                 ("[fe80::1]:8080", [("listener", "v0"), ("listener", "v1"), ("udp", "v1")]),
                                 ("127.0.0.1:8080", [("listener", None)])):
                rows = who(ns, word, "--source", source)
                same(sorted((row["role"], row["device"]) for row in rows), wanted, f"{source} {word}")
        same(who(ns, "[fe80::1%v9]:8080", status=1), [])
        text = netstate("who", "[fe80::1%v0]:8080", "--netns", ns.inode).stdout
        check("[fe80::1]:8080 dev v0\n" in text, text)


@test("what is no port, address or number is refused in one sentence")
def refused():
    for word in ("nonsense", ":", ":0", ":65536", "1.2.3:80", "[::1:80", "0", "-1", "fe80::1%eth0", "[fe80::1%]:80", "10.0.0.1%lo:80", ":no-such-service", "http"):
        done = netstate("who", "--", word)
        same(done.returncode, 2, word)
        same(len(done.stderr.splitlines()), 1, done.stderr)
    same(netstate("who").returncode, 2)


@test("without root the own namespace is told, and what is missing is said")
def unprivileged():
    with Namespace() as ns, tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        program = shutil.copy(NETSTATE, folder)
        nobody = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
        listens = "import socket; l = socket.socket(); l.bind(('127.0.0.1', 8080)); l.listen(); print(flush=True); input()"
        server = ns.popen([*nobody, "/usr/bin/python3", "-c", listens], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            server.stdout.readline()
            done = ns.run(*nobody, program, "who", ":8080", "--json")
            row, = map(json.loads, done.stdout.splitlines())
            same((row["role"], [process["pid"] for process in row["processes"]]), ("listener", [server.pid]))
            check("not root" in done.stderr, done.stderr)
        finally:
            server.kill()
            server.wait()


if KERNEL >= (5, 15):
    @test("--watch prints the binds of the port that fail, and who is in the way; other ports and namespaces do not show")
    def watched():
        with Namespace() as ns, Namespace() as other:
            server, _ = server_and_client(ns)
            with Program([NETSTATE, "who", ":8080", "--watch", "--json", "--netns", ns.inode], ready="watching") as program, \
                    ns.actor("late") as late, other.actor("else") as elsewhere:
                same(late.fails("tcp().bind(('127.0.0.1', 81)) or tcp().bind(('127.0.0.1', 8080))"), "EADDRINUSE")
                elsewhere("a = tcp(); a.bind(('127.0.0.1', 8080))")
                same(elsewhere.fails("tcp().bind(('127.0.0.1', 8080))"), "EADDRINUSE")
                until(lambda: any('"kind":"bind"' in text for _, text in program.lines), what="the bind")
                same(program.stop(), 0)
            events = [json.loads(text) for _, text in program.lines if '"kind":"bind"' in text]
            same([(event["netns"], event["lport"], event["blocked_by"]["pid"]) for event in events], [(ns.inode, 8080, server.pid)])


@test("--watch and --duration where they mean nothing: one sentence, status 2")
def watch_of_nothing():
    for words in (["12", "--watch"], [":80", "--duration", "1s"], ["[fe80::1%lo]:80", "--watch"]):
        done = netstate("who", *words)
        same((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1))


main(bpf=False)
