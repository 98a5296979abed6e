#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstat and netstate back to back over more than a thousand command lines: the same bytes, status and errors.

Passes: the live namespace as root (what people type; with `make check-long` every line), as a user without rights, with the kernel's
iterators as the source; and both programs over one frozen copy of /proc/net, where timers and counters stand still, so that these
are compared to the digit, then with files that this kernel does not have. Words choose command lines: test_netstat_differential.py -antp
"""
import difflib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import netstat_lines
import netstat_other_files
import netstat_scene

BUILD = os.path.join(HERE, "..", "..", os.environ.get("O", "build"))
NETSTATE = os.path.abspath(os.environ.get("NETSTATE", os.path.join(BUILD, "netstate")))
STARTER = os.path.abspath(os.path.join(BUILD, "tests", "integration", "tools", "starter"))
NETSTAT = shutil.which("netstat", path=os.environ.get("PATH", "") + ":/usr/bin:/bin")
FROZEN = netstat_scene.PRIVATE + "/net"
ROUNDS = 2.3  # seconds that a continuous listing is watched
TRIES = 4
LONG = os.environ.get("NETSTATE_LONG_TESTS") != "0"
number = failures = 0


def report(good, name, explanation=""):
    global number, failures
    number += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    for line in explanation.splitlines():
        print(f"#   {line}")
    sys.stdout.flush()


def start(program, name, words, uid, frozen, **options):
    command = [STARTER, str(uid), FROZEN if frozen else "", program, name, *words]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, **options)


def run(program, words, uid=0, frozen=False, name="netstat", **options):
    process = start(program, name, words, uid, frozen, **options)
    try:
        out, errors = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        out, errors = process.communicate()
        return out, errors, "did not end"
    return out, errors, process.returncode


def comparable(result, words, frozen):
    """Without what may differ: the running timers of two moments, and the reference's own internal error."""
    out, errors, status = result
    if not frozen:
        out = re.sub(rb" \((?!0\.00)\d+\.\d\d/\d+/", b" (T/", out)
    if any(word.startswith("--tcpi") for word in words):
        errors = b""
    return out, errors, status


def difference(wanted, got):
    lines = []
    for what, one, other in zip(("stdout", "stderr", "status"), wanted, got):
        if one == other:
            continue
        if what == "status":
            lines.append(f"status: netstat {one}, netstate {other}")
            continue
        text = [repr(line)[2:-1] for line in one.split(b"\n")], [repr(line)[2:-1] for line in other.split(b"\n")]
        changed = [line for line in difflib.unified_diff(*text, "netstat", "netstate", lineterm="", n=0)][2:]
        lines += [f"{what}:", *changed[:12]] + ([f"... {len(changed) - 12} more"] if len(changed) > 12 else [])
    return "\n".join(lines)


def compare(words, uid, frozen, extra=(), **options):
    """What differs, or "". The reference is asked before and after: what moved between the two proves nothing."""
    answers = [comparable(run(NETSTAT, words, uid, frozen, **options), words, frozen)]
    why = ""
    for _ in range(TRIES):
        got = comparable(run(NETSTATE, (*extra, *words), uid, frozen, **options), words, frozen)
        if got in answers:
            return ""
        answers.append(comparable(run(NETSTAT, words, uid, frozen, **options), words, frozen))
        if got == answers[-1]:
            return ""
        why = difference(answers[-1], got)
    return why


def compare_continuous(words):
    """Both are watched over the frozen files for some rounds: the shorter output begins the longer one."""
    processes = [start(program, "netstat", words, 0, True) for program in (NETSTAT, NETSTATE)]
    time.sleep(ROUNDS)
    running = [process.poll() is None for process in processes]
    for process in processes:
        process.terminate()
    (one, _), (other, _) = (process.communicate() for process in processes)
    size = min(len(one), len(other))
    if running != [True, True]:
        return f"running after {ROUNDS} s: netstat {running[0]}, netstate {running[1]}"
    if one[:size] != other[:size]:
        return difference((one[:size], b"", 0), (other[:size], b"", 0))
    first = run(NETSTAT, [word.replace("c", "", 1) for word in words if word not in ("-c", "--continuous")], 0, True)[0]
    return "" if size >= 2 * len(first) - 80 else f"only {len(other)} bytes, one round has {len(first)}"


def freeze():
    """A copy of this namespace's /proc/net that both programs read in place of it."""
    os.mkdir(FROZEN)
    for folder, folders, files in os.walk("/proc/self/net"):
        target = FROZEN + folder[len("/proc/self/net"):]
        os.makedirs(target, exist_ok=True)
        for file in files:
            try:
                with open(os.path.join(folder, file), "rb") as source, open(os.path.join(target, file), "wb") as copy:
                    copy.write(source.read())
            except OSError:
                pass


def chosen(lines, words):
    return [line for line in lines if not words or " ".join(line) in words]


def passes(words):
    lines = chosen(netstat_lines.every(), words)
    freeze()
    for title, uid, frozen, subset in (
            ("frozen", 0, True, lines),
            ("live", 0, False, lines if LONG else chosen(list(netstat_lines.usual()), words)),
            (f"as uid {netstat_scene.NOBODY}", netstat_scene.NOBODY, False, [line for line in lines if "p" in "".join(line)]),
            ("as a uid without sockets", 54321, False, chosen([("-antp",), ("-p",), ("-xp",), ("-ulp",), ("-ep",)], words))):
        for line in subset:
            why = compare(line, uid, frozen)
            report(not why, f"netstat {' '.join(line)} ({title})", why)
    one_descriptor(words)
    kernel_source(words)
    for line in chosen(netstat_lines.CONTINUOUS, words):
        why = compare_continuous(line)
        report(not why, f"netstat {' '.join(line)} (rounds)", why)
    names(lines)
    json_rows(chosen(list(netstat_lines.usual()), words), "frozen")
    other_files(words)


def one_descriptor(words):
    """Without names and devices: there netstate shows more, since it closes one file before it opens the next."""
    def starve():
        resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
    for line in chosen([("-antp",), ("-tulpn",), ("-xp",), ("-anp",), ("-s",), ("-s6",), ("-rn",), ("-gn",), ("-tn",)], words):
        why = compare(line, 0, False, preexec_fn=starve)
        report(not why, f"netstat {' '.join(line)} (one descriptor left)", why)


def kernel_source(words):
    """The tables by the kernel's iterators instead of text."""
    source = "--source=kernel"
    _, errors, status = run(NETSTATE, (source, "-ant"))
    if status:
        report(True, f"netstat {source} # SKIP {errors.decode(errors='replace').strip()}")
        return
    for line in chosen([tuple(line.split()) for line in netstat_lines.TCP], words):
        why = compare(line, 0, False, (source,))
        report(not why, f"netstat {' '.join(line)} ({source})", why)


def other_files(words):
    """What other kernels have: SCTP, the old families, masquerading, a routing cache, counters of every kind."""
    for name, text in netstat_other_files.FILES.items():
        path = os.path.join(FROZEN, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    lines = chosen([tuple(line.split()) for line in netstat_other_files.LINES], words)
    for line in lines:
        why = compare(line, 0, True)
        report(not why, f"netstat {' '.join(line)} (other kernels' files)", why)
    json_rows(lines, "other kernels' files")


def json_of(words):
    """With --json: the status of the text, and nothing but objects, one a line. Returns what is wrong, or ""."""
    _, _, wanted = run(NETSTAT, words, 0, True)
    out, errors, status = run(NETSTATE, ("--json", *words), 0, True)
    if status != wanted:
        return f"status: netstat {wanted}, netstate --json {status}: {errors.decode(errors='replace')}"
    for line in out.splitlines():
        try:
            row = json.loads(line)
        except ValueError as error:
            return f"{error}: {line!r}"
        if next(iter(row), None) != "kind":
            return f"no kind in front: {line!r}"
    return ""


def json_rows(lines, title):
    for line in lines:
        letters = "".join(word for word in line if word[0] == "-" and word[:2] != "--")
        if set(letters) & set("hV") or any(word.startswith("--h") for word in line):
            continue  # help is text
        why = json_of(line)
        report(not why, f"netstate --json {' '.join(line)} ({title})", why)


def names(lines):
    """Called by its own name and by a link: only the name in the errors differs."""
    link = netstat_scene.PRIVATE + "/netstat"
    os.symlink(NETSTATE, link)
    for line in chosen([("-antp",), ("-y",), ("--foo",), ("-A",), ("-S",), ("-M",), ("-g", "trace"), ("-rr",), ("-V",), ("-h",)],
                       [" ".join(line) for line in lines]):
        wanted = run(NETSTAT, line, frozen=True)
        own = () if line in (("-V",), ("-h",)) else ((NETSTATE, "netstate"), (NETSTATE, NETSTATE))  # netstate has its own
        for program, name in (*own, (link, "/usr/bin/netstat")):
            out, errors, status = run(program, line, frozen=True, name=name)
            got = out, errors.replace(name.encode() + b":", b"netstat:"), status
            report(wanted == got, f"{os.path.basename(program)} {' '.join(line)} called as {os.path.basename(name)}",
                   difference(wanted, got))
    if ("trace",) in lines:
        wanted, got = run(NETSTAT, ["trace"], frozen=True), run(link, ["trace"], frozen=True, name="netstat")
        report(wanted == got, "a link named netstat has no commands", difference(wanted, got))


def main():
    if os.geteuid():
        print("ok 1 - netstat and netstate side by side # SKIP needs root for namespaces of its own")
        return 0
    if not NETSTAT:
        print("ok 1 - netstat and netstate side by side # SKIP net-tools is not installed: there is nothing to compare with")
        return 0
    netstat_scene.enter()
    global NETSTATE  # where the build lies other users may not be let in
    NETSTATE = shutil.copy(NETSTATE, netstat_scene.PRIVATE)
    passes(sys.argv[1:])
    print(f"1..{number}")
    return 1 if failures else 0


sys.exit(main())
