# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the tests of the connection table share: a running `netstate live`, `netstate list`, and churn."""
import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import time

from harness import NETSTATE, Namespace, Program, check, netstate, same, tool

READY = "netstate: watching"
LIMIT = 1.0  # seconds from a change to the row that shows it


class Live(Program):
    """`netstate live --json`, ready; its rows are there after stop(). Rows of the given namespaces only, none: of all."""

    def __init__(self, *spaces, options=("--verify",), **program):
        self.inodes = {space.inode for space in spaces}
        super().__init__([NETSTATE, "live", "--json", *options], ready=READY, **program)

    @property
    def rows(self):
        rows = [json.loads(text) for _, text in self.lines]
        return [row for row in rows if not self.inodes or row["netns"] in self.inodes]

    def select(self, **fields):
        return [row for row in self.rows if all(row[key] == value for key, value in fields.items())]

    def number(self, pattern):
        """The number that the pattern finds in stderr, 0 where it finds none."""
        found = [int(match[1]) for line in self.errors if (match := re.search(pattern, line))]
        return found[-1] if found else 0

    def stop(self, *words, **options):
        status = super().stop(*words, timeout=60, **options)
        cookies = [(row["cookie"], row["minisocket"]) for row in self.rows if row["cookie"]]
        same(len(cookies), len(set(cookies)), "rows and their identities")
        return status

    def stop_equal(self, number=15):
        """Ends it; --verify must have found no difference that stays."""
        same(self.stop(number), 0, "status of --verify: " + "\n".join(self.errors[-12:]))
        same(self.number(r"(\d+) persist"), 0)


class Watch:
    """`live` of one namespace, asked for its table while it runs: small, so that a dump is one write."""

    def __init__(self, space):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "table.json")
        self.live = Live(space, options=("--verify", "--dump", self.path, "--netns", str(space.inode)))
        self.inodes = self.live.inodes

    def rows(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        os.kill(self.live.pid, signal.SIGUSR1)
        empty = time.monotonic() + 0.5
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with open(self.path) as file:
                    text = file.read()
                if text.endswith("\n") or (not text and time.monotonic() > empty):
                    return [row for row in map(json.loads, text.splitlines()) if row["netns"] in self.inodes]
            except FileNotFoundError:
                pass
            time.sleep(0.005)
        raise AssertionError("live has written no table")

    def row(self, cookie):
        found = [row for row in self.rows() if row["cookie"] == cookie]
        return found[0] if found else None

    def agrees(self, cookie, wanted, what):
        """Within LIMIT, on a busy machine a little more, the row's owners are those processes; returns the row and them.
        wanted: a set, or a function that gives it: what a child still has to close is no truth that stays, so the time runs from
        its last change, and the row must agree with what holds before and after it."""
        begin, truth = time.monotonic(), None
        while True:
            before = wanted() if callable(wanted) else wanted
            row = self.row(cookie)
            after = wanted() if callable(wanted) else wanted
            if not before == after == truth:
                begin, truth = time.monotonic(), after
            got = {owner["pid"] for owner in row["owners"]} if row else None
            if got == before == after:
                return row, after
            if time.monotonic() - begin > LIMIT * (1 + os.getloadavg()[0] / 4):
                raise AssertionError(f"{what}: owners are {got}, not {truth}, after {time.monotonic() - begin:.1f} s: {row}")
            time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.live.stop()
        self.folder.cleanup()


def listed(*words, inode=None):
    """Rows of `netstate list --json`."""
    done = netstate("list", "--json", *words)
    same((done.returncode, done.stderr), (0, ""))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [row for row in rows if not inode or row["netns"] == inode]


@contextlib.contextmanager
def churn(seconds, rate, spaces):
    """tools/closes at work; yields wait(), which returns the number of connections once it has made them all."""
    argv = ["nice", "-n", "5", tool("integration/tools/closes"), str(seconds), str(rate), *[space.path for space in spaces]]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def wait():
        words = process.stdout.readline().split()
        check(words[:1] == ["done"], f"closes ended early: {words}")
        return int(words[1])

    try:
        yield wait
    finally:
        process.stdin.close()
        process.wait(30)


def kernel_states(space):
    """{(state, local, remote): count} as ss shows a namespace, in netstat's words."""
    names = {"ESTAB": "ESTABLISHED", "LISTEN": "LISTEN", "SYN-SENT": "SYN_SENT", "SYN-RECV": "SYN_RECV",
             "FIN-WAIT-1": "FIN_WAIT1", "FIN-WAIT-2": "FIN_WAIT2", "TIME-WAIT": "TIME_WAIT", "CLOSE-WAIT": "CLOSE_WAIT",
             "LAST-ACK": "LAST_ACK", "CLOSING": "CLOSING"}
    found = {}
    for line in space.run("ss", "-Htan").stdout.splitlines():
        state, _, _, local, remote = line.split()[:5]
        port = [end.rpartition(":")[2].replace("*", "0") for end in (local, remote)]
        key = (names[state], int(port[0]), int(port[1]))
        found[key] = found.get(key, 0) + 1
    return found


def table_states(rows):
    found = {}
    for row in rows:
        key = (row["state"], row["lport"], row["rport"])
        found[key] = found.get(key, 0) + 1
    return found
