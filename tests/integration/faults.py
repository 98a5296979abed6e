# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Machines that lack something: each fault is a way to run a command, by prlimit, unshare or a seccomp filter."""
import ctypes
import os
import re
import resource
import struct
import subprocess

from harness import NETSTATE
from programs import run_whole

BPF = {"x86_64": 321, "aarch64": 280}
SETNS = {"x86_64": 308, "aarch64": 268}
EPERM, ENOSYS = 1, 38
libc = ctypes.CDLL(None, use_errno=True)
COMMANDS = {
    "trace": ["trace", "--duration", "200ms"],
    "list": ["list"],
    "live": ["live", "--json", "--duration", "200ms"],
    "stalls": ["stalls", "--duration", "200ms"],
    "explain": ["explain"],
    "who": ["who", ":1"],
    "doctor": ["doctor"],
}


class FilterProgram(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def refuse(numbers, error):
    """A preexec function: the kernel answers this system call with `error` from now on."""
    def install():
        rows = [(0x20, 0, 0, 0), (0x15, 0, 1, numbers[os.uname().machine]), (6, 0, 0, 0x50000 | error), (6, 0, 0, 0x7FFF0000)]
        code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
        program = FilterProgram(len(rows), ctypes.cast(code, ctypes.c_void_p))
        libc.prctl(38, 1, 0, 0, 0)
        if libc.prctl(22, 2, ctypes.byref(program)):
            os._exit(99)
    return install


def limit(which, value):
    return lambda: resource.setrlimit(which, (value, value))


def mounts(script):
    """The words before a command: in a mount namespace of its own that `script` changed."""
    return ["unshare", "--mount", "sh", "-c", f"{script} && exec \"$0\" \"$@\""]


def run(command, words=(), before=None, stdout=subprocess.PIPE, program=NETSTATE, timeout=60):
    """The command with the fault; its time is limited, and that it needs no more is what the callers test."""
    return run_whole([*words, program, *command], timeout, preexec_fn=before, stdin=subprocess.DEVNULL, stdout=stdout,
                     stderr=subprocess.PIPE, text=True, errors="surrogateescape")


# Names that a kernel without IPv6 has too.
KEPT_WITHOUT_IPV6 = (b"in6_addr", b"in6_u", b"rt_gw6", b"skc_ipv6only")


def no_ipv6(path):
    """The kernel's BTF as one of CONFIG_IPV6=n has it, and less: types, members and functions with IPv6 in their name have none."""
    types = open("/sys/kernel/btf/vmlinux", "rb").read()
    size, offset, length = struct.unpack_from("<I", types, 4)[0], *struct.unpack_from("<II", types, 16)
    begin = size + offset
    names = types[begin:begin + length].split(b"\0")
    gone = {name for name in names if re.search(rb"v6|(inet|tcp|udp|raw|rt|fib|ip)6", name)} - {*KEPT_WITHOUT_IPV6}
    assert b"skc_v6_daddr" in gone, len(gone)
    named = b"\0".join(b"Z" + name[1:] if name in gone else name for name in names)
    with open(path, "wb") as file:
        file.write(types[:begin] + named + types[begin + length:])
