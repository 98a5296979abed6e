#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Who holds the sockets that netstate explain reports, where /proc/PID/fd alone does not show it."""
import os
import subprocess

from harness import *
from explain_tools import *

ENDED_LEADER = """
import ctypes, socket, threading
l = socket.socket()
l.setsockopt(1, 2, 1)
l.bind(('0.0.0.0', 80))
l.listen(8)
def serve():
    kept = [l.accept()[0] for _ in range(4)]
    threading.Event().wait()
threading.Thread(target=serve).start()
print('ready', flush=True)
ctypes.CDLL(None).pthread_exit(None)
"""


def other_thread(pid):
    return next(task for task in os.listdir(f"/proc/{pid}/task") if int(task) != pid)


@test("a process whose first thread has ended: its descriptors, command line and state are those of the others")
def ended_leader():
    with pair() as (client, server):
        program = server.popen(["python3", "-c", ENDED_LEADER], stdout=subprocess.PIPE, text=True)
        program.stdout.readline()
        cli = client.actor("cli")
        dial(cli, 4)
        until(lambda: server.run("ss", "-Htln").stdout.split()[1] == "0", 10, "an empty queue")
        cli("for one in c: one.close()")
        until(lambda: open(f"/proc/{program.pid}/stat").read().split(") ")[1][0] == "Z", 10, "the first thread's end")
        leak = find(server, "close_wait_leak")
        same(leak["subject"]["pid"], program.pid)
        count = len(os.listdir(f"/proc/{other_thread(program.pid)}/fd"))
        check(any(line.startswith(f"{count} of ") for line in leak["evidence"]), text_of(leak))
        check("zombie" not in text_of(leak), text_of(leak))
        who = netstate("who", ":80", "--netns", str(server.inode)).stdout
        check(": python3 -c " in who, who)


@test("connections that an io_uring holds: no process has a descriptor, and a replay says the same")
def held_by_ring():
    with pair() as (client, server):
        program = server.popen([tool("integration/tools/uring"), "accept", "direct", "80", "4"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
        if not program.stdout.readline().startswith("port"):
            skip("io_uring is unavailable here")
        cli = client.actor("cli")
        dial(cli, 4)
        for _ in range(4):
            program.stdout.readline()
        cli("for one in c: one.close()")
        leak = find(server, "close_wait_leak")
        same((leak["count"], leak["subject"]["pid"]), (4, None))
        check("no process has a descriptor: an io_uring or a UNIX message may hold the socket" in leak["evidence"], text_of(leak))
        replayed(server, "close_wait_leak")
        program.kill()


main()
