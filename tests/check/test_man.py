#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The man pages against the program: a page for each command, every option, field, key and word of the filter; mandoc's lint."""
import glob
import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PROGRAM = os.path.join(ROOT, os.environ.get("O", "build"), "netstate")
PAGES = sorted(glob.glob(f"{ROOT}/docs/man/*.[1-9]"))
SECTIONS = ["NAME", "SYNOPSIS", "EXAMPLES", "EXIT STATUS", "FILES", "SEE ALSO"]

loader = importlib.machinery.SourceFileLoader("update", f"{ROOT}/docs/man/update")
sys.dont_write_bytecode = True
update = importlib.util.module_from_spec(importlib.util.spec_from_loader("update", loader))
loader.exec_module(update)

count = 0
failed = False


def result(name, problems, skip=None):
    global count, failed
    count += 1
    failed = failed or bool(problems)
    print(f"{'not ok' if problems else 'ok'} {count} - {name}{f' # SKIP {skip}' if skip else ''}")
    for problem in problems:
        print(f"# {problem}")


def read(path):
    with open(path) as file:
        return file.read()


def terms(text):
    """What a list explains: the lines behind .TP, without the words that may be rewritten."""
    return re.findall(r"^\.TP\n(.*)$", text, re.M)


def behind():
    """Lists whose terms are not those of the program."""
    for path in PAGES:
        for match in update.BLOCK.finditer(read(path)):
            wanted, found = terms(update.block(PROGRAM, match[2], match[3].strip())), terms(match[4])
            for term in wanted:
                if term not in found:
                    yield f"{os.path.basename(path)}: lacks {term}; run: make man"
            for term in found:
                if term not in wanted:
                    yield f"{os.path.basename(path)}: {term} does not exist; run: make man"


def commands():
    names = [name for name, _ in update.commands(PROGRAM)]
    pages = [re.match(r"netstate-(.*)\.8", os.path.basename(path)) for path in PAGES]
    pages = [match[1] for match in pages if match and match[1] != "netstat"]
    yield from (f"docs/man/netstate-{name}.8: there is no such page for the command" for name in names if name not in pages)
    yield from (f"docs/man/netstate-{name}.8: there is no such command" for name in pages if name not in names)
    for name in names:
        page = f"{ROOT}/docs/man/netstate-{name}.8"
        if os.path.exists(page) and f'begin: options {name}\n' not in read(page):
            yield f"{page}: has no list of the options"


def filter_words():
    source = read(f"{ROOT}/src/filter/condition.c")
    page = re.sub(r"\\f[A-Z]|\\", "", read(f"{ROOT}/docs/man/netstate-filter.7"))
    words = re.findall(r'^\t\{"(\w+)", condition_', source, re.M)
    if len(words) < 10:
        yield "no table of conditions found in src/filter/condition.c"
    yield from (f"netstate-filter.7: lacks the word {word}" for word in words if not re.search(rf"\b{word}\b", page))


def structure():
    for path in PAGES:
        found = re.findall(r"^\.SH (.*)$", read(path), re.M)
        yield from (f"{os.path.basename(path)}: lacks {name}" for name in SECTIONS if name not in found)
        if found[2:3] != ["EXAMPLES"]:
            yield f"{os.path.basename(path)}: EXAMPLES are not first"


def lint():
    done = subprocess.run(["mandoc", "-Tlint", "-Wstyle", *PAGES], capture_output=True, text=True)
    return done.stdout.splitlines()


result("each command has a man page, and each page a command", list(commands()))
result("the pages have every option, field and key, and no others", list(behind()))
result("the page of the filter has every word", list(filter_words()))
result("each page has its examples first, and exit status, files and references", list(structure()))
if shutil.which("mandoc"):
    result("mandoc -Tlint has nothing to say", lint())
else:
    result("mandoc -Tlint has nothing to say", [], "mandoc is not installed")
print(f"1..{count}")
sys.exit(1 if failed else 0)
