#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""make install, uninstall and dist; the example unit."""
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("O", "build"))
UNIT = f"{ROOT}/packaging/units/netstate-trace.service"
count = failed = 0


def test(name, function):
    global count, failed
    count += 1
    try:
        why = function()
    except Exception as problem:
        failed += 1
        print(f"not ok {count} - {name}\n# {problem}", flush=True)
    else:
        print(f"ok {count} - {name}{f' # SKIP {why}' if why else ''}", flush=True)


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    assert not done.returncode, f"{' '.join(command)}: status {done.returncode}: {done.stderr[-500:]}"
    return done.stdout


def make(*words, root=ROOT):
    return run("make", "-s", "-C", root, *words)


def files(folder):
    return sorted(os.path.join(place, name)[len(folder):] for place, _, names in os.walk(folder) for name in names)


def installs():
    with tempfile.TemporaryDirectory() as folder:
        make(f"O={BUILD}", "install", "install-debug", f"DESTDIR={folder}", "PREFIX=/usr")
        program = f"{folder}/usr/sbin/netstate"
        assert "trace" in run(program, "help"), "the installed program does not run"
        sections = run("readelf", "-SW", program)
        assert ".debug_info" not in sections and ".symtab" not in sections, "the installed program is not stripped"
        assert ".debug_info" in run("readelf", "-SW", f"{folder}/usr/lib/debug/usr/sbin/netstate.debug"), "no symbols are kept"
        content = open(program, "rb").read()
        assert not re.search(rb"addr\.h|__bzero|bindshell|libproc\.a|grep", content), "chkrootkit would take it for infected"
        pages = {os.path.basename(page) for page in glob.glob(f"{ROOT}/docs/man/*.[1-9]")}
        there = files(folder)
        assert pages == {os.path.basename(path) for path in there if "/man/" in path}, there
        make(f"O={BUILD}", "uninstall", f"DESTDIR={folder}", "PREFIX=/usr")
        assert not files(folder), f"left by uninstall: {files(folder)}"


def archives():
    with tempfile.TemporaryDirectory() as folder:
        make(f"O={folder}/one", "dist")
        [archive] = glob.glob(f"{folder}/one/*.tar.gz")
        run("tar", "-xf", archive, "-C", folder)
        [unpacked] = glob.glob(f"{folder}/netstate-*")
        make("dist", root=unpacked)
        [again] = glob.glob(f"{unpacked}/build/*.tar.gz")
        first, second = (hashlib.sha256(open(path, "rb").read()).hexdigest() for path in (archive, again))
        assert first == second, "the unpacked archive makes another one"


def same_version():
    version = open(f"{ROOT}/VERSION").read().strip()
    for path, pattern in ((f"{ROOT}/CHANGELOG", r"netstate (\S+)"), (f"{ROOT}/packaging/debian/changelog", r"netstate \((\S+)-"),
                          (f"{ROOT}/packaging/rpm/netstate.spec", r"(?s).*?^Version: +(\S+)")):
        found = re.match(pattern, open(path).read(), re.M)
        assert found and found[1] == version, f"{path}: {found and found[1]}, but VERSION says {version}"


def unit_is_hardened():
    if not shutil.which("systemd-analyze"):
        return "systemd-analyze is not installed"
    said = run("systemd-analyze", "security", "--offline=true", "--no-pager", UNIT)
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert exposure and float(exposure[1]) < 2.0, said.splitlines()[-1]


test("install, stripped with the symbols apart; uninstall leaves nothing", installs)
test("dist: the same bytes from a checkout and from what it unpacks to", archives)
test("VERSION, CHANGELOG and the packages agree", same_version)
test("the example unit's exposure is below 2.0", unit_is_hardened)
print(f"1..{count}")
sys.exit(1 if failed else 0)
