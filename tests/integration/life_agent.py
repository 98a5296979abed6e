# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A process of test_owners_random.py: connects to the socket PATH and runs the Python code that it is sent, one line of
JSON each. Children that it makes connect there for themselves, so that every process and thread can be told what to do."""
import array
import ctypes
import json
import os
import signal
import socket
import sys
import threading

libc = ctypes.CDLL(None, use_errno=True)
PATH = sys.argv[1]
CONTROL = 400  # descriptors from here on are the agent's own: control channels and the mailbox
SYS_CLONE, SYS_UNSHARE, SYS_PIDFD_OPEN, SYS_PIDFD_GETFD, SYS_CLOSE_RANGE = 56, 272, 434, 438, 436
SYS_IO_URING_SETUP, SYS_IO_URING_REGISTER, IORING_REGISTER_FILES = 425, 427, 2
CLONE_FILES, SIGCHLD = 0x400, 17
F_DUPFD, F_DUPFD_CLOEXEC = 0, 1030


def call(number, *words):
    """A system call by its number; OSError where it fails."""
    result = libc.syscall(number, *words)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def upwards(fd):
    """The same file at a number that no step closes."""
    import fcntl
    high = fcntl.fcntl(fd, F_DUPFD_CLOEXEC, CONTROL)
    os.close(fd)
    return high


def tcp():
    """A descriptor of a TCP socket; not wrapped: descriptors come and go by their numbers here."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return sock.detach()


def wrapped(fd):
    """A Python socket of a duplicate that is closed at once; used within one step."""
    return socket.socket(fileno=os.dup(fd))


def listen(backlog):
    fd = tcp()
    with wrapped(fd) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(backlog)
        return sock.getsockname()[1] if fd else 0


def connect(port):
    fd = tcp()
    with wrapped(fd) as sock:
        sock.settimeout(2)
        sock.connect(("127.0.0.1", port))
        sock.settimeout(None)


def connect_shared(agent, port):
    """The child connects a socket that both have."""
    fd = tcp()
    child = fork(agent)
    if child:
        return child
    with wrapped(fd) as sock:
        sock.connect(("127.0.0.1", port))


def accept(fd):
    with wrapped(fd) as sock:
        sock.setblocking(False)
        new = sock.accept()[0]
        new.setblocking(True)
        new.detach()


def shut(fd, how):
    with wrapped(fd) as sock:
        sock.shutdown(how)


def rights(fds):
    return [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]


def mail(path, fds):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.sendmsg([b"x"], rights(fds), socket.MSG_DONTWAIT, path)


def mail_nested(path, fd):
    """A message that holds a UNIX socket, in whose queue lies a message with the descriptor."""
    a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with a, b:
        a.sendmsg([b"y"], rights([fd]))
        mail(path, [b.fileno()])


def in_a_circle(fd):
    """A UNIX socket that lies in its own queue beside the descriptor: only the kernel's collector finds it."""
    a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with a, b:
        a.sendmsg([b"z"], rights([b.fileno(), fd]))


def received(sock):
    return [number for _, _, data in sock.recvmsg(1, 256, socket.MSG_DONTWAIT)[1]
            for number in array.array("i", data[:len(data) & ~3])]


def take_mail(agent):
    for fd in received(agent.mailbox):
        sock = socket.socket(fileno=fd)
        if sock.family == socket.AF_UNIX:
            with sock:
                received(sock)
        else:
            sock.detach()


def steal(pid, fd):
    pidfd = call(SYS_PIDFD_OPEN, pid, 0)
    try:
        call(SYS_PIDFD_GETFD, pidfd, fd, 0)
    finally:
        os.close(pidfd)


def into_ring(fd):
    """io_uring holds the file, and the ring's descriptor is at its place afterwards."""
    params = ctypes.create_string_buffer(120)
    ring = call(SYS_IO_URING_SETUP, 2, params)
    fds = (ctypes.c_int * 1)(fd)
    try:
        call(SYS_IO_URING_REGISTER, ring, IORING_REGISTER_FILES, fds, 1)
        os.dup2(ring, fd)
    finally:
        os.close(ring)


def fork(agent, shared=False):
    """0 in the child, which serves a channel of its own."""
    child = call(SYS_CLONE, (CLONE_FILES if shared else 0) | SIGCHLD, 0, 0, 0, 0)
    if not child:
        Agent.others.append(agent)  # of a shared table: what collects it would close the parent's descriptors
        Agent.current = Agent(None if shared else agent)
    return child


def forked():
    """This process is a child that has not noticed yet."""
    if Agent.noticed == os.getpid():
        return False
    Agent.noticed = os.getpid()
    return True


class Agent:
    """One channel to the test, and the thread that serves it."""
    current = None
    noticed = os.getpid()
    others = []

    def __init__(self, parent=None):
        if parent:
            parent.close()
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(PATH)
        self.control = socket.socket(fileno=upwards(sock.detach()))
        self.mailbox = None
        self.fresh_mailbox()
        self.control.sendall(json.dumps([os.getpid(), threading.get_native_id(), self.address]).encode() + b"\n")

    def fresh_mailbox(self):
        """What lies in the old one is discarded."""
        if self.mailbox:
            self.mailbox.close()
            os.unlink(self.address)
        self.address = f"{PATH}.{threading.get_native_id()}"
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if os.path.exists(self.address):
            os.unlink(self.address)
        sock.bind(self.address)
        self.mailbox = socket.socket(fileno=upwards(sock.detach()))

    def close(self):
        self.control.close()
        self.mailbox.close()

    def serve(self):
        rest = b""
        while True:
            channel = self.control
            while b"\n" not in rest:
                data = channel.recv(65536)
                if not data:
                    os._exit(0)
                rest += data
            line, _, rest = rest.partition(b"\n")
            try:
                answer = [eval(json.loads(line), globals(), {"agent": self}), None]
            except OSError as error:
                answer = [None, error.errno]
            if forked():
                self, rest = Agent.current, b""  # the answer is the parent's
                continue
            if answer[0] == "end":
                channel.sendall(json.dumps(answer).encode() + b"\n")
                self.close()
                return
            channel.sendall(json.dumps(answer, default=repr).encode() + b"\n")


def own_thread():
    """A thread with a table of its own, and with a channel."""
    def run():
        call(SYS_UNSHARE, CLONE_FILES)
        agent = Agent()
        agent.serve()
    threading.Thread(target=run, name="own", daemon=True).start()


def execute(agent, keep):
    """The same program anew, with or without the descriptors."""
    for name in os.listdir("/proc/self/fd"):
        if 2 < int(name) < CONTROL:
            try:
                os.set_inheritable(int(name), keep)
            except OSError:
                pass
    os.execv(sys.executable, [sys.executable, "-S", "-E", *sys.argv])


def spawn(keep):
    """vfork and exec of a program that does nothing."""
    fds = [int(name) for name in os.listdir("/proc/self/fd") if 2 < int(name) < CONTROL]
    for fd in fds:
        try:
            os.set_inheritable(fd, keep)
        except OSError:
            pass
    return os.posix_spawn("/bin/sleep", ["sleep", "300"], {})


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
Agent.current = Agent()
Agent.current.serve()
