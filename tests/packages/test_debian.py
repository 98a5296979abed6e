#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# tests/run: long, it builds a package and a Debian to install it in
# tests/run: slow, both take minutes of processor
# tests/run: alone, both keep every processor and the disk busy for minutes
"""The Debian package in a bare Debian 12: install, use, upgrade, alternative, remove, purge; nothing is left."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("O", "build"))
sys.path.insert(0, f"{ROOT}/tests/kernels")
import archive  # noqa: E402

SUITE = "bookworm"
# What apt and the dynamic linker keep for themselves.
NOT_LEFT_BY_US = ("/var/lib/apt/", "/var/cache/", "/var/log/", "/var/lib/dpkg/", "/etc/ld.so.cache", "/proc/", "/sys/", "/dev/", "/tmp/",
                  "/run/", "/root/")
TRACE = """netstate trace --duration 3s >/tmp/trace 2>/tmp/trace.err &
until grep -q tracing /tmp/trace.err; do sleep 0.1; done
(: </dev/tcp/127.0.0.1/9) 2>/dev/null; wait $!"""
COMPLETE = """. /usr/share/bash-completion/bash_completion; _completion_loader netstate
COMP_LINE='netstate st' COMP_POINT=11; COMP_WORDS=(netstate st) COMP_CWORD=1; _netstate; echo "${COMPREPLY[@]}" """

count = failed = 0


class Skipped(Exception):
    """It cannot be tried here."""


def result(name, function, *arguments):
    global count, failed
    count += 1
    try:
        function(*arguments)
    except Skipped as why:
        print(f"ok {count} - {name} # SKIP {why}", flush=True)
    except Exception as problem:
        failed += 1
        print(f"not ok {count} - {name}")
        print("\n".join(f"# {line}" for line in str(problem).splitlines()[-12:]), flush=True)
    else:
        print(f"ok {count} - {name}", flush=True)


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, errors="replace", **options)
    assert not done.returncode, f"{' '.join(command)}: status {done.returncode}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
    return done.stdout


def bare_debian(root):
    """A minimal Debian below root, with a man and a completion to use; from the cache where it was made before."""
    cached = os.path.join(archive.CACHE, f"debian-{SUITE}.tar")
    if os.path.exists(cached):
        run("tar", "-xf", cached, "-C", root, "--numeric-owner")
        return
    run("debootstrap", "--variant=minbase", "--include=man-db,bash-completion", SUITE, root, archive.address())
    os.makedirs(archive.CACHE, exist_ok=True)
    run("tar", "-cf", f"{cached}.new", "-C", root, "--numeric-owner", ".")
    os.rename(f"{cached}.new", cached)


class Debian:
    def __init__(self, root):
        self.root = root
        self.mounts = []

    def __enter__(self):
        bare_debian(self.root)
        for folder in (self.root, os.path.dirname(self.root)):
            os.chmod(folder, 0o755)  # users other than root go through it
        for kind, place in (("proc", "/proc"), ("sysfs", "/sys"), ("tracefs", "/sys/kernel/tracing"), ("tmpfs", "/tmp")):
            if subprocess.run(["mount", "-t", kind, kind, self.root + place], capture_output=True).returncode == 0:
                self.mounts.append(self.root + place)
        shutil.copy("/etc/resolv.conf", f"{self.root}/etc/resolv.conf")
        self.run("apt-get update -q")
        return self

    def __exit__(self, *_):
        for place in reversed(self.mounts):
            subprocess.run(["umount", place], capture_output=True)

    def run(self, command):
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
                       "HOME": "/root", "LC_ALL": "C", "TERM": "dumb"}
        return run("chroot", self.root, "bash", "-c", command, env=environment)

    def files(self):
        found = run("find", self.root, "-xdev", "(", "-type", "f", "-o", "-type", "l", ")", "-printf", "/%P\n").splitlines()
        return {path for path in found if not path.startswith(NOT_LEFT_BY_US)}


def package():
    run("make", "-s", "-C", ROOT, f"O={BUILD}", "deb")
    [path] = glob.glob(f"{BUILD}/deb/netstate_*.deb")
    return path


def older(path, folder):
    """The same package with a lower version, to upgrade from."""
    run("dpkg-deb", "-R", path, f"{folder}/old")
    control = f"{folder}/old/DEBIAN/control"
    text = open(control).read().replace("\nVersion: ", "\nVersion: 0~")
    open(control, "w").write(text)
    run("dpkg-deb", "-b", f"{folder}/old", f"{folder}/old.deb")
    return f"{folder}/old.deb"


def clean_by_lintian():
    if not shutil.which("lintian"):
        raise Skipped("lintian is not installed")
    said = run("lintian", "--allow-root", "--fail-on", "error,warning", *glob.glob(f"{BUILD}/deb/*.changes"))
    assert not said.strip(), said


def installs(debian, path):
    if path:
        shutil.copy(path, f"{debian.root}/tmp/netstate.deb")
    debian.run("apt-get install -y --no-install-recommends /tmp/netstate.deb")


def works(debian):
    debian.run(TRACE)
    said = open(f"{debian.root}/tmp/trace").read()
    assert "SYN_SENT" in said and "bash" in said, said + open(f"{debian.root}/tmp/trace.err").read()
    assert "EXAMPLES" in debian.run("man netstate-stalls | cat"), "man netstate-stalls"
    assert "stalls" in debian.run(COMPLETE), "netstate st<TAB>"
    assert "Active Internet connections" in debian.run("netstate -ant")


def upgrades(debian, path):
    before = debian.run("dpkg-query -W -f '${Version}' netstate")
    installs(debian, path)
    after = debian.run("dpkg-query -W -f '${Version}' netstate")
    assert before.startswith("0~") and after == before[2:], f"{before} -> {after}"
    assert not os.path.exists(f"{debian.root}/usr/local/bin/netstat"), "netstat is an alternative though nobody asked"


def is_netstat_when_asked(debian):
    debian.run("update-alternatives --install /usr/local/bin/netstat netstat /usr/sbin/netstate 10")
    assert "Active Internet connections" in debian.run("netstat -ant")


def leaves_nothing(debian, before, how):
    """It has no configuration: removed is purged, so that each way begins with the package."""
    installs(debian, None)
    debian.run(f"apt-get {how} -y netstate && apt-get autoremove --purge -y")
    left = sorted(debian.files() - before)
    assert not left, f"left: {' '.join(left[:20])}"
    assert "netstate\n" not in debian.run("dpkg-query -W -f '${Package}\\n'"), "dpkg knows it still"


def main():
    if os.geteuid() or not shutil.which("debootstrap"):
        print(f"ok 1 - the package in a bare Debian # SKIP {'needs root' if os.geteuid() else 'debootstrap is not installed'}\n1..1")
        return 0
    with tempfile.TemporaryDirectory(prefix="netstate-debian.") as folder, Debian(tempfile.mkdtemp(dir=folder)) as debian:
        path = package()
        before = debian.files()
        result("lintian has nothing to say", clean_by_lintian)
        result("an older version installs", installs, debian, older(path, folder))
        result("it upgrades; netstat stays the administrator's", upgrades, debian, path)
        result("trace, man, completion and netstat's options work", works, debian)
        result("netstat is an alternative when asked", is_netstat_when_asked, debian)
        result("remove leaves nothing, the alternative included", leaves_nothing, debian, before, "remove")
        result("purge leaves nothing", leaves_nothing, debian, before, "purge")
    print(f"1..{count}")
    return 1 if failed else 0


sys.exit(main())
