#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The pages that walk through the code name files and functions that exist."""
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PAGES = ("CONTRIBUTING.md", "docs/architecture.md", "docs/contributing/howto.md", "docs/contributing/style.md", "docs/contributing/walk.md")
FOLDERS = ("bpf", "docs", "include", "packaging", "src", "tests", "vmlinux")
FILE = re.compile(r"[a-z_][\w./-]*\.(?:bpf\.[ch]|c|h|py|list)\b")  # not bpf/NAME.bpf.h, which stands for any
FUNCTION = re.compile(r"\b([a-z_]{4,})\(\)")


def source_files():
    return [os.path.relpath(os.path.join(folder, name), ROOT) for top in FOLDERS for folder, _, names in os.walk(os.path.join(ROOT, top))
            for name in names]


def is_there(name, files):
    return any(path == name or path.endswith("/" + name) for path in files)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def unknown(page, files, code):
    for word in re.findall(r"`([^`\n]+)`", read(page)):
        for name in FILE.findall(word):
            if "NAME" not in word and not is_there(name, files):
                yield f"{page}: no file {name}"
        for name in FUNCTION.findall(word):
            if not re.search(rf"\b{name}\(", code):
                yield f"{page}: no function {name}()"


def main():
    files = source_files()
    code = "\n".join(read(path) for path in files if path.endswith((".c", ".h", ".py")))
    problems = [problem for page in PAGES for problem in unknown(page, files, code)]
    print(f"{'not ok' if problems else 'ok'} 1 - {len(PAGES)} pages name files and functions that exist")
    for problem in problems:
        print(f"# {problem}")
    works = not is_there("no_such.c", files) and is_there("src/main.c", files)
    print(f"{'ok' if works else 'not ok'} 2 - a file that is not there is noticed\n1..2")
    return 1 if problems or not works else 0


sys.exit(main())
