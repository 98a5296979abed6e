# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Kernel, initramfs, seconds -> what the guest printed. Emulated processors: works wherever a process can run."""
import glob
import os
import re
import shutil
import subprocess
import tempfile

import archive

# QEMU 7.2 loses the guest's flags now and then (one boot in twenty ends in a crash); with 10 none of 260 did.
OLDEST = 10
MACHINES = {
    "amd64": ("qemu-system-x86_64", "qemu-system-x86", ["-M", "q35", "-cpu", "max,-la57"], "ttyS0"),
    "arm64": ("qemu-system-aarch64", "qemu-system-arm", ["-M", "virt", "-cpu", "cortex-a72"], "ttyAMA0"),
}
MEGABYTES = 2000


def major(command):
    try:
        found = re.search(r"version (\d+)", subprocess.run([*command, "--version"], capture_output=True, text=True).stdout)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def fetch(package, target):
    """Unpacks the package of Debian 12's backports below target, with every library that this machine lacks or has older."""
    host = archive.run("dpkg", "--print-architecture").strip()
    suite = archive.Suite("bookworm-backports", host, status="/var/lib/dpkg/status")
    suite.update()
    with open(f"{suite.folder}/sources.list", "a") as file:
        file.write(f"deb [arch={host}] {archive.address()} bookworm main\n")
    suite.apt("apt-get", "update")
    plan = suite.apt("apt-get", "install", "--print-uris", "-y", "--no-install-recommends", "--reinstall",
                     "-t", suite.name, package, "qemu-system-data", "seabios")
    names = re.findall(r"^'\S+/([^/_']+)_[^/']*'", plan, re.M)
    suite.unpack(["-t", suite.name, *names], target)


def emulator(arch):
    """Command and environment of a QEMU that can be relied on: the installed one, else a private one."""
    name, package = MACHINES[arch][:2]
    if shutil.which(name) and major([name]) >= OLDEST:
        return [name], dict(os.environ)
    folder = os.path.join(archive.CACHE, package)
    if not os.path.isdir(folder):
        archive.install_new(folder, lambda new: fetch(package, new))
    command = [f"{folder}/usr/bin/{name}", "-L", f"{folder}/usr/share/qemu", "-L", f"{folder}/usr/share/seabios"]
    libraries = ":".join(glob.glob(f"{folder}/usr/lib/*-linux-gnu") + glob.glob(f"{folder}/lib/*-linux-gnu"))
    environment = dict(os.environ, LD_LIBRARY_PATH=libraries)
    if not subprocess.run([*command, "--version"], env=environment, capture_output=True).returncode == 0:
        raise archive.Unavailable(f"QEMU of bookworm-backports does not run here: {command[0]}")
    return command, environment


def boot(arch, image, initramfs, limit, settings=""):
    """Boots until the guest powers off; (what it wrote to its port, its console)."""
    command, environment = emulator(arch)
    _, _, machine, console = MACHINES[arch]
    with tempfile.TemporaryDirectory(prefix="netstate-guest.") as folder:
        command += [*machine, "-accel", "tcg", "-smp", "2", "-m", str(MEGABYTES), "-nodefaults", "-no-user-config",
                    "-no-reboot", "-display", "none", "-monitor", "none", "-nic", "none",
                    "-serial", f"file:{folder}/console", "-chardev", f"file,id=port,path={folder}/port",
                    "-device", "pci-serial,chardev=port", "-kernel", image, "-initrd", initramfs,
                    "-append", f"console={console} panic=-1 no_timer_check rdinit=/init quiet 8250.nr_uarts=8 {settings}"]
        try:
            subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=limit)
        except subprocess.TimeoutExpired:
            pass
        return read(f"{folder}/port"), read(f"{folder}/console")


def read(path):
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""
