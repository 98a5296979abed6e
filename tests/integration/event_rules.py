# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What holds for every event of `netstate trace --json`; checked on everything that any test traces."""
import datetime
import errno
import ipaddress
import re

from actor_tools import TRACER_MAKES_COOKIES

STATES = set("CLOSE LISTEN SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT1 FIN_WAIT2 CLOSE_WAIT LAST_ACK CLOSING TIME_WAIT".split())
KEYS = ("time ktime_ns kind netns protocol cookie family laddr lport raddr rport old new after_us pid comm uid owner cgroup "
        "err fd ret latency_us").split()
OWNERS = {"connect", "listen", "accept", "inherited", "scan"}
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z")
ERRNOS = set(errno.errorcode.values())


def wall_ns(text):
    """RFC 3339 with nanoseconds -> ns since 1970."""
    match = TIME.fullmatch(text)
    assert match, f"time {text!r} is not RFC 3339, UTC, with nanoseconds"
    second = datetime.datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return int(second.timestamp()) * 10**9 + int(match[2])


def broken(event):
    """The rules that the event breaks, as text; empty where it is right."""
    missing = [key for key in KEYS if key not in event]
    if missing:
        return [f"lacks {missing}"]
    found = [why for holds, why in _common(event) if not holds]
    rules = {"state": _state, "connect": _call, "accept": _call, "bind": _refusal, "listen": _refusal}.get(event["kind"])
    if rules:
        found += [why for holds, why in rules(event) if not holds]
    elif event["kind"] != "gap":
        found.append("kind is none of state, connect, accept, bind, listen, gap")
    return found


def _null_or(value, kind, holds=lambda value: True):
    return value is None or (type(value) is kind and holds(value))


def _number(value):
    return value is None or (type(value) in (int, float) and value >= 0)


def _address(event, key):
    try:
        address = ipaddress.ip_address(event[key])
    except ValueError:
        return False
    mapped = address.version == 6 and address.ipv4_mapped
    # a destination of another family than the socket's is refused, and shown as it was asked for
    other = event["family"] == "inet6" or (key == "raddr" and event["err"] == "EAFNOSUPPORT")
    return not mapped and (address.version == 4 or other)


def _common(event):
    yield TIME.fullmatch(event["time"]), "time is not RFC 3339, UTC, ns"
    yield type(event["ktime_ns"]) is int and event["ktime_ns"] > 0, "ktime_ns is no positive integer"
    if event["kind"] == "gap":
        return
    yield abs(event["read_ns"] - event["ktime_ns"]) < 120 * 10**9, "ktime_ns is not CLOCK_MONOTONIC"
    yield type(event["netns"]) is int and event["netns"] > 0, "netns is no inode"
    yield event["protocol"] in ("tcp", "mptcp") or (event["protocol"] == "udp" and event["kind"] in ("bind", "listen")), "protocol is none"
    yield _null_or(event["cookie"], int, lambda v: v > 0), "cookie is neither null nor positive"
    yield event["family"] in ("inet", "inet6"), "family is none"
    for key in ("laddr", "raddr"):
        yield _address(event, key), f"{key} is no address of its family"
    for key in ("lport", "rport"):
        yield type(event[key]) is int and 0 <= event[key] < 65536, f"{key} is no port"
    yield _null_or(event["pid"], int, lambda v: v > 0), "pid is neither null nor positive"
    yield (event["pid"] is None) == (event["owner"] is None), "pid without owner, or owner without pid"
    yield _null_or(event["comm"], str, lambda v: len(v) <= 64), "comm is neither null nor short text"
    yield event["owner"] is None or event["owner"] in OWNERS, "owner is none of the words"
    yield _null_or(event["uid"], int), "uid is no number"
    yield _null_or(event["cgroup"], str, lambda v: v.startswith("/")), "cgroup is no path"
    yield event["err"] is None or event["err"] in ERRNOS, "err is no errno's name"


def _state(event):
    yield event["old"] in STATES and event["new"] in STATES, "old or new is no state"
    yield event["old"] != event["new"], "old is new"
    yield _number(event["after_us"]), "after_us is neither null nor a duration"
    yield event["err"] is None or event["new"] == "CLOSE", "err away from CLOSE"
    for key in ("fd", "ret", "latency_us"):
        yield event[key] is None, f"a state event has {key}"
    unfinished_child = (event["old"], event["new"]) == ("LISTEN", "SYN_RECV")  # on older kernels
    yield event["cookie"] is not None or unfinished_child or not TRACER_MAKES_COOKIES, "a state event without cookie"


def _refusal(event):
    for key in ("old", "new", "after_us", "latency_us"):
        yield event[key] is None, f"a refusal has {key}"
    yield event["err"] is not None and event["ret"] < 0, "a refusal without an error"
    yield type(event["fd"]) is int and event["fd"] >= 0, "a refusal without its descriptor"


def _call(event):
    for key in ("old", "new", "after_us"):
        yield event[key] is None, f"a call has {key}"
    yield type(event["ret"]) is int, "ret is no number"
    yield (event["ret"] < 0) == (event["err"] is not None), "ret and err disagree"
    yield event["fd"] is None or (type(event["fd"]) is int and event["fd"] >= 0), "fd is no descriptor"
    yield _number(event["latency_us"]), "latency_us is neither null nor a duration"
    if event["kind"] == "accept" and event["ret"] >= 0:
        # null: io_uring put the connection into the ring's own table
        yield event["fd"] in (event["ret"], None), "accept's fd is not what it returned"
