#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Names that any user may choose (a process, a device, a cgroup) steer no terminal and hide nothing, in whatever netstate prints."""
import os
import pty
import re
import subprocess
import time

from cgroup import Cgroup
from harness import *

# Of at most 15 bytes each: controls and C1; bidi, zero width, soft hyphen, interlinear and tag; a second line.
NAMES = (b"e\x1b[2J\x9b1m\x07\x08v", "\u202e\u200b\u00ad\ufff9\U000e0041".encode(), b"x\r\nTOTAL 0 ok")
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]")
COLORS = re.compile("\x1b\\[[0-9;]*m|\r(?=\n)")


def printed(words, terminal):
    """What the command prints, on both streams: bytes of pipes, or of a terminal."""
    if not terminal:
        done = subprocess.run(words, capture_output=True, timeout=60)
        return done.stdout + done.stderr
    ours, theirs = pty.openpty()
    with subprocess.Popen(words, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL) as process:
        os.close(theirs)
        text = b""
        try:
            while chunk := os.read(ours, 65536):
                text += chunk
        except OSError:
            pass  # the other end is closed
        process.wait(60)
    os.close(ours)
    return text


def is_harmless(words, terminal):
    text = printed(words, terminal).decode("utf-8", "replace")
    bad = HIDDEN.search(COLORS.sub("", text) if terminal else text)
    check(not bad, f"{words[1:]} {'on a terminal' if terminal else ''}: {bad and bad[0]!r} in {text!r}")
    return text


FIELDS = "state,local,remote,pid,comm,unit,dev,netns_name,owners,cgroup"


def commands(ns):
    port = ":8080"
    own = ("--netns", str(ns.inode))
    yield from (("list", *own), ("list", "--wide", *own), ("list", "--fields", FIELDS, *own), ("list", "--json", *own),
                ("who", port, *own), ("who", port, "--json", *own), ("kill", "--dry-run", *own, "sport = :8080"),
                ("explain", *own), ("explain", port), ("explain", "--json", port), ("live", "--json", "--duration", "1s", *own))


for name in NAMES:
    @test(f"a process, a device and a cgroup named {name!r}: no command lets it through", long=name != NAMES[0])
    def named(name=name):
        label = "evil " + name.decode("utf-8", "replace").replace("\n", "_")
        with Namespace() as ns, Namespace() as other, Cgroup(label) as group, ns.actor("server") as server:
            # the kernel takes a byte of a no-break space for a blank
            device = name.translate(None, b"\r\n /\xa0").decode("utf-8", "surrogateescape")
            veth(ns, ["10.1.1.1/24"], other, ["10.1.1.2/24"], names=(device, "veth0"))
            group.add(server.pid)
            server(f"set_comm({name!r})")
            server("l = listener('127.0.0.1', 8080, 1)\nd = tcp()")
            server(f"d.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, {os.fsencode(device)!r}); d.bind(('10.1.1.1', 8080)); d.listen()")
            with ns.actor("client") as client:
                client(f"set_comm({name!r})")
                client("many = []\nfor i in range(5):\n    s = socket.socket(); s.setblocking(False); s.connect_ex(('127.0.0.1', 8080)); many.append(s)")
                text = "".join(is_harmless([NETSTATE, *words], terminal) for words in commands(ns) for terminal in (False, True))
                check(str(server.pid) in text and "8080" in text, "the scene does not show")


def hangs(ns, name, program):
    """A listener whose queue is full, connects that hang before it, and a bind that is refused, by processes of this name, until
    one of them shows: their pids."""
    with ns.actor("server") as server, ns.actor("client") as client:
        server(f"set_comm({name!r})")
        client(f"set_comm({name!r})")
        server("l = listener('127.0.0.1', 8080, 1)")
        client("many = []\nfor i in range(5):\n    s = socket.socket(); s.setblocking(False); s.connect_ex(('127.0.0.1', 8080)); many.append(s)")
        same(client.fails("tcp().bind(('127.0.0.1', 8080))"), "EADDRINUSE")
        pids = server.pid, client.pid
        program.wait(lambda: any(str(pid) in line for _, line in program.lines for pid in pids), what=f"{pids}")
        return pids


@test("events and connects that hang, with such names: trace, stalls, who --watch")
def followed():
    for words, ready in ((("trace",), "tracing"), (("stalls", "--threshold", "100ms"), "watching"), (("who", ":8080", "--watch"), "watching"),
                         (("stalls", "--listeners", "--threshold", "100ms"), "watching")):
        with Namespace() as ns:
            own = [] if "--listeners" in words else ["--netns", str(ns.inode)]
            with Program([NETSTATE, *words, *own], ready=ready) as program:
                pids = [hangs(ns, name, program) for name in NAMES]
            text = "\n".join([*(line for _, line in program.lines), *program.errors])
            bad = HIDDEN.search(text)
            check(not bad, f"{words}: {bad and bad[0]!r} in {text!r}")
            check(all(any(str(pid) in text for pid in two) for two in pids), f"{words}: of {pids} not all show in {text!r}")


main()
