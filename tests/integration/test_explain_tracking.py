#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate explain: connection tracking of a router that forgot a connection, and one that did not."""
import contextlib
import struct

from harness import *
from explain_tools import *

NAT = "table ip n { chain p { type nat hook prerouting priority -100; ip daddr 10.7.0.1 tcp dport 80 dnat to 10.9.0.2; }; }"
STATEFUL = ("table ip f { chain f { type filter hook forward priority 0; policy drop; ct state established,related accept; "
            "tcp flags & (syn|ack) == syn accept; }; }")
DELETE_ALL = struct.pack("=IHHIIBBH", 20, 1 << 8 | 2, 1 | 4, 1, 0, 0, 0, 0)  # IPCTNL_MSG_CT_DELETE without a tuple


def forget(namespace):
    """Flushes its connection tracking table, as `conntrack -F`."""
    actor = namespace.actor("flush")
    done = actor(f"s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)\ns.sendto({DELETE_ALL!r}, (0, 0))\n"
                 "done = int.from_bytes(s.recv(4096)[16:20], 'little')\ns.close()") or actor("done")
    if done:
        skip(f"cannot flush the tracking table: error {done}")


@contextlib.contextmanager
def tracked(rules, address, count=2):
    """(client's namespace, router's, an actor with `count` connections to `address`, the server's actor); the router tracks them."""
    with routed() as (client, router, server):
        nft(router, rules)
        srv, cli = listen(server), client.actor("cli")
        dial(cli, count, address)
        accept(srv, count)
        cli("[one.send(b'a') for one in c]")
        srv("[(one.recv(1), one.send(b'b')) for one in kept]")
        cli("[one.recv(1) for one in c]")
        yield client, router, server, cli


@test("a translated connection whose entry was flushed names the router that forgot it")
def flushed():
    with tracked(NAT, "10.7.0.1") as (client, router, server, cli):
        router.sysctl("net.netfilter.nf_conntrack_tcp_loose", 0)
        forget(router)
        cli("c[0].send(b'x' * 100)")
        finding = find(client, "conntrack_forgot", severity="warn", confidence="high")
        check("addresses were translated" in text_of(finding), text_of(finding))
        check("has no entry for 10.8.0.2:" in text_of(finding), text_of(finding))
        same(finding["subject"]["pid"], cli.pid)
        replayed(client, "conntrack_forgot")


@test("a stateful firewall that forgot a connection is told with its drops while it is watched")
def firewall():
    with tracked(STATEFUL, "10.9.0.2", 8) as (client, router, server, cli):
        forget(router)
        dial(cli)  # it tracks others
        for at in range(8):  # the pauses between retransmissions double: each look has a fresh one
            cli(f"c[{at}].send(b'x' * 100)")
            found = [one for one in explain("--netns", str(client.inode), "--watch", "4s") if one["finding"] == "conntrack_forgot"
                     and one["severity"] == "warn"]
            if found:
                break
        check(found, "no conntrack_forgot")
        check("this host drops what is sent" in text_of(found[0]), text_of(found[0]))


@test("a router that translates both ends does not hide the process at the other end")
def both_ends():
    with routed() as (client, router, server):
        nft(router, NAT + "\ntable ip m { chain q { type nat hook postrouting priority 100; oifname right0 masquerade; }; }")
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 1, "10.7.0.1")
        accept(srv)
        found = explain(str(cli.pid))
        check(f"srv (pid {srv.pid})" in text_of(found[0]), text_of(found[0]))


@test("an entry from before a NAT rule that keeps a SYN untranslated is named, its translated neighbour is not")
def untranslated():
    with routed() as (client, router, server):
        nft(router, NAT.replace("dport 80", "dport 9"))  # the router tracks
        router.ip("route", "add", "10.7.0.1", "via", "10.9.0.2")
        srv, cli = listen(server), client.actor("cli")
        cli("s = socket.socket()\ns.setblocking(False)\ns.connect_ex(('10.7.0.1', 80))")
        nft(router, NAT.replace(" p {", " q {"))
        dial(cli, 1, "10.7.0.1")
        accept(srv)
        port = cli("s.getsockname()[1]")
        finding = find(client, "conntrack_untranslated", severity="warn", confidence="high")
        same(finding["subject"]["pid"], cli.pid)
        check(f"10.8.0.2:{port} -> 10.7.0.1:80" in finding["title"], finding["title"])
        check("is translated to 10.9.0.2:80" in text_of(finding), text_of(finding))
        same(len([one for one in explain("--netns", str(client.inode)) if one["finding"] == "conntrack_untranslated"]), 1)
        replayed(client, "conntrack_untranslated")


@test("a dead server behind a router that tracks the connection is not the router's fault")
def dead_server():
    with tracked(NAT, "10.7.0.1") as (client, router, server, cli):
        nft(server, "table ip f { chain i { type filter hook input priority 0; policy drop; }; }")
        cli("c[0].send(b'x' * 100)")
        find(client, "unacknowledged", severity="warn")
        same([one["finding"] for one in explain("--netns", str(client.inode)) if one["finding"] == "conntrack_forgot"], [])


main()
