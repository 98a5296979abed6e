#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The rules of docs/architecture.md that a machine can check: who may include whom, purity, sizes, first lines."""
import concurrent.futures
import functools
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("O", "build")
LONGEST_FILE = 400
LONG_FUNCTION = 50
LONG_FUNCTIONS_PERCENT = 5

# Beside base, include/netstate and its own folder a room includes nothing, but for these.
MAY_INCLUDE = {
    "view": {"connections"},
    "connections": {"events"},
    "findings": {"diagnosis"},
    "kernel": {"namespaces"},
    "names": {"namespaces"},
    "netlink": {"namespaces"},
    "netstat/layout": {"netstat/cli"},
    "recordings": {"events"},
    "evidence": {"diagnosis", "events", "kernel", "namespaces", "netlink", "procfs"},
    "table": {"connections", "events", "kernel", "namespaces", "netlink", "netstat/layout", "procfs", "sink"},
    "netstat/modes": {"kernel", "names", "namespaces", "netlink", "netstat/cli", "netstat/layout", "procfs"},
}
COMPOSES = "commands"
PURE = ("connections", "diagnosis", "events", "filter", "findings", "netstat/cli", "netstat/layout", "view", "words")
# What pure code never calls: I/O, clocks, the environment, the process, talking to people.
IMPURE = set("""open open64 openat openat64 fopen fopen64 fdopen read pread64 write pwrite64 close readlink readlinkat opendir
    readdir stat fstat lstat ioctl mmap socket connect send recv poll epoll_wait printf vprintf puts putchar fprintf vfprintf
    fputs fputc fwrite fflush stdin stdout stderr perror syslog exit _exit abort time clock_gettime gettimeofday
    localtime localtime_r gmtime_r tzset getenv secure_getenv setenv getpid gethostname getpwuid getpwnam getpwuid_r
    getservbyport getservbyname getaddrinfo getnameinfo say say_usage __printf_chk __fprintf_chk""".split())

# What commands leave to the rooms that they compose: they open no files, read none, look into no folder, make no sockets, parse
# no text. They write through sink.
COMMANDS_NEVER = set("""open open64 openat openat64 fopen fopen64 fdopen read pread pread64 __read_chk fread fgets __fgets_chk
    getline getdelim opendir readdir readdir64 readlink readlinkat stat stat64 fstat lstat access ioctl mmap mmap64 setns syscall
    socket bind connect recv sendto sscanf fscanf __isoc99_sscanf __isoc99_fscanf __isoc23_sscanf __isoc23_fscanf strtol strtoul
    strtoll strtoull __isoc23_strtol __isoc23_strtoul __isoc23_strtoll __isoc23_strtoull atoi strtok strtok_r""".split())
# Rooms in which no file needs, through others, itself again.
NO_CIRCLES = ("diagnosis", "evidence")

# netstat's options are those of getopt, which reports on stderr itself, as netstat's users know it.
SPEAKS = {"src/netstat/cli/options.c", "src/netstat/cli/own_options.c"}

count = 0
failed = False


def result(name, problems):
    global count, failed
    count += 1
    failed = failed or bool(problems)
    print(f"{'not ok' if problems else 'ok'} {count} - {name}")
    for problem in problems:
        print(f"# {problem}")


@functools.cache
def all_files():
    """Files of the project, in git or (in an unpacked archive) on the disk."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True)
    if listed.returncode == 0:
        paths = listed.stdout.decode().split("\0")[:-1]
    else:
        paths = [os.path.relpath(os.path.join(folder, name), ROOT) for folder, _, names in os.walk(ROOT)
                 for name in names if os.sep + BUILD not in folder]
    return sorted(path for path in paths if os.path.isfile(os.path.join(ROOT, path)))


def tracked(*suffixes):
    return [path for path in all_files() if path.endswith(suffixes)]


@functools.cache
def lines_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
        return file.read().splitlines()


def includes_of(path):
    for number, line in enumerate(lines_of(path), 1):
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if match:
            yield number, match[1]


def room_of(path):
    """src/netstat/modes/run.c -> netstat/modes; None outside src/ and for src/main.c"""
    parts = path.split("/")
    return "/".join(parts[1:-1]) or None if parts[0] == "src" else None


def may_include(room, header):
    folder = os.path.dirname(header)
    if not folder:
        return header.endswith(".skel.h") and room == "kernel"
    if room == "base":
        return folder == "base"
    return folder in ("base", "netstate", room) or folder in MAY_INCLUDE.get(room, ()) or room == COMPOSES


def is_shared(path):
    """A contract that both sides of the kernel's border can read."""
    headers = [header for line in lines_of(path) for header in re.findall(r'#\s*include\s+[<"](.*)[>"]', line)]
    return all(header == "linux/types.h" or header.startswith("netstate/") and is_shared("include/" + header)
               for header in headers)


def check_directions():
    problems = []
    for path in tracked(".c", ".h"):
        parts = path.split("/")
        for number, header in includes_of(path):
            if room_of(path) and not may_include(room_of(path), header):
                problems.append(f"{path}:{number}: {room_of(path)} may not include {header}")
            if parts[0] == "src" and len(parts) == 2 and header.split("/")[0] not in ("base", COMPOSES):
                problems.append(f"{path}:{number}: main only knows the commands")
            if parts[0] == "include" and not header.startswith("netstate/"):
                problems.append(f"{path}:{number}: contracts only include contracts")
            if parts[0] == "bpf" and header.startswith("netstate/") and not is_shared("include/" + header):
                problems.append(f"{path}:{number}: the kernel side only sees what is made of linux/types.h")
            if ".." in header:
                problems.append(f"{path}:{number}: {header} climbs")
    result("stages include only what their place in the house allows", problems)


@functools.cache
def all_symbols():
    """object -> [(name, section or None where it is undefined)]; one nm reads all objects, once for all rules"""
    objects = [compiled for compiled in map(object_of, sources()) if os.path.exists(compiled)]
    listed = subprocess.run(["nm", "--format=sysv", "--print-file-name", *objects], capture_output=True, text=True, check=True).stdout
    found = {compiled: [] for compiled in objects}
    for line in listed.splitlines():
        columns = [column.strip() for column in line.split("|")]
        if len(columns) == 7:
            compiled, name = columns[0].split(":", 1)
            found[compiled].append((name.split("@")[0], None if columns[6] == "*UND*" else columns[6]))
    return found


def symbols(compiled):
    return all_symbols()[compiled]


def sources():
    return [path for path in tracked(".c") if room_of(path)]


def check_purity():
    problems = []
    checked = 0
    for path in tracked(".c"):
        if room_of(path) not in PURE:
            continue
        compiled = object_of(path)
        if not os.path.exists(compiled):
            problems.append(f"{path}: not built, so not known")
            continue
        checked += 1
        for name, section in symbols(compiled):
            if section is None and name in IMPURE and path not in SPEAKS:
                problems.append(f"{path}: a pure stage calls {name}")
            if section is not None and re.match(r"\.(data|bss|tbss|tdata)(?!\.rel\.ro)|\*COM\*", section):
                problems.append(f"{path}: a pure stage has the variable {name}")
    result(f"pure stages do no I/O, ask no clock, keep no variable ({checked} objects)",
           problems or ([] if checked else ["no object was found"]))


def compiles_alone(path):
    done = subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Werror", "-Iinclude", "-Isrc",
                           "-I", os.path.join(BUILD, "bpf"), "-Itests", "-fsyntax-only", "-x", "c", "-"], cwd=ROOT, text=True,
                          input=f'#include "{path}"\nint unused;\n', capture_output=True)
    return f"{path}: {done.stderr.strip().splitlines()[0]}" if done.returncode else None


def object_of(path):
    return os.path.join(ROOT, BUILD, "obj", path[len("src/"):-2] + ".o")


def check_commands():
    problems, checked = [], 0
    for path in tracked(".c"):
        if room_of(path) != COMPOSES:
            continue
        checked += 1
        problems += [f"{path}:{number}: reads /proc" for number, line in enumerate(lines_of(path), 1) if '"/proc' in line]
        problems += [f"{path}: a command calls {name}" for name, section in symbols(object_of(path))
                     if section is None and name in COMMANDS_NEVER]
    result(f"commands open no files, read no /proc, parse no text ({checked} objects)",
           problems or ([] if checked else ["no object was found"]))


def needs_of(paths):
    """path -> the paths whose functions or variables it uses"""
    defines, uses = {}, {}
    for path in paths:
        uses[path] = set()
        for name, section in symbols(object_of(path)):
            if section is None:
                uses[path].add(name)
            else:
                defines[name] = path
    return {path: {defines[name] for name in names if name in defines} - {path} for path, names in uses.items()}


def circles(arrows):
    """Groups of nodes of which each leads to each (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(arrows[node]):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            group = stack[stack.index(node):]
            del stack[stack.index(node):]
            if len(group) > 1:
                found.append(sorted(group))
    for node in sorted(arrows):
        if node not in index:
            visit(node)
    return found


def check_circles():
    """By what the objects need, which is stricter than what they include."""
    needs = needs_of(sources())
    rooms = {room_of(path): set() for path in needs}
    for path, others in needs.items():
        rooms[room_of(path)] |= {room_of(other) for other in others} - {room_of(path)}
    within = [group for group in circles(needs) if len({room_of(path) for path in group}) > 1 or room_of(group[0]) in NO_CIRCLES]
    result(f"no circle between the {len(rooms)} rooms, and none of files in {' and '.join(NO_CIRCLES)}",
           [" -> ".join(group) for group in circles(rooms) + within])


def first_include(path):
    """The header that a source includes before anything but comments: its object is the proof that this header compiles alone."""
    code = re.sub(r"/\*.*?\*/", "", "\n".join(lines_of(path)), flags=re.S).lstrip()
    match = re.match(r'#\s*include\s+"([^"]+)"', code)
    return match and match[1]


def check_headers():
    headers = [path for path in tracked(".h") if path.split("/")[0] in ("include", "src")]
    built = {first_include(path) for path in sources() if os.path.exists(object_of(path))}
    rest = [path for path in headers if path.split("/", 1)[1] not in built]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        result(f"each header compiles alone ({len(headers)}, of which {len(headers) - len(rest)} begin a source that is built)",
               [problem for problem in pool.map(compiles_alone, rest) if problem])


def check_first_lines():
    problems = []
    for path in tracked(""):
        lines = [line for line in lines_of(path)[:2]] if is_code(path) else []
        first = lines[1:] if lines and lines[0].startswith("#!") else lines[:1]
        if is_code(path) and not (first and "SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause" in first[0]):
            problems.append(path)
    result("each file of code begins with its licence", problems)


def is_code(path):
    if path.endswith((".c", ".h", ".py", ".sh", ".js", ".mk")) or os.path.basename(path) == "Makefile":
        return True
    with open(os.path.join(ROOT, path), "rb") as file:
        return file.read(2) == b"#!"


def check_sizes():
    problems = [f"{path}: {len(lines_of(path))} lines" for path in tracked("") if is_code(path)
                and len(lines_of(path)) > LONGEST_FILE]
    result(f"no file of code is longer than {LONGEST_FILE} lines", problems)
    functions, long = 0, []
    for path in tracked(".c"):
        begin = None
        for number, line in enumerate(lines_of(path), 1):
            if line == "{":
                begin = number
            elif line == "}" and begin:
                functions += 1
                if number - begin > LONG_FUNCTION:
                    long.append(f"{path}:{begin}: {number - begin} lines")
                begin = None
    allowed = functions * LONG_FUNCTIONS_PERCENT // 100
    result(f"of {functions} functions {len(long)} are longer than {LONG_FUNCTION} lines, {allowed} may be",
           long if len(long) > allowed else [])


def check_words():
    """What says more about the machine it was written on than about the project."""
    words = re.compile("/" + "work/|/" + "home/[a-z]")
    problems = [f"{path}:{number}: {line.strip()[:80]}" for path in tracked("") for number, line in enumerate(lines_of(path), 1)
                if words.search(line)]
    result("no file names a path of the machine that it was written on", problems)


def main():
    check_directions()
    check_purity()
    check_commands()
    check_circles()
    check_headers()
    check_first_lines()
    check_sizes()
    check_words()
    print(f"1..{count}")
    return 1 if failed else 0


sys.exit(main())
