# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A network, process and mount namespace full of all that netstat can show; built inside `unshare -mnpf --mount-proc`."""
import ctypes
import encodings.idna  # now: a user without rights may not be able to read the library later
import os
import shutil
import socket
import struct
import subprocess
import sys

import forge
from netstat_network import build_network

libc = ctypes.CDLL(None, use_errno=True)
PROGRAM = shutil.which("sleep")
LIFE = "1000"
NOBODY, NAMELESS, LONG_NAMED, HIGHEST = 65534, 12345, 4711, 4294967294
PRIVATE = "/mnt"  # covered by a file system of our own
UNIX = PRIVATE + "/unix"

# Programs call themselves what they like; netstat shows argv[0].
NAMES = {
    "plain": b"plain",
    "path": b"/usr/local/libexec/daemon",
    "title": b"nginx: master process /usr/sbin/nginx -c /etc/x.conf",
    "path title": b"/usr/bin/foo -c /etc/x.conf",
    "parentheses": b"(sd-pam) (x)",
    "relative": b"./run.sh",
    "login": b"-bash",
    "empty": b"",
    "slash": b"/",
    "directory": b"/opt/tool/",
    "escape": b"ev\x1b[2J\x1b[31mil",
    "control": b"a\tb\rc\x07d\x7fe",
    "utf-8": "größe-名前".encode(),
    "broken utf-8": b"a\xff\xfe\xc3b",
    "newline": b"two\nlines",
    "long": b"/a" * 200 + b"/the-name-after-a-long-path-of-its-own",
    "longer": b"/x/" + b"y" * 600 + b"/never-seen",
    "spaces": b"  with  spaces  ",
}


class Program:
    """A process under a name of its choice that holds what `make` returned, made under `uid`."""

    def __init__(self, make, name="plain", uid=0, forks=0):
        reader, writer = os.pipe2(os.O_CLOEXEC)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self._become(make, NAMES[name], uid, forks)
            except BaseException as error:
                os.write(writer, f"{type(error).__name__}: {error}".encode())
            finally:
                os._exit(1)
        os.close(writer)
        problem = os.read(reader, 4096)
        os.close(reader)
        if problem:
            raise RuntimeError(f"{name}: {problem.decode()}")

    @staticmethod
    def _become(make, argv0, uid, forks):
        if uid:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        held = make()
        for sock in held:
            os.set_inheritable(sock.fileno(), True)
        for _ in range(forks):
            if os.fork() == 0:
                break
        libc.execv(PROGRAM.encode(), (ctypes.c_char_p * 3)(argv0, LIFE.encode(), None))  # os.execv wants a name


def private_etc():
    """/etc of our own: what names come from. No name server is asked: one of our sockets sits on its port."""
    mine = os.path.join(PRIVATE, "etc")
    os.mkdir(mine)
    for entry in os.scandir("/etc"):
        if entry.is_file() and not entry.name.startswith("."):
            try:
                shutil.copy2(entry.path, mine)
            except OSError:
                pass
    if os.path.isdir("/etc/alternatives"):
        shutil.copytree("/etc/alternatives", os.path.join(mine, "alternatives"), symlinks=True)
    for name, text in etc_files().items():
        with open(os.path.join(mine, name), "a" if name == "passwd" else "w") as file:
            file.write(text)
    subprocess.run(["mount", "--bind", mine, "/etc"], check=True)


def etc_files():
    long_label = "a-very-long-host-name-that-no-column-holds"
    return {
        "hosts": "127.0.0.1 localhost\n::1 ip6-localhost ip6-loopback\n"
                 "10.99.0.1 self.example.org self\n"
                 f"10.99.0.2 {long_label}.example.org alias.example.org\n"
                 "10.99.0.3 short\n10.99.0.4 second-name\n10.99.0.4 never-seen\n"
                 f"10.99.0.5 {'.'.join([long_label] * 4)}.org\n"
                 f"fd99::2 {long_label}.v6.example.org\nfd99::3 six\nfd99::1 self6\n"
                 "239.1.2.3 group.mcast.net\nff02::1 ip6-allnodes\n224.0.0.1 all-systems.mcast.net\n10.50.0.7 hostroute\n",
        "services": "ssh 22/tcp\nhttp 80/tcp www www-http\nfirst-of-two 8080/tcp\ndup-second 8080/tcp\n"
                    "http-udp 80/udp\nonly-udp 9000/udp\nonly-tcp 9001/tcp\nonly-sctp 9002/sctp\n"
                    "exactly-eighteen-c 9003/tcp\nnineteen-characters 9004/tcp\n"
                    f"{'s' * 70} 9005/tcp\nx 9006/tcp\nraw-service 200/raw\nshadowed 1/raw\ndomain 53/udp\ndomain 53/tcp\n",
        "protocols": "ip 0 IP\nicmp 1 ICMP\nigmp 2\ntcp 6\nudp 17\nipv6-icmp 58\nospf 89\nnamed-by-us 201\n",
        "networks": "default 0.0.0.0\nloopback 127.0.0.0\nlink-local 169.254.0.0\nour-net 10.99.0.0\na-very-long-network-name 10.60.0.0\n",
        "passwd": f"a-login-name-longer-than-ten:x:{LONG_NAMED}:{LONG_NAMED}::/:/bin/false\n",
        "nsswitch.conf": "passwd: files\nhosts: files\nnetworks: files\nprotocols: files\nservices: files\n",
    }


def listener(address, port, backlog=128, **options):
    sock = socket.socket(forge.family_of(address), socket.SOCK_STREAM, options.get("protocol", 0))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if ":" in address:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, options.get("v6only", 1))
    scope = socket.if_nametoindex(options["scope"]) if "scope" in options else 0
    sock.bind((address, port, 0, scope) if ":" in address else (address, port))
    sock.listen(backlog)
    return sock


def client(address, port):
    return socket.create_connection((address, port), timeout=5)


def listeners():
    """Every name a port can have, full and empty queues, all address kinds."""
    made = [listener("0.0.0.0", port) for port in (22, 80, 8080, 9001, 9002, 9003, 9004, 9005, 9006, 65535)]
    made += [listener("::", port, v6only=only) for port, only in ((2200, 1), (2201, 0))]
    made += [listener(address, 443) for address in ("127.0.0.1", "::1", "10.99.0.1", "fd99::1", "fd99::abcd:ef01:2345:6789",
                                                    "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff")]
    return made + [listener("fe80::77:7007", 443, scope="d0"), listener("127.0.0.1", 444, 0)]


def connected():
    """Both ends in one process: established, queued data, half closed, not accepted."""
    made = []
    for address, target in (("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("10.99.0.1", "10.99.0.1"), ("fd99::1", "fd99::1"),
                            ("::", "127.0.0.1")):
        server = listener(address, 0, v6only=int(address != "::"))
        near = client(target, server.getsockname()[1])
        far, _ = server.accept()
        made += [server, near, far, client(target, server.getsockname()[1])]
        near.send(b"x" * 1234)
    made[1].shutdown(socket.SHUT_WR)  # FIN_WAIT2 and CLOSE_WAIT
    return made


def made_states():
    """One socket in each state over each family, with a peer that does not exist; and orphans of some."""
    held = []
    for us, them, port in (("10.99.0.1", "10.99.0.2", 80), ("fd99::1", "fd99::2", 80), ("::ffff:10.99.0.1", "::ffff:10.99.0.3", 22),
                           ("10.99.0.1", "10.99.0.5", 9005), ("fd99::abcd:ef01:2345:6789", "fd99::abcd:ef01:2345:9999", 50000)):
        for make in (forge.established, forge.sending, forge.receiving, forge.fin_wait1, forge.fin_wait2, forge.closing,
                     forge.close_wait, forge.last_ack, forge.keepalive, forge.probing):
            held.append(make(us, them, port))
        forge.fin_wait1(us, them, port).close()
        forge.time_wait(us, them, port).close()
        held.append(forge.syn_sent(us, them, port))
    return held


def syn_recv():
    held = []
    for us, them in (("10.99.0.1", "10.99.0.4"), ("fd99::1", "fd99::3")):
        sock = listener(us, 7000)
        held.append(sock)
        for port in (1000, 60000):
            forge.segment(them, us, port, 7000, 1, 0, forge.SYN)
    return held


def datagrams():
    made = []
    for protocol in (0, 136):
        for address, port in (("0.0.0.0", 53), ("0.0.0.0", 9000), ("127.0.0.1", 80), ("::", 5353), ("fd99::1", 9000)):
            try:
                sock = socket.socket(forge.family_of(address), socket.SOCK_DGRAM, protocol)
            except OSError:
                continue  # UDP-Lite is leaving the kernel
            if ":" in address:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind((address, port))
            made.append(sock)
            made[-1].sendto(b"queued", ("::1" if address == "::" else address.replace("0.0.0.0", "127.0.0.1"), port))
        for us, them in (("0.0.0.0", ("10.99.0.2", 53)), ("::", ("fd99::3", 9000)), ("::", ("::ffff:10.99.0.3", 80))):
            try:
                sock = socket.socket(forge.family_of(us), socket.SOCK_DGRAM, protocol)
            except OSError:
                continue
            sock.connect(them)
            made.append(sock)
    return made


def raws():
    made = []
    for family, number in ((socket.AF_INET, 1), (socket.AF_INET, 89), (socket.AF_INET, 200), (socket.AF_INET, 201),
                           (socket.AF_INET, 222), (socket.AF_INET, 255), (socket.AF_INET6, 58), (socket.AF_INET6, 255)):
        made.append(socket.socket(family, socket.SOCK_RAW, number))
    bound = socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
    bound.bind(("10.99.0.1", 0))
    bound.connect(("10.99.0.2", 0))
    six = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58)
    six.connect(("fd99::2", 0))
    return made + [bound, six]


def unix_sockets():
    made = []
    paths = [b"/tmp/plain", b"/tmp/with space", b"/tmp/tab\there", b"/tmp/\x1b[31mred", b"/tmp/" + b"p" * 100, b"relative-path",
             b"/tmp/new\nline", b"/tmp/\xc3\xa9\xff", b" leading", b"\0abstract", b"\0with space", b"\0nul\0inside", b"\0new\nline",
             b"\0\x1b[2J", b"\0", b"\0" + b"a" * 107, b"@literal", b"\0000123: short"]
    os.mkdir(UNIX)
    os.chdir(UNIX)
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        for path in paths:
            sock = socket.socket(socket.AF_UNIX, kind)
            name = path if path.startswith(b"\0") else path.replace(b"/tmp/", b"%s/%d-" % (UNIX.encode(), kind))[:107]
            name = name + b"%d" % kind if name.startswith(b"\0") and len(name) < 100 else name
            if not os.path.dirname(name):
                name = b"%d-" % kind + name
            try:
                sock.bind(name)
            except OSError:
                continue
            made.append(sock)
            if kind != socket.SOCK_DGRAM and len(made) % 2:
                sock.listen(1)
        made += socket.socketpair(socket.AF_UNIX, kind)
        made.append(socket.socket(socket.AF_UNIX, kind))
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(UNIX + "/waiting")
    server.listen(5)
    near = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    near.connect(UNIX + "/waiting")
    other = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    other.connect(UNIX + "/2-plain")
    return made + [server, near, other]


def plain_unix_sockets():
    made = []
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        bound = socket.socket(socket.AF_UNIX, kind)
        bound.bind(f"{PRIVATE}/socket-{kind}")
        if kind != socket.SOCK_DGRAM:
            bound.listen()
        made += [bound, *socket.socketpair(socket.AF_UNIX, kind)]
    return made


def members():
    """Multicast memberships on several interfaces, some twice."""
    made = []
    for group, device, count in (("239.1.2.3", "d0", 1), ("239.1.2.4", "d0", 3), ("224.5.6.7", "lo", 1), ("239.9.9.9", "abcdefghijklmn", 1)):
        for _ in range(count):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            request = struct.pack("=4s4si", socket.inet_aton(group), b"\0" * 4, socket.if_nametoindex(device))
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
            made.append(sock)
    for group, device in (("ff02::1234", "d0"), ("ff0e::abcd:ef01:2345:6789", "d0"), ("ff02::1234", "lo")):
        sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        request = socket.inet_pton(socket.AF_INET6, group) + struct.pack("=i", socket.if_nametoindex(device))
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
        made.append(sock)
    return made


def own_sockets(port):
    """What a user without privileges has."""
    def make():
        server = listener("127.0.0.1", port)
        return [server, client("127.0.0.1", port), listener("::1", port), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)]
    return make


def build(odd=True):
    """The programs and their sockets; `odd`: with names that no parser of netstat's output is ready for."""
    def start(make, name, uid=0, forks=0):
        Program(make, name if odd else "path", uid, forks)
    start(listeners, "path")
    start(connected, "title")
    start(made_states, "path title")
    start(syn_recv, "login")
    start(datagrams, "parentheses", forks=1)
    start(raws, "relative")
    start(members, "empty")
    for number, (uid, name) in enumerate(((NOBODY, "spaces"), (NAMELESS, "escape"), (LONG_NAMED, "long"), (HIGHEST, "longer"))):
        start(own_sockets(20000 + number), name, uid)
    for number, name in enumerate(sorted(set(NAMES) - {"longer"})):
        start(lambda: [listener("127.0.0.1", 21000 + number)], name)
    start(unix_sockets if odd else plain_unix_sockets, "utf-8", forks=2)


def enter(build=build):
    """Starts the calling program again inside namespaces of its own, which end with it, with a network and an /etc; there it builds."""
    if os.environ.get("NETSTAT_SCENE") != "inside":
        os.environ["NETSTAT_SCENE"] = "inside"
        os.execvp("unshare", ["unshare", "-mnpf", "--mount-proc", "--kill-child", sys.executable,
                              os.path.abspath(sys.argv[0]), *sys.argv[1:]])
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", PRIVATE], check=True)
    if os.path.isdir("/run/netns"):  # the harness sweeps there by process identifiers, which are others here
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run/netns"], check=True)
    private_etc()
    build_network()
    if build:
        build()
