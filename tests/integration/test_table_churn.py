#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# tests/run: alone, it makes connections as fast as two processors can
"""netstate live under load: the table equals the kernel's lists whatever happened, also after losses."""
import contextlib
import re
import time

from harness import *
from tables import Live, churn, kernel_states, table_states


@contextlib.contextmanager
def three():
    with Namespace() as one, Namespace() as two, Namespace() as three:
        yield [one, two, three]


def only(spaces):
    """A filter: what other programs of this machine have is left out, and so is the time to read it."""
    return " or ".join(f"netns {space.inode}" for space in spaces)


def beyond(counts, others):
    """{what: (how many, how many of the others)} where there are more."""
    return {key: (count, others.get(key, 0)) for key, count in counts.items() if count > others.get(key, 0)}


def stop_and_compare(live, spaces):
    """
    What it prints is what ss says. Nothing moves any more, but a minisocket ends a minute after it began: those that ss
    lists afterwards are in the table, and the table has none that ss did not list before.
    """
    before = [kernel_states(space) for space in spaces]
    live.stop_equal()
    for space, earlier in zip(spaces, before):
        later = kernel_states(space)
        printed = table_states([row for row in live.rows if row["netns"] == space.inode])
        same(beyond(printed, earlier), {}, f"{space.name}: printed, and not in ss before")
        same(beyond(later, printed), {}, f"{space.name}: in ss now, and not printed")


@test("thousands of connections a second, closed in every way, in three namespaces: nothing differs")
def quick_churn():
    with three() as spaces, Live(*spaces, options=("--verify", only(spaces))) as live:
        with churn(4, 600, spaces) as wait:
            check(wait() > 3000, "too few connections for a test")
            time.sleep(1)
            stop_and_compare(live, spaces)
        check(live.number(r"verify: (\d+) sockets") > 1500, "verify saw too little")
        same(live.number(r"applied, (\d+) lost"), 0)
        kinds = {(row["state"], row["minisocket"]) for row in live.rows}
        check({("TIME_WAIT", "time-wait"), ("FIN_WAIT2", "time-wait"), ("CLOSE_WAIT", None),
               ("ESTABLISHED", None), ("LISTEN", None)} <= kinds, f"not all kinds of rows: {kinds}")
        owners = {row["owner"] for row in live.select(state="TIME_WAIT")}
        check({"connect", "accept"} <= owners, f"owners of TIME_WAIT rows: {owners}")


@test("as fast as it goes: still equal", long=True)
def full_churn():
    with three() as spaces, Live(*spaces, options=("--verify", only(spaces))) as live:
        with churn(3, 0, spaces) as wait:
            wait()
            time.sleep(1.5)
            stop_and_compare(live, spaces)


@test("a ring of one page, most events lost: gap lines, and equal within two seconds")
def losses():
    with three() as spaces, Live(*spaces, options=("--verify", "--ring-size", 4096, only(spaces))) as live:
        with churn(3, 0, spaces) as wait:
            made = wait()
            time.sleep(2)
            stop_and_compare(live, spaces)
        lost = live.number(r"applied, (\d+) lost")
        check(lost > made, f"only {lost} lost: no test")
        told = sum(int(line.split()[2]) for line in live.errors if line.startswith("netstate: gap:"))
        same(told, lost, "losses in gap lines, and in the summary")
        check(live.number(r"reconciled (\d+) in") > 1000, "nothing was reconciled")


@test("started amid churn: no socket is lost or doubled")
def start_amid_churn():
    with three() as spaces, churn(6, 0, spaces) as wait:
        for _ in range(3):
            with Live(*spaces, options=("--verify", "--for", "700ms", only(spaces))) as live:
                live.stop_equal(None)
                check(live.number(r"verify: (\d+) sockets") > 100, "no churn: no test")
        with Live(*spaces, options=("--verify", only(spaces))) as live:
            wait()
            time.sleep(1.5)
            stop_and_compare(live, spaces)


@test("a table from sock_diag is compared with the iterators, one from them with sock_diag; neither differs", long=True)
def other_source():
    for source, other in (("sock_diag", "BPF iterators"), ("iterators", "sock_diag")):
        with three() as spaces, Live(*spaces, options=("--source", source, "--verify", only(spaces))) as live:
            with churn(3, 1000, spaces) as wait:
                wait()
                time.sleep(1)
                stop_and_compare(live, spaces)
            check(any(re.search(rf"verify: \d+ sockets by {other}, ", line) for line in live.errors), f"not by {other}: {live.errors}")


@test("a table with few rows says that it is full, and goes on")
def full_table():
    with Namespace() as space, Live(space, options=("--max-rows", 50, only([space]))) as live:
        with churn(1, 300, [space]) as wait:
            made = wait()
            same(live.stop(), 0)
        check(len(live.rows) <= 50, f"{len(live.rows)} rows")
        kernel = sum(kernel_states(space).values())
        left_out = live.number(r"(\d+) connections are not in the table")
        check(left_out >= kernel - 50 > 0, f"{left_out} left out, {kernel} in this namespace alone")
        began = live.number(r"(\d+) connections began while")
        check(made * 2 - 50 <= began <= made * 4, f"{began} began, of {made} connections with two ends each")


main()
