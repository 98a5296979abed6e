# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate thousands of times under the sanitizers: tools/fork_server.c, two at a time."""
import concurrent.futures
import os
import queue
import re
import signal
import struct
import subprocess
import tempfile

import namespaces
from harness import BUILD, check

SERVER = os.path.join(BUILD, "san", "tests", "integration", "tools", "fork_server")
# No leak detection: it stops all threads of each run by ptrace(2), which is slow, and which a user without privileges or a seccomp
# filter is refused; the unit tests and the fuzzers, which run the same code, look for leaks. An allocation that a damaged length asks
# for fails like one of a machine without memory.
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=1024:abort_on_error=1:quarantine_size_mb=4",
              "UBSAN_OPTIONS": "halt_on_error=1:abort_on_error=1:print_stacktrace=1"}
LIMIT = 20  # seconds for one run that takes milliseconds: the machine may be busy
SENTENCES = 3  # on stderr at most, where it fails
# What no text of others may bring to a terminal: control characters, and bytes that are no UTF-8.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u00ad\u202a-\u202e\u2066-\u2069\udc80-\udcff]")


class Run:
    """One run that has ended: status is an exit status, or a negative signal."""

    def __init__(self, words, answer, out, err):
        self.words = words
        wait_status, self.ended, self.left = (int(part) for part in answer.split())
        self.status = os.waitstatus_to_exitcode(wait_status)
        self.out, self.err = (data.decode(errors="surrogateescape") for data in (out, err))

    def __str__(self):
        words = " ".join(repr(word) for word in self.words)
        return f"{words}: status {self.status}, ended {self.ended}, {self.left} left\n-- stdout:\n{self.out[-500:]}\n-- stderr:\n{self.err[-4000:]}"

    def problem(self, statuses, answers=False):
        """What is wrong with it, or None. answers: status 1 is one, and stdout says it."""
        if self.status not in statuses and not (self.ended == 1 and self.status == -signal.SIGTERM):  # before it has its handlers
            return f"its status is none of {statuses}"
        if self.ended == 2:
            return "it outlives SIGTERM"
        if self.left:
            return "it leaves processes behind"
        if CONTROL.search(self.out) or CONTROL.search(self.err):
            return "it prints control characters"
        lines = self.err.splitlines()
        behind = ("netstate: ", "  ", "see: ") if self.status == 2 else ("netstate: ",)  # the filter, and where it is wrong
        if not all(line.startswith(behind) for line in lines):
            return "a line on stderr is none of its sentences"
        if self.status in (1, 2) and not lines and not (answers and self.status == 1):
            return "it fails without a word"
        return None


class ForkServer:
    """with ForkServer(folder) as server: run = server.run(["trace", "--replay", path])"""

    def __init__(self, folder, namespace=None):
        self.outputs = [tempfile.mkstemp(dir=folder) for _ in range(2)]
        for fd, path in self.outputs:
            os.close(fd)
            os.chmod(path, 0o666)
        command = [SERVER, *(path for _, path in self.outputs)]
        options = {"cwd": folder, "env": {**os.environ, **SANITIZERS, "TERM": "xterm", "HOME": folder}, "stdin": subprocess.PIPE,
                   "stdout": subprocess.PIPE}
        if namespace:  # and of processes: reading who holds which socket of a busy machine takes long
            command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", *command]
        self.process = namespace.popen(command, **options) if namespace else subprocess.Popen(
            command, preexec_fn=namespaces.DIE_WITH_TEST, **options)

    def run(self, words, mode="-", limit=LIMIT, program="netstate"):
        block = b"".join(os.fsencode(word) + b"\0" for word in (mode, str(int(limit * 1000)), program, *words))
        self.process.stdin.write(struct.pack("=I", len(block)) + block)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        check(answer, f"the fork server has ended at {words}")
        out, err = (open(path, "rb").read() for _, path in self.outputs)
        return Run(words, answer, out, err)

    def close(self):
        self.process.stdin.close()
        self.process.wait(LIMIT)
        self.process.stdout.close()


def run_all(cases, run_one, namespace=None, servers=2):
    """run_one(server, folder, case) for each case, by `servers` at a time; returns the results in the order of the cases. What it
    returns that is no None counts as a problem, and ends it all after some."""
    check(os.access(SERVER, os.X_OK), f"{SERVER} is not built: make test-programs")
    problems = []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(servers) as pool:
        os.chmod(folder, 0o755)
        free = queue.SimpleQueue()
        for number in range(servers):
            own = os.path.join(folder, str(number))
            os.mkdir(own)
            os.chmod(own, 0o755)
            free.put((ForkServer(own, namespace), own))

        def one(case):
            if len(problems) > 5:
                return
            server, own = free.get()
            try:
                problem = run_one(server, own, case)
            finally:
                free.put((server, own))
            if problem:
                problems.append(problem)
        list(pool.map(one, cases))
        for _ in range(servers):
            free.get()[0].close()
    check(not problems, f"{len(problems)} of {len(cases)}:\n" + "\n".join(problems))
