#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: bad input and refusals are one clear sentence on stderr, nothing on stdout, the right status."""
import os
import resource
import shutil
import subprocess
import tempfile

from harness import *


def refused(words, status, *said, lines=1, **options):
    """Runs `netstate trace WORDS`, which must fail so; stderr holds each of `said`."""
    done = netstate("trace", *words, timeout=20, **options)
    same(done.returncode, status, f"status of {words}, which said {done.stderr!r}")
    same(done.stdout, "", "stdout")
    check(done.stderr.startswith("netstate: "), f"stderr of {words}: {done.stderr!r}")
    same(len(done.stderr.splitlines()), lines, f"lines on stderr: {done.stderr!r}")
    for text in said:
        check(text in done.stderr, f"{text!r} not in {done.stderr!r}")
    return done.stderr


@test("an unknown option: status 2, named")
def unknown_option():
    refused(["--no-such"], 2, "--no-such")
    refused(["-Z"], 2, "Z")


@test("a malformed argument: status 2, the option and the argument named")
def malformed_argument():
    for words in (["--port", "0"], ["--port", "70000"], ["--port", "http-no-such"], ["--count", "many"], ["--count", "-1"],
                  ["--duration", "10parsecs"], ["--pid", "0x"], ["--pid", "99999999999"], ["--time=noon"], ["--color=blue"]):
        option = words[0].split("=")[0]
        argument = words[-1].split("=")[-1]
        refused(words, 2, option, argument)


@test("what means nothing for events, or for a recording, is refused, not passed over: status 2")
def meaningless():
    refused(["age > 60s"], 2, "events have no age", lines=4)
    for words in (["--duration", "1s"], ["--ring-size", "65536"], ["--dump", "/nowhere"], ["--record", "/nowhere"]):
        refused(["--replay", "/nowhere", *words], 2, words[0], "--replay")


@test("a missing argument: status 2")
def missing_argument():
    refused(["--port"], 2, "--port")


@test("a malformed filter: status 2, a caret at the offending word")
def malformed_filter():
    for text, offset in (("dport = :80 and", 15), ("dport = :80 nonsense :81", 12), ("state nowhere", 6), ("dst 300.1.2.3", 4),
                         ("( dport = :80", 0), ("dport = :99999", 8), ("pid = twelve", 6), ("dport = :80 )", 12),
                         ("dst 10.0.0.0/33", 4), ("src [::1", 4)):
        lines = refused([text], 2, lines=4).splitlines()
        same(lines[1].strip(), text, "the filter's own line")
        caret = lines[2].index("^") - lines[1].index(text)
        check(offset <= caret <= len(text), f"{text!r}: caret under {caret}, wanted {offset}")
        same(caret, offset, text)


@test("a filter of several words is shown as one, with the caret in it")
def malformed_filter_words():
    lines = refused(["dport", "=", ":80", "xor", "sport", "=", ":81"], 2, lines=4).splitlines()
    same(lines[2].index("^"), lines[1].index("xor"))


@test("the caret stands under the word also behind letters of several bytes, wide ones, and a line's end")
def malformed_filter_columns():
    for text, column in (("comm größe xor", 11), ("comm 日本 xor", 10), ("comm a\nxor", 7)):
        lines = refused([text], 2, lines=4).splitlines()
        same(lines[2].index("^") - 2, column, text)


@test("a namespace that is not there: named, no start")
def no_namespace():
    for name in ("no-such-namespace", "/run/netns/no-such", "0"):
        done = netstate("trace", "--netns", name, timeout=10)
        check(done.returncode in (1, 2) and name in done.stderr, repr(done))
        same((done.stdout, len(done.stderr.splitlines())), ("", 1))


@test("--netns with a path to something else, --cgroup with a file: said, not traced for nothing")
def no_such_kind():
    with open("/proc/self/cgroup") as file:
        own = [line.strip().split("::")[1] for line in file if line.startswith("0::")]
    words = [("--netns", "/etc/passwd"), ("--netns", "/proc/self/ns/pid"), ("--netns", "."), ("netns", "/etc/passwd")]
    for option, argument in words + [("--cgroup", f"{path.rstrip('/')}/cgroup.procs") for path in own]:
        done = netstate("trace", "--duration", "100ms", option, argument)
        same((done.returncode, done.stdout), (2, ""), f"{option} {argument}: {done.stderr}")
        check(argument in done.stderr, repr(done.stderr))


@test("--replay of what is no recording: status 1, a sentence, not even a header on stdout")
def no_recording():
    for path, said in (("/dev/null", "not a recording"), ("/dev/zero", "not a recording"), ("/no/such", "No such file"),
                       ("/proc", "Is a directory")):
        done = netstate("trace", "--replay", path, timeout=10)
        same((done.returncode, done.stdout, len(done.stderr.splitlines())), (1, "", 1), done.stderr)
        check(said in done.stderr, done.stderr)


@test("--replay of a huge recording, zeros behind a cut: what is before is shown, in little memory; by a pipe as well")
def huge_recording():
    with Namespace() as ns, ns.actor("cli") as client, tempfile.NamedTemporaryFile() as recording:
        with Tracer(ns, options=["--netns", ns.name, "--record", recording.name]) as trace:
            for _ in range(5):
                client.fails("client('127.0.0.1', 80)")
            trace.expect(5, kind="connect")
            trace.stop()
        piped = ["sh", "-c", 'cat "$1" | "$2" trace --json --replay /dev/stdin', "sh", recording.name, NETSTATE]
        done = subprocess.run(piped, capture_output=True, text=True, timeout=20)
        same((done.returncode, len(done.stdout.splitlines())), (0, 15), done.stderr)
        os.truncate(recording.name, 2 << 30)
        done = netstate("trace", "--json", "--replay", recording.name,
                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20)))
        same((done.returncode, len(done.stdout.splitlines())), (1, 15), done.stderr)
        check("damaged" in done.stderr, done.stderr)


@test("stdout closed: status 1 and a sentence; a recording made meanwhile holds records only")
def closed_stdout():
    with Namespace() as ns, tempfile.NamedTemporaryFile() as recording:
        words = ["trace", "--netns", ns.name, "--duration", "200ms", "--record", recording.name]
        done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", NETSTATE, *words], capture_output=True, text=True, timeout=20)
        same(done.returncode, 1, done.stderr)
        check("cannot write the output: Bad file descriptor" in done.stderr, done.stderr)
        same(recording.read(8), b"NETSTATE")
        same(netstate("trace", "--replay", recording.name).returncode, 0)


@test("stdin, stdout and stderr closed: no descriptor of the tracer's takes their place")
def all_closed():
    with Namespace() as ns, tempfile.NamedTemporaryFile() as recording:
        words = ["trace", "--netns", ns.name, "--duration", "200ms", "--record", recording.name]
        done = subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", NETSTATE, *words], timeout=20)
        same(done.returncode, 1)
        same((recording.read(8), netstate("trace", "--replay", recording.name).returncode), (b"NETSTATE", 0))


@test("too few descriptors allowed: status 1, the limit named")
def few_descriptors():
    done = netstate("trace", "--duration", "100ms", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12)))
    same((done.returncode, done.stdout), (1, ""), done.stderr)
    check("ulimit -n" in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr)


@test("a start that fails leaves the file of --record as it was")
def recording_kept():
    few = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))}
    for command, options in ((("trace",), few), (("stalls", "--btf", "/nowhere"), {})):  # with few files stalls polls
        with tempfile.NamedTemporaryFile() as recording:
            os.pwrite(recording.fileno(), b"of yesterday", 0)
            done = netstate(*command, "--duration", "100ms", "--record", recording.name, **options)
            same((done.returncode > 0, recording.read()), (True, b"of yesterday"), f"{command}: {done.stderr}")


@test("a low soft limit of descriptors is raised")
def low_soft_limit():
    done = netstate("trace", "--duration", "100ms", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (12, 256)))
    same(done.returncode, 0, done.stderr)


@test("without root: status 1, says what is needed")
def no_root():
    setpriv = shutil.which("setpriv", path=os.environ["PATH"] + ":/usr/bin:/sbin:/usr/sbin")
    if not setpriv:
        skip("no setpriv here")
    with public_copy() as program:
        done = subprocess.run([setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all",
                               "--bounding-set=-all", program, "trace", "--json"], capture_output=True, text=True, timeout=20)
    same((done.returncode, done.stdout), (1, ""), done.stderr)
    check("root" in done.stderr, repr(done.stderr))
    same(len(done.stderr.splitlines()), 1)


def said_once(done, status, *words):
    same((done.returncode, done.stdout), (status, ""), done.stderr)
    same(len(done.stderr.splitlines()), 1, done.stderr)
    for word in words:
        check(word in done.stderr, f"{word!r} not in {done.stderr!r}")


@test("a kernel without BTF: status 1, says so")
def no_btf():
    hide = "mount --bind /dev/null /sys/kernel/btf/vmlinux && exec \"$0\" trace --json --duration 100ms"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", hide, NETSTATE], capture_output=True, text=True, timeout=20)
    if "netstate" not in done.stderr:
        skip(f"BTF cannot be hidden here: {done.stderr.strip()}")
    said_once(done, 1, "BTF")


def without(*capabilities):
    """trace as root that lacks these capabilities."""
    setpriv = shutil.which("setpriv", path=os.environ["PATH"] + ":/usr/bin:/sbin:/usr/sbin")
    if not setpriv:
        skip("no setpriv here")
    return subprocess.run([setpriv, "--bounding-set=" + ",".join(f"-{name}" for name in capabilities), "--inh-caps=-all",
                           NETSTATE, "trace", "--json", "--duration", "100ms"], capture_output=True, text=True, timeout=20)


@test("root without the right to load BPF programs, as in a container: status 1, names what is lacking")
def no_capability():
    said_once(without("bpf", "perfmon", "sys_admin"), 1, "CAP_BPF")


@test("what only costs a feature is a warning, not the end: root without CAP_SYS_ADMIN")
def fewer_capabilities():
    done = without("sys_admin")
    same(done.returncode, 0, done.stderr)
    check("netstate: tracing" in done.stderr, done.stderr)


@test("--help: on stdout, status 0, all options of the issue")
def help_():
    done = netstate("trace", "--help")
    same((done.returncode, done.stderr), (0, ""))
    for word in "--json --pid --port --lport --rport -4 -6 --netns --cgroup --duration --count --color --time".split():
        check(word in done.stdout, f"{word} not in the help")


@test("a low RLIMIT_MEMLOCK that cannot be raised does not matter here")
def memlock():
    setpriv = shutil.which("setpriv", path=os.environ["PATH"] + ":/usr/bin:/sbin:/usr/sbin")
    if not setpriv or tuple(int(n) for n in os.uname().release.split("-")[0].split(".")[:2]) < (5, 11):
        skip("needs setpriv and a kernel that charges maps to cgroups")
    done = subprocess.run([setpriv, "--bounding-set=-sys_resource", "--inh-caps=-sys_resource", NETSTATE, "trace", "--json",
                           "--duration", "100ms"], capture_output=True, text=True, timeout=20,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536)))
    same(done.returncode, 0, done.stderr)


@test("an output that takes nothing (a full disk): status 1 and a sentence, not a silent end")
def full_disk():
    with Namespace() as ns, ns.actor("cli") as client, open("/dev/full", "w") as full:
        program = Program([NETSTATE, "trace", "--json", "--netns", ns.name], ready="netstate: tracing", stdout=full)
        client.fails("client('127.0.0.1', 80)")
        same(program.stop(None), 1, "status")
        check(any("No space left" in line for line in program.errors), repr(program.errors))


main()
