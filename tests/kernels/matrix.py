# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""kernels.list x tests.list -> results: boots each kernel with the same build/netstate and runs the programs in it."""
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

import archive
import qemu
from initramfs import Initramfs

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("O", "build"))
TOOLS = ["bench/churn", "bench/walk", "integration/tools/closes", "integration/tools/compat", "integration/tools/uring"]
PROGRAMS = ["sh", "nice", "bash", "python3", "ip", "ss", "setpriv", "bpftool", "nft", "tc", "readelf", "unshare"]
MODULES = ["veth", "tun", "tcp_diag", "nf_tables", "nft_reject_inet", "nft_reject_ipv4", "nft_reject_ipv6"]
PATHS = ["/usr/sbin", "/usr/bin"]  # /bin and /sbin are links to them, here and in the guest
LIMIT = 600  # seconds for one test program in a guest
BOOT = 120  # seconds for all that is around them

Kernel = collections.namedtuple("Kernel", "series suite ci")
Test = collections.namedtuple("Test", "column program word")


class Results:
    """One kernel's: version, and by column how many scenarios passed, failed and were skipped."""

    def __init__(self, version, why=None):
        self.version = version
        self.why = why  # the kernel could not be had
        self.columns = collections.defaultdict(collections.Counter)
        self.failures, self.skips = [], []

    @property
    def failed(self):
        return sum(counts["failed"] for counts in self.columns.values())


def rows(name):
    with open(os.path.join(HERE, name)) as file:
        return [line.split() for line in file if line.strip() and not line.startswith("#")]


def kernels():
    return [Kernel(row[0], row[1], "ci" in row[2:]) for row in rows("kernels.list")]


def tests():
    return [Test(*row) for row in rows("tests.list")]


def which(root, name):
    return next((f"{path}/{name}" for path in PATHS if os.path.exists(f"{root}{path}/{name}")), None)


def guest(arch, kernel, command, root="/"):
    """The initramfs: the project's tests and programs at /netstate, this machine's (or root's) Python and network tools."""
    image = Initramfs(root)
    image.folders("/proc", "/sys", "/dev", "/tmp", "/run", "/root", "/var/tmp", "/usr/bin", "/usr/sbin", "/netstate")
    image.put("/bin", ("link", "usr/bin"))
    image.put("/sbin", ("link", "usr/sbin"))
    image.program("/usr/bin/busybox", archive.program("busybox-static", "/bin/busybox", arch))
    image.file(os.path.join(HERE, "guest-init"), "/init")
    image.put("/guest-command", command.encode())
    image.put("/etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n", 0o644)
    image.put("/etc/group", b"root:x:0:\nnogroup:x:65534:\n", 0o644)
    image.put("/etc/hosts", b"127.0.0.1 localhost\n::1 localhost\n", 0o644)
    for name in PROGRAMS:
        if path := which(image.root, name):
            image.program(path)
    python(image)
    image.tree(os.path.join(ROOT, "tests"), "/netstate/tests", leave_out=("golden", "unit", "fuzz", "kernels", "packages"))
    for tool in ["netstate", *(f"tests/{tool}" for tool in TOOLS)]:
        image.program(f"/netstate/build/{tool}", os.path.join(BUILD, tool))
    for module in MODULES:
        image.module(kernel, module)
    return image


def python(image):
    """Python's library without what tests never import, and what its extension modules need."""
    folder = os.path.dirname(os.path.realpath(image.root + "/usr/bin/python3")).replace("/bin", "/lib")
    version = os.path.basename(os.path.realpath(image.root + "/usr/bin/python3"))
    library = f"{folder}/{version}"
    image.tree(library, library[len(image.root):], leave_out=("test", "idlelib", "lib2to3", "tkinter", "dist-packages", "ensurepip"))
    for name in os.listdir(f"{library}/lib-dynload"):
        image.needs(f"{library}/lib-dynload/{name}")


def command(chosen, ci):
    lines = ["export NETSTATE_REQUIRE_BPF=1 KERNELS=1", "echo \"# kernel $(uname -r)\""]
    for test in chosen:
        word = f" '{test.word}'" if ci else ""
        lines += [f"echo '# program {test.column} {test.program}'",
                  f"timeout {LIMIT} python3 tests/integration/{test.program}{word} || echo \"# status $?\""]
    return "\n".join(lines) + "\n"


def judge(version, chosen, output):
    """What the guest printed -> Results. A program that printed no scenario has failed."""
    results = Results(version)
    seen = collections.Counter()
    column = program = None
    for line in output.splitlines():
        if match := re.match(r"# program (\S+) (\S+)", line):
            column, program = match.groups()
        elif match := re.match(r"(ok|not ok) \d+ - (.*?)(?: # SKIP (.*))?$", line):
            kind = "skipped" if match[3] else "passed" if match[1] == "ok" else "failed"
            results.columns[column][kind] += 1
            seen[program] += 1
            if kind == "failed":
                results.failures.append(f"{program}: {match[2]}")
            if kind == "skipped":
                results.skips.append(f"{program}: {match[2]}: {match[3]}")
    for test in chosen:
        if not seen[test.program]:
            results.columns[test.column]["failed"] += 1
            results.failures.append(f"{test.program}: printed no scenario (it is missing, or the guest ended before)")
    return results


def run(kernel, chosen, ci=False, arch="amd64", root="/", keep=None):
    """Results of one row of kernels.list."""
    try:
        version, folder = archive.kernel(kernel.series, kernel.suite, arch)
        qemu.emulator(arch)
        image = guest(arch, folder, command(chosen, ci), root)
    except archive.Unavailable as why:
        return Results(kernel.series, str(why))
    boot_image = next(os.path.join(place, name) for place, _, names in os.walk(folder) for name in names
                      if name.startswith("vmlinuz"))
    with tempfile.NamedTemporaryFile(prefix="netstate-initramfs.") as file:
        image.write(file.name)
        output, console = qemu.boot(arch, boot_image, file.name, BOOT + LIMIT * len(chosen))
    if keep:
        os.makedirs(keep, exist_ok=True)
        with open(os.path.join(keep, version), "w") as file:
            file.write(output + "\n# console\n" + console)
    results = judge(version, chosen, output)
    if "guest-status" not in output:
        results.columns["boot"]["failed"] += 1
        results.failures.append("the guest did not end by itself; its console ends: " + " / ".join(console.splitlines()[-3:]))
    return results


def needs():
    """Why the matrix cannot run here, or None."""
    missing = [name for name in ("readelf", "python3", "dpkg-deb", "apt-get") if not shutil.which(name)]
    return f"not installed: {' '.join(missing)}" if missing else None
