#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The fault table for kill, who --watch, explain --watch, stalls --trace-rules and live on a terminal: see test_faults.py."""
import os
import resource
import signal
import subprocess
import tempfile

import faults
from faults import EPERM, limit, mounts, refuse
from harness import *
from programs import run_whole
from terminal import live

COMMANDS = {
    "kill": ["kill", "--dry-run", "sport = :1"],
    "who --watch": ["who", ":1", "--watch", "--duration", "200ms"],
    "explain --watch": ["explain", "--watch", "200ms"],
    "stalls --trace-rules": ["stalls", "--trace-rules", "--duration", "200ms"],
}
ENDLESS = {
    "who --watch": (["who", ":1", "--watch"], "watching"),
    "explain --watch": (["explain", "--watch", "5m"], None),
    "stalls --trace-rules": (["stalls", "--trace-rules"], "watching"),
}
ON_TERMINAL = "stty rows 20 cols 100; exec \"$0\" live --duration 500ms"


def each(words=(), before=None):
    """{name: (status, stderr)}: each ends by itself and says nothing that is no sentence."""
    done = {name: faults.run(command, words, before) for name, command in COMMANDS.items()}
    for name, one in done.items():
        check(one.returncode in (0, 1, 3), f"{name}: status {one.returncode}: {one.stderr}")
        check(all(line.startswith("netstate: ") for line in one.stderr.splitlines()), f"{name}: {one.stderr}")
    return {name: (one.returncode, one.stderr) for name, one in done.items()}


def on_terminal(words=(), before=None):
    """(status, what is left on the screen) of live on a terminal that is given back."""
    done = run_whole([*words, "script", "-qec", ON_TERMINAL.replace("$0", NETSTATE), "/dev/null"], 120, preexec_fn=before,
                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    text = done.stdout
    check(text.count("\x1b[?1049h") == text.count("\x1b[?1049l"), f"the terminal is not given back: {text!r}")
    return done.returncode, text[text.rfind("\x1b[?1049l") + 1:]


def refused(reason, words=(), before=None):
    """Where no program can be loaded: the followers fail and say why, stalls goes on by sock_diag, kill lists all the same."""
    done = each(words, before)
    done["live"] = on_terminal(words, before)
    for name in ("who --watch", "explain --watch", "live"):
        same(done[name][0], 1, f"{name}: {done[name][1]}status")
        check(reason in done[name][1], f"{name}: {reason!r} is not the reason in {done[name][1]}")
    same(done["stalls --trace-rules"][0], 0, done["stalls --trace-rules"][1])
    check(reason in done["stalls --trace-rules"][1], done["stalls --trace-rules"][1])
    check("no connection matches" in done["kill"][1], done["kill"][1])
    same(done["kill"][0], 1, done["kill"][1])


def works(words=(), before=None):
    done = each(words, before)
    done["live"] = on_terminal(words, before)
    for name in ("who --watch", "stalls --trace-rules", "live"):
        same(done[name][0], 0, f"{name}: {done[name][1]}")
    check(done["explain --watch"][0] in (0, 3), done["explain --watch"][1])
    check("no connection matches" in done["kill"][1], done["kill"][1])
    return done


@test("bpf(2) refused: the filter is the reason")
def no_bpf():
    refused("a seccomp filter", before=refuse(faults.BPF, EPERM))


@test("no /sys, a chroot without /sys and /proc: that is the reason", long=True)
def no_sys():
    refused("/sys is not mounted", mounts("umount -l /sys"))
    refused("/sys is not mounted", [*mounts("mount --rbind / /mnt && umount -l /mnt/sys"), "chroot", "/mnt"])


@test("a user namespace of its own: that is the reason", long=True)
def user_namespace():
    if subprocess.run(["unshare", "--user", "--map-root-user", "true"], capture_output=True).returncode:
        skip("no user namespaces here")
    refused("user namespace", ["unshare", "--user", "--map-root-user"])


@test("few open files: the limit is the reason", long=True)
def few_descriptors():
    done = each(before=limit(resource.RLIMIT_NOFILE, 16))
    for name in ("who --watch", "explain --watch", "stalls --trace-rules"):
        check("ulimit -n" in done[name][1], f"{name}: {done[name][1]}")
    status, text = on_terminal(["sh", "-c", "ulimit -n 16; exec \"$0\" \"$@\""])
    check(status == 1 and "ulimit -n" in text, text)


@test("little address space: memory is the reason, and nothing crashes", long=True)
def little_memory():
    for megabytes in (16, 24):
        for name, (status, text) in each(before=limit(resource.RLIMIT_AS, megabytes << 20)).items():
            check(name == "kill" or not status or "memory" in text, f"{name} with {megabytes} MB: {text}")


@test("no /proc, cgroup2, tracefs, setns, memlock, file size; hidepid, a pid namespace: all work", long=True)
def lacking():
    done = works(mounts("umount -l /proc"))
    check("there is no /proc" in done["who --watch"][1], done["who --watch"][1])
    works(mounts("umount -l /sys/fs/cgroup"))
    works(mounts("mount -t tmpfs none /sys/kernel/tracing && mount -t tmpfs none /sys/kernel/debug"))
    works(mounts("mount -o remount,hidepid=2 /proc"))
    works(before=refuse(faults.SETNS, EPERM))
    works(before=limit(resource.RLIMIT_MEMLOCK, 0))
    done = works(["unshare", "--pid", "--fork", "--mount-proc"])
    check("pid namespace" in done["live"][1], done["live"][1])


@test("a full disk: explain's recording and the output of kill cannot be written, status 1", long=True)
def full():
    with Namespace() as ns, ns.actor("srv") as server:
        server("l = listener('127.0.0.1', 8080)\nc = client('127.0.0.1', 8080)")
        with open("/dev/full", "w") as disk:
            done = faults.run(["kill", "--dry-run", "--netns", str(ns.inode), "sport = :8080"], stdout=disk)
        check(done.returncode == 1 and "No space left" in done.stderr, f"{done.returncode}: {done.stderr}")
    with tempfile.TemporaryDirectory() as folder:
        words = mounts(f"mount -t tmpfs -o size=4k none {folder} && head -c 4096 /dev/zero > {folder}/filler")
        done = faults.run(["explain", "--watch", "200ms", "--record", os.path.join(folder, "out")], words)
        check(done.returncode == 1 and "No space left" in done.stderr, f"{done.returncode}: {done.stderr}")


def children(pid):
    """The process and all below it."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return {pid}.union(*(children(int(child)) for child in file.read().split()))
    except OSError:
        return set()


def ended(pids, where):
    def alive():
        left = set()
        for pid in pids:
            try:
                with open(f"/proc/{pid}/stat") as file:
                    left |= {pid} if file.read().rsplit(")", 1)[1].split()[0] != "Z" else set()
            except OSError:
                pass
        return left
    until(lambda: not alive(), 60, f"{where}: the end of all its processes")


def tables():
    done = subprocess.run(["nft", "list", "tables"], capture_output=True, text=True)
    return {line for line in done.stdout.splitlines() if "netstate" in line}


@test("a reader that stops, SIGSTOP and SIGCONT: SIGTERM ends it all the same; kill -9: nothing is left")
def stopped_and_killed():
    before = tables()
    for number in (signal.SIGTERM, signal.SIGKILL):
        reading, writing = os.pipe()  # nobody reads
        running = {name: Program([NETSTATE, *command], ready=ready, timeout=60, stdout=writing)
                   for name, (command, ready) in ENDLESS.items()}
        os.close(writing)
        for name, program in running.items():
            until(lambda one=program: "NoNewPrivs:\t1\n" in open(f"/proc/{one.pid}/status").read(), 60, f"{name} without privileges")
        everything = {name: children(program.pid) for name, program in running.items()}
        held = set().union(*(bpf_ids(pid) for pids in everything.values() for pid in pids))
        for sent in (signal.SIGSTOP, signal.SIGCONT):
            for program in running.values():
                program.process.send_signal(sent)
        for name, program in running.items():
            status = program.stop(number, timeout=60)
            check(number == signal.SIGKILL or status in (0, 1, 3), program.describe())
            ended(everything[name], name)
        os.close(reading)
        same(bpf_gone(held, 60), set(), "left in the kernel")
        same(tables() - before, set(), "tables of nftables")


@test("live on a terminal, stopped, continued and killed: no process and nothing in the kernel is left")
def live_killed():
    with live() as (terminal, _, _, _):
        pid = terminal.child
        everything = children(pid)
        check(len(everything) > 1, "no helper")
        held = set().union(*(bpf_ids(one) for one in everything))
        check(held, "it holds no programs")
        for number in (signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL):
            os.kill(pid, number)
        ended(everything, "live")
        same(bpf_gone(held, 60), set(), "left in the kernel")


main(bpf=True)
