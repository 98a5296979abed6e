#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate trace: each filter, by option and by FILTER words, lets through exactly what it should.

The measure is a second tracer without filter that watches the same traffic.
"""
import contextlib
import os

import cgroup
from harness import *

CONNECTED = {"SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE_WAIT", "LAST_ACK", "CLOSING"}


class Scene:
    """Traffic of several kinds: IPv4, IPv6, v4-mapped, two users, a refused connect; in one namespace."""

    def __init__(self, namespace):
        self.ns = namespace
        self.server, self.other = namespace.actor("srv"), namespace.actor("other", uid=4321)
        self.client, self.user = namespace.actor("cli"), namespace.actor("user", uid=1234)
        namespace.ip("addr", "add", "10.1.2.3/32", "dev", "lo")

    def play(self):
        self.server("a = listener('0.0.0.0', 8080); b = listener('::', 9090, v6only=False)")
        self.other("c = listener('::1', 8080)")
        self.talk(self.client, "127.0.0.1", self.server, "a", 8080)
        self.talk(self.user, "10.1.2.3", self.server, "a", 8080)
        self.talk(self.client, "127.0.0.1", self.server, "b", 9090)
        self.talk(self.user, "::1", self.server, "b", 9090)
        self.talk(self.client, "::1", self.other, "c", 8080)
        same(self.user.fails("client('127.0.0.1', 443)"), "ECONNREFUSED")
        self.server("a.close(); b.close()")
        self.other("c.close()")
        with self.ns.actor("last") as last:
            same(last.fails("client('127.0.0.1', 7)"), "ECONNREFUSED")

    @staticmethod
    def talk(client, address, server, listener, port):
        client(f"s = client('{address}', {port})")
        server(f"s = {listener}.accept()[0]")
        client("s.close()")
        server("s.recv(1); s.close()")


def shape(event):
    return tuple(event[key] for key in ("kind", "cookie", "old", "new", "laddr", "lport", "raddr", "rport", "pid", "owner", "err"))


def by_socket(shapes):
    """{cookie: its events in order}. Each tracer takes its own times: events of two processors may come the other way round."""
    sockets = {}
    for event in shapes:
        sockets.setdefault(event[1], []).append(event)
    return sockets


def lets_through(words, wanted, least=1):
    """Traces with these words; wanted(scene) gives the predicate on events."""
    with Namespace() as ns:
        scene = Scene(ns)
        words = words(scene) if callable(words) else words
        wanted = wanted(scene)
        with Tracer(ns) as everything, Tracer(ns, options=words) as filtered:
            scene.play()
            everything.expect(kind="connect", rport=7)
            everything.stop()
            filtered.stop()
            expected = [shape(event) for event in everything.events if wanted(event)]
            check(len(expected) >= least, f"the traffic has only {len(expected)} such events")
            check(len(expected) < len(everything.events), "the filter has nothing to do")
            same(by_socket(shape(event) for event in filtered.events), by_socket(expected))


def on(words, wanted):
    """One row: FILTER or option words, and the predicate that they mean."""
    name = words if isinstance(words, str) else words.__doc__
    list_ = words.split() if isinstance(words, str) else words
    test(f"filter: {name}")(lambda: lets_through(list_, lambda scene: wanted))


def both(key, value):
    return lambda event: value in (event["l" + key], event["r" + key])


# options
on("--port 8080", both("port", 8080))
on("--lport 8080", lambda e: e["lport"] == 8080)
on("--rport 9090", lambda e: e["rport"] == 9090)
on("-4", lambda e: e["family"] == "inet")
on("-6", lambda e: e["family"] == "inet6")
on("-4 --port 9090", lambda e: e["family"] == "inet" and both("port", 9090)(e))

# FILTER, with the words of ss
on("sport = :8080", lambda e: e["lport"] == 8080)
on("sport :8080", lambda e: e["lport"] == 8080)
on("dport = :9090", lambda e: e["rport"] == 9090)
on("dport != :9090", lambda e: e["rport"] != 9090)
on("dport = :https", lambda e: e["rport"] == 443)
on("dport gt :8080", lambda e: e["rport"] > 8080)
on("sport <= :8080", lambda e: e["lport"] <= 8080)
on("dst 127.0.0.1", lambda e: e["raddr"] == "127.0.0.1")
on("dst 10.0.0.0/8", lambda e: e["raddr"].startswith("10."))
on("src 10.1.2.3:8080", lambda e: (e["laddr"], e["lport"]) == ("10.1.2.3", 8080))
on("dst [::1]:9090", lambda e: (e["raddr"], e["rport"]) == ("::1", 9090))
on("dport = :8080 and dst 10.1.2.3", lambda e: (e["raddr"], e["rport"]) == ("10.1.2.3", 8080))
on("dport = :8080 or sport = :8080", both("port", 8080))
on("not dport = :8080", lambda e: e["rport"] != 8080)
on("( dport = :8080 or dport = :9090 ) and not dst 10.1.2.3",
   lambda e: e["rport"] in (8080, 9090) and e["raddr"] != "10.1.2.3")
on("dport = :8080 dst 127.0.0.1", lambda e: (e["raddr"], e["rport"]) == ("127.0.0.1", 8080))
on("state established", lambda e: e["new"] == "ESTABLISHED")
on("state syn-sent", lambda e: e["new"] == "SYN_SENT")
on("state established state listen", lambda e: e["new"] in ("ESTABLISHED", "LISTEN"))
on("state established dport = :8080", lambda e: e["new"] == "ESTABLISHED" and e["rport"] == 8080)

# FILTER, netstate's own words
on("comm cli", lambda e: e["comm"] == "cli")
on("comm = cli and dport = :9090", lambda e: e["comm"] == "cli" and e["rport"] == 9090)
on("not comm cli", lambda e: e["comm"] != "cli")
on("uid 1234", lambda e: e["uid"] == 1234)
on("uid = 4321 or comm = user", lambda e: e["uid"] == 4321 or e["comm"] == "user")


def of_actor(name, words, wanted):
    test(f"filter: {name}")(lambda: lets_through(words, wanted))


of_actor("--pid", lambda s: ["--pid", s.client.pid], lambda s: lambda e: e["pid"] == s.client.pid)
of_actor("pid 12", lambda s: ["pid", s.server.pid], lambda s: lambda e: e["pid"] == s.server.pid)
of_actor("pid = 12", lambda s: ["pid", "=", s.user.pid], lambda s: lambda e: e["pid"] == s.user.pid)
of_actor("a filter in one word", lambda s: [f"pid = {s.user.pid} and dport = :9090"],
         lambda s: lambda e: e["pid"] == s.user.pid and e["rport"] == 9090)
of_actor("pid 12 or pid 13", lambda s: ["pid", s.user.pid, "or", "pid", s.other.pid],
         lambda s: lambda e: e["pid"] in (s.user.pid, s.other.pid))
of_actor("--pid and FILTER together", lambda s: ["--pid", s.client.pid, "dport", "=", ":8080"],
         lambda s: lambda e: e["pid"] == s.client.pid and e["rport"] == 8080)


@test("filter: exclude established")
def exclude():
    with Namespace() as ns, Tracer(ns, options=["exclude", "established"]) as trace:
        scene = Scene(ns)
        scene.play()
        trace.expect(kind="state", rport=7, new="CLOSE")
        trace.stop()
        seen = {event["new"] for event in trace.select(kind="state")}
        check("ESTABLISHED" not in seen and {"SYN_SENT", "CLOSE", "LISTEN"} <= seen, f"seen: {seen}")


@test("filter: state connected, a group of states as ss has them")
def connected():
    with Namespace() as ns, Tracer(ns, options=["state", "connected"]) as trace, Tracer(ns) as everything:
        Scene(ns).play()
        everything.expect(kind="connect", rport=7)
        everything.stop()
        trace.stop()
        same(by_socket(shape(e) for e in trace.events),
             by_socket(shape(e) for e in everything.select(kind="state") if e["new"] in CONNECTED))


def netns_filter(words):
    """Traffic in two namespaces; only that of the first comes through."""
    with Namespace() as ns, Namespace() as stranger:
        actor = ns.actor("probe")
        with Tracer(ns, stranger, options=words(ns, actor)) as trace:
            for namespace in (stranger, ns):
                with namespace.actor("cli") as client:
                    same(client.fails("client('127.0.0.1', 80)"), "ECONNREFUSED")
            trace.expect(kind="connect")
            trace.stop()
            same({event["netns"] for event in trace.events}, {ns.inode})
            same(len(trace.events), 3)


for name_, words_ in {
        "--netns NAME": lambda ns, actor: ["--netns", ns.name],
        "--netns PATH": lambda ns, actor: ["--netns", ns.path],
        "--netns /proc/PID/ns/net": lambda ns, actor: ["--netns", f"/proc/{actor.pid}/ns/net"],
        "--netns INODE": lambda ns, actor: ["--netns", ns.inode],
        "netns NAME": lambda ns, actor: ["netns", ns.name],
        "netns = INODE": lambda ns, actor: ["netns", "=", ns.inode]}.items():
    test(f"filter: {name_}")(lambda words=words_: netns_filter(words))


@contextlib.contextmanager
def numbered(actor):
    """One more name for the actor's namespace, all digits."""
    name = str(os.getpid())
    ip("netns", "attach", name, str(actor.pid))
    try:
        yield name
    finally:
        ip("netns", "del", name)


@test("filter: a namespace whose name is a number is meant by it, not an inode that nobody has")
def netns_of_digits():
    with Namespace() as ns, ns.actor("cli") as client, numbered(client) as name:
        for words in (["--netns", name], ["netns", name]):
            with Tracer(options=words) as trace:
                same(client.fails("client('127.0.0.1', 80)"), "ECONNREFUSED")
                trace.expect(3)
                trace.stop()
                same({event["netns"] for event in trace.events}, {ns.inode})


def cgroup_filter(words):
    if not cgroup.mounted():
        skip("no cgroup v2 here")
    with Namespace() as ns, cgroup.Cgroup("filter") as group, Tracer(ns, options=words(group)) as trace:
        inside, outside = ns.actor("inside"), ns.actor("outside")
        group.add(inside.pid)
        for actor in (outside, inside):
            same(actor.fails("client('127.0.0.1', 80)"), "ECONNREFUSED")
        trace.expect(kind="connect")
        trace.stop()
        same({event["cgroup"] for event in trace.events}, {group.path})
        same({event["comm"] for event in trace.events}, {"inside"})
        inside.stop()


test("filter: --cgroup")(lambda: cgroup_filter(lambda group: ["--cgroup", group.path]))
test("filter: cgroup PATH")(lambda: cgroup_filter(lambda group: ["cgroup", group.path]))

main()
