# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate live on a pty without a terminal emulator: any size, any byte."""
import fcntl
import os
import pty
import struct
import subprocess
import tempfile
import termios
import threading

from fork_server import SANITIZERS
from harness import BUILD, check, same, until

SANITIZED = os.path.join(BUILD, "san", "netstate")


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


class Screen:
    """netstate live on a pty of its own, whose output is read and forgotten but for its end."""

    def __init__(self, *words, program=SANITIZED, size=(24, 80), term="xterm"):
        self.main, side = pty.openpty()
        self.resize(*size)
        self.home = tempfile.TemporaryDirectory()
        self.shown, self.before = b"", termios.tcgetattr(side)

        def inside():
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen([program, "live", *words], stdin=side, stdout=side, stderr=subprocess.PIPE, start_new_session=True,
                                        preexec_fn=inside, env={**os.environ, **SANITIZERS, "TERM": term, "HOME": self.home.name,
                                                                "XDG_CONFIG_HOME": self.home.name, "LC_ALL": "C.UTF-8"})
        self.side, self.errors = side, b""
        self.threads = [threading.Thread(target=self._read), threading.Thread(target=self._read_errors)]
        for thread in self.threads:
            thread.daemon = True
            thread.start()

    def _read(self):
        try:
            while data := os.read(self.main, 65536):
                self.shown = (self.shown + data)[-200000:]
        except OSError:
            pass

    def _read_errors(self):
        for line in self.process.stderr:
            self.errors += line

    def resize(self, rows, columns):
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))

    def type(self, data):
        os.write(self.main, data)

    def see(self, text, timeout=60):
        until(lambda: text in self.shown or self.process.poll() is not None, timeout, repr(text))
        check(self.process.poll() is None, f"status {self.process.poll()}: {self.errors.decode(errors='replace')}")

    def end(self):
        """Exit status; the settings of the terminal are those from before."""
        self.process.wait(60)
        same(termios.tcgetattr(self.side)[:4], self.before[:4], "settings of the terminal")
        self.threads[1].join(10)
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for fd in (self.side, self.main):
            os.close(fd)
        self.home.cleanup()
