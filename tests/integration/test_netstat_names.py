#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Host names from a name server of our own: the reference's bytes, many peers in the time of few, a bounded wait."""
import heapq
import os
import pty
import select
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time

import netstat_scene
from harness import NETSTATE, check, main, same, skip, test

NETSTAT = shutil.which("netstat", path=os.environ.get("PATH", "") + ":/usr/bin:/bin")
NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME = 0, 2, 3


class NameServer:
    """Answers PTR questions `delay` seconds later; silent where delay is None."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        self.socket.bind(("127.0.0.1", 53))
        self.delay, self.asked = 0.0, 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        due = []
        while True:
            wait = max(0, due[0][0] - time.monotonic()) if due else 1
            if select.select([self.socket], [], [], wait)[0]:
                question, peer = self.socket.recvfrom(2048)
                self.asked += 1
                if self.delay is not None:
                    heapq.heappush(due, (time.monotonic() + self.delay, self.asked, self.answer(question), peer))
            while due and due[0][0] <= time.monotonic():
                _, _, answer, peer = heapq.heappop(due)
                self.socket.sendto(answer, peer)

    @staticmethod
    def answer(question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += question[at] + 1
        body = question[12:at + 5]
        code, name = name_of(labels)
        record = b""
        if code == NO_ERROR:
            data = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
            record = b"\xc0\x0c" + struct.pack("!HHIH", 12, 1, 60, len(data)) + data
        return question[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, int(code == NO_ERROR), 0, 0) + body + record


def name_of(labels):
    """What the server knows of an address: by its last number a name, a long name, none, or a failure."""
    number = int(labels[0], 16 if "ip6" in labels else 10)
    if number % 8 == 5:
        return NO_SUCH_NAME, ""
    if number % 8 == 6:
        return SERVER_FAILURE, ""
    if number % 8 == 7:
        return NO_ERROR, "a-name-of-many-letters-for-" + "-".join(labels[:4]) + ".example.org"
    return NO_ERROR, "h" + "-".join(labels[:4]) + ".test"


def peers(count):
    """Sockets with `count` distinct remote addresses of both families."""
    made = []
    for number in range(count):
        family = socket.AF_INET6 if number % 5 == 4 else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.connect((f"fd99::{number + 16:x}" if family == socket.AF_INET6 else f"10.99.0.{number + 16}" if number < 200 else
                      f"10.98.{number >> 8}.{number & 255}", 5000))
        made.append(sock)
    return made


def run(program, *words):
    begin = time.monotonic()
    done = subprocess.run(["netstat", *words], executable=program, capture_output=True, text=True, timeout=120, env={"LC_ALL": "C"})
    same(done.returncode, 0, done.stderr)
    return done.stdout, time.monotonic() - begin


def resolver(text):
    with open("/etc/resolv.conf", "w") as file:
        file.write("nameserver 127.0.0.1\n" + text)


@test("with 48 peers, some without a name, some failing, the bytes are the reference's")
def bytes_equal():
    SERVER.delay = 0.002
    resolver("options timeout:2 attempts:1\n")
    held = peers(48)
    for words in (["-u"], ["-uW"], ["-ue"], ["-u", "--numeric-ports"], ["-au"]):
        same(run(NETSTATE, *words)[0], run(NETSTAT, *words)[0])
    check("h16-0-99-10.test" in run(NETSTATE, "-uW")[0], "the name of 10.99.0.16")
    for sock in held:
        sock.close()


@test("500 distinct peers and answers after 100 ms are asked for side by side, each once")
def many_peers():
    SERVER.delay = 0.1
    resolver("options timeout:5 attempts:2\n")
    held = peers(500)
    SERVER.asked = 0
    text, seconds = run(NETSTATE, "-uW")
    same(text.count(".test") + text.count(".example.org") > 350, True, "names")
    check(seconds < 10, f"{seconds:.2f} s")
    # the C library asks again where the server failed
    check(500 <= SERVER.asked <= 800, f"{SERVER.asked} questions")
    for sock in held:
        sock.close()


@test("a name server that is silent is waited for once, not for each peer")
def silent_server():
    SERVER.delay = None
    resolver("options timeout:5 attempts:2\n")
    held = peers(300)
    text, seconds = run(NETSTATE, "-uW")
    check(5 < seconds < 20, f"{seconds:.2f} s")
    check("10.99.0.19:5000" in text, "the number of 10.99.0.19")
    for sock in held:
        sock.close()


@test("without names to look up nobody is asked")
def numeric():
    SERVER.delay = 0
    held = peers(5)
    SERVER.asked = 0
    run(NETSTATE, "-un")
    same(SERVER.asked, 0)
    for sock in held:
        sock.close()


@test("a host's name cannot send escape sequences to a terminal, and is raw in a pipe")
def escapes():
    with open("/etc/hosts", "a") as file:
        file.write("10.99.0.77 ho\x1b[31mst\n")
    held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    held.connect(("10.99.0.77", 5000))
    check("ho\x1b[31mst:5000" in run(NETSTATE, "-u")[0], "raw in a pipe")
    main_end, terminal = pty.openpty()
    subprocess.run([NETSTATE, "-u"], stdout=terminal, stdin=subprocess.DEVNULL, timeout=30)
    os.close(terminal)
    text = os.read(main_end, 65536)
    check(b"ho?[31mst:5000" in text and b"\x1b" not in text, text)
    os.close(main_end)
    held.close()


if os.geteuid() or not NETSTAT:
    print(f"ok 1 - names # SKIP {'needs root' if os.geteuid() else 'net-tools is not installed: there is nothing to compare with'}")
    sys.exit(0)
netstat_scene.enter(build=None)
subprocess.run(["ip", "route", "add", "10.98.0.0/16", "dev", "d0"], check=True)
with open("/etc/nsswitch.conf", "w") as nsswitch:
    nsswitch.write("passwd: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n")
SERVER = NameServer()
main(bpf=False)
