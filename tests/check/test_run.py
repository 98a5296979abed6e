#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""tests/run: what it counts, what makes it fail, and what it runs once more."""
import os
import shutil
import subprocess
import tempfile

RUN = os.path.join(os.path.dirname(__file__), "..", "run")
PASSES = "print('ok 1 - a')"
FAILS = "print('not ok 1 - a\\n# why'); raise SystemExit(1)"
FAILS_ONCE = f"""import os
if os.path.exists('seen-{{0}}'):
    {PASSES}
else:
    open('seen-{{0}}', 'w').close()
    {FAILS}"""
failed = False


def run(programs, *options):
    """Status and output of tests/run in a tree that has these programs, {path below tests/: text}."""
    with tempfile.TemporaryDirectory() as tree:
        os.makedirs(f"{tree}/build")
        os.makedirs(f"{tree}/tests")
        shutil.copy(RUN, f"{tree}/tests/run")
        for number, (path, text) in enumerate(programs.items()):
            path = f"{tree}/tests/{path}"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write("#!/usr/bin/env python3\n" + text.replace("{0}", str(number)) + "\n")
            os.chmod(path, 0o755)
        done = subprocess.run([f"{tree}/tests/run", *options], capture_output=True, text=True, env=dict(os.environ, O="build"), check=False)
        return done.returncode, done.stdout


def case(number, name, programs, options, status, *wanted, without=()):
    global failed
    got, output = run(programs, *options)
    good = got == status and all(text in output for text in wanted) and not any(text in output for text in without)
    failed = failed or not good
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    if not good:
        print("".join(f"# {line}\n" for line in [f"status {got}", *output.splitlines()]), end="")


one, two, three = (f"integration/test_{word}.py" for word in ("one", "two", "three"))
case(1, "all that pass are counted", {one: PASSES, two: PASSES}, [], 0, "2 passed, 0 failed")
case(2, "what fails fails the run, and is printed", {one: FAILS, two: PASSES}, [], 1, "1 passed, 1 failed", "# why")
case(3, "nothing runs again unless --again says so", {one: FAILS_ONCE, two: PASSES}, [], 1, "1 passed, 1 failed", without=["unsteady"])
case(4, "what passes when it runs again is named with what failed", {one: FAILS_ONCE, two: PASSES}, ["--long", "--again"], 0,
     "2 passed, 0 failed", f"unsteady: tests/{one} failed", "# why")
case(5, "what fails again fails the run", {one: FAILS, two: PASSES}, ["--long", "--again"], 1, "1 passed, 1 failed", without=["unsteady"])
case(6, "more than two that fail are no accident", {path: FAILS_ONCE for path in (one, two, three)}, ["--again"], 1, "0 passed, 3 failed")
case(7, "a check of the source is not run again", {"check/test_one.py": FAILS_ONCE, two: PASSES}, ["--again"], 1, "1 passed, 1 failed")
case(8, "a program that cannot be executed, or says nothing, fails", {one: "", two: PASSES}, [], 1, "1 passed, 1 failed")
print("1..8")
raise SystemExit(failed)
