#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""In a guest of lacking.list: what netstate does, and says, where the machine lacks something. Run by ./lacking."""
import json
import os
import socket
import subprocess

from faults import COMMANDS, no_ipv6
from harness import *
from owners import server_and_client

BTF_FILE = "/tmp/btf-without-ipv6"


def doctor(*options):
    """{(part, name): row}; text and JSON say the same."""
    rows = [json.loads(line) for line in netstate("doctor", "--json", *options).stdout.splitlines()]
    text = netstate("doctor", *options).stdout
    for row in rows:
        check((row["gives"] if row["ok"] else row["without"]) in text, f"the text of doctor lacks {row}:\n{text}")
    return {(row["part"], row["name"]): row for row in rows}


def each(*options):
    """{command: what it printed}; none crashes, hangs or says anything that is no sentence."""
    done = {name: netstate(*command, *options) for name, command in COMMANDS.items()}
    for name, one in done.items():
        check(one.returncode in (0, 1, 3), f"{name}: status {one.returncode}: {one.stderr}")
        check(all(line.startswith("netstate: ") for line in one.stderr.splitlines()), f"{name}: {one.stderr}")
    return done


def sees_connections(*options):
    """trace, list, who and stalls tell what happened."""
    with Namespace() as ns, Tracer(ns, options=options) as trace:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        server("s = l.accept()[0]")
        trace.expect(1, kind="connect", rport=8080, err=None)
        trace.expect(1, kind="accept", lport=8080)
        sees_sockets(ns, server, *options)
        with Program([NETSTATE, "stalls", "--json", "--netns", ns.name, *options], ready="watching connects") as stalls:
            same(client.fails("client('127.0.0.1', 9)"), "ECONNREFUSED")
            stalls.wait(lambda: any('"verdict":"refused"' in line for _, line in stalls.lines), 20, "a refused connect")


def sees_sockets(ns, server, *options):
    listed = netstate("list", "--json", "--netns", ns.inode, *options)
    states = [json.loads(line)["state"] for line in listed.stdout.splitlines()]
    same(sorted(states), ["ESTABLISHED", "ESTABLISHED", "LISTEN"], listed.stderr)
    rows = [json.loads(line) for line in netstate("who", ":8080", "--json", "--netns", ns.inode, *options).stdout.splitlines()]
    listener, = [row for row in rows if row["role"] == "listener"]
    same([process["pid"] for process in listener["processes"]], [server.pid])


@test("lockdown: BPF programs are refused, with the reason; sock_diag and /proc serve")
def lockdown():
    check("[confidentiality]" in open("/sys/kernel/security/lockdown").read(), "the kernel is not locked down")
    row = doctor()["trace", "BPF programs"]
    check(not row["ok"] and "locked down" in row["without"], row)
    done = each()
    for name in ("trace", "live"):
        same(done[name].returncode, 1, done[name].stderr)
        check("locked down" in done[name].stderr, f"{name}: {done[name].stderr}")
    for name in ("list", "stalls", "explain"):
        check(done[name].returncode != 1, f"{name}: {done[name].stderr}")
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        server("s = l.accept()[0]")
        sees_sockets(ns, server)


@test("IPv6: without it in the kernel all works, also with types that have none of its names")
def without_ipv6():
    try:
        socket.socket(socket.AF_INET6)
        raise AssertionError("this kernel has IPv6")
    except OSError:
        pass
    no_ipv6(BTF_FILE)
    for options in ((), ("--btf", BTF_FILE)):
        rows = doctor(*options)
        for key in (("trace", "BPF programs"), ("stalls", "BPF programs"), ("live, list", "walk of the hash tables")):
            check(rows[key]["ok"], rows[key])
        for name, one in each(*options).items():
            check(one.returncode == 0 or name in ("who", "explain"), f"{name} {options}: {one.stderr}")
        sees_connections(*options)
    same(netstate("-ant").returncode, 0)


@test("tracefs and cgroup2 are mounted nowhere: netstate mounts them for itself")
def without_tracefs():
    mounts = open("/proc/mounts").read()
    check("tracefs" not in mounts and "cgroup" not in mounts, mounts)
    rows = doctor()
    for key in (("trace", "tracefs"), ("all", "cgroup v2"), ("trace", "BPF programs")):
        check(rows[key]["ok"], rows[key])
    for name, one in each().items():
        check(one.returncode == 0 or name in ("who", "explain"), f"{name}: {one.stderr}")
    sees_connections()
    left = open("/proc/mounts").read()
    check("tracefs" not in left and "cgroup" not in left, left)


@test("cgroup-v1: doctor says what is not known then, units come from /proc")
def cgroup_v1():
    os.makedirs("/sys/fs/cgroup/systemd/system.slice/some.service", exist_ok=True)
    with open("/sys/fs/cgroup/systemd/system.slice/some.service/cgroup.procs", "w") as file:
        file.write(str(os.getpid()))
    row = doctor()["all", "cgroup v2"]
    check(not row["ok"] and "cgroup v1" in row["without"], row)
    each()
    sees_connections()
    with Namespace() as ns:
        server, client = server_and_client(ns)
        rows = [json.loads(line) for line in netstate("who", ":8080", "--json", "--netns", ns.inode).stdout.splitlines()]
        same([process["unit"] for row in rows for process in row["processes"]], ["some.service"])


@test("i386: the calls of a 32-bit program of a distribution are seen")
def program_of_32_bits():
    def is_call(event, kind, pid):
        return event["kind"] == kind and event["pid"] == pid
    check(doctor()["trace", "calls of 32-bit programs"]["ok"], "doctor")
    with Namespace() as ns, Tracer(ns) as trace:
        waiting = ns.popen(["/usr/bin/busybox-i386", "sleep", "600"])  # its execve(2) attaches what sees such calls
        until(lambda: open(f"/proc/{waiting.pid}/comm").read().strip() == "busybox-i386", what="the first 32-bit program")
        server = ns.popen(["/usr/bin/busybox-i386", "nc", "-l", "-p", "8080"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        trace.expect(1, kind="state", new="LISTEN", pid=server.pid)
        client = ns.popen(["/usr/bin/busybox-i386", "nc", "127.0.0.1", "8080"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        trace.expect(1, kind="connect", pid=client.pid, rport=8080, err=None)
        trace.expect(1, kind="accept", pid=server.pid, lport=8080)
        for program in (server, client, waiting):
            program.kill()
            program.wait()
        check(all(event["fd"] is not None for event in trace.events if is_call(event, "connect", client.pid)), "a connect without fd")


main()
