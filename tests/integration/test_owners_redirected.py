#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Connections that TPROXY or a BPF sk_lookup program hands to a listener of another address: they are that listener's, not those of a
process that listens where they were sent to. trace sees the child being made from its listener."""
import contextlib
import ctypes
import json
import os
import struct

from harness import *

HERE, SENT_TO = "10.77.0.2", "10.78.0.9"  # SENT_TO: on nobody's device
LIBC = ctypes.CDLL(None, use_errno=True)
BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
MAP_CREATE, MAP_UPDATE, PROG_LOAD, LINK_CREATE = 0, 2, 5, 28
SOCKMAP, SK_LOOKUP_PROGRAM, SK_LOOKUP_ATTACH = 15, 30, 36


def bpf(command, layout, *values):
    attributes = ctypes.create_string_buffer(struct.pack(layout, *values), 128)
    result = LIBC.syscall(BPF, command, attributes, 128)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"bpf({command})")
    return result


def instruction(code, to=0, source=0, offset=0, number=0):
    return struct.pack("<BBhi", code, source << 4 | to, offset, number)


def redirect(netns_fd, sock_fd, port):
    """From now on connections to this port in the namespace go to that listener; descriptors that keep it so."""
    sockets = bpf(MAP_CREATE, "<5I", SOCKMAP, 4, 8, 1, 0)
    key, value = ctypes.create_string_buffer(struct.pack("<I", 0)), ctypes.create_string_buffer(struct.pack("<Q", sock_fd))
    bpf(MAP_UPDATE, "<IxxxxQQQ", sockets, ctypes.addressof(key), ctypes.addressof(value), 0)
    program = b"".join((
        instruction(0xbf, 6, 1),                                     # r6 = r1, struct bpf_sk_lookup
        instruction(0x61, 2, 1, 60),                                 # r2 = local_port
        instruction(0x55, 2, offset=14, number=port),                # if r2 != port: pass
        instruction(0x62, 10, offset=-4, number=0),                  # key 0
        instruction(0x18, 1, 1, number=sockets), instruction(0),     # r1 = the map
        instruction(0xbf, 2, 10), instruction(0x07, 2, number=-4),   # r2 = &key
        instruction(0x85, number=1),                                 # bpf_map_lookup_elem
        instruction(0x15, 0, offset=7),                              # if !r0: pass
        instruction(0xbf, 7, 0), instruction(0xbf, 1, 6), instruction(0xbf, 2, 0), instruction(0xb7, 3),
        instruction(0x85, number=124),                               # bpf_sk_assign
        instruction(0xbf, 1, 7), instruction(0x85, number=86),       # bpf_sk_release
        instruction(0xb7, 0, number=1), instruction(0x95)))          # pass
    text, license_text = ctypes.create_string_buffer(program), ctypes.create_string_buffer(b"GPL")
    loaded = bpf(PROG_LOAD, "<IIQQIIQII16sII", SK_LOOKUP_PROGRAM, len(program) // 8, ctypes.addressof(text), ctypes.addressof(license_text),
                 0, 0, 0, 0, 0, b"redirect", 0, SK_LOOKUP_ATTACH)
    return sockets, loaded, bpf(LINK_CREATE, "<IIII", loaded, netns_fd, SK_LOOKUP_ATTACH, 0)


@contextlib.contextmanager
def scene():
    """A client's host, and a server's with a "wrong" listener on all addresses at port 443 and the "proxy", which gets it."""
    with Namespace() as near, Namespace() as far:
        veth(near, ["10.77.0.1/24"], far, [f"{HERE}/24"])
        near.ip("route", "add", "10.78.0.0/24", "via", HERE)
        with near.actor("cli") as client, far.actor("wrong") as wrong, far.actor("proxy") as proxy:
            wrong("l = listener('0.0.0.0', 443)")
            proxy(f"s = tcp(); s.setsockopt(0, 19, 1); s.bind(('{HERE}', 5000)); s.listen(8)")  # IP_TRANSPARENT
            yield far, client, wrong, proxy


def by_tproxy(far, proxy):
    rule = f"table ip n {{ chain p {{ type filter hook prerouting priority -150; tcp dport 443 tproxy to {HERE}:5000 meta mark set 1 accept; }}; }}"
    done = far.run("nft", "-f", "-", input=rule)
    if done.returncode:
        skip(f"no TPROXY of nftables here: {done.stderr}")
    far.ip("rule", "add", "fwmark", "1", "lookup", "100")
    far.ip("route", "add", "local", "0.0.0.0/0", "dev", "lo", "table", "100")


def by_sk_lookup(far, proxy):
    far.ip("addr", "add", f"{SENT_TO}/32", "dev", "lo")
    sock = os.pidfd_open(proxy.pid)
    taken = LIBC.syscall(438, sock, proxy("s.fileno()"), 0)  # pidfd_getfd
    netns = os.open(f"/run/netns/{far.name}", os.O_RDONLY)
    try:
        return redirect(netns, taken, 443)
    except OSError as error:
        skip(f"no sk_lookup programs here: {error}")
    finally:
        for descriptor in (sock, taken, netns):  # else this process is an owner, too
            os.close(descriptor)


def connects(redirects, before):
    with scene() as (far, client, wrong, proxy):
        kept = redirects(far, proxy) if before else None
        with Tracer(far) as trace:
            if not before:  # listeners that began while it traces
                wrong("l.close(); l = listener('0.0.0.0', 443)")
                proxy(f"s.close(); s = tcp(); s.setsockopt(0, 19, 1); s.bind(('{HERE}', 5000)); s.listen(8)")
                kept = redirects(far, proxy)
            client(f"c = client('{SENT_TO}', 443)")
            waiting = trace.expect(kind="state", lport=443, new="ESTABLISHED")
            rows = [row for row in table(far) if row["lport"] == 443 and row["state"] == "ESTABLISHED"]
            proxy("got = s.accept()[0]")
            accepted = trace.expect(kind="accept", lport=443)
            trace.stop()
        same({event["comm"] for event in waiting + accepted}, {"proxy"})
        # which listener a connection waits at no list of the kernel tells; that it is not this one its empty queue does
        same({row["comm"] for row in rows} - {None, "proxy"}, set())
        check(rows, "the connection is not in the table")
        same({event["owner"] for event in waiting}, {"inherited"})
        del kept


def table(far):
    done = netstate("list", "--json", "--netns", str(far.inode))
    return [json.loads(line) for line in done.stdout.splitlines()]


@test("TPROXY, a listener that is older than the trace")
def tproxy_old():
    connects(by_tproxy, True)


@test("TPROXY, a listener that the trace saw begin")
def tproxy_new():
    connects(by_tproxy, False)


@test("a BPF sk_lookup program, a listener that is older than the trace")
def sk_lookup_old():
    connects(by_sk_lookup, True)


@test("a BPF sk_lookup program, a listener that the trace saw begin")
def sk_lookup_new():
    connects(by_sk_lookup, False)


main(bpf=True)
