# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Debian archive -> folder of kernels, outside the tree. Packages are unpacked there, never installed.

apt does the work, with lists and sources of its own: this machine's are read for the archive's address and not touched.
"""
import glob
import os
import re
import shutil
import subprocess
import tempfile

CACHE = os.environ.get("NETSTATE_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "netstate")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Unavailable(Exception):
    """Something cannot be had here; the text says what and why."""


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", **options)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Unavailable(f"{os.path.basename(command[0])} failed: {' '.join(last)}")
    return done.stdout


def address():
    """Of the archive that apt uses on this machine, security and updates aside."""
    found = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(ORIGIN)", "Created-By: Packages")
    for line in found.splitlines():
        uri, release, origin = (line.split(" ", 2) + ["", ""])[:3]
        if origin == "Debian" and not re.search("-(security|updates|backports)", release):
            return uri
    raise Unavailable("apt of this machine names no Debian archive")


class Suite:
    """One suite of the archive, for one architecture, seen through a private apt."""

    def __init__(self, name, arch, status="/dev/null"):
        if not shutil.which("apt-get"):
            raise Unavailable("no apt here to fetch kernels with")
        self.name, self.arch = name, arch
        self.folder = os.path.join(CACHE, "apt", f"{name}-{arch}")
        settings = {
            "Dir::State": self.folder, "Dir::State::Lists": f"{self.folder}/lists", "Dir::State::status": status,
            "Dir::Cache": f"{self.folder}/cache", "Dir::Etc::sourcelist": f"{self.folder}/sources.list",
            "Dir::Etc::sourceparts": "/dev/null", "Dir::Etc::preferencesparts": "/dev/null", "APT::Architecture": arch,
            "APT::Architectures": arch, "APT::Sandbox::User": "", "Acquire::Languages": "none",
            "APT::Update::Post-Invoke-Success": "", "APT::Update::Post-Invoke": "",
        }
        self.options = [word for item in settings.items() for word in ("-o", "=".join(item))]

    def apt(self, tool, *words, **options):
        return run(tool, "-q", *self.options, *words, **options)

    def update(self):
        for folder in ("lists/partial", "cache/archives/partial"):
            os.makedirs(os.path.join(self.folder, folder), exist_ok=True)
        with open(f"{self.folder}/sources.list", "w") as file:
            signed = f" signed-by={KEYRING}" if os.path.exists(KEYRING) else ""
            file.write(f"deb [arch={self.arch}{signed}] {address()} {self.name} main\n")
        self.apt("apt-get", "update", "--error-on=any")

    def kernels(self):
        """{version: [packages that hold its image and modules]} of the kernels for cloud machines. Without those whose modules have
        a package of their own that the suite has no more."""
        pattern = re.compile(rf"linux-(image|binary|modules)-(\d\S*-cloud-{self.arch})$")
        names = [name for name in self.apt("apt-cache", "pkgnames", "linux-").split() if pattern.match(name)]
        found = {}
        for name in names:
            found.setdefault(pattern.match(name)[2], []).append(name)
        return {version: packages for version, packages in found.items()
                if len(packages) == 1 or any(name.startswith("linux-modules-") for name in packages)}

    def unpack(self, packages, target):
        """Unpacks packages below the folder target."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            self.apt("apt-get", "download", *packages, cwd=folder)
            for package in glob.glob(f"{folder}/*.deb"):
                run("dpkg-deb", "-x", package, target)


def numbers(version):
    return [int(number) for number in re.findall(r"\d+", version)]


def in_series(version, series):
    first, _, last = series.partition("-")
    return numbers(first) <= numbers(version)[:2] <= numbers(last or first)


def install_new(target, fill):
    """Calls fill(folder) and moves the folder to target when it is whole."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(target)) as folder:
        new = os.path.join(folder, "new")
        os.mkdir(new)
        fill(new)
        shutil.rmtree(target, ignore_errors=True)
        os.rename(new, target)
    return target


def kernel(series, suite_name, arch="amd64"):
    """Folder of the newest kernel of the series that the suite offers now; without a network, of the newest that was fetched.

    In it: boot/vmlinuz-VERSION (or as the package has it) and lib/modules or usr/lib/modules. Returns (version, folder).
    """
    place = os.path.join(CACHE, "kernels", arch)
    suite = Suite(suite_name, arch)
    try:
        suite.update()
        offered = suite.kernels()
    except Unavailable:
        offered = {name: None for name in (os.listdir(place) if os.path.isdir(place) else [])}
        if not any(in_series(version, series) for version in offered):
            raise
    chosen = sorted((version for version in offered if in_series(version, series)), key=numbers)
    if not chosen:
        raise Unavailable(f"{suite_name} offers no kernel of {series} now")
    version = chosen[-1]
    folder = os.path.join(place, version)
    if not os.path.isdir(folder):
        install_new(folder, lambda new: suite.unpack(offered[version], new))
    return version, folder


def program(package, path, arch):
    """Path of a program of a package that is not installed here, from the suite of 6.1 (Debian 12)."""
    folder = os.path.join(CACHE, "programs", f"{package}-{arch}")
    if not os.path.exists(folder + path):
        suite = Suite("bookworm", arch)
        suite.update()
        install_new(folder, lambda new: suite.unpack([package], new))
    return folder + path
