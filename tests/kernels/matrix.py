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
TOOLS = ["bench/churn", "bench/walk", *(f"integration/tools/{name}" for name in ("closes", "compat", "dropped", "uring"))]
PROGRAMS = ["sh", "nice", "bash", "python3", "ip", "ss", "setpriv", "bpftool", "nft", "tc", "readelf", "unshare", "tmux", "stty",
            "iptables", "iptables-nft", "iptables-legacy"]
TREES = ["/usr/lib/locale/C.utf8", "/usr/lib/terminfo", "/lib/terminfo", "/usr/lib/x86_64-linux-gnu/xtables"]
MODULES = ["veth", "tun", "bridge", "macvlan", "sch_netem", "tcp_diag", "udp_diag", "raw_diag", "unix_diag", "nf_tables", "nft_reject_inet",
           "nft_reject_ipv4", "nft_reject_ipv6", "nft_counter", "nft_ct", "nft_chain_nat", "nft_nat", "nft_masq", "nft_redir",
           "nft_tproxy", "nft_socket", "nf_conntrack_netlink", "nft_compat", "xt_tcpudp", "xt_comment", "ipt_REJECT", "iptable_filter", "xfrm_user",
           "esp4", "esp6"]
PATHS = ["/usr/sbin", "/usr/bin"]  # /bin and /sbin are links to them, here and in the guest
LIMIT = 1200  # seconds for one test program in a guest
BOOT = 120  # seconds for all that is around them

Kernel = collections.namedtuple("Kernel", "series suite ci")
Test = collections.namedtuple("Test", "column program word")


class Results:
    """One kernel's: version, and by column how many scenarios passed, failed and were skipped, in which programs."""

    def __init__(self, version, why=None):
        self.version = version
        self.why = why  # the kernel could not be had
        self.columns = collections.defaultdict(collections.Counter)
        self.programs = collections.defaultdict(set)
        self.failures, self.skips = [], []

    @property
    def failed(self):
        return sum(counts["failed"] for counts in self.columns.values())

    def fail(self, column, what):
        self.columns[column]["failed"] += 1
        self.failures.append(what)


def rows(name):
    with open(os.path.join(HERE, name)) as file:
        return [line.split() for line in file if line.strip() and not line.startswith("#")]


def kernels():
    return [Kernel(row[0], row[1], "ci" in row[2:]) for row in rows("kernels.list")]


def tests():
    return [Test(*row) for row in rows("tests.list")]


def file_of(root, path):
    """The file behind a path of a root folder: absolute links lead to that folder's files, not to this machine's."""
    while os.path.islink(root + path):
        path = os.path.join(os.path.dirname(path), os.readlink(root + path))
    return root + path


def which(root, name):
    return next((f"{path}/{name}" for path in PATHS if os.path.exists(file_of(root, f"{path}/{name}"))), None)


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
    image.put("/etc/services", b"http 80/tcp\nhttp-alt 8080/tcp\nhttp-alt 8080/udp\n", 0o644)
    image.put("/etc/hosts", b"127.0.0.1 localhost\n::1 localhost\n", 0o644)
    for name in PROGRAMS:
        if path := which(image.root, name):
            image.program(path, file_of(image.root, path))
    python(image)
    for path in TREES:
        if os.path.isdir(image.root + path):
            image.tree(image.root + path, path)
    image.tree(os.path.join(ROOT, "tests"), "/netstate/tests", leave_out=("unit", "fuzz", "kernels", "packages"))
    for tool in ["netstate", *(f"tests/{tool}" for tool in TOOLS)]:
        image.program(f"/netstate/build/{tool}", os.path.join(BUILD, tool))
    image.put("/netstate/build/netstat", ("link", "netstate"))
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
    """What the guest printed -> Results. A program that printed no scenario has failed, and one that was ended."""
    results = Results(version)
    seen = collections.Counter()
    column = program = None
    for line in output.splitlines():
        if match := re.match(r"# program (\S+) (\S+)", line):
            column, program = match.groups()
            results.programs[column].add(program)
        elif match := re.match(r"(ok|not ok) \d+ - (.*?)(?: # SKIP (.*))?$", line):
            kind = "skipped" if match[3] else "passed" if match[1] == "ok" else "failed"
            results.columns[column][kind] += 1
            seen[program] += 1
            if kind == "failed":
                results.failures.append(f"{program}: {match[2]}")
            if kind == "skipped":
                results.skips.append(f"{program}: {match[2]}: {match[3]}")
        elif (match := re.match(r"# status (\d+)$", line)) and match[1] != "1":
            results.fail(column, f"{program}: ended with status {match[1]} after {seen[program]} scenarios")
    for test in chosen:
        if not seen[test.program]:
            results.fail(test.column, f"{test.program}: printed no scenario (it is missing, or the guest ended before)")
    return results


def keep_output(folder, version, output, console):
    """FOLDER/VERSION has a file for each program, what it printed last, and the last console."""
    place = os.path.join(folder, version)
    os.makedirs(place, exist_ok=True)
    for part in re.split(r"^(?=# program )", output, flags=re.M)[1:]:
        with open(os.path.join(place, part.split(maxsplit=4)[3]), "w") as file:
            file.write(part)
    with open(os.path.join(place, "console"), "w") as file:
        file.write(console)


def kept(folder):
    """Results of what keep_output() left there, oldest kernel first."""
    for version in sorted(os.listdir(folder), key=archive.numbers):
        place = os.path.join(folder, version)
        names = [test.program for test in tests() if os.path.exists(os.path.join(place, test.program))]
        yield judge(version, [], "".join(open(os.path.join(place, name)).read() for name in names))


def boot_image(folder):
    """The kernel's own file in what archive.kernel() unpacked."""
    return next(os.path.join(place, name) for place, _, names in os.walk(folder) for name in names if name.startswith("vmlinuz"))


def run(kernel, chosen, ci=False, arch="amd64", root="/", keep=None):
    """Results of one row of kernels.list."""
    try:
        version, folder = archive.kernel(kernel.series, kernel.suite, arch)
        qemu.emulator(arch)
        image = guest(arch, folder, command(chosen, ci), root)
    except archive.Unavailable as why:
        return Results(kernel.series, str(why))
    with tempfile.NamedTemporaryFile(prefix="netstate-initramfs.") as file:
        image.write(file.name)
        output, console = qemu.boot(arch, boot_image(folder), file.name, BOOT + LIMIT * len(chosen))
    if keep:
        keep_output(keep, version, output, console)
    results = judge(version, chosen, output)
    if "guest-status" not in output:
        results.fail("boot", "the guest did not end by itself; its console ends: " + " / ".join(console.splitlines()[-3:]))
    return results


def needs():
    """Why the matrix cannot run here, or None."""
    missing = [name for name in ("readelf", "python3", "dpkg-deb", "apt-get") if not shutil.which(name)]
    return f"not installed: {' '.join(missing)}" if missing else None
