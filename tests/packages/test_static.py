#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""make static: one file that runs in a root folder with nothing but busybox, whatever its nsswitch.conf asks for."""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("O", "build"))
SERVICES = "passwd: sss systemd compat\nhosts: resolve mymachines\nservices: sss nis\n"
count = failed = 0


def result(name, holds, why=""):
    global count, failed
    count += 1
    failed += not holds
    print(f"{'ok' if holds else 'not ok'} {count} - {name}" + ("" if holds else "\n# " + why.replace("\n", "\n# ")), flush=True)


def bare_root(folder):
    for name in ("bin", "proc", "sys", "etc", "tmp"):
        os.mkdir(f"{folder}/{name}")
    shutil.copy(shutil.which("busybox"), f"{folder}/bin/busybox")
    os.symlink("busybox", f"{folder}/bin/sh")
    shutil.copy(f"{BUILD}/netstate-static", f"{folder}/bin/netstate")
    for name, text in (("passwd", "theroot:x:0:0::/:/bin/sh\n"), ("nsswitch.conf", SERVICES), ("services", "odd-name 7\n")):
        with open(f"{folder}/etc/{name}", "w") as file:
            file.write(text)


def main():
    if os.geteuid() or not shutil.which("busybox"):
        print("ok 1 - the static program in a bare root # SKIP needs root and a static busybox\n1..1")
        return 0
    subprocess.run(["make", "-s", "-C", ROOT, f"O={BUILD}", "static"], check=True, stdout=subprocess.DEVNULL)
    said = subprocess.run(["readelf", "-lW", f"{BUILD}/netstate-static"], capture_output=True, text=True).stdout
    result("it needs no interpreter and no library", "INTERP" not in said and "DYNAMIC" not in said, said)
    with tempfile.TemporaryDirectory(prefix="netstate-static.") as folder:
        bare_root(folder)
        # A mount namespace of its own: nothing is left whatever happens.
        script = (f"mount -t proc proc {folder}/proc; mount -t sysfs sysfs {folder}/sys; busybox nc -l -p 7017 & "
                  f"sleep 0.3; chroot {folder} /bin/netstate")
        for name, words, wanted in (
                ("list: BPF programs load, and the listener is found", "list sport = 7017", "7017"),
                ("netstat's options, with the names of passwd", "-lte", "theroot"),
                ("trace starts and ends", "trace --duration 300ms", "LADDR:LPORT")):
            done = subprocess.run(["unshare", "-mn", "sh", "-c", f"{script} {words}; status=$?; kill $!; exit $status"],
                                  capture_output=True, text=True)
            result(name, not done.returncode and wanted in done.stdout, f"status {done.returncode}: {done.stdout}{done.stderr}")
    print(f"1..{count}")
    return 1 if failed else 0


sys.exit(main())
