#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What containers and network namespaces are called, in list and trace."""
import os
import shutil
import subprocess
import tempfile
import uuid

from harness import *
from tables import listed

LISTEN = "s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('127.0.0.1', 0)); s.listen(1)"


def port_of(actor):
    actor(LISTEN)
    return int(actor("s.getsockname()[1]"))


@test("list: a namespace is called by its name; a column shows it as soon as there are two")
def two_namespaces():
    with Namespace() as one, Namespace() as two, one.actor("first") as first, two.actor("second") as second:
        ports = port_of(first), port_of(second)
        words = [f"sport = :{ports[0]}", "or", f"sport = :{ports[1]}"]
        text = netstate("list", *words).stdout.splitlines()
        same(text[0].split()[0], "NETNS", text)
        same({line.split()[0] for line in text[1:]} >= {one.name, two.name}, True, text)
        row = listed("--netns", str(one.inode))[0]
        same((row["netns"], row["netns_name"]), (one.inode, one.name))
        same([row["netns"] for row in listed("--netns", one.name)], [one.inode], "by its name")
        same([row["netns"] for row in listed("--netns", f"/run/netns/{one.name}")], [one.inode], "by its path")
        alone = netstate("list", "--netns", str(one.inode)).stdout.splitlines()
        same(alone[0].split()[0], "STATE", alone)
        chosen = netstate("list", "--netns", str(one.inode), "--fields", "netns_name,lport", "--no-header").stdout
        same(chosen.split(), [one.name, str(ports[0])])


@test("list: a namespace without a name is called by the command in it")
def nameless():
    script = "import socket,sys; s=socket.socket(); s.bind(('127.0.0.1',0)); s.listen(1); print(s.getsockname()[1],flush=True); sys.stdin.read()"
    with subprocess.Popen(["unshare", "--net", "sh", "-c", f'ip link set lo up; printf keeper > /proc/$$/comm; exec 3<&0; python3 -c "{script}" <&3 & wait'],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        port = int(child.stdout.readline())
        rows = listed(f"sport = :{port}", "and", "state", "listening")
        check("keeper" in [row["netns_name"] for row in rows], [row["netns_name"] for row in rows])
        child.stdin.close()


@test("list: the device of a bound socket, its mark, and who chose its port")
def devices():
    with Namespace() as ns, ns.actor("server") as server:
        ns.ip("link", "add", "va", "type", "veth", "peer", "name", "vb")
        ns.ip("link", "set", "va", "up")
        server("import socket")
        server("a = socket.socket(); a.setsockopt(1, 25, b'va'); a.bind(('0.0.0.0', 6001)); a.listen(1)")
        server("b = socket.socket(); b.setsockopt(1, 36, 0x12); b.bind(('127.0.0.1', 6002)); b.listen(1)")
        server("c = socket.socket(); c.listen(1)")
        words = ("--netns", str(ns.inode))
        rows = {row["lport"]: row for row in listed(*words)}
        same((rows[6001]["device"], rows[6002]["device"]), ("va", None))
        same((rows[6001]["fwmark"], rows[6002]["fwmark"]), (0, 0x12))
        check("0.0.0.0%va:6001" in netstate("list", *words).stdout, "no device in the address")
        for expression, ports in (("dev va", {6001}), ("fwmark 0x12", {6002}), ("fwmark 0x2/0x2", {6002}), ("autobound", set(rows) - {6001, 6002}),
                                  ("not dev va and not autobound", {6002})):
            same({row["lport"] for row in listed(*words, expression)}, ports, expression)
        by_diag = {row["lport"]: row for row in listed("--source", "sock_diag", *words)}
        same((by_diag[6001]["device"], by_diag[6001]["fwmark"], by_diag[6002]["fwmark"]), ("va", 0, 0x12))


def container(folder, name):
    """A podman container that listens; None where this machine cannot run one."""
    os.makedirs(f"{folder}/bin")
    for path in ("proc", "sys", "dev", "etc", "run"):
        os.makedirs(f"{folder}/{path}")
    shutil.copy(shutil.which("busybox"), f"{folder}/bin/busybox")
    os.symlink("busybox", f"{folder}/bin/nc")
    return subprocess.run(["podman", "--cgroup-manager=cgroupfs", "--runtime", "runc", "run", "-d", "--rm",
                           "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000", "--network=none", "--name", name,
                           "--rootfs", folder, "/bin/nc", "-ll", "-p", "7779", "-e", "/bin/busybox"],
                          capture_output=True, text=True, timeout=60)


@test("list: a podman container is called by its name, and so is its network namespace")
def podman():
    if not (shutil.which("podman") and shutil.which("busybox")):
        raise skip("podman or busybox is not installed")
    name = "netstate-" + uuid.uuid4().hex[:8]
    with tempfile.TemporaryDirectory(prefix="netstate-root-") as folder:
        started = container(folder + "/root", name)
        if started.returncode:
            raise skip(f"podman cannot run a container here: {started.stderr.strip()[-200:]}")
        try:
            until(lambda: any(row["unit"] == f"podman:{name}" for row in listed("sport = :7779")), 10, "the container's listener")
            row = next(row for row in listed("sport = :7779") if row["unit"] == f"podman:{name}")
            same(row["netns_name"], f"podman:{name}")
        finally:
            subprocess.run(["podman", "rm", "-f", "-t", "0", name], capture_output=True, timeout=60)


@test("trace: events of two namespaces have a column for it, under a header of their own")
def trace_column():
    with Namespace() as one, Namespace() as two, one.actor("first") as first, two.actor("second") as second:
        ports = [45000 + os.getpid() % 10000, 45001 + os.getpid() % 10000]
        code = "s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('127.0.0.1', {})); s.listen(1)"
        words = [NETSTATE, "trace", f"sport = :{ports[0]} or sport = :{ports[1]}"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as trace:
            while "tracing" not in trace.stderr.readline():
                pass
            first(code.format(ports[0]))
            lines = [trace.stdout.readline() for _ in range(2)]
            second(code.format(ports[1]))
            lines += [trace.stdout.readline() for _ in range(2)]
            trace.terminate()
        same([line.split()[0] for line in (lines[0], lines[2])], ["TIME", "TIME"], lines)
        same(("NETNS" in lines[0], "NETNS" in lines[2]), (False, True), lines)
        same(lines[3].split()[1], two.name, lines)


main()
