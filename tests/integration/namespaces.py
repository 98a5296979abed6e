# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Network namespaces of a test's own, veth pairs between them, and actors: processes that live in one and do as told."""
import contextlib
import ctypes
import errno
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import traceback

import actor_tools

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from reap import descendants, kill  # noqa: E402

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PREFIX = "nstest"
libc = ctypes.CDLL(None, use_errno=True)

class Skip(Exception):
    """This test cannot run here; the reason goes into the skip line."""


_namespaces = []
_actors = []
_started = []  # by popen()
_orphans = set()  # (pid, start time) of what ended actors had started


def ip(*words, check=True):
    """Runs ip(8); returns what it printed."""
    done = subprocess.run(["ip", *map(str, words)], capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"ip {' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout


def enter_netns(path):
    """Moves the calling thread into the network namespace."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.setns(fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {path}")
    finally:
        os.close(fd)


@contextlib.contextmanager
def inside(path):
    """The calling thread is in the network namespace meanwhile, and what it starts."""
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter_netns(path)
        try:
            yield
        finally:
            if libc.setns(own, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns back")
    finally:
        os.close(own)


def _die_with_test():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


# Any preexec_fn makes Popen fork the whole interpreter: 37 ms of a processor for each start instead of 6. tests/reap.py ends what is left.
DIE_WITH_TEST = None if os.environ.get("NETSTATE_REAPER") == str(os.getppid()) else _die_with_test


class Namespace:
    """A network namespace with a unique name, lo up; removed at the end of the test program whatever happens."""

    count = 0

    def __init__(self):
        Namespace.count += 1
        self.name = f"{PREFIX}-{os.getpid()}-{Namespace.count}"
        _namespaces.append(self)
        ip("netns", "add", self.name)
        self.path = f"/run/netns/{self.name}"
        self.inode = os.stat(self.path).st_ino
        self.ip("link", "set", "lo", "up")

    def ip(self, *words, check=True):
        return ip("-n", self.name, *words, check=check)

    def run(self, *words, **options):
        """Runs a program inside; returns the CompletedProcess, its output as text."""
        options = {"capture_output": True, "text": True, "timeout": 60, **options}
        return subprocess.run(["ip", "netns", "exec", self.name, *map(str, words)], **options)

    def popen(self, words, **options):
        """Starts a program inside, as a direct child (its pid is the program's)."""
        with inside(self.path):
            process = subprocess.Popen([str(word) for word in words], preexec_fn=DIE_WITH_TEST, **options)
        _started.append(process)
        return process

    def sysctl(self, name, value):
        path = "/proc/sys/" + name.replace(".", "/")
        result = self.run("sh", "-c", 'echo "$1" > "$2"', "sh", value, path)
        if result.returncode:
            raise RuntimeError(result.stderr.strip())

    def actor(self, comm, uid=None):
        return Actor(self, comm, uid)

    def remove(self):
        if self in _namespaces:
            _namespaces.remove(self)
            ip("netns", "del", self.name, check=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for actor in [a for a in _actors if a.namespace is self]:
            actor.stop()
        self.remove()


def veth(left, left_addresses, right, right_addresses, names=("veth0", "veth0")):
    """Joins two namespaces by a veth pair with addresses like "10.77.0.1/24", "fd77::1/64" on its ends."""
    try:
        left.ip("link", "add", names[0], "type", "veth", "peer", "name", names[1], "netns", right.name)
    except RuntimeError as error:
        raise Skip(f"no veth in this kernel: {error}") if "Unknown device type" in str(error) else error
    for side, name, addresses in ((left, names[0], left_addresses), (right, names[1], right_addresses)):
        for address in addresses:
            side.ip("addr", "add", address, "dev", name, *(["nodad"] if ":" in address else []))
        side.ip("link", "set", name, "up")


class ActorError(Exception):
    """What the actor's code raised; errno is its name ("ECONNREFUSED") or None."""

    def __init__(self, kind, text, error):
        super().__init__(f"{kind}: {text}")
        self.kind, self.errno = kind, error


class Actor:
    """A process in a namespace that runs the Python code it is sent and keeps its variables from one piece to the next.

    cli = namespace.actor("cli")            # comm "cli"
    cli("c = socket.create_connection(('127.0.0.1', 80))")
    port = cli("c.getsockname()[1]")        # expressions give their value (anything JSON can carry)
    cli.begin("c.recv(1)"); ...; cli.end()  # for what blocks
    """

    def __init__(self, namespace, comm, uid=None):
        self.namespace, self.comm = namespace, comm
        mine, theirs = socket.socketpair()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            mine.close()
            _act(namespace, comm, uid, theirs)
        theirs.close()
        self.channel, self.rest = mine, b""
        self.status = None
        _actors.append(self)
        self.end(40)

    def __call__(self, code, timeout=120):
        self.begin(code)
        return self.end(timeout)

    def begin(self, code):
        self.channel.sendall(json.dumps(code).encode() + b"\n")

    def end(self, timeout=120):
        deadline = time.monotonic() + timeout
        while b"\n" not in self.rest:
            if not select.select([self.channel], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError(f"actor {self.comm} did not answer in {timeout} s")
            data = self.channel.recv(65536)
            if not data:
                raise EOFError(f"actor {self.comm} ended: status {self.wait()}")
            self.rest += data
        line, _, self.rest = self.rest.partition(b"\n")
        answer = json.loads(line)
        if "error" in answer:
            raise ActorError(*answer["error"])
        return answer["value"]

    def fails(self, code, timeout=120):
        """Runs code that must raise OSError; returns the errno's name."""
        try:
            value = self(code, timeout)
        except ActorError as error:
            if error.errno:
                return error.errno
            raise
        raise AssertionError(f"{code!r} gave {value!r}, not an error")

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self):
        if self.status is None:
            self.status = os.waitpid(self.pid, 0)[1]
        return self.status

    def stop(self):
        """Ends the process (its sockets close)."""
        if self in _actors:
            _actors.remove(self)
        self.channel.close()
        if self.status is None:
            _orphans.update((pid, started(pid)) for pid in descendants(self.pid))
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Interrupted(Exception):
    """Raised in an actor by SIGUSR1: a call that it interrupts is not tried again."""


def _interrupt(*_):
    raise Interrupted()


def set_comm(comm):
    with open("/proc/self/comm", "wb") as file:
        file.write(comm if isinstance(comm, bytes) else comm.encode())


def _act(namespace, comm, uid, channel):
    """The actor's own process: never returns."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGUSR1, _interrupt)
        enter_netns(namespace.path)
        set_comm(comm)
        if uid is not None:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # after setuid, which clears it
        scope = dict(vars(actor_tools), set_comm=set_comm)
        channel.sendall(b'{"value": null}\n')
        for line in channel.makefile("rb"):
            channel.sendall(json.dumps(_answer(json.loads(line), scope), default=repr).encode() + b"\n")
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _answer(code, scope):
    try:
        try:
            compiled = compile(code, "<actor>", "eval")
        except SyntaxError:
            exec(compile(code, "<actor>", "exec"), scope)
            return {"value": None}
        return {"value": eval(compiled, scope)}
    except OSError as error:
        return {"error": (type(error).__name__, str(error), errno.errorcode.get(error.errno))}
    except Exception as error:
        return {"error": (type(error).__name__, str(error) or repr(error), None)}


def started(pid):
    """When a process started: with its pid what tells it from a later one."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[19]
    except OSError:
        return None


def end_orphans():
    """What an actor started dies with nobody: it would listen, and hold the test's output open, long after the test."""
    for pid, start in _orphans:
        if start and started(pid) == start:
            kill(pid)
    _orphans.clear()


def remove_all():
    for actor in list(_actors):
        actor.stop()
    end_orphans()
    for process in _started:
        if process.poll() is None:
            process.kill()
            process.wait()
    _started.clear()
    for namespace in list(_namespaces):
        namespace.remove()


def sweep():
    """Removes what test programs that were killed with -9 left behind."""
    for line in ip("netns", "list", check=False).splitlines():
        words = line.split()
        parts = words[0].split("-") if words else []
        if len(parts) == 3 and parts[0] == PREFIX and not os.path.exists(f"/proc/{parts[1]}"):
            ip("netns", "del", words[0], check=False)
