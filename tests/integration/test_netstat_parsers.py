#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The parsers that people use on netstat's output read netstate's the same: jc --netstat and npm's node-netstat."""
import json
import os
import shutil
import subprocess
import sys

import netstat_scene
from harness import BUILD, NETSTATE, check, main, same, skip, test

NETSTAT = shutil.which("netstat", path=os.environ.get("PATH", "") + ":/usr/bin:/bin")
PACKAGE = "node-netstat@1.9.0"
MODULES = os.path.join(BUILD, "npm")
SCRIPT = """
const netstat = require(process.argv[1]);
const rows = [];
netstat.commands.linux.args = JSON.parse(process.argv[2]);
netstat.parsers.linux = netstat.parserFactories.linux({ parseName: true });
netstat({ platform: 'linux', sync: true, done: (err) => { if (err) throw err; console.log(JSON.stringify(rows)); } },
        (row) => { rows.push(row); });
"""


def install():
    """Before the namespaces, which have no way out. What went wrong is the reason to skip."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are not on this machine"
    if os.path.isdir(f"{MODULES}/node_modules/node-netstat"):
        return ""
    os.makedirs(MODULES, exist_ok=True)
    try:
        done = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", MODULES, PACKAGE],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return f"npm did not install {PACKAGE} in 120 s"
    return f"npm cannot install {PACKAGE}: {done.stdout.strip()[-300:]}" if done.returncode else ""


def folder_with(program, name):
    """A folder to put first in PATH, where `netstat` is the program."""
    folder = f"{netstat_scene.PRIVATE}/{name}"
    if not os.path.isdir(folder):
        os.mkdir(folder)
        os.symlink(program, folder + "/netstat")
    return folder


def environment(folder):
    return dict(os.environ, PATH=folder + ":" + os.environ["PATH"], LC_ALL="C")


def compare_read(read, least):
    """What is read with netstat and with netstate as `netstat`; again where counters moved between the two."""
    theirs, ours = environment(folder_with(NETSTAT, "theirs")), environment(folder_with(NETSTATE, "ours"))
    for attempt in range(4):
        wanted, got = read(theirs), read(ours)
        check(len(wanted) >= least, f"{len(wanted)} rows are found in netstat's own output")
        if got == wanted:
            return
    for number, (one, other) in enumerate(zip(got, wanted)):
        same(one, other, f"row {number}")
    same(len(got), len(wanted), "rows")


def jc_of(words):
    def read(env):
        text = subprocess.run(["netstat", *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        done = subprocess.run(["jc", "--netstat"], input=text, env=env, capture_output=True)
        same(done.returncode, 0, done.stderr.decode(errors="replace"))
        return without_moving(json.loads(done.stdout))
    return read


def without_moving(rows):
    for row in rows:
        if "timer" in row:
            row["timer"] = (row["timer"] or "").split("/", 1)[-1] if "off" not in (row["timer"] or "") else row["timer"]
    return rows


def add_jc(words, least):
    @test(f"jc --netstat reads netstate {' '.join(words)} as netstat's")
    def compare():
        if not shutil.which("jc"):
            skip("jc is not on this machine")
        compare_read(jc_of(words), least)


def add_node(words, least):
    @test(f"node-netstat reads netstate {' '.join(words)} as netstat's")
    def compare():
        if PROBLEM:
            skip(PROBLEM)

        def read(env):
            done = subprocess.run(["node", "-e", SCRIPT, f"{MODULES}/node_modules/node-netstat", json.dumps(words)], env=env,
                                  capture_output=True, text=True, timeout=60)
            same(done.returncode, 0, done.stderr)
            return json.loads(done.stdout)
        compare_read(read, least)


for options, rows in ((["-antp"], 100), (["-anup"], 5), (["-a"], 150), (["-an"], 150), (["-aep"], 150), (["-lnx"], 2), (["-xp"], 8),
                      (["-rn"], 15), (["-r"], 15), (["-ree"], 15), (["-i"], 5), (["-anW"], 150)):
    add_jc(options, rows)
for options, rows in ((["-apntu"], 100), (["-antp"], 100), (["-lntp"], 20)):
    add_node(options, rows)

if os.geteuid() or not NETSTAT:
    print(f"ok 1 - parsers of netstat's output # SKIP {'needs root' if os.geteuid() else 'net-tools is not installed'}")
    sys.exit(0)
if os.environ.get("NETSTAT_SCENE") != "inside":
    os.environ["NODE_PROBLEM"] = install()
PROBLEM = os.environ.get("NODE_PROBLEM", "")
netstat_scene.enter(lambda: netstat_scene.build(odd=False))
main(bpf=False)
