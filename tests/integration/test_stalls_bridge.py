#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls: bridges that flood the SYN to several namespaces."""
import contextlib

from harness import *
from stalls_tools import *


@contextlib.contextmanager
def flooded():
    """A bridge that learns nothing: each frame goes to all ports, the SYN itself to `other`, a copy to the peer."""
    with Namespace() as host, Namespace() as switch, Namespace() as other, Namespace() as peer:
        switch.ip("link", "add", "br0", "type", "bridge", "ageing_time", "0")
        switch.ip("link", "set", "br0", "up")
        ends = ((host, "10.79.0.1/24", "b1"), (other, "10.79.0.3/24", "b2"), (peer, "10.79.0.2/24", "b3"))
        for space, address, port in ends:
            veth(space, [address], switch, [], names=("e0", port))
            switch.ip("link", "set", port, "master", "br0", "up")
            switch.run("bridge", "link", "set", "dev", port, "learning", "off")
        with host.actor("warm") as warm:
            until(lambda: "ECONNREFUSED" in str(warm.fails("client('10.79.0.2', 9)")), what="a bridge that forwards")
        yield host, switch, other, peer


@test("a SYN that a bridge floods ends at another machine: a copy went on, silence is never sure")
def ends_elsewhere():
    with flooded() as (host, switch, other, peer), host.actor("cli") as client:
        nft(peer, "prerouting", "tcp dport 80 drop")
        with Stalls(host) as stalls:
            report, last = hang(stalls, client, "10.79.0.2", syn_sent=4)
            same((report["verdict"], report["confidence"]), ("no_answer", "low"))
            said(report, "a copy of the SYN came in elsewhere")
            same(last["cause"], None)


@test("a rule that drops the flooded SYN at another port: the copy for the peer went on, nobody is accused")
def dropped_elsewhere():
    with flooded() as (host, switch, other, peer), host.actor("cli") as client, peer.actor("srv") as server:
        server("l = listener('10.79.0.2', 80, backlog=0)")
        nft(switch, "forward", "oifname b2 tcp dport 80 drop", family="bridge")
        nft(peer, "output", "tcp sport 80 drop")
        with Stalls(host) as stalls:
            report, _ = hang(stalls, client, "10.79.0.2", syn_sent=4)
            check(report["drop"] is None or report["drop"]["netns"] != switch.inode, f"the bridge is accused: {report}")


main()
