# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What an actor's code finds at hand: modules, and the few socket moves that scenarios share."""
import ctypes
import errno
import os
import select
import signal
import socket
import struct
import threading
import time

IPPROTO_MPTCP = 262
KERNEL = tuple(int(number) for number in os.uname().release.split("-")[0].split("+")[0].split(".")[:2])
TRACER_MAKES_COOKIES = KERNEL >= (5, 12)  # bpf_get_socket_cookie in tracing programs


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def listener(address, port=0, backlog=128, v6only=True, protocol=0):
    """A listening socket; port 0 takes any."""
    sock = tcp(address, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if ":" in address:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    sock.bind((address, port))
    sock.listen(backlog)
    return sock


def client(address, port, **options):
    """A connected socket."""
    sock = tcp(address, **options)
    sock.connect((address, port))
    return sock


def tcp(address="127.0.0.1", protocol=0, bind=None, syncnt=None):
    """A socket of the address's family, not connected."""
    sock = socket.socket(family_of(address), socket.SOCK_STREAM, protocol)
    if not TRACER_MAKES_COOKIES:
        cookie(sock)  # which makes it
    if bind:
        sock.bind(bind)
    if syncnt:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, syncnt)
    return sock


def reset(sock):
    """Closes with a RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def cookie(sock):
    """The socket's cookie, as ss -e and the kernel's SO_COOKIE (57) show it."""
    return struct.unpack("Q", sock.getsockopt(socket.SOL_SOCKET, 57, 8))[0]


def state(sock):
    """The first byte of tcp_info: the TCP state's number."""
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def wait_state(sock, number, timeout=5):
    deadline = time.monotonic() + timeout
    while state(sock) != number:
        if time.monotonic() > deadline:
            raise TimeoutError(f"state is {state(sock)}, not {number}")
        time.sleep(0.001)
