# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A cgroup of the test's own, and a two-instruction BPF program on it that refuses every IPv4 connect with EPERM; and a
security module (BPF LSM) that refuses the connects of one process."""
import contextlib
import ctypes
import os
import re
import resource
import struct
import subprocess
import time

import namespaces

BPF_PROG_LOAD, BPF_LINK_CREATE = 5, 28
CGROUP_SOCK_ADDR, CGROUP_INET4_CONNECT = 18, 10
CGROUP_SKB, CGROUP_INET_EGRESS = 8, 1
LSM, LSM_MAC, RAW_TRACEPOINT_OPEN = 29, 27, 17
REFUSE = struct.pack("<BBhi", 0xb7, 0, 0, 0) + struct.pack("<BBhi", 0x95, 0, 0, 0)  # r0 = 0; exit


def mounted():
    """Where cgroup v2 is mounted, or None."""
    for line in open("/proc/mounts"):
        words = line.split()
        if words[2] == "cgroup2":
            return words[1]
    return None


def _bpf(command, attributes):
    with contextlib.suppress(ValueError):  # before 5.11 programs count against it
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    attributes = ctypes.create_string_buffer(attributes, 128)
    number = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
    fd = namespaces.libc.syscall(number, command, attributes, 128)
    if fd < 0:
        raise OSError(ctypes.get_errno(), f"bpf({command})")
    return fd


class Cgroup:
    """path: as the kernel names it ("/nstest-12"). Removed at the end; its processes must have ended by then."""

    def __init__(self, name):
        self.path = f"/{namespaces.PREFIX}-{os.getpid()}-{name}"
        self.folder = mounted() + self.path
        self.fds = []
        os.mkdir(self.folder)

    def add(self, pid):
        with open(f"{self.folder}/cgroup.procs", "w") as file:
            file.write(str(pid))

    def refuse_connect(self):
        """EPERM for every IPv4 connect from inside, until this object is left."""
        self._refuse(CGROUP_SOCK_ADDR, CGROUP_INET4_CONNECT)

    def drop_egress(self):
        """Every packet that is sent from inside is dropped, until this object is left."""
        self._refuse(CGROUP_SKB, CGROUP_INET_EGRESS)

    def _refuse(self, kind, place):
        code, license_ = ctypes.create_string_buffer(REFUSE, len(REFUSE)), ctypes.create_string_buffer(b"GPL")
        attributes = struct.pack("<IIQQIIQII16sII", kind, 2, ctypes.addressof(code), ctypes.addressof(license_),
                                 0, 0, 0, 0, 0, b"refuse", 0, place)
        program = _bpf(BPF_PROG_LOAD, attributes)
        folder = os.open(self.folder, os.O_RDONLY)
        self.fds += [program, folder]
        self.fds.append(_bpf(BPF_LINK_CREATE, struct.pack("<IIII", program, folder, place, 0)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for fd in reversed(self.fds):
            os.close(fd)
        for pid in open(f"{self.folder}/cgroup.procs").read().split():
            with open(f"{mounted()}/cgroup.procs", "w") as file:
                file.write(pid)
        os.rmdir(self.folder)


class MemoryLimit:
    """A memory cgroup of so many megabytes, of the version whose memory controller this machine has; OSError where it has none
    that may be used. Removed at the end; its processes must have ended by then."""

    def __init__(self, megabytes):
        self.folder = None
        for top, name in ((mounted(), "memory.max"), ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")):
            folder = f"{top}/{namespaces.PREFIX}-{os.getpid()}-memory"
            if not top or not os.path.isdir(top):
                continue
            os.mkdir(folder)
            if os.path.exists(f"{folder}/{name}"):
                self.folder, self.limit = folder, f"{folder}/{name}"
                break
            os.rmdir(folder)
        if not self.folder:
            raise OSError(0, "no memory controller")
        with open(self.limit, "w") as file:
            file.write(str(megabytes << 20))

    def enter(self):
        """Of a process that is to be in it."""
        with open(f"{self.folder}/cgroup.procs", "w") as file:
            file.write("0")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        deadline = time.monotonic() + 30
        while True:
            try:  # the kernel frees what maps took a moment later
                return os.rmdir(self.folder)
            except OSError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.02)


class SecurityModule:
    """Every connect() of the process gives -error, as SELinux or Landlock would have it, until this object is left.
    OSError where this kernel has no BPF LSM or refuses it."""

    def __init__(self, pid, error):
        if "bpf" not in open("/sys/kernel/security/lsm").read().split(","):
            raise OSError(0, "bpf is not among this kernel's security modules")
        types = subprocess.run(["bpftool", "btf", "dump", "file", "/sys/kernel/btf/vmlinux"], capture_output=True, text=True).stdout
        hook = re.search(r"^\[(\d+)\] FUNC 'bpf_lsm_socket_connect'", types, re.M)
        if not hook:
            raise OSError(0, "this kernel has no BPF LSM")
        code = b"".join(struct.pack("<BBhi", *row) for row in (
            (0x85, 0, 0, 14),         # r0 = bpf_get_current_pid_tgid()
            (0x77, 0, 0, 32),         # r0 >>= 32
            (0x55, 0, 2, pid),        # if r0 != pid goto
            (0xb7, 0, 0, -error),     # r0 = -error
            (0x95, 0, 0, 0),          # exit
            (0xb7, 0, 0, 0),          # r0 = 0
            (0x95, 0, 0, 0)))
        text, license_ = ctypes.create_string_buffer(code, len(code)), ctypes.create_string_buffer(b"GPL")
        self.fds = [_bpf(BPF_PROG_LOAD, struct.pack("<IIQQIIQII16sIIIIQIIQII", LSM, len(code) // 8, ctypes.addressof(text),
                                                    ctypes.addressof(license_), 0, 0, 0, 0, 0, b"refuse", 0, LSM_MAC,
                                                    0, 0, 0, 0, 0, 0, 0, int(hook[1])))]
        self.fds.append(_bpf(RAW_TRACEPOINT_OPEN, struct.pack("<QI", 0, self.fds[0])))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for fd in reversed(self.fds):
            os.close(fd)
