# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A peer that answers each SYN as the test says: behind a tun device, segment by segment.

    tap = scripted(host)           # 198.51.100.0/24 and 2001:db8:51::/48 lead to it
    tap.answers("synack(m, 1)")    # an expression over the message m; or None
    tap.syns()                     # how many came
"""
CODE = r"""
import fcntl, types
t = os.open('/dev/net/tun', os.O_RDWR)
fcntl.ioctl(t, 0x400454ca, b'odd' + bytes(13) + b'\x01\x10' + bytes(22))
answer, seen = None, []

def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff

def ip(source, target, protocol, payload):
    if len(source) == 16:
        return struct.pack('!IHBB', 6 << 28, len(payload), protocol, 64) + source + target + payload
    header = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0) + source + target
    return header[:10] + struct.pack('!H', checksum(header)) + header[12:] + payload

def pseudo(source, target, protocol, length):
    return source + target + (struct.pack('!BBH', 0, protocol, length) if len(source) == 4 else struct.pack('!IHBB', length, 0, 0, protocol))

def segment(m, seq, ack, flags, options=b'', damage=0):
    '''From the peer to the sender of m.'''
    options += b'\1' * (-len(options) % 4)
    tcp = struct.pack('!HHIIBBHHH', m.dport, m.sport, seq, ack & 0xffffffff, 5 + len(options) // 4 << 4, flags, 60000, 0, 0) + options
    total = checksum(pseudo(m.target, m.source, 6, len(tcp)) + tcp) ^ damage
    return ip(m.target, m.source, 6, tcp[:16] + struct.pack('!H', total) + tcp[18:])

def synack(m, ahead=1, **more):
    return segment(m, 1, m.seq + ahead, 0x12, **more)

def stamps(value, echo):
    return b'\x08\x0a' + struct.pack('!II', value, echo & 0xffffffff)

def parse(p):
    at = (p[0] & 15) * 4 if p[0] >> 4 == 4 else 40
    if p[9 if at != 40 else 6] != 6:
        return None
    source, target = (p[12:16], p[16:20]) if at != 40 else (p[8:24], p[24:40])
    sport, dport, seq, ack, offset, flags = struct.unpack('!HHIIBB', p[at:at + 14])
    options, stamp = p[at + 20:at + (offset >> 4) * 4], 0
    while options and options[0]:
        if options[0] == 8:
            stamp = struct.unpack('!I', options[2:6])[0]
        options = options[1:] if options[0] == 1 else options[options[1]:]
    return types.SimpleNamespace(source=source, target=target, sport=sport, dport=dport, seq=seq, ack=ack, flags=flags, stamp=stamp, packet=p)

def serve():
    while True:
        m = parse(os.read(t, 3000))
        if not m or m.flags != 2: continue
        seen.append(m)
        reply = answer and eval(answer, globals(), {'m': m})
        if reply: os.write(t, reply)

threading.Thread(target=serve, daemon=True).start()
"""


def scripted(host):
    host.ip("tuntap", "add", "dev", "odd", "mode", "tun")
    tap = host.actor("tap")
    tap(CODE)
    host.ip("addr", "add", "198.51.100.1/24", "dev", "odd")
    host.ip("addr", "add", "2001:db8:51::1/48", "dev", "odd", "nodad")
    host.ip("link", "set", "odd", "up")
    tap.answers = lambda code: tap(f"answer = {code!r}")
    tap.syns = lambda: tap("len(seen)")
    return tap
