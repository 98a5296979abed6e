#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate in a pid namespace of its own, as in a container: the numbers of processes are those that its user sees."""
import json
import subprocess

from harness import *

LISTEN = "import socket, time; l = socket.socket(); l.bind(('127.0.0.1', 7070)); l.listen(); print('up', flush=True); time.sleep(600)"
CONNECT = "import socket; input(); s = socket.create_connection(('127.0.0.1', 7070)); input()"
LISTENS = "grep -q ':1B9E 00000000:0000 0A' /proc/net/tcp"


def inside(space, script, timeout=240):
    """Runs it as process 1's child in a pid namespace with a /proc of its own; a listener on port 7070 is process 2."""
    script = f"python3 -c \"{LISTEN}\" > /dev/null & L=$!; until {LISTENS}; do sleep 0.05; done\n{script}\nkill $L; wait"
    done = space.run("unshare", "--pid", "--fork", "--mount-proc", "bash", "-c", script, timeout=timeout)
    check("unshare failed" not in done.stderr, done.stderr)
    return done


def rows_of(done, **wanted):
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]


for source in ("auto", "iterators", "sock_diag"):
    @test(f"list --source {source}: own sockets are there, with the pid that this namespace gives, and what is missing is said")
    def lists(source=source):
        with Namespace() as space:
            done = inside(space, f"{NETSTATE} list --json --source {source}; echo status $?")
            check("status 0" in done.stdout, done.stdout + done.stderr)
            row, = rows_of(done, lport=7070, netns=space.inode)
            same((row["pid"], row["comm"]), (2, "python3"))
            check("pid namespace" in done.stderr, done.stderr)


@test("a process outside of the pid namespace has no number in it, not one of another namespace")
def outside():
    with Namespace() as space, space.actor("out") as actor:
        actor("held = listener('127.0.0.1', 7171)")
        done = inside(space, f"{NETSTATE} list --json")
        row, = rows_of(done, lport=7171, netns=space.inode)
        same(row["pid"], None)


@test("live: the table has own sockets and their pids; --verify compares them")
def live():
    with Namespace() as space:
        done = inside(space, f"timeout 120 {NETSTATE} live --json --verify --for 3s")
        rows = rows_of(done, lport=7070, netns=space.inode)
        check(rows and all(row["pid"] == 2 for row in rows), done.stdout[-500:] + done.stderr)


@test("trace: events have the pids of this namespace, and --pid means them")
def trace():
    with Namespace() as space:
        script = (f"coproc python3 -c \"{CONNECT}\"; C=$COPROC_PID; E=$(mktemp)\n"
                  f"{NETSTATE} trace --json --pid $C netns = {space.inode} 2> $E & T=$!; until grep -q tracing $E; do sleep 0.05; done\n"
                  "echo >&${COPROC[1]}; sleep 1; echo >&${COPROC[1]}; wait $C; kill $T; wait $T; cat $E >&2; rm $E; "
                  "echo \"{\\\"client\\\": $C}\"")
        done = inside(space, script)
        client = rows_of(done)[-1]["client"]
        rows = [row for row in rows_of(done) if row.get("kind") == "connect"]
        same({(row["pid"], row["comm"]) for row in rows}, {(client, "python3")}, done.stderr)


@test("netstat -p by the kernel's lists and by /proc: the same pids")
def netstat():
    with Namespace() as space:
        for source in ("proc", "kernel"):
            done = inside(space, f"{NETSTATE} -ltnp --source={source}")
            line, = [line for line in done.stdout.splitlines() if ":7070" in line]
            check("2/python3" in line, line)


main()
