#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The table of docs/security.md: what each command shows to a user who has some capabilities, by the process's and by the file's."""
import contextlib
import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import time

from harness import *

NOBODY = 65534
NUMBERS = {"dac_override": 1, "dac_read_search": 2, "fowner": 3, "net_admin": 12, "sys_ptrace": 19, "sys_admin": 21, "perfmon": 38, "bpf": 39}
TRACING = ("bpf", "perfmon")
PEER = "import socket; l = socket.socket(); l.bind(('127.0.0.1', 0)); l.listen(5); c = socket.create_connection(l.getsockname()); l.accept()[0]"


@contextlib.contextmanager
def program(capabilities=()):
    """A copy of netstate that everybody may execute; `capabilities`: of the file, as by setcap(8)."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = os.path.join(folder, "netstate")
        shutil.copy(NETSTATE, path)
        os.chmod(path, 0o755)
        bits = sum(1 << NUMBERS[name] for name in capabilities)
        if bits:  # struct vfs_cap_data, revision 2, effective
            os.setxattr(path, "security.capability", struct.pack("<5I", 0x02000001, bits & 0xffffffff, 0, bits >> 32, 0))
        yield path


def as_nobody(capabilities=()):
    """The words that start a program as nobody with these capabilities."""
    setpriv = shutil.which("setpriv", path=os.environ["PATH"] + ":/usr/bin:/sbin:/usr/sbin")
    if not setpriv:
        skip("no setpriv here")
    added = "".join(f",+{name}" for name in capabilities)
    return [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", f"--inh-caps=-all{added}",
            *([f"--ambient-caps=-all{added}"] if added else [])]


def traced(words):
    """Kinds of the events of a connection, by a trace of these words that has to say nothing of what is missing."""
    with Namespace() as ns:
        with subprocess.Popen([*words, "trace", "--json", "--netns", str(ns.inode)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as trace:
            line = trace.stderr.readline()
            check("tracing" in line, line)
            ns.run("python3", "-c", PEER)
            kinds = set()
            while not {"state", "connect", "accept"} <= kinds:
                event = json.loads(trace.stdout.readline())
                kinds.add(event["kind"])
                if event["kind"] == "connect":
                    same((event["ret"], event["comm"]), (0, "python3"))
            trace.terminate()
            trace.communicate(timeout=30)
            return kinds


@test("trace with CAP_BPF and CAP_PERFMON alone: transitions, connects and accepts")
def trace_capable():
    with program() as path:
        traced([*as_nobody(TRACING), path])


@test("trace by a file with these two capabilities, for a user without any")
def trace_file():
    try:
        with program(TRACING) as path:
            traced([*as_nobody(), path])
    except OSError as error:
        skip(f"files have no capabilities here: {error}")


@test("trace without any: status 1, and which capabilities are needed")
def trace_nothing():
    with program() as path:
        done = subprocess.run([*as_nobody(), path, "trace", "--duration", "1s"], capture_output=True, text=True, timeout=60)
        same((done.returncode, done.stdout), (1, ""))
        check("needs root" in done.stderr, done.stderr)


def attached(words):
    """What the state hook and the calls are attached to."""
    done = subprocess.run([*words, "--debug", "trace", "--duration", "100ms", "--netns", "1"], capture_output=True, text=True, timeout=60)
    same(done.returncode, 0, done.stderr)
    return set(re.findall(r"attached \S+ \((\S+)\)", done.stderr))


@test("trace with CAP_DAC_READ_SEARCH too: the tracepoints of single calls; without it those of all calls")
def trace_tracefs():
    single, every = "tracepoint/syscalls/sys_exit_connect", "tp_btf/sys_exit"
    with program() as path:
        if single not in attached([path]):
            skip("root has no tracepoints of single calls here")
        check(every in attached([*as_nobody(TRACING), path]), "without")
        if os.stat("/sys/kernel/tracing").st_dev == os.stat("/sys/kernel").st_dev:
            skip("tracefs is not mounted here, which needs CAP_SYS_ADMIN")
        found = attached([*as_nobody([*TRACING, "dac_read_search"]), path])
        check(single in found and every not in found, found)


@test("list --source sock_diag with CAP_SYS_ADMIN and CAP_SYS_PTRACE: other namespaces are entered; owners need CAP_DAC_READ_SEARCH")
def list_entering():
    with Namespace() as ns, ns.actor("server") as server, program() as path:
        server("s = listener('127.0.0.1')")
        port = server("s.getsockname()[1]")
        words = ("list", "--json", "--source", "sock_diag", f"sport = :{port}")
        def rows(capabilities):
            done = subprocess.run([*as_nobody(capabilities), path, *words], capture_output=True, text=True, timeout=60)
            found = [json.loads(line) for line in done.stdout.splitlines()]
            return [(row["netns"], row["comm"]) for row in found if row["netns"] == ns.inode], done.stderr
        same(rows(("sys_admin", "sys_ptrace"))[0], [(ns.inode, None)])
        same(rows(("sys_admin", "sys_ptrace", "dac_read_search"))[0], [(ns.inode, "server")])
        found, said = rows(TRACING)
        check(not found and "could not be entered" in said, (found, said))


@test("kill as root with CAP_NET_ADMIN alone ends a connection of one's own namespace; without it, it says that")
def kills():
    with Namespace() as ns, ns.actor("server") as server:
        server("l = listener('127.0.0.1', 7310); c = client('127.0.0.1', 7310)")
        for capabilities, status, says in (("-all", 1, "it needs CAP_NET_ADMIN"), ("-all,+net_admin", 0, "1 of 1 ended")):
            done = ns.run("setpriv", "--bounding-set", capabilities, "--inh-caps", capabilities, NETSTATE, "kill", "dport = :7310")
            same(done.returncode, status, done.stderr)
            check(says in done.stderr, done.stderr)


def listed(words, ns):
    """Local ends that a list shows, and what it says."""
    done = subprocess.run([*words, "list", "--json"], capture_output=True, text=True, timeout=60)
    same(done.returncode, 0, done.stderr)
    return {(row["netns"], row["lport"]) for row in map(json.loads, done.stdout.splitlines())}, done.stderr


@test("list: every namespace with CAP_BPF and CAP_PERFMON, one's own without any, and that is said")
def lists():
    with Namespace() as ns, ns.actor("server") as server, program() as path:
        server("s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(1)")
        port = server("s.getsockname()[1]")
        rows, said = listed([*as_nobody(TRACING), path], ns)
        check((ns.inode, port) in rows, f"{port} is not among {rows}: {said}")
        rows, said = listed([*as_nobody(), path], ns)
        check((ns.inode, port) not in rows, rows)
        check("needs root, or CAP_BPF and CAP_PERFMON" in said, said)


def closed_folder(folder):
    """A folder of root's beside the program, where root alone has a file."""
    closed = os.path.join(folder, "closed")
    os.mkdir(closed, 0o700)
    with open(os.path.join(closed, "secret"), "w", encoding="utf-8") as file:
        file.write("secret\n")
    return closed


@test("a file with all of them opens nothing for a user that the user could not open, nor takes his BTF, but writes his own files")
def lends_nothing():
    try:
        with program(NUMBERS) as path:
            closed, own = closed_folder(os.path.dirname(path)), os.path.join(os.path.dirname(path), "own")
            os.mkdir(own)
            os.chown(own, NOBODY, NOBODY)
            words = [*as_nobody(), path]
            fifo = os.path.join(closed, "fifo")
            os.mkfifo(fifo, 0o600)
            reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
            for tried, says in ((("trace", "--duration", "1s", "--record", f"{closed}/new"), "Permission denied"),
                                (("trace", "--duration", "1s", "--force", "--record", f"{closed}/secret"), "Permission denied"),
                                (("explain", "--record", f"{closed}/new"), "Permission denied"),
                                (("trace", "--replay", f"{closed}/secret"), "Permission denied"),
                                (("explain", "--replay", f"{closed}/secret"), "Permission denied"),
                                (("list", "--btf", "/sys/kernel/btf/vmlinux"), "Operation not permitted")):
                done = subprocess.run([*words, *tried], capture_output=True, text=True, timeout=60)
                check(done.returncode in (1, 2) and done.stdout == "" and says in done.stderr, f"{tried}: {done}")
            with open(os.open(fifo, os.O_PATH), "rb") as name_only:  # not opened for writing
                subprocess.run([*words, "trace", "--replay", "/dev/null"], stdout=name_only, stderr=subprocess.DEVNULL, timeout=60, check=False)
            try:
                same(os.read(reader, 1), b"")
            except BlockingIOError:
                pass
            os.close(reader)
            same(sorted(os.listdir(closed)), ["fifo", "secret"])
            done = subprocess.run([*words, "trace", "--duration", "100ms", "--record", f"{own}/new"], capture_output=True, text=True, timeout=60)
            same((done.returncode, os.stat(f"{own}/new").st_uid, oct(os.stat(f"{own}/new").st_mode & 0o777)), (0, NOBODY, "0o600"), done.stderr)
    except OSError as error:
        skip(f"files have no capabilities here: {error}")


def ends_by_ss():
    out = subprocess.run([*as_nobody(), "ss", "-Htanl"], capture_output=True, text=True).stdout
    return sorted(line.split()[3].rsplit(":", 1)[1] for line in out.splitlines())


@test("list without any capability gives the sockets that ss gives")
def like_ss():
    with program() as path:
        def differs():
            before = ends_by_ss()
            done = subprocess.run([*as_nobody(), path, "list", "--json", "state listening"], capture_output=True, text=True, timeout=60)
            mine = sorted(str(json.loads(line)["lport"]) for line in done.stdout.splitlines())
            return None if before == mine and before == ends_by_ss() else (before, mine, done.stderr)
        until(lambda: not differs(), 60, "the same sockets")


@test("live without any: the sockets of one's own namespace, kept up to date, and one line that says what is missing")
def live_nobody():
    with Namespace() as ns, Namespace() as other, ns.actor("own") as own, other.actor("other") as foreign, program() as path:
        own("l = listener('127.0.0.1', 7301); begin = client('127.0.0.1', 7301)")
        foreign("l = listener('127.0.0.1', 7302)")
        words = [*as_nobody(), path, "live", "--json", "--verify"]
        with ns.popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as live:
            said = live.stderr.readline()
            check("needs root, or CAP_BPF and CAP_PERFMON" in said and "this network namespace alone" in said, said)
            ready = live.stderr.readline()
            check("watching" in ready, ready)
            own("begin.close(); l.accept()[0].close(); more = listener('127.0.0.1', 7303)")
            time.sleep(2)  # more than two readings; the last one is made at the end in any case
            live.terminate()
            out, rest = live.communicate(timeout=30)
        same(live.returncode, 0, rest)
        check("could not be entered" not in rest and " 0 persist" in rest, rest)
        check(int(re.search(r"in (\d+) passes", rest)[1]) >= 2, rest)
        same(sorted((row["state"], row["lport"]) for row in map(json.loads, out.splitlines()) if row["state"] == "LISTEN"),
             [("LISTEN", 7301), ("LISTEN", 7303)])


@test("live with CAP_BPF and CAP_PERFMON: the table of the whole machine")
def live_capable():
    with Namespace() as ns, ns.actor("server") as server, program() as path:
        server("s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(1)")
        port = server("s.getsockname()[1]")
        done = subprocess.run([*as_nobody(TRACING), path, "live", "--json", "--duration", "1s"], capture_output=True, text=True, timeout=60)
        same(done.returncode, 0, done.stderr)
        rows = {(row["netns"], row["lport"]) for row in map(json.loads, done.stdout.splitlines())}
        check((ns.inode, port) in rows, f"{port} is not among {rows}: {done.stderr}")


main()
