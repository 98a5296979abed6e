# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The integration tests' frame: tests as decorated functions, TAP on stdout, and a clean machine afterwards.

    from harness import *

    @test("a refused connect shows ECONNREFUSED")
    def refused():
        with Namespace() as ns, Tracer(ns) as trace:
            ...
            same(event["err"], "ECONNREFUSED")

    main(bpf=True)

Words on the command line choose the tests whose names hold one of them. The parts: namespaces.py (Namespace, veth, Actor),
actor_tools.py (what an actor's code finds), programs.py (Program, Tracer, netstate()).
"""
import atexit
import os
import signal
import sys
import time
import traceback

import namespaces
import programs
from namespaces import Actor, ActorError, Namespace, Skip, ip, veth
from programs import BUILD, NETSTATE, ROOT, Program, Tracer, bpf_gone, bpf_ids, netstate, public_copy

__all__ = ["Actor", "ActorError", "BUILD", "NETSTATE", "Namespace", "Program", "ROOT", "Skip", "Tracer", "bpf_gone",
           "bpf_ids", "check", "ip", "main", "netstate", "public_copy", "same", "skip", "test", "tool", "until", "veth"]

_tests = []


def skip(reason):
    raise Skip(reason)


def test(name, long=False):
    """Marks a function as a test; the name states the situation and what then holds. long: not in `make check`."""
    def mark(function):
        if not long or os.environ.get("NETSTATE_LONG_TESTS") != "0":
            _tests.append((name, function))
        return function
    return mark


def same(got, wanted, what=""):
    """Fails, showing both (of long ones what differs), unless they are equal."""
    if got != wanted:
        if isinstance(got, list) and isinstance(wanted, list) and len(got) + len(wanted) > 20:
            extra, lacking = [x for x in got if x not in wanted], [x for x in wanted if x not in got]
            first = next((i for i, pair in enumerate(zip(got, wanted)) if pair[0] != pair[1]), "the end")
            what += f" {len(got)} and {len(wanted)}, different from {first} on; only in one of them:"
            got, wanted = extra, lacking
        if isinstance(got, dict) and isinstance(wanted, dict) and len(got) + len(wanted) > 20:
            what += f" {len(got)} and {len(wanted)} entries, differing in:"
            keys = [key for key in {**got, **wanted} if got.get(key) != wanted.get(key)]
            got, wanted = ({key: side.get(key) for key in keys[:20]} for side in (got, wanted))
        raise AssertionError(f"{what + ': ' if what else ''}got {got!r}\n{' ' * len(what)}wanted {wanted!r}")


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def until(holds, timeout=10, what="what was waited for"):
    """Polls until holds() is true and returns its value."""
    deadline = time.monotonic() + timeout * programs.PATIENCE
    while not (value := holds()):
        check(time.monotonic() < deadline, f"{what} not seen in {timeout} s")
        time.sleep(0.005)
    return value


def tool(name, *options):
    """Path of a helper program that was built from tests/<name>.c."""
    path = os.path.join(BUILD, "tests", name)
    check(os.access(path, os.X_OK), f"{path} is not built: make test-programs")
    return path


def _clean():
    programs.stop_all()
    namespaces.remove_all()


def _run(name, function, bpf):
    """("ok", "") or ("not ok", why) or ("skip", why)"""
    problem = programs.bpf_problem() if bpf else None
    try:
        if problem and os.environ.get("NETSTATE_REQUIRE_BPF") == "1":
            raise AssertionError(f"NETSTATE_REQUIRE_BPF=1, but {problem}")
        if problem:
            raise Skip(problem)
        function()
        return "ok", ""
    except Skip as reason:
        return "skip", str(reason)
    except Exception:
        return "not ok", traceback.format_exc()
    finally:
        _clean()


def main(bpf=True):
    """Runs the tests in the order of the file; exits with 1 where one failed. bpf: they need a kernel that runs BPF."""
    parent = os.getpid()
    atexit.register(lambda: os.getpid() == parent and _clean())
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    namespaces.sweep()
    words = sys.argv[1:]
    chosen = [row for row in _tests if not words or any(word in row[0] for word in words)]
    failed = 0
    for number, (name, function) in enumerate(chosen, 1):
        begin = time.monotonic()
        result, why = _run(name, function, bpf)
        if result == "skip":
            print(f"ok {number} - {name} # SKIP {why}")
        else:
            print(f"{result} {number} - {name}")
            failed += result != "ok"
            for line in why.splitlines():
                print(f"# {line}")
        if "-t" in os.environ.get("HARNESS", ""):
            print(f"# {time.monotonic() - begin:.2f} s")
        sys.stdout.flush()
    print(f"1..{len(chosen)}", flush=True)
    sys.exit(1 if failed else 0)
