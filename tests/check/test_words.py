#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The word list of docs/contributing/glossary.md: retired phrases are in no text that a user sees."""
import glob
import os
import re
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
RETIRED = [r"sent again", r"is not to be had", r"is to be had", r"the lack of", r"l(?:ies|ie|ying) in (?:this|that) host", r"half open\b",
           r"stands? there\b", r"is wanted here", r"is told of", r"\bWell\.", r"passed unseen", r"took nothing for",
           r"does not decide why", r"the living table", r"not all of it", r"boot one that has", r"draw it anew",
           r"this is no time", r"which JSON has not", r"proves little", r"does not tell its", r"connect anew"]
PATTERN = re.compile("|".join(RETIRED))


def strings(path):
    """(line, text) of the string literals of a C file, neighbours joined as the compiler does."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", lambda comment: "\n" * comment[0].count("\n"), file.read(), flags=re.S)
    for match in re.finditer(r'"(?:[^"\\\n]|\\.)*"(?:\s*(?:PRI[a-z0-9A-Z]+\s*)?"(?:[^"\\\n]|\\.)*")*', text):
        yield text.count("\n", 0, match.start()) + 1, re.sub(r'"\s*(?:PRI\w+\s*)?"', "", match[0])


def lines(path):
    with open(path, encoding="utf-8") as file:
        yield from enumerate(file.read().splitlines(), 1)


def found(texts):
    for path, parts in texts:
        for number, text in parts(path):
            match = PATTERN.search(text)
            if match:
                yield f"{os.path.relpath(path, ROOT)}:{number}: \"{match[0]}\""


def main():
    code = sorted(glob.glob(f"{ROOT}/src/**/*.[ch]", recursive=True))
    pages = [f"{ROOT}/README.md", *sorted(glob.glob(f"{ROOT}/docs/*.md")), *sorted(glob.glob(f"{ROOT}/docs/man/*.[1-9]"))]
    good = PATTERN.search("a SYN was sent again") and not PATTERN.search("half-open connections")
    tests = [(f"no retired phrase in what the program prints ({len(code)} files)", list(found((path, strings) for path in code))),
             (f"nor in README, docs and man pages ({len(pages)} files)", list(found((path, lines) for path in pages))),
             ("the check finds one that is there", [] if good and code and pages else ["it does not"])]
    for number, (name, problems) in enumerate(tests, 1):
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for problem in problems:
            print(f"# {problem}")
    print(f"1..{len(tests)}")
    return 1 if any(problems for _, problems in tests) else 0


sys.exit(main())
