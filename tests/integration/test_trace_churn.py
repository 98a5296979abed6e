#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# tests/run: alone, it makes connections as fast as two processors can and counts what is lost
"""netstate trace at full churn: the exact number of events, none lost, each with its owner; and losses that are told."""
import collections
import json
import os
import re
import signal
import tempfile
import threading
import time

from harness import *
from owners import CHILD_OPENS

OPENS = {"client": "CLOSE>SYN_SENT SYN_SENT>ESTABLISHED", "server": " ".join(CHILD_OPENS)}
ANNOUNCED = "LISTEN>SYN_RECV"  # without the connection's cookie on older kernels
SHARE = 25 if "KERNELS" in os.environ else 1  # emulated processors: fewer connections
RESET = {side: f"{opens} ESTABLISHED>CLOSE" for side, opens in OPENS.items()}
FIN = {"client": f"{OPENS['client']} ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE",
       "server": f"{OPENS['server']} ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE"}


class Log:
    """A tracer that logs into a file, as at high rates one would."""

    def __init__(self, namespace):
        self.file = tempfile.TemporaryFile()
        self.trace = Tracer(options=["--netns", namespace.name], stdout=self.file)

    def end(self):
        """Ends the tracer; yields its events."""
        same(self.trace.stop(timeout=60), 0, "status")
        self.file.seek(0)
        for line in self.file:
            yield json.loads(line)


class SlowPipe:
    """A pipe that is read at so many bytes a second."""

    def __init__(self, rate):
        self.rate = rate
        self.read_end, self.end = os.pipe()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while os.read(self.read_end, self.rate // 100):
            time.sleep(0.01)


def churn(namespace, *words):
    done = namespace.run(tool("bench/churn"), *words, timeout=120)
    same(done.returncode, 0, done.stderr)
    return int(done.stdout.split(",")[1].split()[0])


def exact(count, chains, *words, processes=("churn", "churn")):
    """`count` connections: each socket's chain of states exactly `chains`, one connect and one accept each, owners right."""
    count //= SHARE
    client_comm, server_comm = processes
    with Namespace() as ns:
        log = Log(ns)
        listeners = churn(ns, "-n", count, *words)
        steps, kinds, wrong = collections.defaultdict(list), collections.Counter(), []
        for event in log.end():
            kinds[event["kind"]] += 1
            if event["kind"] == "state":
                steps[event["cookie"]].append(f"{event['old']}>{event['new'].replace('TIME_WAIT', 'CLOSE')}")
            comm = client_comm if event["owner"] == "connect" else server_comm
            if event["comm"] != comm and len(wrong) < 10:
                wrong.append(event)
        told = "; ".join(log.trace.errors)
        announced = steps.pop(None, [])
        found = collections.Counter(" ".join(chain) for chain in steps.values())
        same(found, {chains["client"]: count, chains["server"]: count, "CLOSE>LISTEN LISTEN>CLOSE": listeners}, told)
        same(announced, [ANNOUNCED] * count if ANNOUNCED not in CHILD_OPENS else [], told)
        transitions = count * sum(chain.count(">") for chain in chains.values()) + len(announced) + 2 * listeners
        same(kinds, {"state": transitions, "connect": count, "accept": count}, told)
        same(wrong, [], "owners")
        check(any(str(transitions + 2 * count) in line for line in log.trace.errors), "the summary counts otherwise: " + told)


@test("50,000 connections closed by RST: exactly 300,000 transitions, 50,000 connects, 50,000 accepts", long=True)
def reset():
    exact(50000, RESET)


@test("50,000 connections between two processes on two cores: the same")
def reset_apart():
    exact(50000, RESET, "-p", processes=("churn-client", "churn"))


@test("50,000 IPv6 connections between two processes: the same", long=True)
def reset_apart_v6():
    exact(50000, RESET, "-p", "-6", processes=("churn-client", "churn"))


@test("20,000 connections closed by FIN: ten transitions each")
def fin():
    exact(20000, FIN, "-f")


@test("a reader that is stopped while the ring runs full: gap lines, and seen = emitted + lost to the last one")
def stopped_reader():
    count = 200000 // (SHARE // 5 or 1)
    with Namespace() as ns:
        log = Log(ns)
        log.trace.process.send_signal(signal.SIGSTOP)
        churn(ns, "-n", count)
        log.trace.process.send_signal(signal.SIGCONT)
        events, gaps, lost = 0, 0, 0
        for event in log.end():
            if event["kind"] == "gap":
                gaps += 1
                lost += event["lost"]
            else:
                events += 1
        told = "; ".join(log.trace.errors)
        check(gaps > 0 and lost > 0, f"no gap; {events} events; {told}")
        same(events + lost, count * 8 + 2, told)
        check(f"{events} events printed, {lost} lost" in told, f"{events} events, {lost} lost, but told: {told}")


@test("output that is slower than the traffic: SIGTERM ends it all the same, and printed + lost = seen")
def slow_output():
    with Namespace() as ns:
        trace = Program([NETSTATE, "trace", "--netns", ns.name, "--ring-size", 1 << 20], ready="netstate: tracing",
                        stdout=SlowPipe(5_000_000).end)
        load = ns.popen([tool("bench/churn"), "-n", 1000000])
        try:
            time.sleep(1)
            same(trace.stop(signal.SIGTERM, timeout=15), 0, "status, with the traffic going on")
        finally:
            load.kill()
            load.wait()
        told = " ".join(trace.errors)
        numbers = {word: int(number) for number, word in re.findall(r"(\d+) (events printed|lost|emitted|connects|accepts)", told)}
        same(numbers["events printed"], numbers["emitted"] + numbers["connects"] + numbers["accepts"], told)


main()
