#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: calls of 32-bit programs on a 64-bit kernel, by their own numbers and by socketcall(2)."""
import contextlib
import os
import platform
import signal
import struct
import subprocess
import tempfile

from harness import *

TABLES = ("calls", "socketcall")
PAUSE = bytes.fromhex("b81d000000cd80ebf7")  # again: mov $29, %eax; int $0x80; jmp again
BASE = 0x08048000
TRIES = 100


def program_of_32_bits():
    """An i386 executable that waits for a signal."""
    ident = b"\x7fELF\x01\x01\x01" + bytes(9)
    size = 52 + 32
    head = struct.pack("<16sHHIIIIIHHHHHH", ident, 2, 3, 1, BASE + size, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    load = struct.pack("<IIIIIIII", 1, 0, BASE, BASE, size + len(PAUSE), size + len(PAUSE), 5, 0x1000)
    return head + load + PAUSE


@contextlib.contextmanager
def waiting():
    """A 32-bit program runs."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "i386")
        with open(path, "wb") as file:
            file.write(program_of_32_bits())
        os.chmod(path, 0o755)
        try:
            program = subprocess.Popen([path])
        except OSError as why:
            skip(f"32-bit programs do not run here: {why}")
        try:
            yield program
        finally:
            program.kill()
            program.wait()


def start(namespace, *words):
    if platform.machine() != "x86_64":
        skip("int $0x80 is x86's")
    return namespace.popen([tool("integration/tools/compat"), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def result(program):
    line = program.stdout.readline()
    if not line and program.wait() == -signal.SIGSEGV:
        skip("int $0x80 ends with SIGSEGV here: the kernel makes no 32-bit calls")
    check(line.startswith("ret "), f"32-bit calls are not made here: {line!r}")
    return int(line.split()[1])


def end(program):
    program.stdin.close()
    program.wait()


def connect(ns, trace, table, port):
    """One connect: what the call returned, its event."""
    program = start(ns, table, "connect", str(port))
    ret = result(program)
    event, = trace.expect(kind="connect", pid=program.pid)
    same((event["ret"], event["comm"], event["owner"], event["raddr"], event["rport"]),
         (ret, "compat", "connect", "127.0.0.1", port))
    check(event["latency_us"] is not None, "the call's duration is not known")
    end(program)
    same(len(trace.select(kind="connect", pid=program.pid)), 1)
    return event


for table in TABLES:
    @test(f"{table}: the first connect of a machine's only 32-bit program, refused: an event, and the next ones have a descriptor")
    def first(table=table):
        with Namespace() as ns, Tracer(ns) as trace:
            event = connect(ns, trace, table, 9)
            same((event["err"], event["ret"]), ("ECONNREFUSED", -111))
            check(any(connect(ns, trace, table, 9)["fd"] is not None for _ in range(TRIES)), "the calls are never followed")

    @test(f"{table}: a connect that succeeds, while a 32-bit program runs: descriptor, result and owner")
    def succeeds(table=table):
        with waiting(), Namespace() as ns, Tracer(ns) as trace, ns.actor("srv") as server:
            server("l = listener('127.0.0.1', 8080)")
            event = connect(ns, trace, table, 8080)
            same((event["ret"], event["err"]), (0, None))
            check(event["fd"] is not None, "the end of the call was not seen")

    @test(f"{table}: accept, while a 32-bit program runs: the accepting process owns the connection")
    def accepts(table=table):
        with waiting(), Namespace() as ns, Tracer(ns) as trace, ns.actor("cli") as client:
            program = start(ns, table, "accept")
            port = int(program.stdout.readline().split()[1])
            client(f"c = client('127.0.0.1', {port})")
            fd = result(program)
            event, = trace.expect(kind="accept", lport=port)
            same((event["fd"], event["ret"], event["pid"], event["owner"]), (fd, fd, program.pid, "accept"))
            end(program)

    @test(f"{table}: bind to a taken port, while a 32-bit program runs: refused, by whom")
    def binds(table=table):
        with waiting(), Namespace() as ns, Tracer(ns) as trace, ns.actor("holder") as holder:
            holder("l = listener('127.0.0.1', 80)")
            program = start(ns, table, "bind", "80")
            same(result(program), -98)
            event, = trace.expect(kind="bind", lport=80)
            same((event["err"], event["pid"], event["blocked_by"]["pid"]), ("EADDRINUSE", program.pid, holder.pid))
            end(program)


main()
