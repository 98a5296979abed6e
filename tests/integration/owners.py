# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the scenarios of netstate trace share: a server and a client, and whether events name the right owner."""
from actor_tools import KERNEL, TRACER_MAKES_COOKIES

# Before Linux 6.16 a child is announced (LISTEN -> SYN_RECV) before it has its own cookie and its peer's address: the
# event is there, but not under the connection's cookie.
CHILD_COMPLETE = KERNEL >= (6, 16)
CHILD_OPENS = ["LISTEN>SYN_RECV"] * CHILD_COMPLETE + ["SYN_RECV>ESTABLISHED"] * TRACER_MAKES_COOKIES


def server_and_client(namespace, address="127.0.0.1", port=8080, **options):
    """An actor "srv" that listens (its variable l) and an actor "cli", in one namespace."""
    server, client = namespace.actor("srv"), namespace.actor("cli")
    words = "".join(f", {key}={value!r}" for key, value in options.items())
    server(f"l = listener('{address}', {port}{words})")
    return server, client


def owned(events, actor, word, comm=None, uid=0, pid=None):
    """Fails unless there are events and each names the actor as owner, learnt by `word`."""
    wanted = (pid or actor.pid, comm or actor.comm, uid, word)
    assert events, f"no events of {actor.comm}"
    for event in events:
        got = (event["pid"], event["comm"], event["uid"], event["owner"])
        assert got == wanted, f"owner is {got}, not {wanted}: {event}"
