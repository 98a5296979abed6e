# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Random command lines, by a seed: from the tables of options that each --help prints, with values that fit and values that do not."""
import functools
import re
import subprocess

from harness import NETSTATE

COMMANDS = ("trace", "list", "live", "stalls", "who", "kill", "doctor", "explain")
SHARES = (6, 6, 6, 6, 4, 4, 2, 1)  # explain looks twice, a second apart
HOSTILE = ("", "-", "--", "=", "-1", "+5", "0", "00", "0x10", "1e9", "nan", "18446744073709551615", "18446744073709551616", "99999999999999999999999",
           "65536", "4294967296", " ", "1 ", "\t", "\n", "\x1b[2J\x1b]0;x\x07", "\u202eabc", "\u200b", "\xe9\xff", "\udcff\udc9b31m", "%s%n%n%s", "a" * 300,
           "(" * 2000, "not " * 3000, "x," * 3000, "日本", "{", "}", "{established", "[::1", "::ffff:1.2.3.4/129", "1.2.3.4/33", "/", "..", "~", "*", "?",
           "\\", "'", '"', ";", "&", "|", "!", "<", ">", "<=", "--help", "-h", "help", "--no-such", "-Z", "--json=1", "nosuch", "/nosuch/file", "/dev/full")
NUMBERS = ("1", "80", "65535", "4711", "1000000")
VALUES = {
    "STYLE": ("local", "utc", "rel", "ns"), "WHEN": ("auto", "always", "never"), "PID": NUMBERS, "PORT": NUMBERS[:3], "TIME": ("1ms", "2ms", "0.001s"),
    "NETNS": ("1", "/proc/self/ns/net", "4026531840"), "PATH": ("/", "/system.slice", "/sys/fs/cgroup"), "N": NUMBERS, "BYTES": ("4096", "65536", "1M"),
    "SOURCE": ("auto", "walk", "iterators", "sock_diag", "proc", "kernel"), "LEVEL": ("note", "warn", "critical"),
    "FILE": ("file", "other", "folder", "link", "fifo", "/dev/full", "/dev/zero", "/nosuch/file", "."),
    "FIELD": ("state", "-pid", "rtt_us", "age_us"), "FIELDS": ("state,pid", "help", "time,pid,new", "local,remote,unit", "owners"),
}
WORDS = ("state established", "state connected", "exclude listening", "sport = :80", "dport != 443", "port ge 1024", "dst 10/8", "src [::1]:80", "dev lo",
         "fwmark 0x1/0xff", "autobound", "pid 1", "comm py*", "uid root", "netns 1", "cgroup /", "age > 1m", "idle gt 5s", "keepalive on", "unacked > 0",
         "recv_q >= 1", "rtt < 1ms", "gives_up < 1s", "inet:127.0.0.1:80", ":80", "127.0.0.1:80", "4711")
JOINTS = ("and", "or", "not", "(", ")", "!", "&&", "||", "&", "|")
NETSTAT = ("-a", "-n", "-t", "-u", "-w", "-x", "-l", "-p", "-e", "-o", "-W", "-r", "-i", "-g", "-s", "-M", "-c", "-v", "-C", "-F", "-4", "-6", "-N", "-A",
           "inet", "inet6", "unix", "--inet", "--protocol=inet", "--tcp", "--udplite", "--sctp", "--numeric-ports", "--all-netns", "--json", "--extend",
           "--interval", "5", "250ms", "--source", "proc", "kernel", "--version", "--verbose", "--continuous", "--groups", "-tulpn", "-antp", "-rn")


@functools.cache
def options(command):
    """[(short or "", long, name of its argument or "")]"""
    text = subprocess.run([NETSTATE, command, "--help"], capture_output=True, text=True, check=True).stdout
    return re.findall(r"^  (?:-(\w),|   ) --([\w-]+)(?: ([A-Z]+))?  ", text, re.M)


def value(random, name):
    return random.choice(HOSTILE if random.random() < 0.3 else VALUES.get(name, NUMBERS))


def option(random, command):
    """The words of one option, in one of the forms that getopt_long(3) takes."""
    short, name, argument = random.choice(options(command))
    if random.random() < 0.1:
        name = name[:random.randrange(1, len(name) + 1)]
    if not argument:
        return [f"-{short}" if short and random.random() < 0.5 else f"--{name}"]
    text = value(random, argument)
    forms = [[f"--{name}", text], [f"--{name}={text}"]]
    return random.choice(forms + ([[f"-{short}", text], [f"-{short}{text}"]] if short else []))


def operands(random):
    words = []
    for _ in range(random.choice((0, 0, 1, 1, 2, 4))):
        if words and random.random() < 0.8:
            words.append(random.choice(JOINTS))
        words.append(random.choice(HOSTILE) if random.random() < 0.15 else random.choice(WORDS))
    return words if random.random() < 0.5 else [part for word in words for part in word.split(" ")]


def spoil(random, words):
    """One word more, less, twice, cut off, or at another place."""
    at = random.randrange(len(words) + 1)
    change = random.randrange(5)
    if change == 0 or at == len(words):
        words.insert(at, random.choice(HOSTILE))
    elif change == 1:
        del words[at]
    elif change == 2:
        words.insert(at, words[at])
    elif change == 3:
        words[at] = words[at][:random.randrange(len(words[at]) + 1)]
    else:
        words.insert(random.randrange(len(words)), words.pop(at))


def line(random):
    """The words behind the program's name. Nothing is ended: `kill` has --dry-run first. What watches gets a short duration last."""
    if random.random() < 0.15:
        words = [random.choice(HOSTILE) if random.random() < 0.1 else random.choice(NETSTAT) for _ in range(random.randrange(1, 6))]
        return ["-n", *words]
    command = random.choices(COMMANDS, SHARES)[0]
    words = [word for _ in range(random.choice((0, 1, 1, 2, 3, 5))) for word in option(random, command)] + operands(random)
    if random.random() < 0.3:
        spoil(random, words)
    if command == "kill":
        return ["kill", "--dry-run", *words]
    durations = ["--duration=1ms"] if any(name == "duration" for _, name, _ in options(command)) else []
    return [command, *durations, *words, *durations]


def is_endless(command, words):
    """It may watch until a signal comes."""
    text = " ".join(words)
    return command in ("trace", "live", "stalls") or command == "who" and "-w" in text or command == "explain" and "-w" in text or (
        command == "netstat" and ("c" in text or "--int" in text))
