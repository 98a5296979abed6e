# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""TCP sockets in any state without a peer: made by TCP_REPAIR, moved on by segments that we write ourselves."""
import itertools
import socket
import struct

TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ = 19, 20, 21
RECEIVE_QUEUE, SEND_QUEUE, NO_PROBE = 1, 2, -1
OURS, THEIRS = 1000000, 2000000  # the sequence numbers of both sides
FIN, SYN, PSH, ACK = 1, 2, 8, 16
_ports = itertools.count(30000)


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def plain(address):
    return address[7:] if address.startswith("::ffff:") else address


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def segment(source, target, sport, dport, seq, ack, flags, data=b"", window=60000):
    """Sends one TCP segment to an address of this machine as if it came from anywhere."""
    source, target = plain(source), plain(target)
    family = family_of(source)
    ends = socket.inet_pton(family, source) + socket.inet_pton(family, target)
    header = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 5 << 4, flags, window, 0, 0)
    pseudo = ends + (struct.pack("!BBH", 0, 6, 20 + len(data)) if family == socket.AF_INET else struct.pack("!IHBB", 20 + len(data), 0, 0, 6))
    header = header[:16] + struct.pack("!H", checksum(pseudo + header + data)) + header[18:]
    if family == socket.AF_INET:
        packet = struct.pack("!BBHHHBBH", 0x45, 0, 40 + len(data), 1, 0, 64, 6, 0) + ends + header + data
    else:
        packet = struct.pack("!IHBB", 6 << 28, 20 + len(data), 6, 64) + ends + header + data
    with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        if family == socket.AF_INET6:
            raw.setsockopt(socket.IPPROTO_IPV6, 36, 1)  # IPV6_HDRINCL
        raw.sendto(packet, (target, 0))


class Forged(socket.socket):
    """A connected socket that knows its ends."""

    def peer_sends(self, flags, seq=0, ack=0, **more):
        (us, port, *_), (them, their_port, *_) = self.getsockname(), self.getpeername()
        segment(them, us, their_port, port, THEIRS + seq, OURS + ack, flags, **more)


def established(us, them, port):
    sock = Forged(family_of(us), socket.SOCK_STREAM)
    option = lambda name, value: sock.setsockopt(socket.IPPROTO_TCP, name, value)
    option(TCP_REPAIR, 1)
    sock.bind((us, next(_ports)))
    for queue, number in ((SEND_QUEUE, OURS), (RECEIVE_QUEUE, THEIRS)):
        option(TCP_REPAIR_QUEUE, queue)
        option(TCP_QUEUE_SEQ, number)
    sock.connect((them, port))
    option(TCP_REPAIR, NO_PROBE)
    sock.peer_sends(ACK)  # tells its window
    return sock


def sending(us, them, port):
    """Send-Q and the retransmission timer."""
    sock = established(us, them, port)
    sock.send(b"x" * 777)
    return sock


def receiving(us, them, port):
    sock = established(us, them, port)
    sock.peer_sends(ACK | PSH, data=b"y" * 55)
    return sock


def keepalive(us, them, port):
    sock = established(us, them, port)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return sock


def probing(us, them, port):
    """The zero window probe's timer."""
    sock = established(us, them, port)
    sock.peer_sends(ACK, window=0)
    sock.setblocking(False)
    sock.send(b"z" * 10)
    return sock


def fin_wait1(us, them, port):
    sock = established(us, them, port)
    sock.shutdown(socket.SHUT_WR)
    return sock


def fin_wait2(us, them, port):
    sock = fin_wait1(us, them, port)
    sock.peer_sends(ACK, ack=1)
    return sock


def closing(us, them, port):
    sock = fin_wait1(us, them, port)
    sock.peer_sends(FIN | ACK)
    return sock


def time_wait(us, them, port):
    sock = fin_wait2(us, them, port)
    sock.peer_sends(FIN | ACK, ack=1)
    return sock


def close_wait(us, them, port):
    sock = established(us, them, port)
    sock.peer_sends(FIN | ACK)
    return sock


def last_ack(us, them, port):
    sock = close_wait(us, them, port)
    sock.shutdown(socket.SHUT_WR)
    return sock


def syn_sent(us, them, port):
    sock = socket.socket(family_of(us), socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.bind((us, next(_ports)))
    sock.connect_ex((them, port))
    return sock
