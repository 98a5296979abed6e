#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate explain --watch: drops, retransmissions and resets as they happen, with real sockets."""
import threading

import actor_tools
from harness import *
from explain_tools import *

CALL_ARGUMENTS = (5, 15)  # bpf_task_pt_regs()
DROP = "table ip f { chain i { type filter hook input priority 0; tcp dport 80 drop; }; }"


def watch_for(namespace, word, text, begin, times=8):
    """The finding of this word, once a watch saw what makes it say this. begin(n) begins what it is about, anew each time: the
    pauses between retransmissions double."""
    found = []
    for at in range(times):
        begin(at)
        found = explain("--netns", str(namespace.inode), "--watch", "3s")
        for one in found:
            if one["finding"] == word and one["severity"] == "warn" and text in text_of(one):
                return one
    raise AssertionError(f"no {word} that says {text!r}; found {[(one['finding'], one['severity'], one['title']) for one in found]}")


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
        dial(cli, 8)
        accept(srv, 8)
        nft(server, DROP)
        finding = watch_for(client, "dropped_on_this_host", "this host drops what is sent", lambda at: cli(f"c[{at}].send(b'z' * 20)"))
        check("NETFILTER_DROP" in text_of(finding) or "nf_hook_slow" in text_of(finding), text_of(finding))
        replayed(client, None, "--watch", "2s")


@test("a FIN that a rule of this host drops says so")
def fin_dropped():
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 8)
        accept(srv, 8)
        nft(server, DROP)
        watch_for(client, "closing_unacknowledged", "this host drops what is sent", lambda at: cli(f"c[{at}].close()"))


@test("a path MTU black hole on this host is certain once its drops were seen")
def path_mtu():
    with black_hole() as (client, send):
        finding = watch_for(client, "path_mtu_black_hole", "retransmission", send)
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
        check("accepted in" in text_of(found[0]), text_of(found[0]))
        if actor_tools.KERNEL >= CALL_ARGUMENTS:
            check("listen(1000) was asked for, net.core.somaxconn allows 7" in text_of(found[0]), text_of(found[0]))
            check("the last failed accept(): EMFILE" in text_of(found[0]), text_of(found[0]))


@test("accept() that fails for want of descriptors is a finding of its own, also where some are free at both looks")
def accept_fails():
    if actor_tools.KERNEL < CALL_ARGUMENTS:
        skip("a failed call's descriptor is known from 5.15 on")
    with pair() as (client, server):
        srv, cli = listen(server), client.actor("cli")

        def serve():
            dial(cli)
            srv("limits = resource.getrlimit(resource.RLIMIT_NOFILE)\nresource.setrlimit(resource.RLIMIT_NOFILE, (4, limits[1]))\n"
                "try: l.accept()\nexcept OSError: pass\nresource.setrlimit(resource.RLIMIT_NOFILE, limits)\nl.accept()[0].close()")
        found = [one for one in watch_while(server, serve) if one["finding"] == "accept_fails"]
        check(found, "it is not among them")
        same(found[0]["subject"]["pid"], srv.pid)
        check("accept() failed with EMFILE" in found[0]["title"], found[0]["title"])
        check("accepted meanwhile" in text_of(found[0]), text_of(found[0]))


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


@test("resets of two kinds are two findings with their sender, recorded and replayed")
def reset_kinds():
    if actor_tools.KERNEL < (6, 10):
        skip("this kernel gives no reason for a reset")
    with pair() as (client, server), recording() as path:
        srv, cli = listen(server), client.actor("cli")

        def both():
            dial(cli, 2)
            accept(srv, 2)
            cli("c[-1].send(b'x')")
            srv("kept[-1].recv(1, socket.MSG_PEEK)\nkept.pop().close()\nreset(kept.pop())")
        found = watch_while(client, both, "--record", path)
        resets = [one for one in found if one["finding"] == "reset"]
        for why in ("closed with unread data", "aborted on close (SO_LINGER 0)"):
            check(any(f"srv (pid {srv.pid}) sent the reset" in text_of(one) and why in one["title"] for one in resets),
                  f"{why}: {[text_of(one) for one in resets]}")
        replays(path, found, "--netns", str(client.inode))


main()
