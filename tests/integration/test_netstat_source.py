#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--source: the kernel's iterators and the text in /proc give the same bytes in the same order, and what uses which."""
import ctypes
import os
import re
import shutil
import subprocess
import sys
import tempfile

import netstat_network
import netstat_scene
from harness import *

TRIES = 5
LINES = ("-ant", "-nt", "-lnt", "-antp", "-antpe", "-antpeo", "-an4t", "-an6t", "-4n", "-6anp", "-anp", "-anpW", "-atpe --numeric-hosts",
         "-tuxanp", "-anu", "-un", "-lnu", "-anupeo", "-anu6", "-4un", "-antpe --json", "-xanp")


class Scene:
    """A namespace whose TCP sockets are in every state; a process of ours holds them until the end."""

    def __enter__(self):
        self.namespace = Namespace()
        self.up, child = os.pipe()
        stay, self.release = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.release)
            try:
                self._hold(child, stay)
            finally:
                os._exit(1)
        os.close(child)
        os.close(stay)
        said = os.read(self.up, 4096).decode()
        if said != "ready":
            raise RuntimeError(said)
        return self

    def _hold(self, child, stay):
        try:
            if ctypes.CDLL(None).setns(os.open(self.namespace.path, os.O_RDONLY), 0x40000000):
                raise RuntimeError("setns")
            netstat_network.build_network()
            held = [netstat_scene.listeners(), netstat_scene.connected(), netstat_scene.made_states(), netstat_scene.syn_recv(),
                    netstat_scene.datagrams()]
        except BaseException as error:
            os.write(child, f"{type(error).__name__}: {error}".encode())
            return
        os.write(child, b"ready")
        os.read(stay, 1)
        del held

    def __exit__(self, *_):
        os.close(self.release)
        os.close(self.up)
        os.waitpid(self.pid, 0)
        self.namespace.remove()

    def run(self, words):
        done = self.namespace.run(NETSTATE, *words.split(), text=False)
        return done.returncode, done.stdout, done.stderr


def still(listing):
    """Without what moves on between two runs: a timer's seconds and how often it ran."""
    return re.sub(rb"\(\d+\.\d\d/\d+/\d+\)", b"(S/R/P)", re.sub(rb'"(expires|seconds|timer[a-z_]*|retransmits)":[^,}]*', b"", listing))


@test("iterators and text give the same bytes in the same order, TCP in every state")
def same_bytes():
    with Scene() as scene:
        text = scene.run("-ant --source=proc")[1].decode()
        for state in ("ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE_WAIT", "LAST_ACK",
                      "LISTEN", "CLOSING"):
            check(re.search(rf" {state} *$", text, re.M), state)
        for words in LINES:
            for _ in range(TRIES):
                listings = [still(scene.run(f"{words} --source={source}")[1]) for source in ("proc", "kernel", "proc")]
                if listings[0] == listings[2]:
                    break
            same(listings[1].splitlines(), listings[0].splitlines(), words)


@test("timers of both sources say the same time, count and probes")
def same_timers():
    def timers(scene, source):
        found = re.findall(r"^(tcp6?.*) (\w+) \((\d+\.\d\d)/(\d+)/(\d+)\)$", scene.run(f"-anto --source={source}")[1].decode(), re.M)
        return {line: (kind, float(seconds), int(count), int(probes)) for line, kind, seconds, count, probes in found}

    with Scene() as scene:
        for _ in range(TRIES):
            before, kernel, after = (timers(scene, source) for source in ("proc", "kernel", "proc"))
            steady = {line for line in before if line in after and before[line][::2] == after[line][::2] and before[line][3] == after[line][3]
                      and before[line][1] >= after[line][1]}
            if len(steady) > len(before) // 2:
                break
        for kind in ("off", "on", "keepalive", "timewait", "probe"):
            check(any(before[line][0] == kind for line in steady), f"no {kind} among {len(steady)}")
        for line in steady:
            same((kernel[line][0], *kernel[line][2:]), (before[line][0], *before[line][2:]), line)
            check(after[line][1] <= kernel[line][1] <= before[line][1],
                  f"{line}: {before[line][1]}, {kernel[line][1]} by the kernel, {after[line][1]}")


@test("--source=proc and few sockets load no program, --source=kernel does")
def loads_when_asked():
    def uses_bpf(*words):
        with tempfile.NamedTemporaryFile() as log:
            done = subprocess.run(["strace", "-f", "-e", "trace=bpf", "-o", log.name, NETSTATE, *words], stdout=subprocess.DEVNULL)
            same(done.returncode, 0, str(words))
            return b"BPF_PROG_LOAD" in log.read()

    if not shutil.which("strace"):
        skip("no strace here")
    check(uses_bpf("-ant", "--source=kernel"), "kernel")
    check(uses_bpf("-antp", "--source=kernel"), "kernel with owners")
    check(not uses_bpf("-antp", "--source=proc"), "proc")
    check(not uses_bpf("-ant"), "auto without owners")
    check(not uses_bpf("-rn", "--source=kernel"), "routes")


@test("a folder mounted over /proc/PID/net is read whatever the source")
def prepared_folder():
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/tcp", "w") as file:
            file.write("  sl  local_address rem_address   st\n"
                       "   0: 0100007F:1234 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n")
        for source in ("proc", "kernel", "auto"):
            done = subprocess.run(["unshare", "-m", "sh", "-c", 'mount --bind "$1" /proc/$$/net && exec "$2" -antp --source=$3',
                                   "sh", folder, NETSTATE, source], capture_output=True, text=True)
            same(done.stdout.splitlines()[2:], ["tcp        0      0 127.0.0.1:4660          0.0.0.0:*               LISTEN      -                   "],
                 source)


@test("in a process namespace of its own the numbers are those of that namespace")
def own_pids():
    with Scene() as scene:
        done = scene.namespace.run("unshare", "-pf", "--mount-proc", NETSTATE, "-antp", "--source=kernel")
        same(done.returncode, 0, done.stderr)
        check(" LISTEN      -  " in done.stdout, "owners of another namespace are unknown")
        check(f"{scene.pid}/" not in done.stdout, done.stdout)


@test("without privilege --source=kernel says so and auto reads /proc")
def unprivileged():
    def run(*words):
        with public_copy() as program:
            return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program, *words],
                                  capture_output=True, text=True)
    refused = run("-ant", "--source=kernel")
    same(refused.returncode, 1)
    check("cannot read the kernel's socket lists" in refused.stderr, refused.stderr)
    same(refused.stdout, "")
    same(run("-ant").returncode, 0)


main()
