#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate: a reader of its output that is slow, or that reads nothing at all."""
import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import time

from harness import *

PIPE_SIZE = 65536
EVENTS = 3  # of a refused connect


def refuse(client, count):
    client(f"for _ in range({count}): tcp().connect_ex(('127.0.0.1', 80))")


def unread_pipe():
    """Both ends."""
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    return read, write


def unread_socket():
    ends = socket.socketpair()
    return tuple(end.detach() for end in ends)


def unread_terminal():
    master, slave = os.openpty()
    subprocess.run(["stty", "raw"], stdin=slave)
    return master, slave


def read_all(fd):
    chunks = []
    os.set_blocking(fd, False)
    while True:
        try:
            chunk = os.read(fd, 65536)
        except (BlockingIOError, OSError):
            break
        if not chunk:
            break
        chunks.append(chunk)
    return b"".join(chunks)


def number(pattern, lines):
    match = re.search(pattern, "\n".join(lines))
    check(match, f"{pattern!r} not in {lines}")
    return int(match[1])


def stuck(ends, end, *options, count=2000):
    """A reader that never reads: ended by end(program); what came of the events is told exactly."""
    with Namespace() as ns, ns.actor("cli") as client:
        read, write = ends()
        trace = Program([NETSTATE, "trace", "--json", "--netns", ns.name, *options], ready="netstate: tracing", stdout=write)
        held = bpf_ids(trace.pid)
        os.close(write)
        refuse(client, count)
        begin = time.monotonic()
        end(trace)
        status = trace.stop(None, timeout=15)
        took = time.monotonic() - begin
        check(took < 15, f"took {took:.1f} s to end")
        whole = read_all(read).decode().count("\n")
        os.close(read)
        same(status, 1, "status: not all was delivered")
        undelivered = number(r"stdout blocked for 3 s; (\d+) lines discarded", trace.errors)
        same(whole + undelivered, EVENTS * count, "lines in the pipe and lines told of")
        same(number(r"(\d+) events printed", trace.errors), whole, "events printed")
        same(bpf_gone(held), set(), "left in the kernel")


def term(trace):
    trace.process.send_signal(signal.SIGTERM)


def interrupt(trace):
    trace.process.send_signal(signal.SIGINT)


test("a pipe that nobody reads: SIGTERM ends it, and it says how many lines were not delivered")(
    lambda: stuck(unread_pipe, term))
test("a pipe that nobody reads: so does Ctrl-C")(lambda: stuck(unread_pipe, interrupt))
test("a pipe that nobody reads: so does --duration")(lambda: stuck(unread_pipe, lambda _: None, "--duration", "2s"))
test("a socket that nobody reads: SIGTERM ends it")(lambda: stuck(unread_socket, term))
test("a terminal that nobody reads: SIGTERM ends it")(lambda: stuck(unread_terminal, term))


@test("the recording is whole also where nobody reads stdout")
def recording():
    with Namespace() as ns, ns.actor("cli") as client:
        read, write = unread_pipe()
        path = f"/tmp/nstest-{os.getpid()}.rec"
        trace = Program([NETSTATE, "trace", "--json", "--netns", ns.name, "--record", path], ready="netstate: tracing", stdout=write)
        os.close(write)
        refuse(client, 2000)
        same(trace.stop(signal.SIGTERM), 1, "status")
        os.close(read)
        replayed = netstate("trace", "--json", "--replay", path)
        os.unlink(path)
        same(len(replayed.stdout.splitlines()), EVENTS * 2000)


@test("stdout and stderr into one pipe that nobody reads: SIGTERM ends it")
def both():
    with Namespace() as ns, ns.actor("cli") as client:
        read, write = unread_pipe()
        trace = subprocess.Popen([NETSTATE, "trace", "--json", "--netns", ns.name], stdout=write, stderr=write)
        os.close(write)
        head = b""
        while b"tracing" not in head:
            head += os.read(read, 65536)
        refuse(client, 2000)
        trace.terminate()
        try:
            same(trace.wait(10), 1, "status")
        finally:
            trace.kill()
            trace.wait()
            os.close(read)


def slow(ends, end):
    """The reader begins after the end was asked for, and takes its time: it gets all."""
    with Namespace() as ns, ns.actor("cli") as client:
        read, write = ends()
        trace = Program([NETSTATE, "trace", "--json", "--netns", ns.name], ready="netstate: tracing", stdout=write)
        os.close(write)
        refuse(client, 2000)
        end(trace)
        data = b""
        while True:
            time.sleep(0.02)
            try:
                chunk = os.read(read, 16384)
            except OSError:
                break
            if not chunk:
                break
            data += chunk
        os.close(read)
        same(trace.stop(None), 0, "status")
        same(len([json.loads(line) for line in data.splitlines()]), EVENTS * 2000, "events delivered")
        same(number(r"(\d+) events printed", trace.errors), EVENTS * 2000)


test("a slow reader of a pipe gets every event, also after SIGTERM")(lambda: slow(unread_pipe, term))
test("a slow reader of a socket gets every event, also after SIGTERM")(lambda: slow(unread_socket, term))


@test("a reader that pauses: what the ring could not hold meanwhile is a gap, and the account is exact")
def pause():
    with Namespace() as ns, ns.actor("cli") as client:
        read, write = unread_pipe()
        trace = Program([NETSTATE, "trace", "--json", "--netns", ns.name, "--ring-size", 65536], ready="netstate: tracing",
                        stdout=write)
        os.close(write)
        refuse(client, 3000)
        data, buffered = b"", b""
        os.set_blocking(read, False)

        def gap_seen():
            nonlocal data
            try:
                data += os.read(read, 1 << 20)
            except BlockingIOError:
                pass
            return b'"kind":"gap"' in data and not data.endswith(b"x")
        until(gap_seen, what="a gap")
        refuse(client, 1)
        term(trace)
        os.set_blocking(read, True)
        while chunk := os.read(read, 1 << 20):
            data += chunk
        os.close(read)
        same(trace.stop(None), 0, "status")
        events = [json.loads(line) for line in data.splitlines()]
        lost = sum(event["lost"] for event in events if event["kind"] == "gap")
        check(lost > 0, "nothing was lost")
        same(len([e for e in events if e["kind"] != "gap"]) + lost, EVENTS * 3001, "events and losses")
        same(number(r"events printed, (\d+) lost", trace.errors), lost)


@test("stdout of others stays as it was: the pipe is not made non-blocking")
def not_shared():
    with Namespace() as ns:
        read, write = unread_pipe()
        trace = Program([NETSTATE, "trace", "--json", "--netns", ns.name], ready="netstate: tracing", stdout=write)
        check(os.get_blocking(write), "the writer's end is non-blocking now")
        trace.stop()
        check(os.get_blocking(write), "the writer's end was left non-blocking")
        os.close(read)
        os.close(write)


@test("live --json into a pipe that nobody reads: SIGTERM ends it, the status tells")
def stuck_table():
    with Namespace() as ns, ns.actor("cli") as client:
        client("l = listener('127.0.0.1', 8080, backlog=500); all = [client('127.0.0.1', 8080) for _ in range(200)]")
        read, write = unread_pipe()
        live = Program([NETSTATE, "live", "--json", "--netns", ns.name], ready="netstate: watching", stdout=write)
        os.close(write)
        begin = time.monotonic()
        same(live.stop(signal.SIGTERM, timeout=30), 1, "status")
        check(time.monotonic() - begin < 15, "did not end in time")  # it reads the whole machine's table once more
        whole = read_all(read).count(b"\n")
        os.close(read)
        same(whole + number(r"stdout blocked for 3 s; (\d+) lines discarded", live.errors), 401, "rows")


main()
