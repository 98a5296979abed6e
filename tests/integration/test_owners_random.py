#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Random lives of sockets: processes and threads that fork, share tables, execute, duplicate, pass on, steal, close and
are killed in random order. After every step the owners by `live` and by `list` are those of /proc/*/fd, and who closed
is known. NETSTATE_SEED chooses the lives; a failure prints its seed and its last steps."""
import json
import os
import random
import re
import select
import signal
import socket
import sys
import tempfile
import time

from harness import *
from tables import Watch, listed

STEPS = 40
PROCESSES = 7
CONTROL = 400  # life_agent.py: descriptors from here on are no subject
ORPHANED = ("FIN_WAIT1", "FIN_WAIT2", "CLOSING", "TIME_WAIT", "LAST_ACK")
OPEN = ("ESTABLISHED", "CLOSE_WAIT")


def descriptors(pid):
    """{(task, fd): socket inode} of a process, its threads' own tables included."""
    found = {}
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            folder = f"/proc/{pid}/task/{task}/fd"
            for fd in os.listdir(folder):
                try:
                    link = os.readlink(f"{folder}/{fd}")
                except OSError:
                    continue
                if link.startswith("socket:["):
                    found[int(task), int(fd)] = int(link[8:-1])
    except OSError:
        pass
    return found


def all_holders():
    """{inode: the processes with a descriptor of it}"""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for inode in descriptors(pid).values():
            found.setdefault(inode, set()).add(int(pid))
    return found


class Agent:
    """The test's end of the channel to a process or thread of life_agent.py."""

    def __init__(self, channel, pid, task, address):
        self.channel, self.pid, self.task, self.address, self.rest = channel, pid, task, address, b""

    @property
    def sockets(self):
        """{fd: inode} that steps may use."""
        return {fd: inode for (task, fd), inode in descriptors(self.pid).items() if task == self.task and 2 < fd < CONTROL}

    def begin(self, code):
        self.channel.sendall(json.dumps(code).encode() + b"\n")

    def answer(self):
        """(value, errno)"""
        while b"\n" not in self.rest:
            check(select.select([self.channel], [], [], 30)[0], f"process {self.pid} does not answer")
            data = self.channel.recv(65536)
            check(data, f"process {self.pid} has ended")
            self.rest += data
        line, _, self.rest = self.rest.partition(b"\n")
        return json.loads(line)

    def __call__(self, code):
        self.begin(code)
        return self.answer()


class Life:
    """Some agents in a namespace, and the steps they may take. A step returns the process that acts."""

    def __init__(self, space, seed):
        self.random = random.Random(seed)
        self.folder = tempfile.TemporaryDirectory()
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(os.path.join(self.folder.name, "c"))
        self.server.listen(16)
        self.agents, self.started, self.sleepers, self.log = [], [], [], []
        self.space = space
        for _ in range(2):
            self.start()
        self.agents[0]("listen(5)")

    def start(self):
        agent = os.path.join(os.path.dirname(os.path.abspath(__file__)), "life_agent.py")
        program = self.space.popen([sys.executable, "-S", "-E", agent, self.server.getsockname()])
        self.started.append(program)
        self.meet()
        return program.pid

    def meet(self):
        """A new process or thread says who it is."""
        check(select.select([self.server], [], [], 30)[0], "a new process does not connect")
        channel = self.server.accept()[0]
        hello = b""
        while not hello.endswith(b"\n"):
            data = channel.recv(1024)
            check(data, "a new process ended")
            hello += data
        self.agents.append(Agent(channel, *json.loads(hello)))

    def forget(self, pid):
        for agent in [agent for agent in self.agents if agent.pid == pid]:
            agent.channel.close()
            self.agents.remove(agent)

    def close(self):
        for pid in {agent.pid for agent in self.agents}:
            self.forget(pid)
        for program in self.started:
            program.kill()
            program.wait()
        self.server.close()
        self.folder.cleanup()

    # ------------------------------------------------------------ steps

    def pick(self):
        """An agent, and one of its descriptors or None."""
        agent = self.random.choice(self.agents)
        return agent, self.random.choice(sorted(agent.sockets) or [None])

    def ports(self):
        """{port: inode} of listeners"""
        rows = [line.split() for line in open(f"/proc/{self.agents[0].pid}/net/tcp").read().splitlines()[1:]]
        return {int(row[1].rpartition(":")[2], 16): int(row[9]) for row in rows if row[3] == "0A"}

    def step_listen(self, agent, _):
        agent("listen(2)")

    def step_connect(self, agent, _):
        ports = self.ports()
        if ports:
            agent(f"connect({self.random.choice(sorted(ports))})")

    step_connect_too = step_connect

    def step_connect_shared(self, agent, _):
        ports = self.ports()
        if ports and len(self.agents) < PROCESSES:
            agent(f"connect_shared(agent, {self.random.choice(sorted(ports))})")
            self.meet()

    def step_accept(self, agent, _):
        listening = set(self.ports().values())
        for fd, inode in agent.sockets.items():
            if inode in listening:
                agent(f"accept({fd})")

    step_accept_too = step_accept

    def step_fork(self, agent, _):
        if len(self.agents) < PROCESSES:
            agent("fork(agent)")
            self.meet()

    def step_share(self, agent, _):
        if len(self.agents) < PROCESSES:
            agent("fork(agent, True)")
            self.meet()

    def step_unshare(self, agent, _):
        agent("call(SYS_UNSHARE, CLONE_FILES)")

    def step_thread(self, agent, _):
        if len(self.agents) < PROCESSES and agent.pid == agent.task:
            agent("own_thread()")
            self.meet()

    def step_end_thread(self, agent, _):
        if agent.pid != agent.task:
            agent("'end'")
            self.agents.remove(agent)
            until(lambda: not os.path.exists(f"/proc/{agent.pid}/task/{agent.task}"))

    def step_execute(self, agent, _):
        if agent.pid == agent.task:
            pid = agent.pid
            agent.begin(f"execute(agent, {self.random.random() < 0.5})")
            self.forget(pid)
            self.meet()

    def step_spawn(self, agent, _):
        pid = agent(f"spawn({self.random.random() < 0.5})")[0]
        if pid:
            self.sleepers.append(pid)

    def step_dup(self, agent, fd):
        if fd:
            agent(f"os.dup({fd})")

    def step_dup2(self, agent, fd):
        if fd:
            agent(f"os.dup2({fd}, {self.random.choice(sorted(agent.sockets))}, {self.random.random() < 0.5})")

    def step_close(self, agent, fd):
        if fd:
            agent(f"os.close({fd})")

    step_close_too = step_close

    def step_close_range(self, agent, fd):
        if fd:
            agent(f"call(SYS_CLOSE_RANGE, {fd}, {fd + self.random.randrange(3)}, {self.random.choice([0, 2])})")

    def step_shutdown(self, agent, fd):
        if fd and agent.sockets[fd] not in self.ports().values():
            agent(f"shut({fd}, {self.random.randrange(3)})")

    def step_mail(self, agent, fd):
        if fd:
            agent(f"mail({self.random.choice(self.agents).address!r}, [{fd}])")

    def step_mail_nested(self, agent, fd):
        if fd:
            agent(f"mail_nested({self.random.choice(self.agents).address!r}, {fd})")

    def step_take_mail(self, agent, _):
        agent("take_mail(agent)")

    step_take_mail_too = step_take_mail

    def step_discard_mail(self, agent, _):
        agent("agent.fresh_mailbox()")

    def step_circle(self, agent, fd):
        if fd:
            agent(f"in_a_circle({fd})")

    def step_steal(self, agent, _):
        other, fd = self.pick()
        if fd:
            agent(f"steal({other.pid}, {fd})")

    def step_ring(self, agent, fd):
        if fd:
            agent(f"into_ring({fd})")

    def step_kill(self, agent, _):
        pid = self.random.choice([agent.pid, *self.sleepers])
        if len({agent.pid for agent in self.agents} - {pid}) < 2:
            return None
        os.kill(pid, signal.SIGKILL)
        self.forget(pid)
        if pid in self.sleepers:
            self.sleepers.remove(pid)
        until(lambda: not descriptors(pid))
        return pid

    def step(self):
        """(what it was, the process that acted)"""
        names = [name for name in dir(self) if name.startswith("step_")]
        name = self.random.choice(names)
        agent, fd = self.pick()
        what = f"{name[5:]} by {agent.pid}/{agent.task} fd {fd} {agent.sockets.get(fd, '')}"
        killed = getattr(self, name)(agent, fd)
        self.log.append(what + (f" killed {killed}" if killed else ""))
        return name, killed or agent.pid


def tcp_cookies(life):
    """{cookie: inode or 0} as ss shows them; 0: no file, as of what waits for accept."""
    text = life.space.run("ss", "-Htane").stdout
    found = {}
    for line in text.splitlines():
        inode, cookie = re.search(r" ino:(\d+)", line), re.search(r" sk:([0-9a-f]+)", line)
        found[int(cookie[1], 16)] = int(inode[1]) if inode else 0
    return found


def wrong_owners(rows, truth, cookies):
    """What differs from /proc, as sentences."""
    found = []
    shown = {row["cookie"]: row for row in rows}
    for cookie, inode in cookies.items():
        row, wanted = shown.get(cookie), truth.get(inode, set())
        if not row:
            found.append(f"no row of {cookie:x}, inode {inode}, held by {wanted}")
            continue
        got = {owner["pid"] for owner in row["owners"]}
        if got != wanted:
            found.append(f"{cookie:x} inode {inode} {row['state']}: owners {got}, held by {wanted}")
        if inode and row["holding"] != ("process" if wanted else "in_flight"):
            found.append(f"{cookie:x} inode {inode} {row['state']}: {row['holding']}, held by {wanted}")
        if not inode and row["holding"] not in ("accept_queue", "nobody"):
            found.append(f"{cookie:x} has no file, {row['state']}: {row['holding']}")
    return found


def settle(read, truth, life, limit, seed):
    begin = time.monotonic()
    while True:
        rows = read()
        wrong = wrong_owners(rows, truth, tcp_cookies(life))
        if not wrong:
            return rows
        if time.monotonic() - begin > limit * (1 + os.getloadavg()[0] / 4):
            raise AssertionError("\n".join([f"seed {seed}:", *wrong, "last steps:", *life.log[-12:]]))
        time.sleep(0.02)


def wrong_closers(before, rows, name, actor):
    """Connections whose end was begun by this step name who did it; a collector in the kernel is nobody."""
    found = []
    for row in rows:
        old = before.get(row["cookie"])
        if not old or old["state"] not in OPEN or row["state"] not in ORPHANED:
            continue
        pid = row["closed_by"] and row["closed_by"]["pid"]
        if pid != actor and not (pid is None and old["holding"] == "in_flight"):
            found.append(f"{row['state']} of {row['cookie']}: closed by {pid}, not {actor}")
    return found


def live_through(seed, steps):
    with Namespace() as ns, Watch(ns) as watch:
        life = Life(ns, seed)
        try:
            before = {}
            for number in range(steps):
                name, actor = life.step()
                truth = all_holders()
                rows = settle(watch.rows, truth, life, 1, seed)
                wrong = wrong_closers(before, rows, name, actor)
                check(not wrong, "\n".join([f"seed {seed}:", *wrong, "last steps:", *life.log[-12:]]))
                before = {row["cookie"]: row for row in rows}
                if number % 8 == 7:
                    settle(lambda: listed("--netns", str(ns.inode)), truth, life, 1, seed)
        finally:
            for pid in life.sleepers:
                os.kill(pid, signal.SIGKILL)
            life.close()


@test("a random life of 25 steps")
def short():
    live_through(int(os.environ.get("NETSTATE_SEED", 3)), 25)


@test(f"four random lives of {STEPS} steps", long=True)
def more():
    first = int(os.environ.get("NETSTATE_SEED", 4))
    for seed in range(first, first + 4):
        live_through(seed, STEPS)


main()
