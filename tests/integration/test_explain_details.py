#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The walk with details and the iterator that it stands in for: the same of each socket."""
import json
import subprocess
import time

from harness import *
from explain_tools import *

TCP_DEFER_ACCEPT = 9
# Of the same moment in time, but both ways read one after the other.
AGES = {"sent_ms", "received_ms", "heard_ms", "read_ms", "limited_ms", "hang_ms", "state_ms"}
LEFT = {"timer_ms", "keep_timer_ms"}
UNKNOWN = 2**32 - 1
STATES = {1: "ESTABLISHED", 3: "SYN_RECV", 4: "FIN_WAIT1", 5: "FIN_WAIT2", 6: "TIME_WAIT", 8: "CLOSE_WAIT", 10: "LISTEN", 12: "SYN_RECV"}


def details(inode):
    """{way: {address of the socket: row}} of a network namespace."""
    done = subprocess.run([tool("integration/tools/details"), str(inode)], capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    if "refused" in rows[0]:
        skip(f"no walk with details: error {rows[0]['refused']}")
    return {way: {row["flow.sock"]: row for row in rows if row["way"] == way} for way in ("walk", "iterators")}


def near(name, one, other):
    """Ages grow from the first way to the second, times that are left shrink."""
    if one == other:
        return True
    if UNKNOWN in (one, other):
        return False
    return 0 <= (other - one if name in AGES else one - other) < 10_000


def differences(found):
    wrong = []
    for sock, walked in found["walk"].items():
        listed = found["iterators"].get(sock)
        if not listed:
            wrong.append(f"{sock} only by the walk")
            continue
        for name, value in walked.items():
            if name == "way" or (name == "flow.cookie" and not value):
                continue  # the walk reads a cookie and makes none
            if not (near(name, value, listed[name]) if name in AGES | LEFT else value == listed[name]):
                wrong.append(f"{STATES.get(walked['state'])} {name}: {value} by the walk, {listed[name]} by the iterator")
    return wrong + [f"{sock} only by the iterator" for sock in set(found["iterators"]) - set(found["walk"])]


def scene(server, client):
    """Sockets of every form and of many states, none of which changes by itself for a while."""
    srv, cli = listen(server, backlog=2), client.actor("cli")
    dial(cli, 3)
    accept(srv, 3)
    dial(cli, 3)
    accept(srv)                                  # the last two wait in the queue
    srv("r = socket.socket(); r.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1); r.bind(('', 82)); r.listen(9)")
    srv(f"d = socket.socket(); d.setsockopt(6, {TCP_DEFER_ACCEPT}, 60); d.bind(('', 81)); d.listen(5)")
    srv("six = socket.create_server(('::', 86), family=socket.AF_INET6)")
    cli("late = socket.create_connection(('10.9.0.2', 81))")
    srv("six_a = socket.create_connection(('::1', 86)); six_b = six.accept()[0]; six_a.send(b'x' * 3000)")
    cli("c[0].setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1); c[0].setsockopt(6, 4, 77); c[0].setsockopt(6, 18, 90000)")
    cli("c[0].send(b'unread'); c[1].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536); c[1].setblocking(False)")
    cli("try:\n while True: c[1].send(b'y' * 65536)\nexcept BlockingIOError: pass")
    cli("c[2].close()")                          # FIN_WAIT2 here, CLOSE_WAIT there
    srv("kept[3].close()")
    cli("c[3].close()")                          # the server's end waits in TIME_WAIT
    return srv, cli


@test("the walk with details reads of each socket what the iterator reads")
def both_ways():
    with pair() as (client, server):
        actors = scene(server, client)
        for space, states in ((server, {"LISTEN", "ESTABLISHED", "CLOSE_WAIT", "TIME_WAIT", "SYN_RECV"}), (client, {"ESTABLISHED", "FIN_WAIT2"})):
            def look():
                found = details(space.inode)
                seen = {STATES.get(row["state"]) for row in found["walk"].values()}
                return (found if not differences(found) and states <= seen else None) if time.monotonic() < deadline else found
            deadline = time.monotonic() + 30  # a probe or an acknowledgement may fall between both ways
            found = until(look, 60)
            same(differences(found), [])
            check(states <= {STATES.get(row["state"]) for row in found["walk"].values()}, "every state is there")
            check(len(found["walk"]) >= 6, len(found["walk"]))
        del actors


main()
