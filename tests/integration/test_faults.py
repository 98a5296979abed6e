#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The fault table: whatever a machine lacks, each command ends by itself, says the true reason in a sentence, and nothing crashes."""
import concurrent.futures
import errno
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile

import cgroup
import faults
from faults import COMMANDS, EPERM, ENOSYS, limit, mounts, refuse
from harness import *

NO_BTF = "mount --bind /dev/null /sys/kernel/btf/vmlinux"
LINES_MAX = 8  # on stderr: sentences, not a flood


def each(words=(), before=None):
    """Every command with the fault: {name: done}. None crashes, hangs or says anything that is no sentence."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        runs = {name: pool.submit(faults.run, command, words, before) for name, command in COMMANDS.items()}
        done = {name: run.result() for name, run in runs.items()}
    for name, one in done.items():
        wanted = (0, 1, 3) if name == "explain" else (0, 1)
        check(one.returncode in wanted, f"{name}: status {one.returncode}: {one.stderr}")
        lines = one.stderr.splitlines()
        check(all(line.startswith("netstate: ") for line in lines) and len(lines) <= LINES_MAX, f"{name}: {one.stderr}")
        check(not one.returncode or lines or name in ("who", "doctor", "explain"), f"{name} fails without a word")
    return done


def works(done, *names):
    for name in names:
        same(done[name].returncode, 0, f"{name}: {done[name].stderr}")


def fails(done, words, *names):
    for name in names:
        same(done[name].returncode, 1, f"{name}: {done[name].stderr}")
        check(words in done[name].stderr, f"{name}: {words!r} is not the reason in: {done[name].stderr}")


def lacks(done, *names):
    """doctor says so of these, in text."""
    lines = done["doctor"].stdout.splitlines()
    for name in names:
        check(any(line.startswith("--") and name in line for line in lines), f"doctor is silent on {name}:\n" + "\n".join(lines))


def needs(script):
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True)
    if done.returncode:
        skip(f"this machine does not let a test do it: {done.stderr.strip()}")
    return mounts(script)


@test("no /proc: all commands work, and it is said once")
def no_proc():
    done = each(needs("umount -l /proc"))
    works(done, "trace", "list", "live", "stalls", "doctor")
    check("there is no /proc" in done["list"].stderr, done["list"].stderr)
    lacks(done, "/proc")


@test("no /sys: the reason is that it is not mounted, not the kernel; list, explain and who go on without BPF")
def no_sys():
    done = each(needs("umount -l /sys"))
    fails(done, "/sys is not mounted", "trace", "live")
    works(done, "list")
    check("/sys is not mounted" in done["list"].stderr, done["list"].stderr)
    lacks(done, "/sys", "BTF")


@test("BTF that cannot be read: said as that; a copy of it by --btf serves in its place")
def no_btf():
    words = needs(NO_BTF)
    done = each(words)
    fails(done, "/sys/kernel/btf/vmlinux cannot be read as BTF", "trace", "live")
    lacks(done, "BTF")
    with tempfile.NamedTemporaryFile() as copy, open("/sys/kernel/btf/vmlinux", "rb") as own:
        copy.write(own.read())
        copy.flush()
        for name, command in COMMANDS.items():
            one = faults.run([*command, "--btf", copy.name], words)
            check(one.returncode == 0 or name in ("who", "explain"), f"{name} --btf: {one.stderr}")
            check("BTF" not in one.stderr, f"{name} --btf: {one.stderr}")
        copy.truncate(1000)
        one = faults.run(["trace", "--btf", copy.name])
        same((one.returncode, one.stdout, len(one.stderr.splitlines())), (2, "", 1), one.stderr)


@test("a kernel without IPv6: all programs load")
def no_ipv6():
    with tempfile.NamedTemporaryFile() as types:
        faults.no_ipv6(types.name)
        lacks = faults.run(["doctor"]).stdout.count("\n--   ")
        for name, command in COMMANDS.items():
            one = faults.run([*command, "--btf", types.name])
            check(one.returncode == 0 or name in ("who", "explain"), f"{name}: {one.stderr}")
            check("sock_diag" not in one.stderr, f"{name}: {one.stderr}")
            same(one.stdout.count("\n--   "), lacks if name == "doctor" else 0, one.stdout)


LISTENS = """
listener, hanging = socket.socket(), []
listener.bind(("127.0.0.1", 0))
listener.listen(0)
"""
HANGS = """
for _ in range(3):
    hanging.append(socket.socket())
    hanging[-1].setblocking(False)
    hanging[-1].connect_ex(listener.getsockname())
"""


@test("stalls with bpf(2) refused: a connect that hangs is reported with owner, age and retries, and its end as well")
def polling_stalls():
    with Namespace() as ns, Actor(ns, "hanger") as actor:
        actor(LISTENS)
        port = actor("listener.getsockname()[1]")
        command = [NETSTATE, "stalls", "--json", "--port", str(port)]
        with Program(command, ready="watching", preexec_fn=refuse(faults.BPF, EPERM)) as stalls:
            check(any("by sock_diag instead" in line for line in stalls.errors), stalls.describe())
            actor(HANGS)

            def reports(update):
                return [row for row in (json.loads(text) for _, text in stalls.lines) if row["update"] == update]
            stalls.wait(lambda: reports("stalled"), 30, "the report of a connect that hangs")
            report = reports("stalled")[0]
            same((report["pid"], report["verdict"], report["raddr"], report["syn_held"]),
                 (actor.pid, "no_answer", "127.0.0.1", 0), stalls.describe())
            check(report["age_us"] >= 1000000 and report["next_retry_ms"] is not None, f"{report}")
            check(report["confidence"] == "low" and not report["before_start"], f"{report}")  # it began while netstate ran
            # 127 s by tcp_syn_retries 6, and a second each of tcp_syn_linear_timeouts 4 where the kernel has it
            check(120e3 < report["gives_up_ms"] + report["age_us"] / 1e3 < 140e3, f"{report}")
            text = " ".join(report["evidence"])
            check("known from sock_diag only" in text, text)
            wrong = [words for words in ("pending at startup", "unavailable", "left this host, ") if words in text]
            check(not wrong, f"{wrong}: {text}")
            stalls.wait(lambda: any(row["syn_sent"] >= 3 and not row["syn_held"] for row in reports("changed")), 30, "retries")
            actor("[one.close() for one in hanging]")
            stalls.wait(lambda: reports("ended"), 30, "the end")
            same(stalls.stop(), 0, stalls.describe())
            took = next((line.split() for line in stalls.errors if re.search(" stalls? among ", line)), None)
            check(took, stalls.describe())
            check(took[1] == "2" and (took[-1] == "ms" or float(took[-2]) < 300), f"{took}")  # the queue takes one of three


@test("--btf with a file that is none, cannot be read, or blocks: one sentence, status 2")
def bad_btf():
    with tempfile.TemporaryDirectory() as folder:
        fifo = os.path.join(folder, "fifo")
        os.mkfifo(fifo)
        for path in ("/etc/passwd", "/nosuch", "/", "/dev/zero", fifo):
            done = faults.run(["list", "--btf", path])
            same((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1), done.stderr)
            check(path in done.stderr, done.stderr)


@test("bpf(2) refused by a seccomp filter, with EPERM or ENOSYS: the filter is named; list, explain and who go on")
def no_bpf():
    for error in (EPERM, ENOSYS):
        done = each(before=refuse(faults.BPF, error))
        fails(done, "a seccomp filter of this process refuses bpf(2)", "trace", "live")
        works(done, "list")
        check("a seccomp filter" in done["list"].stderr, done["list"].stderr)
        same(done["doctor"].returncode, 1)
        lacks(done, "BPF programs", "BPF iterators")


@test("setns(2) refused: one's own network namespace is shown, and doctor says what is missing")
def no_setns():
    done = each(before=refuse(faults.SETNS, EPERM))
    works(done, "trace", "list", "live", "stalls", "doctor")
    lacks(done, "enter network namespaces")


@test("few open files: the limit is the reason, not the kernel")
def few_descriptors():
    for count in (4, 16):
        done = each(before=limit(resource.RLIMIT_NOFILE, count))
        for name, one in done.items():
            check("no BTF" not in one.stderr, f"{name} with {count}: {one.stderr}")
        fails(done, "ulimit -n", "trace", "live")
        lacks(done, "open files")


@test("little address space: no memory is the reason")
def little_memory():
    for megabytes in (16, 24):
        done = each(before=limit(resource.RLIMIT_AS, megabytes << 20))
        for name, one in done.items():
            check("no BTF" not in one.stderr, f"{name} with {megabytes} MB: {one.stderr}")
            if one.returncode and name in ("trace", "list", "live"):
                check("memory" in one.stderr, f"{name} with {megabytes} MB: {one.stderr}")


def in_memory(megabytes):
    """The commands in a memory cgroup."""
    try:
        group = cgroup.MemoryLimit(megabytes)
    except OSError as error:
        skip(f"no memory cgroup can be made: {error}")
    with group:
        return {name: faults.run(COMMANDS[name], before=group.enter)
                for name in ("trace", "list", "live", "stalls", "explain", "who")}


@test("a memory cgroup with too little: that is the reason, what needs no BPF works, and the kernel kills nobody")
def little_memory_cgroup():
    done = in_memory(12)
    for name, one in done.items():
        check(one.returncode >= 0, f"{name}: {one.returncode} {one.stderr}")
        check("the memory cgroup leaves" in one.stderr, f"{name}: {one.stderr}")
    same((done["trace"].returncode, done["live"].returncode, done["list"].returncode, done["stalls"].returncode), (1, 1, 0, 0))
    # beside any number of sockets
    for name, one in in_memory(64).items():
        check(one.returncode in (0, 1 if name == "who" else 3), f"{name} with 64 MB: {one.returncode} {one.stderr}")


# Ten thousand loopback connections.
CONNECTIONS = """
import resource, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
server, kept = socket.create_server(("127.0.0.1", 0), backlog=100), []
try:
    for _ in range(10000):
        kept.append((socket.create_connection(server.getsockname()), server.accept()))
except OSError:
    pass
print(flush=True)
sys.stdin.read()
"""


@test("explain --watch in a memory cgroup beside very many sockets: what it keeps twice fits, or it says what is missing", long=True)
def watch_in_little_memory():
    crowd = [subprocess.Popen([sys.executable, "-c", CONNECTIONS], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(5)]
    for one in crowd:
        one.stdout.readline()
    try:
        for megabytes in (40, 48, 56, 64):
            with cgroup.MemoryLimit(megabytes) as group:
                done = faults.run(["explain", "--watch", "2s"], before=group.enter)
                check(done.returncode in (0, 1, 3) and "the memory cgroup leaves" in done.stderr, f"{megabytes} MB: {done.returncode} {done.stderr}")
    except OSError as error:
        skip(f"no memory cgroup can be made: {error}")
    finally:
        for one in crowd:
            one.communicate(b"")


@test("RLIMIT_MEMLOCK 0: no matter where maps are charged to the memory cgroup")
def no_memlock():
    if tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2]) < (5, 11):
        skip("maps count against it here")
    works(each(before=limit(resource.RLIMIT_MEMLOCK, 0)), "trace", "list", "live", "stalls", "doctor")


@test("no cgroup v2 mounted, no tracefs mounted, hidepid: nothing changes for root")
def hidden():
    for script in ("umount -l /sys/fs/cgroup", "mount -t tmpfs none /sys/kernel/tracing && mount -t tmpfs none /sys/kernel/debug",
                   "mount -o remount,hidepid=2 /proc"):
        works(each(needs(script)), "trace", "list", "live", "stalls", "doctor")


@test("namespaces of its own: a pid namespace is said; a user namespace may not load programs, and that is the reason")
def namespaced():
    done = each(["unshare", "--pid", "--fork", "--mount-proc"])
    works(done, "trace", "list", "live", "stalls", "doctor")
    check("pid namespace" in done["trace"].stderr, done["trace"].stderr)
    if subprocess.run(["unshare", "--user", "--map-root-user", "true"], capture_output=True).returncode:
        skip("no user namespaces here")
    done = each(["unshare", "--user", "--map-root-user"])
    fails(done, "user namespace", "trace", "live")
    works(done, "list")
    same(done["doctor"].returncode, 1)
    lacks(done, "cgroup v2", "enter network namespaces", "BPF programs")


@test("chroot into a folder without /proc and /sys: said, and no crash")
def in_chroot():
    script = "mount --rbind / /mnt && umount -l /mnt/proc && umount -l /mnt/sys"
    done = each([*needs(script), "chroot", "/mnt"])
    fails(done, "/sys is not mounted", "trace", "live")
    lacks(done, "/proc", "/sys")


@test("doctor --json says the same as doctor in all of these")
def doctor_json():
    for words, before in ((needs("umount -l /sys"), None), (needs("umount -l /proc"), None), ((), refuse(faults.BPF, EPERM)),
                          ((), limit(resource.RLIMIT_NOFILE, 16))):
        text = faults.run(["doctor"], words, before)
        rows = [json.loads(line) for line in faults.run(["doctor", "--json"], words, before).stdout.splitlines()]
        lines = text.stdout.splitlines()[1:]
        same(len(rows), len(lines))
        for row, line in zip(rows, lines):
            same(line.startswith("ok "), row["ok"], line)
            check(line.endswith(row["gives"] if row["ok"] else row["without"]), line)


# ---------------------------------------------------------------- outputs

NETSTAT = os.path.join(BUILD, "netstat")
OUTPUTS = {**{name: (command, NETSTATE) for name, command in COMMANDS.items()}, "netstat": (["-an"], NETSTAT)}


@test("a full disk, and a file that may not grow: each command says that the output cannot be written, status 1")
def full():
    listener = socket.create_server(("127.0.0.1", 0))  # something to list on a machine that has no socket
    for name, (command, program) in OUTPUTS.items():
        if name in ("stalls", "explain", "who"):
            continue  # they may have nothing to print
        with open("/dev/full", "w") as disk:
            done = faults.run(command, stdout=disk, program=program)
        same(done.returncode, 1, f"{name}: {done.stderr}")
        check(os.strerror(errno.ENOSPC) in done.stderr, f"{name}: {done.stderr}")
        with tempfile.TemporaryFile() as file:
            done = faults.run(command, before=limit(resource.RLIMIT_FSIZE, 0), stdout=file, program=program)
        same(done.returncode, 1, f"{name}: {done.stderr}")
        check(os.strerror(errno.EFBIG) in done.stderr, f"{name}: {done.stderr}")
    listener.close()


@test("a full file system for --record and --dump: said, status 1")
def full_records():
    with tempfile.TemporaryDirectory() as folder:
        words = needs(f"mount -t tmpfs -o size=4k none {folder} && head -c 4096 /dev/zero > {folder}/filler")
        for command in (["trace", "--duration", "200ms", "--record"], ["stalls", "--duration", "200ms", "--record"],
                        ["explain", "--record"]):
            done = faults.run([*command, os.path.join(folder, "out")], words)
            same(done.returncode, 1, f"{command}: {done.stderr}")
            check(os.strerror(errno.ENOSPC) in done.stderr, f"{command}: {done.stderr}")


@test("a reader that is gone: no crash, no hang")
def no_reader():
    for name, (command, program) in OUTPUTS.items():
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            done = faults.run(command, stdout=pipe, program=program)
        check(done.returncode in (0, 1, 3, 141, -13), f"{name}: status {done.returncode}: {done.stderr}")


FOREVER = {"trace": ["trace"], "live": ["live", "--json"], "stalls": ["stalls"]}


@test("a reader that stops, SIGSTOP and SIGCONT: SIGTERM ends it all the same; kill -9: nothing stays in the kernel")
def stopped_and_killed():
    for number in (signal.SIGTERM, signal.SIGKILL):
        reading, writing = os.pipe()  # nobody reads
        running = [Program([NETSTATE, *command], ready="watching connects" if name == "stalls" else "netstate: ", stdout=writing)
                   for name, command in FOREVER.items()]  # stalls says before what an older kernel lacks
        os.close(writing)
        held = set().union(*(bpf_ids(program.pid) for program in running))
        for sent in (signal.SIGSTOP, signal.SIGCONT):
            for program in running:
                program.process.send_signal(sent)
        for program in running:
            status = program.stop(number, timeout=30)
            lost = any("discarded" in line for line in program.errors)  # a full pipe: said, status 1
            check(status == (1 if lost else 0) or number == signal.SIGKILL, program.describe())
        os.close(reading)
        same(bpf_gone(held, 30), set(), "left in the kernel")


main()
