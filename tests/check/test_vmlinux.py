#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""vmlinux.h names fields that this kernel has, and the check that says so finds one that it lacks."""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
VMLINUX = os.path.join(ROOT, "vmlinux")


def check(folder):
    done = subprocess.run([os.path.join(folder, "check")], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def changed(old, new):
    """The check's answer over headers with one field changed."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(VMLINUX, folder, dirs_exist_ok=True)
        path = os.path.join(folder, "sockets.h")
        with open(path) as file:
            text = file.read()
        assert old in text, old
        with open(path, "w") as file:
            file.write(text.replace(old, new, 1))
        return check(folder)


def main():
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        print("ok 1 - fields of vmlinux.h # SKIP this kernel has no BTF\n1..1")
        return 0
    results = [("every field of vmlinux.h is in this kernel", *check(VMLINUX), 0, "0 missing"),
               ("a field that no kernel has is found", *changed("skc_bound_dev_if", "skc_no_such_field"), 1,
                "MISSING: struct sock_common.skc_no_such_field"),
               ("one that only some kernels have is not required", *changed("skc_v6_daddr;", "skc_no_such_field;"), 0,
                "other kernels only: struct sock_common.skc_no_such_field")]
    for number, (name, status, output, wanted, text) in enumerate(results, 1):
        good = status == wanted and text in output
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        if not good:
            print("# " + output.replace("\n", "\n# "))
    print(f"1..{len(results)}")
    return 1 if any(status != wanted or text not in output for _, status, output, wanted, text in results) else 0


sys.exit(main())
