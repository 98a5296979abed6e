#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Files, pipes, terminals and descriptors of other users in netstate's way: it opens none of them blindly, and never hangs."""
import os
import pty
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

from harness import *

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 4
NOBODY = 65534


class Hostile(Program):
    def __init__(self, *words):
        super().__init__([sys.executable, os.path.join(HERE, "hostile.py"), *words])
        until(lambda: any(line == "ready" for _, line in self.lines) or self.process.poll() is not None, 20, "hostile.py")
        if self.process.poll() is not None:
            skip(f"hostile.py {words[0]}: {(self.errors or ['ended'])[-1]}")


def ends_soon(program, number, seconds=5):
    """The program ends by the signal within this time."""
    begin = time.monotonic()
    program.process.send_signal(number)
    until(lambda: program.process.poll() is not None, seconds, f"the end of {program.argv[1]}")
    for reader in program.readers:
        reader.join(10)
    return time.monotonic() - begin


def survive(commands):
    """The commands, run together while something is swapped, go on and end when they are told to."""
    programs = [Program([NETSTATE, *words], start_new_session=True) for words in commands]
    time.sleep(SECONDS / 2)
    for words, program in zip(commands, programs):
        if words[0] == "trace":
            until(lambda: handles_usr1(program.pid), 30, "a handler of SIGUSR1")
            program.process.send_signal(signal.SIGUSR1)
    time.sleep(SECONDS / 2)
    for words, program in zip(commands, programs):
        check(words[0] == "list" or program.process.poll() is None, f"{words[0]} ended: {program.errors}")
        if program.process.poll() is None:
            with open(f"/proc/{program.pid}/stat") as file:
                same(file.read().rsplit(")", 1)[1].split()[4], "0", f"{words[0]}: controlling terminal")
            ends_soon(program, signal.SIGTERM)


COMMANDS = (["live", "--json"], ["stalls"], ["trace"])


@test("a descriptor that is a namespace and a FIFO in turn hangs nothing")
def swapped_fifo():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = os.path.join(folder, "fifo")
        os.mkfifo(path, 0o600)
        Hostile("swap", path)
        for _ in range(5):
            begin = time.monotonic()
            same(netstate("list", timeout=20).returncode, 0)
            check(time.monotonic() - begin < 15, "list took long")
        survive(COMMANDS)


@test("a descriptor that is a namespace and a terminal in turn does not become the controlling terminal")
def swapped_terminal():
    _, slave = pty.openpty()
    path = os.ttyname(slave)
    os.chmod(path, 0o666)
    Hostile("swap", path)
    survive(COMMANDS)


@test("a descriptor that is a socket and a FUSE file in turn hangs nothing: no flush is asked for by netstate")
def swapped_fuse():
    evil = Hostile("fuse")
    programs = [Program([NETSTATE, *words]) for words in COMMANDS]
    time.sleep(SECONDS)
    for program in programs:
        ends_soon(program, signal.SIGTERM)
        asked = [line for _, line in evil.lines if line.endswith(f"by {program.pid}")]
        same(asked, [], f"{program.argv[1]} asked the FUSE daemon")


# ---------------------------------------------------------------- outputs

OUTPUTS = (("trace", "--record"), ("stalls", "--record"), ("trace", "--dump"), ("live", "--dump"))


def handles_usr1(pid):
    """Blocked, for a signalfd: it no longer ends the process."""
    with open(f"/proc/{pid}/status") as file:
        blocked = next(line.split()[1] for line in file if line.startswith("SigBlk"))
    return int(blocked, 16) >> (signal.SIGUSR1 - 1) & 1


def written(path):
    """When the file was, and how much; it may come later. Its bytes may be those of the last time: a quiet machine has the same table."""
    if not os.path.exists(path):
        return None
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size


def write_to(command, option, path, *more):
    """What is said after the start, SIGUSR1 (for --dump) and an end within five seconds."""
    words = [NETSTATE, command, *(["--json"] if command == "live" else []), option, path, *more]
    ready, before = {"trace": "tracing", "stalls": "watching"}.get(command), written(path)
    try:
        program = Program(words, ready=ready)
    except AssertionError as ended:  # --record is opened at the start
        return str(ended)
    if option == "--dump":
        until(lambda: handles_usr1(program.process.pid), 30, "a handler of SIGUSR1")  # live says nothing when it has started
        program.process.send_signal(signal.SIGUSR1)
        program.wait(lambda: program.errors[1 if ready else 0:] or written(path) != before, 30, "the dump")
    time.sleep(0.2)
    ends_soon(program, signal.SIGINT)
    return "\n".join(program.errors)


for command, option in OUTPUTS:
    @test(f"{command} {option} writes through no link, into no file of another user, and hangs on no pipe", long=command != "trace")
    def outputs(command=command, option=option):
        with tempfile.TemporaryDirectory() as folder:
            target, link = (os.path.join(folder, name) for name in ("target", "link"))
            with open(target, "w") as file:
                file.write("precious")
            os.symlink(target, link)
            text = write_to(command, option, link)
            check("symbolic link" in text, f"a link was followed: {text}")
            os.unlink(link)
            os.link(target, link)
            text = write_to(command, option, link)
            check("hard link" in text, f"a second name was taken: {text}")
            os.unlink(link)
            os.chown(target, NOBODY, NOBODY)
            text = write_to(command, option, target)
            check("another user" in text, f"another user's file was taken: {text}")
            same(open(target).read(), "precious")
            check("another user" not in write_to(command, option, target, "--force"), "--force has no meaning")
            check(open(target, "rb").read() != b"precious", "--force wrote nothing")
            fifo = os.path.join(folder, "fifo")
            os.mkfifo(fifo)
            check("pipe" in write_to(command, option, fifo), "a pipe without a reader was not refused")
            new = os.path.join(folder, "new")
            write_to(command, option, new)
            same(stat.S_IMODE(os.stat(new).st_mode), 0o600, "mode")
            os.chmod(new, 0o644)
            write_to(command, option, new)
            same(stat.S_IMODE(os.stat(new).st_mode), 0o600, "mode when used again")


@test("a process whose memory is locked for ever is named, and holds nobody up")
def locked_memory():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hostile = Hostile("memory", str(port))
    try:
        for words in (["who", f":{port}"], ["-ltnp"], ["-ltnp", "--source", "kernel"], ["explain", str(port)]):
            begin = time.monotonic()
            done = netstate(*words, timeout=30)
            took = time.monotonic() - begin
            check(took < 15, f"{words[0]} took {took:.1f} s")
            if words[0] != "explain":
                check("python" in [line for line in done.stdout.splitlines() if f":{port} " in line or "pid" in line][-1],
                      done.stdout + done.stderr)
        same([comm for comm in map(comm_of, os.listdir("/proc")) if comm == "netstate-reader"], [], "readers that are left")
    finally:
        hostile.process.kill()  # its child, the holder, ends with the file system


def comm_of(pid):
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except OSError:
        return ""


def node(folder, name, kind, number):
    path = os.path.join(folder, name)
    os.mknod(path, kind | 0o600, os.makedev(*number))
    return path


def waiting_inputs(folder):
    """What a read would wait for, or an open begins: a pipe without a writer, a socket, terminals, nodes of devices (that are not there)."""
    fifo = os.path.join(folder, "fifo")
    os.mkfifo(fifo)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.join(folder, "socket"))
    master, slave = pty.openpty()
    files = [path for path in ("/dev/ptmx", "/dev/kmsg", "/dev/random", "/proc/kmsg") if os.path.exists(path)]
    return [fifo, folder, "/nowhere/at/all", os.path.join(folder, "socket"), os.ttyname(slave), *files,
            node(folder, "console", stat.S_IFCHR, (5, 1)), node(folder, "watchdog", stat.S_IFCHR, (10, 130)),
            node(folder, "disk", stat.S_IFBLK, (7, 0))], (listener, master, slave)


@test("--replay and --btf of a pipe without a writer, a folder, a socket, a terminal, a device end at once with a sentence")
def inputs():
    with tempfile.TemporaryDirectory() as folder:
        paths, kept = waiting_inputs(folder)
        for path in paths:
            for words in (["trace", "--replay"], ["live", "--replay"], ["stalls", "--replay"], ["explain", "--replay"], ["trace", "--btf"]):
                done = netstate(*words, path, timeout=10)
                same(done.returncode, 2 if "--btf" in words else 1, path)
                check(path in done.stderr and done.stderr.count("\n") == 1, done.stderr)
                check("nobody reads" not in done.stderr, done.stderr)
        for end in kept:
            os.close(end) if isinstance(end, int) else end.close()


@test("TZ that names a pipe or a terminal holds nothing up")
def time_zones():
    with tempfile.TemporaryDirectory() as folder:
        os.mkfifo(os.path.join(folder, "fifo"))
        for zone in (f":{folder}/fifo", f"{folder}/fifo", "/dev/ptmx", "fifo"):
            for words in (["list"], ["trace", "--duration", "100ms"], ["explain"], ["live", "--json", "--for", "100ms"]):
                done = netstate(*words, timeout=10, env={**os.environ, "TZ": zone, "TZDIR": folder})
                check(done.returncode in (0, 3), f"TZ={zone} {words[0]}: {done.returncode} {done.stderr}")


@test("--record and --dump open no terminal and no device")
def devices():
    with tempfile.TemporaryDirectory() as folder:
        master, slave = pty.openpty()
        for path in (os.ttyname(slave), "/dev/ptmx", node(folder, "watchdog", stat.S_IFCHR, (10, 130))):
            for words in (["trace", "--duration", "100ms", "--record"], ["stalls", "--record"], ["explain", "--record"]):
                done = netstate(*words, path, "--force", timeout=20)
                same(done.returncode, 1, path)
                check("neither a file nor a pipe" in done.stderr, done.stderr)
            check("neither a file nor a pipe" in write_to("trace", "--dump", path, "--force"), "a device was opened")
        os.close(slave)
        os.close(master)


main()
