# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Damage to recordings, by a seed: what a broken disk, a cut-off copy or somebody with an editor makes of one."""
import struct
import sys

SIZE_MAX = 4 << 20  # what one run takes to read counts, too
LIMITS = (0, 1, 2, 7, 8, 15, 16, 17, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0xfffff, 0x100000, 0x100001,
          0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff)
TEXTS = (b"\x1b[2J\x1b]0;x\x07", b"\xe2\x80\x8b\xc2\xad\xe2\x80\xae", b"%s%n%s%n", b"\xff\xfe\x9b31m", b'","x":"', b"\n\r\0\t", b"A" * 300)


def flip(random, data):
    for _ in range(random.choice((1, 1, 2, 8, 64))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def limit(random, data):
    """A number at a limit, where numbers are: at multiples of their size."""
    for _ in range(random.choice((1, 1, 3))):
        size = random.choice((1, 2, 4, 8))
        at = random.randrange(0, max(1, len(data) - 8), size)
        data[at:at + size] = (random.choice(LIMITS) & (1 << 8 * size) - 1).to_bytes(size, "little")


def cut(random, data):
    del data[random.randrange(len(data)):]


def cut_out(random, data):
    at = random.randrange(len(data))
    del data[at:at + random.choice((1, 4, 8, 16, 100))]


def insert(random, data):
    at = random.randrange(len(data) + 1)
    data[at:at] = random.randbytes(random.choice((1, 4, 8, 16, 100, 5000)))


def text(random, data):
    at, words = random.randrange(len(data)), random.choice(TEXTS)
    data[at:at + len(words)] = words


def copy(random, data):
    """A part of it at another place."""
    size = random.choice((8, 16, 128, 1000))
    begin, at = random.randrange(len(data)), random.randrange(len(data))
    data[at:at + size] = data[begin:begin + size]


def grow(random, data):
    data += random.choice((random.randbytes(3), bytes(4096), bytes(data[len(data) // 2:][:1000]) * 50, b"\xff" * 70000))


BYTES = (flip, limit, cut, cut_out, insert, text, copy, grow)


def split(data):
    """(header, records) of a recording of trace or stalls; (all of it, []) where it is another's."""
    size = int.from_bytes(data[12:16], sys.byteorder)
    if data[:8] != b"NETSTATE" or not 40 <= size <= len(data):
        return bytes(data), []
    header, rest, records = data[:size], data[size:], []
    while len(rest) >= 16 and 16 <= struct.unpack_from("=I", rest, 4)[0] <= len(rest):
        size = struct.unpack_from("=I", rest, 4)[0]
        records.append(bytearray(rest[:size]))
        rest = rest[size:]
    return header, records


def repeat(random, records):
    one = random.choice(records)
    records[random.randrange(len(records)):0] = [one] * random.choice((1, 2, 1000))


def reorder(random, records):
    random.shuffle(records)


def leave_out(random, records):
    del records[random.randrange(len(records))]


def false_size(random, records):
    struct.pack_into("=I", random.choice(records), 4, random.choice(LIMITS) & 0xffffffff)


def false_kind(random, records):
    """Another kind or version: the body is then read as something else."""
    struct.pack_into("=HB", random.choice(records), 0, random.choice((*range(40), 255, 65535)), random.choice((0, 1, 2, 3, 4, 255)))


def longer(random, records):
    """Room behind what it has, up to the largest that there may be, with a size that is true."""
    one = random.choice(records)
    one += bytes(random.choice((1, 8, 64, 64, 4096, 65536, max(0, (1 << 20) - len(one)))))
    struct.pack_into("=I", one, 4, len(one))


def shorter(random, records):
    one = random.choice(records)
    del one[random.randrange(16, len(one) + 1):]
    struct.pack_into("=I", one, 4, len(one))


RECORDS = (repeat, reorder, leave_out, false_size, false_kind, longer, shorter)


def damage(random, data, others):
    """The bytes of a recording after one to four kinds of damage. others: recordings, of which records are mixed in."""
    for _ in range(random.choice((1, 1, 2, 4))):
        header, records = split(data)
        if records and random.random() < 0.5:
            if random.random() < 0.2:
                records += split(random.choice(others))[1]
            random.choice(RECORDS)(random, records)
            data = header + b"".join(records)
        elif data:
            data = bytearray(data)
            random.choice(BYTES)(random, data)
            data = bytes(data)
    return data[:SIZE_MAX]
