# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate stalls, started by a test; and the scene that most scenarios play in: host - router - peer."""
import contextlib
import json
import subprocess

from actor_tools import KERNEL
from harness import *
from programs import matches

READY = "netstate: watching connects"
TRACE_KEYS = {"time", "ktime_ns", "kind", "netns", "protocol", "cookie", "family", "laddr", "lport", "raddr", "rport", "old", "new",
              "after_us", "pid", "comm", "uid", "owner", "cgroup", "err", "fd", "ret", "latency_us"}
STALL_KEYS = {"update", "end", "verdict", "failure", "confidence", "meaning", "evidence", "advice", "syn_sent", "syn_held", "age_us",
              "next_retry_ms", "gives_up_ms", "connect_ret", "sk_err", "icmp", "drop", "peer", "ports", "before_start", "command", "netns_name", "rule"}


class Stalls(Program):
    """`netstate stalls --json`, ready; reports about connects of the given namespaces only (none given: of all)."""

    def __init__(self, *spaces, threshold="300ms", options=(), **program):
        self.inodes = {space.inode for space in spaces}
        self.all_reports, self.parsed = [], 0
        super().__init__([NETSTATE, "stalls", "--json", "--threshold", threshold, *options], ready=READY, **program)

    @property
    def reports(self):
        while self.parsed < len(self.lines):
            now, text = self.lines[self.parsed]
            self.parsed += 1
            self.all_reports.append(dict(json.loads(text), read_ns=now))
        return [report for report in self.all_reports if not self.inodes or report.get("netns") in self.inodes]

    def select(self, **fields):
        return [report for report in self.reports if matches(report, fields)]

    def expect(self, timeout=40, **fields):
        """The first report with these values."""
        self.wait(lambda: self.select(**fields), timeout, str(fields))
        return self.select(**fields)[0]

    def expect_said(self, words, timeout=40, **fields):
        """The first report with these values and such a line of evidence: what is asked seldom may come with a later one."""
        def found():
            return [report for report in self.select(**fields) if any(words in line for line in report["evidence"])]
        self.wait(found, timeout, f"{words!r} in {fields}")
        return found()[0]

    def stop(self, *words, **options):
        status = super().stop(*words, **options)
        for report in self.reports:
            if report["kind"] == "stall":
                missing = (TRACE_KEYS | STALL_KEYS) - report.keys()
                assert not missing, f"no {missing}: {report}"
                assert isinstance(report["evidence"], list) and report["evidence"], report
        return status


def is_twin(name):
    """Of a situation that is tested in both IP versions, `make check` runs the IPv4 one; `make check-long` runs both."""
    return name == "IPv6"


def said(report, words):
    """One evidence line holds the words."""
    check(any(words in line for line in report["evidence"]), f"no evidence with {words!r}: {report['evidence']}")


def owned_by(report, actor):
    same((report["pid"], report["comm"]), (actor.pid, actor.comm), "owner")


@contextlib.contextmanager
def routed():
    """host 10.77.0.1 - router - peer 10.78.0.2, IPv6 likewise; 192.0.2.0/24 and 2001:db8::/32 lead to the router."""
    with Namespace() as host, Namespace() as router, Namespace() as peer:
        veth(host, ["10.77.0.1/24", "fd77::1/64"], router, ["10.77.0.2/24", "fd77::2/64"], names=("h0", "r0"))
        veth(peer, ["10.78.0.2/24", "fd78::2/64"], router, ["10.78.0.1/24", "fd78::1/64"], names=("p0", "r1"))
        for space, gateway4, gateway6 in ((host, "10.77.0.2", "fd77::2"), (peer, "10.78.0.1", "fd78::1")):
            space.ip("route", "add", "default", "via", gateway4)
            space.ip("-6", "route", "add", "default", "via", gateway6)
        for name in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            router.sysctl(name, 1)
        with host.actor("warm") as warm:  # neighbours known on all links, so that every SYN of the test leaves at once
            for address in ("10.78.0.2", "fd78::2"):
                same(warm.fails(f"client('{address}', 9)"), "ECONNREFUSED")
        yield host, router, peer


def quiet(host):
    """A way out on which everything vanishes without a drop: 198.51.100.0/24 and 2001:db8:51::/48 by a tun whose program
    reads and says nothing, like a VPN whose other end is gone. Returns that program."""
    keeper = unread(host)
    # before others: what it has not read is another verdict
    keeper("def drain():\n while True:\n  os.read(t, 65536)\nos.nice(-10); threading.Thread(target=drain, daemon=True).start()")
    return keeper


def unread(host):
    """The same, by a tun that its program, `void`, does not read. Returns that program, which has its descriptor in `t`."""
    host.ip("tuntap", "add", "dev", "void", "mode", "tun")
    keeper = host.actor("void")
    keeper("import fcntl; t = os.open('/dev/net/tun', os.O_RDWR); fcntl.ioctl(t, 0x400454ca, b'void' + bytes(12) + b'\\x01\\x10' + bytes(22))")
    host.ip("addr", "add", "198.51.100.1/24", "dev", "void")
    host.ip("addr", "add", "2001:db8:51::1/48", "dev", "void", "nodad")
    host.ip("link", "set", "void", "up")
    return keeper


def nft(space, hook, rule, family="inet", priority=0):
    """One rule in a chain of its own; skips where the kernel has no nftables."""
    table = f"t{hook.split()[0]}"
    text = (f"add table {family} {table}\nadd chain {family} {table} c {{ type filter hook {hook} priority {priority}; }}\n"
            f"add rule {family} {table} c {rule}\n")
    done = subprocess.run(["ip", "netns", "exec", space.name, "nft", "-f", "-"], input=text, capture_output=True, text=True)
    if done.returncode:
        skip(f"nft: {done.stderr.splitlines()[0] if done.stderr else 'failed'}")


def hang(stalls, client, address, port=80, **fields):
    """A connect that is given up once the first report with these values has come: that report and the one of its end."""
    client(f"s = tcp('{address}', syncnt=5); s.setblocking(False); s.connect_ex(('{address}', {port}))")
    report = stalls.expect(raddr=address, **fields)
    owned_by(report, client)
    same((report["connect_ret"], report["sk_err"]), ("EINPROGRESS", None))
    client("s.close()")
    last = stalls.expect(raddr=address, lport=report["lport"], update="ended")
    same((last["end"], last["connect_ret"], last["sk_err"]), ("closed", "EINPROGRESS", None))
    return report, last


REASONS = KERNEL >= (5, 18)  # kfree_skb has some from 5.17 on, netfilter's from 5.18
# where older kernels free such a packet
OLDER_PLACES = {"nft_do_chain": ["nf_hook_slow"], "dev_queue_xmit": ["kfree_skb_list"]}


def dropped(report, reason, location, packet, hook, space):
    same({key: report["drop"][key] for key in ("reason", "packet", "hook", "netns")},
         {"reason": reason if REASONS else None, "packet": packet, "hook": hook, "netns": space.inode})
    places = (location, *OLDER_PLACES.get(location, ()))
    check(any(place in report["drop"]["location"] for place in places), f"location {report['drop']['location']}, not {location}")
