# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the tests of netstate explain share: a pair of namespaces, a server and a client in them, and the findings there."""
import contextlib
import json
import os
import subprocess
import tempfile
import time

from harness import *

@contextlib.contextmanager
def pair():
    """(client's namespace, server's namespace): 10.9.0.1 and 10.9.0.2"""
    with Namespace() as client, Namespace() as server:
        veth(client, ["10.9.0.1/24"], server, ["10.9.0.2/24"])
        yield client, server


@contextlib.contextmanager
def routed():
    """(client's namespace, router's, server's): 10.8.0.2, a router that forwards by left0 and right0, 10.9.0.2"""
    with Namespace() as client, Namespace() as router, Namespace() as server:
        veth(client, ["10.8.0.2/24"], router, ["10.8.0.1/24"], ("up0", "left0"))
        veth(server, ["10.9.0.2/24"], router, ["10.9.0.1/24"], ("up0", "right0"))
        router.sysctl("net.ipv4.ip_forward", 1)
        client.ip("route", "add", "default", "via", "10.8.0.1")
        server.ip("route", "add", "default", "via", "10.9.0.1")
        yield client, router, server


@contextlib.contextmanager
def black_hole():
    """(client's namespace, send(n)): 50,000 bytes of connection n are lost at a router with a smaller MTU whose ICMP is filtered."""
    with routed() as (client, router, server):
        router.ip("link", "set", "right0", "mtu", "1300")
        nft(router, "table ip f { chain o { type filter hook output priority 0; ip protocol icmp drop; }; }")
        client.sysctl("net.ipv4.tcp_mtu_probing", 0)
        srv, cli = listen(server), client.actor("cli")
        dial(cli, 8)
        accept(srv, 8)
        yield client, lambda at: cli(f"c[{at}].setblocking(False)\nc[{at}].send(b'x' * 50000)")


def nft(namespace, rules):
    done = namespace.run("nft", "-f", "-", input=rules)
    if done.returncode:
        skip(f"no nftables: {done.stderr.strip()}")


def listen(namespace, comm="srv", backlog=128, address="0.0.0.0", port=80, before=""):
    """An actor that listens as `l`; `before` runs between socket() and bind()."""
    actor = namespace.actor(comm)
    actor(f"import resource, time\nl = socket.socket()\nl.setsockopt(1, 2, 1)\n{before}\n"
          f"l.bind(({address!r}, {port}))\nl.listen({backlog})\nkept = []")
    return actor


def dial(actor, count=1, address="10.9.0.2", port=80):
    """`c` has so many connections more."""
    actor(f"c = globals().get('c', [])\nfor _ in range({count}):\n    c.append(socket.create_connection(({address!r}, {port}), 5))")


def accept(actor, count=1):
    actor(f"for _ in range({count}): kept.append(l.accept()[0])")


def explain(*words, status=None):
    """The findings, worst first."""
    done = netstate("explain", "--json", *words)
    if status is not None:
        same(done.returncode, status, f"{done.stdout}{done.stderr}exit status")
    return [json.loads(line) for line in done.stdout.splitlines()]


def find(namespace, word, timeout=15, options=(), **wanted):
    """The finding of this word in the namespace, once it is there and has these values."""
    last = []

    def there():
        last[:] = explain("--netns", str(namespace.inode), *options)
        for finding in last:
            if finding["finding"] == word and all(finding[key] == value for key, value in wanted.items()):
                return finding
    try:
        return until(there, timeout, f"{word} {wanted}")
    except AssertionError as error:
        raise AssertionError(f"{error}; found {[(f['finding'], f['severity'], f['title']) for f in last]}") from None


@contextlib.contextmanager
def recording():
    """A path for `--record`, in a folder that everybody may enter."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield os.path.join(folder, "evidence")


def replays(path, recorded, *words):
    """A recording gives what `recorded` says (JSON), and the same without root, as text and as JSON."""
    os.chmod(path, 0o644)
    with public_copy() as copy:
        for form in (["--json"], []):
            here = netstate("explain", *form, *words, "--replay", path)
            nobody = subprocess.run([copy, "explain", *form, *words, "--replay", path], capture_output=True, text=True,
                                    user=65534, group=65534)
            same(nobody.stdout, here.stdout)
            same(nobody.returncode, here.returncode, nobody.stderr)
            if form:
                same([json.loads(line) for line in here.stdout.splitlines()], recorded, here.stderr)


def replayed(namespace, word, *options):
    """Of this namespace; the finding of this word is among them (None: any)."""
    words = ("--netns", str(namespace.inode))
    with recording() as path:
        recorded = explain(*words, *options, "--record", path)
        check(word is None or word in [one["finding"] for one in recorded], f"no {word}: {recorded}")
        replays(path, recorded, *words)


def text_of(finding):
    return "\n".join([finding["title"], *finding["evidence"]])
