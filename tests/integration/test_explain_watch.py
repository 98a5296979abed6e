#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate explain --watch: drops, retransmissions and resets as they happen, with real sockets."""
import subprocess
import threading

from harness import *
from explain_tools import *

DROP = "table ip f { chain i { type filter hook input priority 0; tcp dport 80 drop; }; }"


def watch(namespace, word, timeout=40, **wanted):
    """The finding of this word in the namespace, in one of several watches."""
    return find(namespace, word, timeout, ("--watch", "3s"), **wanted)


def watch_for(namespace, word, text):
    """The finding of this word once a watch saw what makes it say so: later retransmissions are many seconds apart."""
    return until(lambda: next((one for one in [watch(namespace, word, severity="warn")] if text in text_of(one)), None), 90,
                 f"{word}: {text}")


def watch_while(namespace, action, *words):
    """What a watch of the namespace, or of those connections there, finds during which the action is repeated."""
    done = threading.Event()

    def repeat():
        while not done.wait(0.2):
            action()
    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        return explain("--netns", str(namespace.inode), "--watch", "3s", *words)
    finally:
        done.set()
        thread.join()


@test("data that a rule of this host drops is told with namespace, place and reason")
def data_dropped():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli)
        accept(srv)
        nft(server, DROP)
        cli("c[0].send(b'z' * 20)")
        finding = watch(client, "dropped_on_this_host", severity="warn")
        check("NETFILTER_DROP" in text_of(finding) or "nf_hook_slow" in text_of(finding), text_of(finding))
        check("this host drops what is sent" in text_of(finding), text_of(finding))


@test("a FIN that a rule of this host drops says so")
def fin_dropped():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli)
        accept(srv)
        nft(server, DROP)
        cli("c[0].close()")
        watch_for(client, "closing_unacknowledged", "this host drops what is sent")


@test("a path MTU black hole on this host is certain once its drops were seen")
def path_mtu():
    with black_hole() as client:
        finding = watch_for(client, "path_mtu_black_hole", "retransmission")
        check("right0 with MTU 1300" in text_of(finding), text_of(finding))


@test("a listener tells the backlog that was asked for, its accepts and the error of the last one")
def listener():
    with pair() as (client, server):
        server.sysctl("net.core.somaxconn", 7)
        srv, cli = listen(server), client.actor("cli")

        def serve():
            dial(cli)
            srv("l.listen(1000)\nlimits = resource.getrlimit(resource.RLIMIT_NOFILE)\nl.accept()[0].close()\n"
                "resource.setrlimit(resource.RLIMIT_NOFILE, (4, limits[1]))\n"
                "try: l.accept()\nexcept OSError: pass\nresource.setrlimit(resource.RLIMIT_NOFILE, limits)")
        found = [one for one in watch_while(server, serve, ":80") if one["finding"] == "listening"]
        check(found, "the listener is not among them")
        check("listen(1000) was asked for, net.core.somaxconn allows 7" in text_of(found[0]), text_of(found[0]))
        check("accepted in" in text_of(found[0]), text_of(found[0]))
        check("the last failed accept(): EMFILE" in text_of(found[0]), text_of(found[0]))


@test("a reset because data was unread at close names the process that closed")
def reset_unread():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 40)
        accept(srv, 40)
        cli("[one.send(b'x') for one in c]")
        srv("[one.recv(1, socket.MSG_PEEK) for one in kept]")
        found = watch_while(client, lambda: srv("if kept: kept.pop().close()"))
        finding = [one for one in found if one["finding"] == "reset"]
        check(finding, f"no reset among {[(f['finding'], f['title']) for f in found]}")
        check("sent the reset" in text_of(finding[0]), text_of(finding[0]))


main()
