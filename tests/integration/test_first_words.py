#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What somebody types first: help, version, a mistyped command or option; and --debug."""
import os
import re
import subprocess

from harness import *

COMMANDS = ("doctor", "live", "list", "stalls", "trace")


def as_netstat(*words):
    return subprocess.run(["netstat", *words], executable=NETSTATE, capture_output=True, text=True, timeout=20)


@test("--help, -h and help are one text on stdout: commands first, then netstat's options")
def help_():
    texts = {netstate(word).stdout for word in ("--help", "-h", "help")}
    same(len(texts), 1)
    text = texts.pop()
    at = [text.index(f"\n  {command} ") for command in COMMANDS]
    check(max(at) < text.index("net-tools 2.10") < text.index("--all-netns"), text)
    for word in ("--help", "-h", "help"):
        same((netstate(word).returncode, netstate(word).stderr), (0, ""))


@test("help COMMAND is COMMAND --help, help netstat is netstat's own help")
def help_of():
    for command in COMMANDS:
        done = netstate("help", command)
        same((done.returncode, done.stdout), (0, netstate(command, "--help").stdout), command)
    same(netstate("help", "netstat").stdout, as_netstat("--help").stdout)
    for words, said in ((("help", "trace", "list"), 'unexpected "list"'), (("version", "1"), 'unexpected operand "1"'),
                        (("help", "filter"), "netstate-filter(7)")):
        done = netstate(*words)
        same((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), str(words))
        check(said in done.stderr, done.stderr)


@test("version, --version and -V: netstate's version and that of the netstat it imitates; doctor says the same")
def version():
    texts = {netstate(word).stdout for word in ("--version", "-V", "version")}
    same(len(texts), 1)
    first, second = texts.pop().splitlines()
    number = re.fullmatch(r"netstate (\d+\.\d+\.\d+(\+git\.[0-9a-f]+)?)", first)
    check(number, first)
    check(second.endswith("net-tools 2.10"), second)
    check(first in netstate("doctor").stdout.splitlines()[0], "not in doctor")


@test("a first word that is no command: one sentence, a suggestion, status 2, nothing on stdout")
def no_command():
    for words, suggested in ((("tracee",), "trace"), (("Trace",), "trace"), (("lsit",), "list"), (("help", "stall"), "stalls"),
                             (("verison",), "version"), (("zzzz",), None), (("",), None), (("\x1b[2J",), None)):
        done = netstate(*words)
        same((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), str(words))
        check(done.stderr.startswith("netstate: no command \""), done.stderr)
        check("\x1b" not in done.stderr, repr(done.stderr))
        same(f"did you mean {suggested}?" in done.stderr if suggested else "did you mean" not in done.stderr, True, done.stderr)


@test("called as netstat the words mean what they mean to netstat")
def by_netstats_name():
    same(as_netstat("--version").stdout.splitlines()[0], "net-tools 2.10")
    check(as_netstat("-h").stdout.startswith("usage: netstat ["), "-h")
    check(as_netstat("-n", "--debug").returncode, "--debug is no option of netstat")
    same(as_netstat("tracee").returncode, 0)


@test("help that cannot be written: status 1 and a sentence")
def full_disk():
    for words in (["help"], ["version"], ["trace", "--help"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run([NETSTATE, *words], stdout=full, stderr=subprocess.PIPE, text=True)
        same((done.returncode, done.stderr), (1, "netstate: cannot write the output: No space left on device\n"), str(words))


@test("one word for one thing: --duration and -d in trace, live and stalls; --for is the same")
def durations():
    for command in ("trace", "live", "stalls"):
        for words in (("--duration", "soon"), ("--for", "soon"), ("-d", "soon")):
            done = netstate(command, *words)
            same((done.returncode, len(done.stderr.splitlines())), (2, 1), done.stderr)
            check("soon: malformed; expected a time" in done.stderr, done.stderr)
        check("--duration" in netstate(command, "--help").stdout, command)
        check(not re.search(r"--for\b", netstate(command, "--help").stdout), command)
    for command in ("trace", "stalls"):
        check("--count 0: out of range" in netstate(command, "--count", "0").stderr, command)


@test("an option error says which option and what is wrong with it")
def option_errors():
    for words, said in ((("list", "-q"), "unknown option -q"), (("trace", "--foo"), "unknown option --foo; see"),
                        (("list", "nginx"), "such as dport = :443, comm nginx or state established; netstate-filter(7) lists them all\n"),
                        (("kill", ":80"), "a port is written as port = :80, sport = :80 or dport = :80\n"),
                        (("explain", "10.0.0.1"), "an address is written as src ADDRESS or dst ADDRESS, a process as pid 80\n"),
                        (("trace", "--cuont", "1"), "did you mean --count? See: netstate trace --help\n"),
                        (("who", "nginx"), "netstate list 'comm NAME'"), (("list", "--json=yes"), 'option --json takes no argument; got "yes"'),
                        (("trace", "--cuont", "1"), "unknown option --cuont; did you mean --count?"),
                        (("trace", "--count"), "option --count needs an argument"),
                        (("trace", "--c", "1"), "option --c is ambiguous: --color, --count, --cgroup"),
                        (("list", "--fields", "State,pid"), '--fields: no field "State"; did you mean state?'),
                        (("list", "--sort", "-rt"), '--sort: no field "rt"; did you mean rtt_us?')):
        done = netstate(*words)
        same((done.returncode, done.stdout), (2, ""), str(words))
        if "ambiguous" in said:
            check("option --c is ambiguous: " in done.stderr and "--count" in done.stderr, done.stderr)
        else:
            check(said in done.stderr, done.stderr)
    done = netstate("-t", "--interval", "abc")
    same((done.returncode, done.stdout), (3, ""))
    check("option '--interval': invalid argument 'abc'" in done.stderr.splitlines()[0], done.stderr)


@test("--debug, and NETSTATE_DEBUG=1: steps with their times on stderr; without it none")
def debug():
    run = ("live", "--duration", "100ms", "state listen and dport = :1")
    for words, env in ((("--debug", *run), {}), ((*run, "--debug"), {}), (run, {"NETSTATE_DEBUG": "1"})):
        done = netstate(*words, env={**os.environ, **env})
        same(done.returncode, 0, done.stderr)
        lines = [line for line in done.stderr.splitlines() if re.match(r"netstate: debug: \[ *\d+\.\d{3} ms\] ", line)]
        for step in ("loaded in", "attached state (tp_btf/inet_sock_set_state)", "sockets are read by", "pass 1 over", "libbpf: "):
            check(any(step in line for line in lines), f"{step!r} not in {lines[-30:]}")
    for env in ({}, {"NETSTATE_DEBUG": "0"}, {"NETSTATE_DEBUG": ""}):
        check("debug" not in netstate(*run, env={**os.environ, **env}).stderr, str(env))


@test("--debug says which source netstat's listing came from, and stdout stays the same")
def debug_netstat():
    with Namespace() as ns, ns.actor("srv") as server:
        server("l = listener('127.0.0.1', 80)")
        loud, still = netstate("-ltn", "--debug", namespace=ns), netstate("-ltn", namespace=ns)
        same((loud.returncode, loud.stdout), (0, still.stdout))
        check("sockets are read from /proc" in loud.stderr, loud.stderr)
        check("BPF iterators" in netstate("-ltn", "--source=kernel", "--debug", namespace=ns).stderr, "kernel")


@test("a program that the kernel refuses: --debug shows what libbpf said of it")
def refused():
    setpriv = ["setpriv", "--bounding-set=-bpf,-perfmon,-sys_admin", "--inh-caps=-all", NETSTATE, "trace", "--duration", "50ms"]
    for words, wanted in (([], False), (["--debug"], True)):
        done = subprocess.run([*setpriv, *words], capture_output=True, text=True, timeout=20)
        same(done.returncode, 1, done.stderr)
        same("libbpf: " in done.stderr, wanted, done.stderr)


main()
