#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstat under a seccomp filter that ends the process for every call that net-tools' netstat does not make."""
import ctypes
import os
import resource
import shutil
import struct
import subprocess
import tempfile

from harness import *

REFERENCE = shutil.which("netstat", path="/bin:/usr/bin")
NUMBERS = {"read": 0, "write": 1, "close": 3, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "ioctl": 16, "pread64": 17,
           "access": 21, "execve": 59, "readlink": 89, "statfs": 137, "arch_prctl": 158, "futex": 202, "getdents64": 217,
           "set_tid_address": 218, "exit_group": 231, "openat": 257, "newfstatat": 262, "set_robust_list": 273, "prlimit64": 302,
           "getrandom": 318, "rseq": 334, "socket": 41, "lseek": 8, "uname": 63, "fstat": 5}
KILL, ALLOW = 0x80000000, 0x7FFF0000
libc = ctypes.CDLL(None, use_errno=True)


class FilterProgram(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def only_these():
    """Installs the filter; what is executed then has it from its first instruction on."""
    rows = [(0x20, 0, 0, 0)]
    rows += [(0x15, len(NUMBERS) - i, 0, number) for i, number in enumerate(NUMBERS.values())]
    rows += [(6, 0, 0, KILL), (6, 0, 0, ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
    program = FilterProgram(len(rows), ctypes.cast(code, ctypes.c_void_p))
    libc.prctl(38, 1, 0, 0, 0)
    if libc.prctl(22, 2, ctypes.byref(program)):
        os._exit(99)


def run(path, words):
    return subprocess.run([path, *words], preexec_fn=only_these, close_fds=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)


@test("beyond every threshold (12,000 open files) netstat makes no call that the reference does not make")
def filtered():
    if os.uname().machine != "x86_64":
        skip("the numbers of system calls are those of x86_64")
    if not REFERENCE:
        skip("no netstat of net-tools is installed")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    held = [os.open("/dev/null", os.O_RDONLY) for _ in range(min(12000, hard - 100))]
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "netstat")
            os.symlink(NETSTATE, path)
            for words in (["-ltnp"], ["-anp"], ["-tn"], ["-rn"], ["-s"], ["-g", "-n"]):
                same(run(REFERENCE, words).returncode, 0, f"reference {words}")
                done = run(path, words)
                same((done.returncode, done.stderr), (0, b""), f"netstat {words}")
                check(len(done.stdout.splitlines()) > 1, f"{words}: {done.stdout!r}")
    finally:
        for fd in held:
            os.close(fd)


main(bpf=False)
