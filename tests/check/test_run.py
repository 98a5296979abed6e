#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""tests/run: what it counts, what makes it fail, and what it runs once more."""
import os
import shutil
import subprocess
import tempfile

TESTS = os.path.join(os.path.dirname(__file__), "..")
PASSES = "print('ok 1 - a')"
FAILS = "print('not ok 1 - a\\n# why'); raise SystemExit(1)"
FAILS_ONCE = f"""import os
if os.path.exists('seen-{{0}}'):
    {PASSES}
else:
    open('seen-{{0}}', 'w').close()
    {FAILS}"""
# An orphan in a session of its own, away from its parent's output: only a subreaper finds it.
LEAVES = """import os, sys, time
if not os.fork():
    os.setsid()
    if not os.fork():
        open('orphan', 'w').write(str(os.getpid()))
        time.sleep(300)
    os._exit(0)
while not os.path.exists('orphan') or not open('orphan').read():
    time.sleep(0.01)
sys.stdout.flush()
"""
failed = False


def run(programs, *options):
    """Status and output of tests/run in a tree that has these programs, {path below tests/: text}."""
    with tempfile.TemporaryDirectory() as tree:
        os.makedirs(f"{tree}/build")
        os.makedirs(f"{tree}/tests")
        for name in ("run", "reap.py"):
            shutil.copy(os.path.join(TESTS, name), f"{tree}/tests/{name}")
        for number, (path, text) in enumerate(programs.items()):
            path = f"{tree}/tests/{path}"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write("#!/usr/bin/env python3\n" + text.replace("{0}", str(number)) + "\n")
            os.chmod(path, 0o755)
        done = subprocess.run([f"{tree}/tests/run", *options], capture_output=True, text=True, env=dict(os.environ, O="build"), check=False)
        return done.returncode, done.stdout + orphan_of(tree)


def orphan_of(tree):
    """" orphan runs" where the one that LEAVES starts still does."""
    if not os.path.exists(f"{tree}/orphan"):
        return ""
    with open(f"{tree}/orphan", encoding="utf-8") as file:
        pid = file.read()
    return "orphan runs" if os.path.exists(f"/proc/{pid}") else "orphan is gone"


def limited(text, seconds):
    """Status and output of a program that reap.py gives so many seconds."""
    done = subprocess.run([os.path.join(TESTS, "reap.py"), str(seconds), "python3", "-c", text], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def case(number, name, programs, options, status, *wanted, without=()):
    judge(number, name, run(programs, *options), status, wanted, without)


def judge(number, name, done, status, wanted, without=()):
    global failed
    got, output = done
    good = got == status and all(text in output for text in wanted) and not any(text in output for text in without)
    failed = failed or not good
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    if not good:
        print("".join(f"# {line}\n" for line in [f"status {got}", *output.splitlines()]), end="")


one, two, three, four, five = (f"integration/test_{word}.py" for word in ("one", "two", "three", "four", "five"))
case(1, "all that pass are counted", {one: PASSES, two: PASSES}, [], 0, "2 passed, 0 failed")
case(2, "what fails fails the run, and is printed", {one: FAILS, two: PASSES}, [], 1, "1 passed, 1 failed", "# why")
case(3, "nothing runs again unless --again says so", {one: FAILS_ONCE, two: PASSES}, [], 1, "1 passed, 1 failed", without=["unsteady"])
case(4, "what passes when it runs again is named with what failed", {one: FAILS_ONCE, two: PASSES}, ["--long", "--again"], 0,
     "2 passed, 0 failed", f"unsteady: tests/{one} failed", "# why")
case(5, "what fails again fails the run", {one: FAILS, two: PASSES}, ["--long", "--again"], 1, "1 passed, 1 failed", without=["unsteady"])
case(6, "more than four that fail are no accident", {path: FAILS_ONCE for path in (one, two, three, four, five)}, ["--again"], 1,
     "0 passed, 5 failed")
case(7, "a check of the source is not run again", {"check/test_one.py": FAILS_ONCE, two: PASSES}, ["--again"], 1, "1 passed, 1 failed")
case(8, "a program that cannot be executed, or says nothing, fails", {one: "", two: PASSES}, [], 1, "1 passed, 1 failed")
case(9, "four that fail once are run again", {path: FAILS_ONCE for path in (one, two, three, four)}, ["--again"], 0, "4 passed, 0 failed")
case(10, "a process that a program leaves running is named and ended", {one: LEAVES + PASSES}, [], 0, "1 passed, 0 failed",
     f"left behind: tests/{one}: ", "orphan is gone")
case(11, "likewise where the program fails", {one: LEAVES + FAILS}, [], 1, "0 passed, 1 failed", "# why", f"left behind: tests/{one}: ",
     "orphan is gone")
judge(12, "a program that reaches its limit is ended, with what it did", limited("import time; time.sleep(300)", 1), 128 + 9,
      ["# stopped after 1 s", "State:", "time.sleep(300)", "wchan"], ["left behind"])
judge(13, "a program's own status is kept, and a signal's number", limited("import os; os.kill(os.getpid(), 15)", 60), 128 + 15, [])
with open(os.path.join(TESTS, "run"), encoding="utf-8") as file:
    module = compile(file.read(), "tests/run", "exec")
exec(module, {"__name__": "loaded", "__file__": module.co_filename})  # starts nothing
print("ok 14 - loaded as a module it runs nothing")
print("1..14")
raise SystemExit(failed)
