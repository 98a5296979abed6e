#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Runs one test program to its end or its limit, and ends what it left running: tests/run's helper.

    tests/reap.py SECONDS PROGRAM [WORD ...]

An orphan below this process becomes its child (PR_SET_CHILD_SUBREAPER), so that nothing escapes: a server that outlives a killed
test would be found by the next test that asks who listens. Each line about it begins with LEFT or LIMIT. The exit status is the
program's, 128 + the number of a signal.
"""
import ctypes
import os
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
GRACE = 5  # seconds for those that end by themselves: the kernel's SIGKILL at their parent's death takes its time on a busy machine
KILL_LIMIT = 30  # seconds until SIGKILL must have had its effect
LEFT, LIMIT = "# left behind: ", "# stopped after "
NETNS_FOLDER, NETNS_PREFIX = "/run/netns", "nstest"  # as in tests/integration/namespaces.py


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().replace("\0", " ").strip()
    except OSError as error:
        return f"({error.strerror})"


def descendants(pid):
    """Of this process, parents first. Those of threads as well."""
    found = []
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for task in tasks:
        for child in filter(str.isdigit, read(f"/proc/{pid}/task/{task}/children").split()):
            found += [int(child), *descendants(child)]
    return found


def named(pid):
    return f"{pid} {read(f'/proc/{pid}/comm')}: {read(f'/proc/{pid}/cmdline')[:200]}"


def where(pid):
    """What a process waits for, as far as the kernel says so."""
    state = [line for line in read(f"/proc/{pid}/status").splitlines() if line.startswith(("State:", "SigPnd:", "ShdPnd:", "SigBlk:"))]
    return [named(pid), *state, f"wchan {read(f'/proc/{pid}/wchan')}", f"syscall {read(f'/proc/{pid}/syscall')}",
            *read(f"/proc/{pid}/stack").splitlines()]


def say(*lines):
    print("".join(f"{line}\n" for line in lines), end="", flush=True)


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def reap(deadline):
    """Until there is no child any more; False where there is one at the deadline."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)


def end_rest():
    """Ends what the program left running."""
    if reap(time.monotonic() + GRACE):
        return
    say(*(LEFT + named(pid) for pid in descendants(os.getpid())))
    deadline = time.monotonic() + KILL_LIMIT
    while not reap(time.monotonic() + 0.05):  # again and again: one may just have forked
        for pid in descendants(os.getpid()):
            kill(pid)
        if time.monotonic() > deadline:
            say("# they do not end:", *(f"#   {line}" for pid in descendants(os.getpid()) for line in where(pid)))
            return


def remove_namespaces(program):
    names = os.listdir(NETNS_FOLDER) if os.path.isdir(NETNS_FOLDER) else []
    for name in names:
        if name.startswith(f"{NETNS_PREFIX}-{program}-"):
            say(f"{LEFT}network namespace {name}")
            subprocess.run(["ip", "netns", "del", name], check=False)


def wait(program, limit):
    """Its exit status; the orphans of its tree are waited for meanwhile."""
    def stop(*_):
        say(f"{LIMIT}{limit} s; what ran then:", *(f"#   {line}" for pid in descendants(os.getpid()) for line in where(pid)))
        kill(program)
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(limit)
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == program:
            signal.alarm(0)
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def main():
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    program = subprocess.Popen(sys.argv[2:], env=dict(os.environ, NETSTATE_REAPER=str(os.getpid()))).pid

    def end(number, _):  # with tests/run, or by somebody's hand
        for pid in descendants(os.getpid()):
            kill(pid)
        os._exit(128 + number)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    status = wait(program, int(sys.argv[1]))
    end_rest()
    remove_namespaces(program)
    return status


if __name__ == "__main__":
    sys.exit(main())
