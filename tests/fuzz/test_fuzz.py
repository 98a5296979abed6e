#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# tests/run: long, it builds every source file once more, with clang
"""Every fuzzer for a few seconds from its corpus: the short run; `make fuzz` is the long one."""
import concurrent.futures
import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("fuzz_run", os.path.join(HERE, "run"))
fuzz = importlib.util.module_from_spec(importlib.util.spec_from_loader("fuzz_run", loader))
loader.exec_module(fuzz)
SECONDS = int(os.environ.get("FUZZ_SHORT_SECONDS", "3"))


def main():
    clang = os.environ.get("CLANG", "clang")
    if not shutil.which(clang):
        print(f"ok 1 - the fuzzers # SKIP there is no {clang}, which brings libFuzzer")
        return 0
    built = subprocess.run(["make", "-C", fuzz.ROOT, f"-j{os.cpu_count()}", f"O={os.environ.get('O', 'build')}", "fuzz-programs"],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode:
        print("not ok 1 - the fuzzers build\n# " + built.stdout[-4000:].replace("\n", "\n# "))
        return 1
    wanted = {name[:-2] for name in os.listdir(HERE) if name.startswith("fuzz_") and name.endswith(".c")}
    found = {os.path.basename(path) for path in fuzz.programs()} & wanted
    print(f"{'ok' if found == wanted and found else 'not ok'} 1 - the fuzzers build: {len(found)} of {len(wanted)}")
    failed = found != wanted
    number = 1
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        chosen = [path for path in fuzz.programs() if os.path.basename(path) in wanted]
        for name, problem, text in pool.map(lambda path: fuzz.run(path, SECONDS), chosen):
            number += 1
            print(f"{'not ok' if problem else 'ok'} {number} - fuzz {name}: {problem or text}")
            if problem:
                print("# " + text.replace("\n", "\n# "))
            failed = failed or problem is not None
            sys.stdout.flush()
    print(f"1..{number}")
    return 1 if failed else 0


sys.exit(main())
