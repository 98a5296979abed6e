#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Random filters: netstate list chooses the sockets that ss chooses. `--seed N`, `--count N` behind the program's path.

What docs/filter.md names as a difference from ss is not generated: mixed `and` and `or` stand in parentheses (ss takes them from
left to right), states stand in front and leave some over (with none ss takes its default), and an address of one family comes with that family alone
(in ss it leaves the other out).
"""
import json
import random
import re
import shlex
import shutil
import sys

from harness import *

FEW, MANY = 40, 2000
BATCH = 100 # filters that one shell runs
MARK = "-- status"
OF_BPF = 16 # each sixteenth filter chooses among rows of the kernel's BPF programs, which take longest to load; the others among sock_diag's
ADDRESSES = {"4": ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.0/8", "127.0.0.2/31", "10.0.0.0/8", "0.0.0.0", "0.0.0.0/0"),
             "6": ("[::1]", "[fd00::1]", "::1/128", "fd00::/16", "::/0", "[::]")}
SINGLE_STATES = ("established", "fin-wait-2", "close-wait", "listening", "closed", "syn-sent")
SETS_OF_STATES = ("connected", "synchronized", "bucket", "big", "all")
EQUALS, ORDERS = ("=", "==", "eq", "!=", "ne", "neq"), ("<", "lt", "<=", "le", "leq", ">", "gt", ">=", "ge", "geq")


def setting(name, otherwise):
    """A number that was given with the program, and is no word that chooses tests."""
    if name not in sys.argv:
        return otherwise
    at = sys.argv.index(name)
    value = int(sys.argv[at + 1])
    del sys.argv[at:at + 2]
    return value


SEED, COUNT = setting("--seed", 1), setting("--count", None)


class Filters:
    """Random expressions over the ports of some sockets."""

    def __init__(self, seed, ports):
        self.random = random.Random(seed)
        self.ports = ports

    def pick(self, *choices):
        return self.random.choice(choices)

    def port(self):
        port = self.random.choice(self.ports) + self.pick(0, 0, 0, 1, -1)
        return f":{max(1, min(port, 65535))}"

    def condition(self, family):
        kind = self.random.random()
        if family and kind < 0.4:
            address = self.pick(*ADDRESSES[family])
            if "/" not in address and self.random.random() < 0.4:
                address += self.port()
            return f"{self.pick('src', 'dst')} {self.pick('', '=', 'eq')} {address}"
        if kind < 0.85:
            return f"{self.pick('sport', 'dport')} {self.pick(*EQUALS, *ORDERS)} {self.port()}"
        if kind < 0.93:
            return f"fwmark {self.pick('=', '!=')} {self.pick('0', '1', '7', '0x1/0x1', '4/6')}"
        return f"dev {self.pick('=', '!=')} lo"

    def expression(self, family, depth):
        kind = self.random.random()
        if not depth or kind < 0.3:
            return self.condition(family)
        if kind < 0.45:
            return f"{self.pick('not', '!')} ( {self.expression(family, depth - 1)} )"
        sign = self.pick("and", "or", "&&", "||", "&", "|")
        parts = [self.expression(family, depth - 1) for _ in range(self.pick(2, 2, 3))]
        return "( " + f" {sign} ".join(parts) + " )"

    def filter(self):
        """-4, -6 or nothing, and the words of a filter."""
        family = self.pick("", "4", "6")
        words = ""
        sign, states = self.pick(("state", SINGLE_STATES + SETS_OF_STATES), ("exclude", SINGLE_STATES))
        for _ in range(self.pick(0, 0, 1, 2)):
            words += f"{sign} {self.pick(*states)} "
        return ([f"-{family}"] if family else []), (words + self.expression(family, self.pick(0, 1, 2, 3))).split()


def port_of(end):
    port = end.rsplit(":", 1)[1]
    return 0 if port == "*" else int(port)


def outputs(ns, commands):
    """What each command prints inside ns: by one shell for all, without this machine's other processes, of which there may be many."""
    script = "".join(f"{shlex.join(words)}{' 2>&1' if words[0] == 'ss' else ''}\necho {MARK} $?\n" for words in commands)
    done = ns.run("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", input=script, timeout=60 + 10 * len(commands))
    *parts, rest = re.split(rf"^{MARK} (\d+)\n", done.stdout, flags=re.M)
    check(len(parts) == 2 * len(commands) and not rest, f"{len(parts) // 2} of {len(commands)} ended; {rest}{done.stderr}")
    for words, text, status in zip(commands, parts[::2], parts[1::2]):
        check(status == "0", f"{shlex.join(words)}: status {status}: {text}{done.stderr[-500:]}")
    return parts[::2]


def ports_of_ss(text):
    rows = [line.split() for line in text.splitlines() if line.strip()]
    return sorted((port_of(row[-2]), port_of(row[-1])) for row in rows) # of a single state ss shows no column for it


def ports_of_list(text):
    rows = [json.loads(line) for line in text.splitlines()]
    return sorted((row["lport"], row["rport"]) for row in rows if "lport" in row)


def chosen_by_both(ns, filters):
    """(ss's, netstate's) ports by each of filters, [(source, options, words)]."""
    commands = []
    for source, family, words in filters:
        commands.append(["ss", "-Htan", *family, *words])
        commands.append([NETSTATE, "list", "--source", source, "--json", "--fields", "lport,rport", "--netns", str(ns.inode), *family, *words])
    found = outputs(ns, commands)
    return zip(map(ports_of_ss, found[::2]), map(ports_of_list, found[1::2]))


def sockets(ns, actor):
    """Listeners and connections of both families, some marked, some bound to a device, some closed by one side."""
    ns.run("ip", "addr", "add", "fd00::1/64", "dev", "lo", "nodad")
    actor("kept = []")
    actor("""def pair(family, address, port, mark=0, device=None, close=None):
      l = socket.socket(family); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
      if mark: l.setsockopt(socket.SOL_SOCKET, 36, mark)
      if device: l.setsockopt(socket.SOL_SOCKET, 25, device)
      if family == socket.AF_INET6: l.setsockopt(41, 26, 0 if address == '::' else 1)
      l.bind((address, port)); l.listen()
      c = socket.socket(socket.AF_INET if address == '::' else family)
      if mark: c.setsockopt(socket.SOL_SOCKET, 36, mark + 1)
      c.connect(('127.0.0.3' if address == '::' else '127.0.0.1' if address == '0.0.0.0' else address, port))
      a, _ = l.accept(); kept.extend((l, c, a))
      if close: (c if close == 'client' else a).shutdown(socket.SHUT_WR)""")
    actor("pair(socket.AF_INET, '127.0.0.1', 8000); pair(socket.AF_INET, '127.0.0.2', 8001, mark=1)")
    actor("pair(socket.AF_INET, '0.0.0.0', 8002, mark=6, close='client'); pair(socket.AF_INET, '127.0.0.1', 8003, device=b'lo')")
    actor("pair(socket.AF_INET6, '::1', 8004, close='server'); pair(socket.AF_INET6, 'fd00::1', 8005, mark=4)")
    actor("pair(socket.AF_INET6, '::', 8006); pair(socket.AF_INET6, '::1', 8007, device=b'lo')")


def compare(count):
    if not shutil.which("ss"):
        skip("there is no ss")
    with Namespace() as ns, ns.actor("all") as actor:
        sockets(ns, actor)
        every = until(lambda: (rows := ports_of_ss(outputs(ns, [["ss", "-Htan"]])[0])) and len(rows) == 24 and rows, 10, "all sockets")
        random_filters, chosen = Filters(SEED, sorted({port for row in every for port in row if port})), 0
        filters = [("auto", [], [])]
        filters += [("sock_diag" if number % OF_BPF else "auto", *random_filters.filter()) for number in range(count)]
        for begin in range(0, len(filters), BATCH):
            batch = filters[begin:begin + BATCH]
            for number, ((_, family, words), (expected, listed)) in enumerate(zip(batch, chosen_by_both(ns, batch)), begin):
                same(listed, expected, f"filter {number} of seed {SEED}: {' '.join(family + words)}")
                chosen += 0 < len(expected) < len(every)
        check(chosen > count // 4, f"only {chosen} of {count} filters choose some and leave others")


@test(f"{FEW} random filters choose what ss chooses")
def few():
    compare(FEW)


@test(f"{MANY} random filters choose what ss chooses", long=True)
def many():
    compare(COUNT or MANY)


main(bpf=True)
