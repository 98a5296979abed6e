#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: each way to end it, what it has delivered by then, and that nothing stays in the kernel."""
import json
import os
import re
import signal
import statistics
import subprocess
import tempfile
import time

from harness import *
from owners import server_and_client


def refuse(client, count):
    """So many refused connects: three events each."""
    client(f"for _ in range({count}): tcp().connect_ex(('127.0.0.1', 80))")


def ended_by(number):
    with Namespace() as ns, ns.actor("cli") as client:
        trace = Tracer(ns)
        held = bpf_ids(trace.pid)
        check({"prog", "map"} <= {kind for kind, _ in held}, f"holds {held}")
        refuse(client, 3000)
        same(trace.stop(number), 0, "status")
        same(len(trace.select(kind="state")), 6000, "transitions delivered")
        same(len(trace.select(kind="connect")), 3000, "connects delivered")
        same(bpf_gone(held), set(), "left in the kernel")
        check(any("9000" in line for line in trace.errors), "no count of events in " + repr(trace.errors))
        same(trace.select(kind="gap"), [])


@test("SIGTERM: status 0, every event delivered, a summary, nothing left in the kernel")
def sigterm():
    ended_by(signal.SIGTERM)


@test("SIGINT: the same")
def sigint():
    ended_by(signal.SIGINT)


@test("SIGHUP ends it, but not under nohup")
def hangup():
    with Namespace() as ns, ns.actor("cli") as client:
        same(Tracer(ns).stop(signal.SIGHUP), 0, "status")
        trace = Tracer(ns, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        trace.process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        refuse(client, 1)
        trace.expect(kind="connect")
        same(trace.stop(), 0, "status")


@test("--count: exactly so many lines, then the end by itself")
def count():
    with Namespace() as ns, ns.actor("cli") as client:
        trace = Tracer(ns, options=["--count", 5])
        refuse(client, 10)
        same(trace.stop(None), 0, "status")
        same(len(trace.lines), 5)
        same([e["kind"] for e in trace.events], ["state", "state", "connect", "state", "state"])


@test("--duration: ends by itself after that time")
def duration():
    with Namespace() as ns, ns.actor("cli") as client:
        begin = time.monotonic()
        trace = Tracer(ns, options=["--duration", "700ms"])
        refuse(client, 1)
        same(trace.stop(None), 0, "status")
        took = time.monotonic() - begin
        check(0.7 <= took < 5, f"took {took:.2f} s")
        same(len(trace.events), 3)


@test("a closed pipe: status 0, without a word about it")
def closed_pipe():
    with Namespace() as ns, ns.actor("cli") as client:
        read, write = os.pipe()
        trace = Program([NETSTATE, "trace", "--json", "--netns", ns.name], ready="netstate: tracing", stdout=write)
        held = bpf_ids(trace.pid)
        os.close(write)
        refuse(client, 1)
        same(json.loads(os.read(read, 65536).split(b"\n")[0])["new"], "SYN_SENT")
        os.close(read)
        refuse(client, 1)
        same(trace.stop(None), 0, "status")
        check(not any("roken pipe" in line for line in trace.errors), repr(trace.errors))
        same(bpf_gone(held), set(), "left in the kernel")


@test("a pipe that closes while nothing happens: the end at once, not at the next event")
def closed_pipe_idle():
    with Namespace() as ns:
        read, write = os.pipe()
        trace = Program([NETSTATE, "trace", "--json", "--netns", ns.name], ready="netstate: tracing", stdout=write)
        os.close(write)
        os.close(read)
        same(trace.stop(None, timeout=5), 0, "status")


@test("--record and --replay: the replay prints the same lines")
def replay():
    with Namespace() as ns, ns.actor("cli") as client, tempfile.NamedTemporaryFile() as file:
        trace = Tracer(ns, options=["--record", file.name])
        refuse(client, 50)
        trace.expect(50, kind="connect")
        same(trace.stop(), 0, "status")
        done = netstate("trace", "--json", "--replay", file.name)
        same((done.returncode, done.stderr), (0, ""))
        replayed, live = [json.loads(line) for line in done.stdout.splitlines()], [json.loads(line) for _, line in trace.lines]
        for event in replayed + live:
            event.pop("time")  # the clock's offset is read again and again while tracing
        same(replayed, live)


@test("| head -1: the shell's idiom works")
def head():
    with Namespace() as ns, ns.actor("cli") as client:
        shell = Program(["bash", "-c", f"'{NETSTATE}' trace --json --netns {ns.name} | head -1; exit ${{PIPESTATUS[0]}}"],
                        ready="netstate: tracing")
        refuse(client, 2)
        until(lambda: shell.lines, what="a line")
        refuse(client, 2)
        same(shell.stop(None), 0, "status")
        same(len(shell.lines), 1)


@test("kill -9 in the middle of traffic: no program, link or map stays")
def killed():
    with Namespace() as ns:
        trace = Tracer(ns)
        held = bpf_ids(trace.pid)
        check({"prog", "map", "link"} <= {kind for kind, _ in held}, f"holds {held}")
        load = ns.popen([tool("bench/churn"), "-n", 30000], stdout=subprocess.DEVNULL)
        trace.expect(100, kind="state")
        same(Program.stop(trace, signal.SIGKILL), -signal.SIGKILL)
        load.wait()
        same(bpf_gone(held), set(), "left in the kernel")


@test("on an idle machine an event is there within 20 ms")
def idle():
    with Namespace() as ns, ns.actor("cli") as client, Tracer(ns) as trace:
        delays = []
        for i in range(15):
            time.sleep(0.1)
            refuse(client, 1)
            last = trace.expect(i + 1, kind="connect")[-1]
            delays.append((last["read_ns"] - last["ktime_ns"]) / 1e6)
        check(statistics.median(delays) < 20, f"delays in ms: {delays}")


@test("two tracers at once see the same")
def two():
    with Namespace() as ns, ns.actor("cli") as client, Tracer(ns) as one, Tracer(ns) as other:
        refuse(client, 100)
        for trace in (one, other):
            trace.expect(100, kind="connect")
            trace.stop()
            same(len(trace.events), 300)


@test("text: a header and one aligned line an event, no colours into a pipe")
def text():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        program = Program([NETSTATE, "trace", "--netns", ns.name], ready="netstate: tracing")
        client("c = client('127.0.0.1', 8080)")
        program.wait(lambda: len(program.lines) >= 6, what="six lines")
        same(program.stop(), 0, "status")
        lines = [line for _, line in program.lines]
        same(lines[0].split(), "TIME PID COMM LADDR:LPORT RADDR:RPORT OLD -> NEW AFTER".split())
        check("\x1b" not in "".join(lines), "an escape sequence")
        row = next(line for line in lines if "SYN_SENT    -> ESTABLISHED" in line)
        check(str(client.pid) in row.split() and "cli" in row.split() and "127.0.0.1:8080" in row.split(), row)
        same(row.index("->"), lines[0].index("->"), "the column of ->")


def on_terminal(*options, environment=(), comm=b"cli"):
    """What one refused connect prints on a terminal."""
    with Namespace() as ns, ns.actor("cli") as client:
        master, slave = os.openpty()
        env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        env.update(TERM="xterm", **dict(environment))
        program = Program([NETSTATE, "trace", "--netns", ns.name, *options], ready="netstate: tracing", stdout=slave, env=env)
        os.close(slave)
        client(f"set_comm({comm!r})")
        refuse(client, 1)
        output = b""
        while b"80" not in output or output.count(b"\n") < 4:
            output += os.read(master, 65536)
        same(program.stop(), 0, "status")
        os.close(master)
        return output


@test("on a terminal states have colours; NO_COLOR and --color=never turn them off, --color=always on anywhere")
def colours():
    check(b"\x1b[" in on_terminal(), "no colour on a terminal")
    check(b"\x1b[" not in on_terminal(environment={"NO_COLOR": "1"}.items()), "colour in spite of NO_COLOR")
    check(b"\x1b[" not in on_terminal("--color=never"), "colour in spite of --color=never")
    with Namespace() as ns, ns.actor("cli") as client:
        program = Program([NETSTATE, "trace", "--color=always", "--count", 3, "--netns", ns.name], ready="netstate: tracing")
        refuse(client, 1)
        program.stop(None)
        check("\x1b[" in "".join(line for _, line in program.lines), "no colour with --color=always")


@test("a name cannot carry an escape sequence to the terminal")
def terminal_names():
    output = on_terminal("--color=never", comm=b"\x1b]0;x\x07\x9b1m")
    check(b"\x1b" not in output and b"\x07" not in output and b"\x9b" not in output, repr(output))


@test("--time=utc, rel, ns: the clock of the first column")
def times():
    with Namespace() as ns, ns.actor("cli") as client:
        for form, pattern in (("utc", r"\d\d:\d\d:\d\d\.\d{6}"), ("local", r"\d\d:\d\d:\d\d\.\d{6}"),
                              ("rel", r"0\.\d{6}"), ("ns", r"\d{10,}")):
            program = Program([NETSTATE, "trace", f"--time={form}", "--netns", ns.name, "--count", 1],
                              ready="netstate: tracing")
            refuse(client, 1)
            same(program.stop(None), 0, "status")
            first = program.lines[1][1].split()[0]
            check(re.fullmatch(pattern, first), f"--time={form} gives {first}")


main()
