#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# tests/run: long, it boots three kernels in emulated machines
"""The short list of the matrix: rows of kernels.list and scenarios of tests.list that are marked for CI; see run."""
import sys

import matrix


def main():
    why = matrix.needs()
    rows = [row for row in matrix.kernels() if row.ci]
    chosen = [test for test in matrix.tests() if test.word != "-"]
    failed = 0
    for number, row in enumerate(rows, 1):
        results = None if why else matrix.run(row, chosen, ci=True)
        skip = why or results.why
        bad = bool(results and not skip and results.failed)
        failed += bad
        name = f"kernel {row.series}" + (f" ({results.version})" if results and not skip else "")
        print(f"{'not ok' if bad else 'ok'} {number} - {name}{f' # SKIP {skip}' if skip else ''}")
        for line in results.failures if results else []:
            print(f"# {line}")
        sys.stdout.flush()
    print(f"1..{len(rows)}")
    return 1 if failed else 0


sys.exit(main())
