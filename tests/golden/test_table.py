#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Recordings of whole lives -> exactly the rows of the table at their end, by `netstate live --replay`.

A record is "SOCKET OLD>NEW@MS" with words behind it: err=N, fin, rst, dead, mini, fw2 (evidence), none (no owner),
nocookie. Socket n is 10.0.0.5:(1000+n) -> 10.0.0.9:443, cookie n, process 100+n.
Sockets named L are listeners, those named like "3s" the server's side of n. An expected row is
"COOKIE STATE BEFORE PID OWNER AGE_MS EXPIRES_MS"; "-" is null.
"""
import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
NETSTATE = os.path.join(ROOT, os.environ.get("O", "build"), "san", "netstate")
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("make_recordings", os.path.join(ROOT, "tests/golden/trace/make"))
make = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_recordings", loader))
loader.exec_module(make)

STATES = {name: getattr(make, name) for name in ("CLOSE LISTEN SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT "
                                                  "CLOSE_WAIT LAST_ACK CLOSING").split()}
EVIDENCE = {"fin": 1, "rst": 2, "dead": 4, "mini": 8, "fw2": 16}
OPEN = ["1 CLOSE>SYN_SENT@0 early", "1 SYN_SENT>ESTABLISHED@10"]
ACTIVE = ["1 ESTABLISHED>FIN_WAIT1@100", "1 FIN_WAIT1>FIN_WAIT2@101"]
HANDED = "1 FIN_WAIT2>CLOSE@102 fin dead mini"
CHILD = ["2s LISTEN>SYN_RECV@10 inherited", "2s SYN_RECV>ESTABLISHED@11 inherited", "2s accept@20"]

LIVES = {
    "active close": (OPEN + ACTIVE + [HANDED], ["1 TIME_WAIT FIN_WAIT2 101 connect 0 60000"]),
    "active close, a minute later": (OPEN + ACTIVE + [HANDED, "9 CLOSE>SYN_SENT@61000"], ["9 SYN_SENT - 109 connect 0 -"]),
    "passive close": (CHILD + ["2s ESTABLISHED>CLOSE_WAIT@30", "2s CLOSE_WAIT>LAST_ACK@40", "2s LAST_ACK>CLOSE@41 fin dead"], []),
    "passive close, not closed yet": (CHILD + ["2s ESTABLISHED>CLOSE_WAIT@30", "9 CLOSE>SYN_SENT@90030"],
                                      ["2 CLOSE_WAIT ESTABLISHED 202 accept 90000 -", "9 SYN_SENT - 109 connect 0 -"]),
    "simultaneous close": (OPEN + ["1 ESTABLISHED>FIN_WAIT1@20", "1 FIN_WAIT1>CLOSING@21", "1 CLOSING>CLOSE@22 fin dead mini"],
                           ["1 TIME_WAIT CLOSING 101 connect 0 60000"]),
    "reset in SYN_RECV": (CHILD[:1] + ["2s SYN_RECV>CLOSE@12 err=104 inherited"], []),
    "reset in ESTABLISHED": (OPEN + ["1 ESTABLISHED>CLOSE@20 err=104"], []),
    "reset in FIN_WAIT1": (OPEN + ACTIVE[:1] + ["1 FIN_WAIT1>CLOSE@110 err=104 dead"], []),
    "reset in FIN_WAIT2": (OPEN + ACTIVE + ["1 FIN_WAIT2>CLOSE@110 err=104 dead"], []),
    "reset in CLOSE_WAIT": (CHILD + ["2s ESTABLISHED>CLOSE_WAIT@30", "2s CLOSE_WAIT>CLOSE@31 err=32 fin"], []),
    "reset in LAST_ACK": (CHILD + ["2s ESTABLISHED>CLOSE_WAIT@30", "2s CLOSE_WAIT>LAST_ACK@31", "2s LAST_ACK>CLOSE@32 err=104"], []),
    "reset in CLOSING": (OPEN + ["1 ESTABLISHED>FIN_WAIT1@20", "1 FIN_WAIT1>CLOSING@21", "1 CLOSING>CLOSE@22 err=104"], []),
    "refused": (["1 CLOSE>SYN_SENT@0 early", "1 SYN_SENT>CLOSE@1 err=111"], []),
    "refused, then connected on the same socket": (["1 CLOSE>SYN_SENT@0 early", "1 SYN_SENT>CLOSE@1 err=111"] +
                                                   ["1 CLOSE>SYN_SENT@50 early", "1 SYN_SENT>ESTABLISHED@60"],
                                                   ["1 ESTABLISHED SYN_SENT 101 connect 0 -"]),
    "time-out": (["1 CLOSE>SYN_SENT@0 early", "1 SYN_SENT>CLOSE@131000 err=110"], []),
    "still connecting": (["1 CLOSE>SYN_SENT@0 early", "9 CLOSE>SYN_SENT@3000"],
                         ["1 SYN_SENT - 101 connect 3000 -", "9 SYN_SENT - 109 connect 0 -"]),
    "a listener closed with queued connections": (["8L CLOSE>LISTEN@0"] + CHILD[:2] +
                                                  ["2s ESTABLISHED>CLOSE@30 inherited", "8L LISTEN>CLOSE@31"], []),
    "TIME_WAIT that a new SYN used again": (OPEN + ACTIVE + [HANDED, "1s LISTEN>SYN_RECV@500 inherited cookie=7",
                                                             "1s SYN_RECV>ESTABLISHED@501 inherited cookie=7"],
                                            ["7 ESTABLISHED SYN_RECV 201 inherited 0 -"]),
    "TIME_WAIT that an own connect used again": (OPEN + ACTIVE + [HANDED, "1 CLOSE>SYN_SENT@2000 early cookie=7"] +
                                                 ["1 SYN_SENT>ESTABLISHED@2001 cookie=7"],
                                                 ["7 ESTABLISHED SYN_SENT 101 connect 0 -"]),
    "orphan in FIN_WAIT2": (OPEN + ACTIVE + ["1 FIN_WAIT2>CLOSE@101 dead mini fw2"],
                            ["1 FIN_WAIT2 FIN_WAIT2 101 connect 0 60000"]),
    "disconnected in FIN_WAIT2": (OPEN + ACTIVE + ["1 FIN_WAIT2>CLOSE@101"], []),
    "no cookie": (["1 CLOSE>SYN_SENT@0 early nocookie", "1 SYN_SENT>ESTABLISHED@10 nocookie", "2 CLOSE>SYN_SENT@20 early nocookie",
                   "2 SYN_SENT>CLOSE@21 nocookie err=111"], ["- ESTABLISHED SYN_SENT 101 connect 11 -"]),
    "no cookie, handed over": (["1 CLOSE>SYN_SENT@0 early nocookie", "1 SYN_SENT>ESTABLISHED@10 nocookie",
                                "1 ESTABLISHED>FIN_WAIT1@11 nocookie", "1 FIN_WAIT1>FIN_WAIT2@12 nocookie",
                                "1 FIN_WAIT2>CLOSE@13 nocookie fin dead"], ["- TIME_WAIT FIN_WAIT2 101 connect 0 60000"]),
    "the same pointer used again, no cookie": (["1 CLOSE>SYN_SENT@0 early nocookie", "1 SYN_SENT>ESTABLISHED@10 nocookie",
                                                "1 CLOSE>SYN_SENT@500 early nocookie"], ["- SYN_SENT - 101 connect 0 -"]),
    "events out of order": ([OPEN[1], OPEN[0], ACTIVE[1], ACTIVE[0]], ["1 FIN_WAIT2 FIN_WAIT1 101 connect 0 -"]),
    "the end comes before what was before it": (OPEN + ["1 CLOSE_WAIT>CLOSE@40 err=104", "1 ESTABLISHED>CLOSE_WAIT@30"], []),
    "duplicates": (OPEN * 2 + ACTIVE * 2 + [HANDED] * 2, ["1 TIME_WAIT FIN_WAIT2 101 connect 0 60000"]),
    "a gap in the middle": (OPEN + ["gap@50 3", "1 FIN_WAIT1>FIN_WAIT2@101", HANDED], ["1 TIME_WAIT FIN_WAIT2 101 connect 0 60000"]),
    "a gap over an end": (OPEN + ["gap@50 3", "1 CLOSE>SYN_SENT@200 early"], ["1 SYN_SENT - 101 connect 0 -"]),
    "a beginning that was lost": (["gap@1 9", "1 ESTABLISHED>FIN_WAIT1@100"], ["1 FIN_WAIT1 - 101 connect 0 -"]),
}


def record(text):
    words = text.split()
    if words[0].startswith("gap@"):
        return make.gap(int(words[0][4:]) * 1_000_000 + 10**9, int(words[1]))
    name, step, flags = words[0], words[1], words[2:]
    number = int(name.rstrip("sL"))
    options = dict(flag.split("=") for flag in flags if "=" in flag)
    here, there = ("10.0.0.5", 1000 + number), ("10.0.0.9", 443)
    fields = dict(cookie=int(options.get("cookie", number)), pid=100 + number, comm=b"prog", owner=make.BY_CONNECT)
    if name.endswith("s"):
        fields.update(pid=200 + number, owner=make.INHERITED if "inherited" in flags else make.BY_ACCEPT)
    if name.endswith("L"):
        there, fields["owner"] = ("0.0.0.0", 0), make.BY_LISTEN
    if "early" in flags:
        here = (here[0], 0)
    sock = make.sock(here, there, **fields)
    if "nocookie" in flags:
        sock = b"\0" * 8 + sock[8:]
    what, _, at = step.partition("@")
    at = int(at) * 1_000_000 + 10**9
    if what == "accept":
        return make.call(at, make.ACCEPT, sock, ret=7, fd=7)
    old, new = (STATES[word] for word in what.split(">"))
    evidence = sum(bit for word, bit in EVIDENCE.items() if word in flags)
    return make.state(at, old, new, sock, err=int(options.get("err", 0)), evidence=evidence)


def sized(body):
    """make's records carry their size where its writer puts it: let that writer do so."""
    return body[:4] + len(body).to_bytes(4, "little") + body[8:]


def rows(records):
    with tempfile.NamedTemporaryFile(suffix=".rec") as file:
        file.write(make.header() + b"".join(sized(record(text)) for text in records))
        file.flush()
        done = subprocess.run([*os.environ.get("RUNNER", "").split(), NETSTATE, "live", "--replay", file.name, "--json"], capture_output=True, text=True)
    if done.returncode:
        return [done.stderr]
    found = []
    for line in done.stdout.splitlines():
        row = json.loads(line)
        age = None if row["age_us"] is None else row["age_us"] // 1000
        values = (row["cookie"], row["state"], row["old"], row["pid"], row["owner"], age, row["expires_ms"])
        found.append(" ".join("-" if value is None else str(value) for value in values))
    return sorted(found)


def main():
    failed = 0
    for number, (name, (records, expected)) in enumerate(LIVES.items(), 1):
        got = rows(records)
        good = got == sorted(expected)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        if not good:
            print(f"# got {got}\n# wanted {sorted(expected)}")
    print(f"1..{len(LIVES)}")
    return 1 if failed else 0


sys.exit(main())
