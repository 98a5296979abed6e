#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# tests/run: alone, the pages show what the whole machine has on a port
"""README.md and the pages on what to do: their commands, from top to bottom, in the networks that they were written in."""
import glob
import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("O", "build"))
PAGES = ["README.md", *(f"docs/{name}.md" for name in ("connect-hangs", "close-wait-grows", "ports-run-out", "who-has-the-port"))]
FINDINGS = 3  # status of explain where something is wrong

sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("pictures", f"{ROOT}/docs/images/make")
pictures = importlib.util.module_from_spec(importlib.util.spec_from_loader("pictures", loader))
loader.exec_module(pictures)
NAMES = set(re.findall(r'named\("([\w-]+)"', pictures.SCENE + pictures.PORTS))
count = failed = 0


def result(name, problem=""):
    global count, failed
    count += 1
    failed += bool(problem)
    print(f"{'not ok' if problem else 'ok'} {count} - {name}")
    for line in problem.splitlines():
        print(f"# {line}")
    sys.stdout.flush()


def read(page):
    with open(os.path.join(ROOT, page)) as file:
        return file.read()


def commands(page):
    """[(command, output shown)] of the console blocks."""
    for block in re.findall(r"^```console\n(.*?)^```", read(page), re.S | re.M):
        for part in re.split(r"^# ", block, flags=re.M)[1:]:
            command, _, shown = part.partition("\n")
            yield command, shown


def must_be_seen(shown):
    """Of what a page shows, the words that do not depend on numbers: processes, states, verdicts, headings."""
    words = set(re.findall(r"[\w-]+", shown))
    return {word for word in words if word in NAMES or re.fullmatch(r"[A-Z][A-Z_0-9]{4,}|[a-z]+(_[a-z]+)+", word)}


def shape(text):
    """Without what differs from run to run: numbers, spans of time, marks of owners, and where lines are broken."""
    text = re.sub(r"\d[\d.:]*(?: (?:us|ms|s|min|h)\b|(?:us|ms|s)\b)?[~*]?", "0", text)
    return re.sub(r"0(?:,? 0)+", "0", " ".join(text.split()))


def counted(line):
    """{"listener", "incoming connection"} of ":8080: a listener, 4 incoming connections", the first line of who; {} of others."""
    return {part.split(" ", 1)[1].rstrip("s") for part in line.split(": ", 1)[1].split(", ")} if re.match(r":\d+: \S+ ", line) else set()


def lines_not_seen(shown, output):
    """Of what a page shows, "..." stands for lines that are left out. What is counted must be there: who counts that of the machine's
    other users too."""
    text, kinds = shape(output), set().union(*map(counted, output.splitlines()))
    return [line.strip() for line in shown.splitlines()
            if line.strip() not in ("", "...") and shape(line) not in text and not (counted(line) and counted(line) <= kinds)]


def try_command(page, command, shown):
    environment = dict(os.environ, PATH=f"{BUILD}:{os.environ['PATH']}")
    done = subprocess.run(command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=90)
    lacking = [word for word in must_be_seen(shown) if word not in done.stdout]
    lines = lines_not_seen(shown, done.stdout)
    if done.returncode not in (0, FINDINGS if " explain" in command else 0) or lacking or lines or not done.stdout.strip():
        return f"status {done.returncode}, lacks {lacking} {lines}\n{done.stdout}{done.stderr}"
    return ""


def targets():
    for target in re.findall(r"^make (\w+)", read("README.md"), re.M):
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            yield f"make {target}: {done.stderr.strip()}"


def broken_links():
    for page in ["README.md", *sorted(os.path.relpath(path, ROOT) for path in glob.glob(f"{ROOT}/docs/*.md"))]:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", read(page)):
            if not os.path.exists(os.path.join(ROOT, os.path.dirname(page), link)):
                yield f"{page}: {link} does not exist"


def main():
    result("README.md names targets that exist", "\n".join(targets()))
    result("links of README.md and docs lead somewhere", "\n".join(broken_links()))
    if os.geteuid():
        print("ok 3 - commands of the pages # SKIP needs root\n1..3")
        return 1 if failed else 0
    with pictures.shop(), pictures.few_ports():
        for page in PAGES:
            found = list(commands(page))
            for command, shown in found:
                result(f"{page}: {command}", try_command(page, command, shown))
            if not found:
                result(f"{page} has commands", "none")
    print(f"1..{count}")
    return 1 if failed else 0


sys.exit(main())
