#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--all-netns and --json of the socket tables, on the real kernel."""
import json
import os
import subprocess

from harness import *


def rows(*words):
    done = netstate(*words)
    same(done.returncode, 0, done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


@test("--all-netns shows the sockets of named namespaces and of those that only a process holds")
def all_namespaces():
    with Namespace() as one, Namespace() as two, one.actor("one") as first, two.actor("two") as second:
        first("l = listener('127.0.0.1', 7101)")
        second("l = listener('::1', 7102)")
        second("import socket; u = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM); u.bind('\\0netns-two'); u.listen()")
        hidden = subprocess.Popen(["unshare", "-n", "python3", "-c",
                                   "import socket,sys; l = socket.socket(socket.AF_UNIX); l.bind('\\0netns-hidden'); l.listen();"
                                   "print(flush=True); sys.stdin.read()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            hidden.stdout.readline()
            inode = os.stat(f"/proc/{hidden.pid}/ns/net").st_ino
            text = netstate("--all-netns", "-lnptx").stdout.splitlines()
            width = len(text[1].split("Proto")[0])
            check(text[1].startswith("Netns "), text[1])
            for name, words in ((one.name, f"127.0.0.1:7101 LISTEN {first.pid}/"), (two.name, f"::1:7102 LISTEN {second.pid}/"),
                                (two.name, "@netns-two"), (str(inode), "@netns-hidden")):
                found = [line for line in text if line[:width].strip() == name and all(word in line for word in words.split())]
                same(len(found), 1, f"{words} of {name} in {text}")
            same(sum(line.startswith("Active Internet") for line in text), 1)
            same(sum(line.startswith("Active UNIX") for line in text), 1)
        finally:
            hidden.kill()
            hidden.wait()
            hidden.stdout.close()
            hidden.stdin.close()


@test("a namespace that others enter and leave all the time is shown in every run")
def visited():
    with Namespace() as one, one.actor("visited") as holder:
        holder("l = listener('127.0.0.1', 7105)")
        ip("netns", "del", one.name)  # a process alone leads there now
        enter = f"while nsenter --net=/proc/{holder.pid}/ns/net true; do :; done"
        visitors = [subprocess.Popen(["sh", "-c", enter], stderr=subprocess.DEVNULL) for _ in range(2)]
        try:
            for _ in range(5):
                done = netstate("--all-netns", "-ltn")
                same(done.stdout.count("127.0.0.1:7105 "), 1, done.stderr)
        finally:
            for visitor in visitors:
                visitor.kill()
                visitor.wait()


@test("--all-netns --json has the namespace's inode and name in front of each row")
def json_namespaces():
    with Namespace() as one, one.actor("one") as first:
        first("l = listener('127.0.0.1', 7103)")
        found = [row for row in rows("--all-netns", "-ltn", "--json") if row["lport"] == 7103]
        same([(row["netns"], row["netns_name"], row["kind"], row["state"]) for row in found], [(one.inode, one.name, "inet", "LISTEN")])
        same(list(found[0])[:3], ["netns", "netns_name", "kind"])


def is_of(program, pid):
    try:
        return os.path.samefile(f"/proc/{pid}/exe", program)
    except OSError:
        return False


@test("after --all-netns no child and no namespace stays")
def nothing_stays():
    with Namespace() as one, public_copy() as program:  # a program of this test's own, for others run netstate as well
        subprocess.run([program, "--all-netns", "-a"], stdout=subprocess.DEVNULL, timeout=60)
        name = one.name
        check(not [pid for pid in os.listdir("/proc") if pid.isdigit() and is_of(program, pid)], "a netstate is still there")
    check(name not in ip("netns", "list"), name)


@test("without --all-netns only our own namespace is shown")
def own_namespace():
    with Namespace() as one, Namespace() as two, one.actor("one") as first:
        first("l = listener('127.0.0.1', 7104)")
        check(":7104 " in netstate("-ltn", namespace=one).stdout, "one")
        check(":7104 " not in netstate("-ltn", namespace=two).stdout, "two")


@test("--all-netns is refused where there are no sockets to list")
def other_modes():
    for word in ("-r", "-i", "-s", "-M"):
        done = netstate("--all-netns", word)
        same((done.returncode, done.stdout), (3, ""))
        check("--all-netns lists sockets" in done.stderr, done.stderr)


@test("a user without rights gets his own namespace, and is told of the others with status 1")
def without_rights():
    with Namespace(), public_copy() as program:
        done = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", program, "--all-netns", "-ltn"],
                              capture_output=True, text=True)
        same(done.returncode, 1)
        check("run as root" in done.stderr, done.stderr)
        check(done.stdout.startswith("Active Internet connections (only servers)\nNetns"), done.stdout)


@test("--json rows of tcp, udp and unix carry numbers, names and owners")
def json_rows():
    with Namespace() as one, one.actor("one") as first:
        first("l = listener('127.0.0.1', 22); c = client('127.0.0.1', 22); a, _ = l.accept(); c.send(b'12345')")
        first("import socket; u = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); u.bind('\\0od\\x1bd')")
        listed = [json.loads(line) for line in netstate("-a", "-p", "--json", namespace=one).stdout.splitlines()]
        tcp = [row for row in listed if row["kind"] == "inet"]
        same(sorted(row["state"] for row in tcp), ["ESTABLISHED", "ESTABLISHED", "LISTEN"])
        listening = next(row for row in tcp if row["state"] == "LISTEN")
        same([listening[key] for key in ("protocol", "family", "laddr", "lport", "raddr", "rport", "uid", "user", "pid", "timer")],
             ["tcp", "inet", "127.0.0.1", 22, "0.0.0.0", 0, 0, "root", first.pid, "off"])
        same(listening["lservice"], "ssh")
        check(any(row["recv_q"] == 5 for row in tcp), tcp)
        odd = next(row for row in listed if row["kind"] == "unix")
        same([odd["path"], odd["type"], odd["pid"]], ["@od\x1bd", "DGRAM", first.pid])
        numeric = json.loads(netstate("-ltn", "--json", namespace=one).stdout.splitlines()[0])
        check(not {"lhost", "lservice", "user", "pid", "program"} & set(numeric), numeric)


main(bpf=False)
