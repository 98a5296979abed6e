# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate, started by a test: waits until it is ready, collects what it prints, ends it, sees that nothing stays behind."""
import contextlib
import ctypes
import glob
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import event_rules
import namespaces
from reap import descendants, kill, where

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("O", "build"))
NETSTATE = os.environ.get("NETSTATE", os.path.join(BUILD, "netstate"))
READY = "netstate: tracing"
PATIENCE = 4  # times each limit: a busy machine, or emulated processors; it costs time only where something fails
_running = []


class Program:
    """A running program whose output lines are collected as they come.

    lines: [(CLOCK_MONOTONIC ns when read, text)] of stdout; errors: the lines of stderr.
    """

    def __init__(self, argv, ready=None, timeout=20, **options):
        self.argv = [str(word) for word in argv]
        self.lines, self.errors = [], []
        self.changed = threading.Condition()
        begin = time.monotonic()
        self.process = subprocess.Popen(self.argv, stdin=options.pop("stdin", subprocess.DEVNULL),
                                        stdout=options.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE,
                                        preexec_fn=options.pop("preexec_fn", namespaces.DIE_WITH_TEST), **options)
        self.pid = self.process.pid
        _running.append(self)
        self.readers = [threading.Thread(target=self._read, args=(self.process.stderr, self._error), daemon=True)]
        if self.process.stdout:
            self.readers.append(threading.Thread(target=self._read, args=(self.process.stdout, self._line), daemon=True))
        for reader in self.readers:
            reader.start()
        if ready:
            self.wait(lambda: any(ready in line for line in self.errors), timeout, f"{ready!r} on stderr")
        self.ready_after = time.monotonic() - begin

    def _read(self, pipe, keep):
        for raw in pipe:
            now = time.monotonic_ns()
            with self.changed:
                keep(now, raw.decode(errors="surrogateescape").rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def _line(self, now, text):
        self.lines.append((now, text))

    def _error(self, now, text):
        self.errors.append(text)

    def wait(self, holds, timeout=10, what="what was waited for"):
        """Until holds() is true; an AssertionError with what was seen after the timeout or when the program ends."""
        deadline = time.monotonic() + timeout * PATIENCE
        with self.changed:
            while not holds():
                ended = not any(reader.is_alive() for reader in self.readers)
                if ended or time.monotonic() > deadline:
                    raise AssertionError(f"{what} not seen {'before the end' if ended else f'in {timeout} s'}: "
                                         + self.describe())
                self.changed.wait(0.05)

    def describe(self):
        text = [line for _, line in self.lines[-40:]]
        standing = [] if self.process.returncode is not None else ["-- it runs:", *standstill(self.pid)]
        return "\n".join([f"$ {' '.join(self.argv)}", *text, "-- stderr:", *self.errors[-20:], *standing])

    def stop(self, number=signal.SIGTERM, timeout=20):
        """Sends the signal (None: just waits) and returns the exit status; everything it printed is then collected."""
        if number is not None and self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end in {timeout * PATIENCE} s: {self.describe()}") from None
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            for reader in self.readers:
                reader.join(5)
            if self in _running:
                _running.remove(self)
        return status

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        else:
            Program.stop(self)


class Tracer(Program):
    """`netstate trace --json`, ready; events of the given namespaces only (none given: of all). For one namespace the
    kernel is asked to keep the others back, so that a busy machine cannot fill the ring (whole: not even then).

    with Tracer(ns) as trace:
        ...
        trace.expect(2, kind="state", new="ESTABLISHED")
    trace.events
    """

    def __init__(self, *spaces, options=(), whole=False, **program):
        self.inodes = {space.inode for space in spaces}
        if len(spaces) == 1 and not whole:
            options = ["--netns", spaces[0].name, *options]
        self.all_events, self.parsed = [], 0
        super().__init__([NETSTATE, "trace", "--json", *options], ready=READY, **program)

    @property
    def events(self):
        """All events so far, as dicts; read_ns is when the line came."""
        while self.parsed < len(self.lines):
            now, text = self.lines[self.parsed]
            self.parsed += 1
            self.all_events.append(dict(json.loads(text), read_ns=now))
        return [event for event in self.all_events
                if not self.inodes or event["netns"] in self.inodes or event["kind"] == "gap"]

    def select(self, **fields):
        """The events whose fields have these values (a tuple or list: one of them)."""
        return [event for event in self.events if matches(event, fields)]

    def expect(self, count=1, timeout=10, **fields):
        """Waits until at least so many events match; returns them."""
        self.wait(lambda: len(self.select(**fields)) >= count, timeout, f"{count} of {fields}")
        return self.select(**fields)

    def steps(self, cookie):
        """["CLOSE>SYN_SENT", ...] of one socket. A hand-over to a time-wait minisocket counts as the CLOSE that the
        state hook reports, and what the minisocket does later is left out."""
        return [f"{event['old']}>{event['new'].replace('TIME_WAIT', 'CLOSE')}"
                for event in self.select(kind="state", cookie=cookie) if event["old"] != "TIME_WAIT"]

    def stop(self, *words, **options):
        status = super().stop(*words, **options)
        self.check_sum()
        for event in self.events:
            problems = event_rules.broken(event)
            assert not problems, f"{'; '.join(problems)}: {event}"
        return status

    def check_sum(self):
        """The summary accounts for every transition that the kernel made."""
        told = "\n".join(self.errors)
        match = re.search(r"(\d+) transitions seen = (\d+) emitted \+ (\d+) filtered \+ (\d+) lost", told)
        assert match, f"no account of the transitions: {told}"
        seen, *parts = (int(number) for number in match.groups())
        assert seen == sum(parts), f"seen is not emitted + filtered + lost: {match[0]}"


def matches(event, fields):
    return all(event[key] in value if isinstance(value, (tuple, list, set)) else event[key] == value
               for key, value in fields.items())


def standstill(pid):
    """What a process and those below it wait for, for the message of a test whose time is over."""
    return [line for one in (pid, *descendants(pid)) for line in where(one)]


def run_whole(argv, timeout, **options):
    """subprocess.run() that says of a program that does not end what it waits for."""
    with subprocess.Popen(argv, **options) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            told = standstill(process.pid)
            for pid in (*descendants(process.pid), process.pid):
                kill(pid)
            out, err = process.communicate()
            raise AssertionError("\n".join([f"{argv} does not end in {timeout} s:", *told, f"printed: {out!r} {err!r}"])) from None
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


def netstate(*words, namespace=None, timeout=60, **options):
    """Runs netstate to its end; returns the CompletedProcess, text."""
    argv = [NETSTATE, *map(str, words)]
    if namespace:
        return namespace.run(*argv, timeout=timeout * PATIENCE, **options)
    options = {"text": True, "errors": "surrogateescape", **options}  # other programs' names need not be UTF-8
    return subprocess.run(argv, capture_output=True, timeout=timeout * PATIENCE, stdin=subprocess.DEVNULL, **options)


@contextlib.contextmanager
def public_copy():
    """A copy of netstate that every user can execute: the build folder may lie below a home that others may not enter."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield shutil.copy(NETSTATE, folder)


def bpf_ids(pid):
    """{("prog", 12), ("map", 7), ("link", 3)}: what the process holds."""
    found = set()
    for path in glob.glob(f"/proc/{pid}/fdinfo/*"):
        try:
            text = open(path).read()
        except OSError:
            continue
        found |= {(kind, int(number)) for kind, number in re.findall(r"^(prog|map|link)_id:\s*(\d+)", text, re.M)}
    return found


def _bpf_listed(bpftool, kind):
    """Rows of `bpftool KIND list`; once more where it ended in an error: an object of somebody else's went meanwhile."""
    for _ in range(50):
        listed = json.loads(subprocess.run([bpftool, "-j", kind, "list"], capture_output=True, text=True).stdout or "[]")
        if isinstance(listed, list) and all("id" in row for row in listed):
            return listed
        time.sleep(0.1)
    raise AssertionError(f"bpftool {kind} list: {listed}")


def bpf_alive(ids):
    """Those of the ids that the kernel still has."""
    bpftool = shutil.which("bpftool", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    alive = set()
    for kind in {kind for kind, _ in ids}:
        alive |= {(kind, row["id"]) for row in _bpf_listed(bpftool, kind)}
    return alive & ids


def bpf_gone(ids, timeout=10):
    """Waits until the kernel has none of the ids (it frees them after a grace period); returns those that stay."""
    deadline = time.monotonic() + timeout
    while bpf_alive(ids) and time.monotonic() < deadline:
        time.sleep(0.1)
    return bpf_alive(ids)


def bpf_problem():
    """Why this machine cannot run BPF programs, or None."""
    if os.geteuid():
        return "needs root"
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        return "this kernel has no BTF"
    number = {"x86_64": 321, "aarch64": 280}.get(os.uname().machine)
    attributes = ctypes.create_string_buffer(128)  # BPF_MAP_CREATE: an array of one 4-byte value
    attributes[0:16] = b"".join(value.to_bytes(4, "little") for value in (2, 4, 4, 1))
    limits = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    try:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except ValueError:
        pass  # matters before 5.11 only
    fd = namespaces.libc.syscall(number, 0, attributes, 128) if number else -1
    resource.setrlimit(resource.RLIMIT_MEMLOCK, limits)
    if fd < 0:
        return f"bpf(2) is refused: {os.strerror(ctypes.get_errno())}"
    os.close(fd)
    return None


def stop_all():
    for program in list(_running):
        program.process.kill()
        Program.stop(program, None)
