#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""netstate list: its options, what it knows of what is older, where its output goes."""
import contextlib
import fcntl
import json
import os
import pty
import re
import socket
import struct
import subprocess
import termios
import time

from harness import *
from namespaces import enter_netns
from owners import server_and_client
from tables import listed


@test("list knows the least age of what is older: since when nothing came in, where a packet led to the state")
def least_age():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080); d = client('127.0.0.1', 8080)")
        server("leaked, _ = l.accept(); quiet, _ = l.accept()")
        client("c.close()")
        for options in ((), ("--source", "sock_diag")):
            words = (*options, "--netns", str(ns.inode))
            until(lambda: len(listed(*words, "age > 1s")) >= 3, 5, "connections of an age")
            rows = listed(*words, "age > 1s")
            # A list that took a second has seen the others for as long.
            heard = [row["state"] for row in rows if row["state"] not in ("LISTEN", "FIN_WAIT2")]
            same(sorted(heard), ["CLOSE_WAIT", "ESTABLISHED", "ESTABLISHED"])
            same({row["age_us"] for row in rows}, {None})
            same(len(listed(*words, "state close-wait and age > 1s")), 1)
            same(listed(*words, "age > 1h"), [])
        old = ("--netns", str(ns.inode), "state established and dport = :8080 and age > 4s")
        until(lambda: len(listed(*old)) == 1, 60, "a connection that is older")
        until(lambda: client("d.send(b'x')") and not listed(*old), 30, "what the server acknowledged")


@test("list: fields, sorting, text and JSON name the same")
def list_options():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = [client('127.0.0.1', 8080) for i in range(5)]")
        words = ("--netns", str(ns.inode))
        rows = listed(*words)
        same(len(rows), 11)
        text = netstate("list", *words, "--fields", "state,lport,rport,pid", "--no-header").stdout.split("\n")[:-1]
        same(sorted(line.split()[0] for line in text), sorted(row["state"] for row in rows))
        ports = [row["rport"] for row in listed(*words, "--sort", "-rport")]
        same(ports, sorted(ports, reverse=True))
        same(set(listed(*words, "--fields", "pid,rtt_us")[0]), {"pid", "rtt_us"})
        help_text = netstate("list", "--fields", "help").stdout
        for key in rows[0]:
            check(f"{key} " in help_text, f"--fields help does not explain {key}")


@test("list: idle times, keepalive, windows and the give-up time, as fields and in the filter")
def times():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080); c.setsockopt(1, 9, 1); c.setsockopt(6, 4, 33); c.setsockopt(6, 5, 44)")
        client("d = client('127.0.0.1', 8080)")
        server("a, _ = l.accept(); b, _ = l.accept()")
        client("c.send(b'x'); d.setblocking(False)")
        client("while True:\n  try: d.send(b'y' * 60000)\n  except BlockingIOError: break")
        client("h = socket.socket(); h.setblocking(False); h.connect_ex(('127.0.0.2', 9))")
        words = ("--netns", str(ns.inode))
        kept = listed(*words, "keepalive on")
        same(len(kept), 1)
        same((kept[0]["keepalive_idle_us"], kept[0]["keepalive_interval_us"]), (33_000_000, 44_000_000))
        check(kept[0]["keepalive_probes_left"] > 0 and kept[0]["last_sent_us"] >= 0, kept)
        same(kept[0]["last_received_us"], None)
        until(lambda: listed(*words, "zero_window > 1ms"), 10, "data that waits for a window of zero")
        stuck = listed(*words, "zero_window > 0")[0]
        same((stuck["snd_wnd"], stuck["keepalive"], stuck["keepalive_idle_us"]), (0, "off", None))
        check(stuck["send_q"] > 0 and stuck["unacked"] <= stuck["send_q"], stuck)
        until(lambda: listed(*words, "idle > 300ms and keepalive off and state established"), 10, "an idle connection")
        every = listed(*words)
        for word in ("idle < 1h", "idle > 1h"):
            kind, _, _ = word.partition(" ")
            known = [row for row in every if row["idle_us"] is not None]
            same(len(listed(*words, word)) + len(listed(*words, "not " + word)), len(known), word)
        for row in every:
            same(row["keepalive"] is None, row["state"] == "LISTEN", row)
            same(row["idle_us"] is None, row["state"] == "LISTEN", row)
        told = listed(*words, "--source", "sock_diag", "snd_wnd = 0")
        same({(row["lport"], row["rport"]) for row in told}, {(stuck["lport"], stuck["rport"])})
        check(told[0]["rcv_wnd"] is None and told[0]["gives_up_us"] is None and told[0]["idle_us"] > 0, told)


@test("list: the give-up time of a connect that nobody answers is that of tcp_syn_retries")
def gives_up():
    with Namespace() as ns, ns.actor("cli") as client:
        ns.run("sh", "-c", "echo 2 > /proc/sys/net/ipv4/tcp_syn_retries")
        done = ns.run("nft", "-f", "-", input="table ip f { chain i { type filter hook input priority 0; drop; }; }")
        check(not done.returncode, done.stderr)
        client("import select, time; s = socket.socket(); s.setblocking(False); s.connect_ex(('127.0.0.2', 9)); p = select.poll()")
        rows = until(lambda: listed("--netns", str(ns.inode), "state syn-sent"), 5, "the connect")
        check(0 < rows[0]["gives_up_us"] <= 30_000_000, rows)
        same((rows[0]["idle_us"], rows[0]["snd_wnd"], rows[0]["unacked"]), (None, None, 1))
        same(len(listed("--netns", str(ns.inode), "gives_up < 31s")), 1)
        before = time.monotonic()
        row, = listed("--netns", str(ns.inode), "state syn-sent")
        after = time.monotonic()
        client("p.register(s, select.POLLERR | select.POLLHUP)")
        client("p.poll(30000)")
        end = client("time.monotonic()") - row["gives_up_us"] / 1e6
        check(before - 0.1 < end < after + 0.5, f"off by {end - after} to {end - before} s: {row}")


def on_a_terminal(width, *words):
    """The lines that a program writes on a terminal of this width."""
    pid, terminal = pty.fork()
    if not pid:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        os.execv(NETSTATE, [NETSTATE, *words])
    text = b""
    with contextlib.suppress(OSError): # EIO: its end
        while part := os.read(terminal, 65536):
            text += part
    os.waitpid(pid, 0)
    os.close(terminal)
    return text.decode().replace("\r", "").splitlines()


@test("list and trace fit into the terminal; --wide and a pipe have everything")
def fits():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        recording = os.path.join(ROOT, "tests", "golden", "trace", "addresses-and-names.rec")
        for words in (("list", "--netns", str(ns.inode)), ("trace", "--color", "never", "--replay", recording)):
            whole = netstate(*words).stdout.splitlines()
            same(on_a_terminal(80, *words, "--wide"), whole)
            for width in (60, 80, 120):
                lines = on_a_terminal(width, *words)
                same(len(lines), len(whole))
                check(max(map(len, lines)) <= width, lines)
        lines = on_a_terminal(80, "list", "--netns", str(ns.inode))
        check(any("127.0.0.1:8080" in line for line in lines), lines)
        same(on_a_terminal(200, "list", "--fields", "state,unit", "--netns", str(ns.inode))[0], "STATE       UNIT")


@test("a full disk is an error; nobody complains about a closed pipe")
def full():
    with socket.create_server(("127.0.0.1", 0)):  # a line at least
        for words in (("list",), ("list", "--json"), ("list", "--fields", "help"), ("live", "--for", "100ms")):
            for argument, statuses in ((">/dev/full", (1,)), ("| true", (0, 141))):
                done = subprocess.run(["bash", "-c", f"{NETSTATE} {' '.join(words)} {argument}; exit ${{PIPESTATUS[0]}}"],
                                      capture_output=True, text=True)
                check(done.returncode in statuses, f"status {done.returncode} of {words} {argument}")
                same("cannot write" in done.stderr, statuses == (1,), done.stderr)


@test("list with fewer rows than connections says how many are missing")
def list_full():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = [client('127.0.0.1', 8080) for i in range(5)]")
        done = netstate("list", "--max-rows", 4, "--no-header")
        same(len(done.stdout.splitlines()), 4)
        missing = int(re.search(r"(\d+) connections are not in the table: it is full at 4 rows", done.stderr)[1])
        check(missing >= 7, f"{missing} missing")


@test("a process finds every socket that it holds, whoever else does")
def shared():
    with Namespace() as ns:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")
        child = server("child = os.fork() or (set_comm('worker'), signal.pause())") or server("child")
        try:
            at = ("--netns", str(ns.inode))
            for words in (("--pid", child), (f"pid {child}",), ("comm worker",)):
                until(lambda: [row["state"] for row in listed(*at, *map(str, words))] == ["LISTEN"], what=f"{words}")
            same([row["state"] for row in listed(*at, "comm srv and comm worker")], ["LISTEN"])
            same({row["state"] for row in listed(*at, f"not pid {child}")}, {"ESTABLISHED"})
            same([row["pid"] for row in listed(*at, "comm != srv")], [client.pid])
        finally:
            os.kill(child, 9)
            server("os.waitpid(child, 0)")


@test("without root: the sockets of one's own namespace, as ss gives them, and one sentence what is missing")
def no_root():
    with Namespace() as ns, public_copy() as program:
        server, client = server_and_client(ns)
        client("c = client('127.0.0.1', 8080)")

        def nobody():
            enter_netns(ns.path)
            os.setuid(65534)

        done = subprocess.run([program, "list", "--no-header", "--fields", "lport,rport"], capture_output=True, text=True, preexec_fn=nobody)
        ports = sorted(tuple(line.split()) for line in done.stdout.splitlines())
        shown = subprocess.run(["ss", "-tanH"], capture_output=True, text=True, preexec_fn=nobody).stdout
    said = [line for line in done.stderr.splitlines() if not re.search(r"network namespaces? could not be", line)]  # those of other tests
    same((done.returncode, len(said)), (0, 1), done.stderr)
    ends = [[end.rsplit(":", 1)[1] for end in line.split()[3:5]] for line in shown.splitlines()]
    same(ports, sorted((local, "0" if remote == "*" else remote) for local, remote in ends))


@test("bad options are one sentence and status 2")
def bad_options():
    for words in (("list", "--fields", "nothing"), ("list", "--sort", "nothing"), ("list", "state", "nowhere"),
                  ("list", "--json", "--fields", "state,local"), ("list", "--json", "--fields", "pid,state,pid"),
                  ("live", "--for", "1s", "--fields", "remote"), ("live", "--for", "soon"), ("live", "--ring-size", "1000"), ("live", "--no-such-option")):
        done = netstate(*words)
        same((done.returncode, done.stdout), (2, ""), " ".join(words))
        check(done.stderr.startswith("netstate: "), done.stderr)


def of_list(ns, *words, status=0):
    done = ns.run(NETSTATE, "list", *words)
    same(done.returncode, status, done.stderr)
    return done.stdout.splitlines() if not status else done.stderr


@test("ss's habits: -tlnp, -H, -tan, -4l and -tulpn are understood")
def habits_understood():
    with Namespace() as ns, ns.actor("srv") as server:
        server("l = tcp(); l.bind(('127.0.0.1', 8080)); l.listen(); c = socket.create_connection(('127.0.0.1', 8080))")
        server("u = socket.socket(type=socket.SOCK_DGRAM); u.bind(('127.0.0.1', 8053))")
        here = ["--netns", str(ns.inode)]
        same([line.split()[0] for line in of_list(ns, "-tlnp", *here)], ["STATE", "LISTEN"])
        same([line.split()[0] for line in of_list(ns, "-Hln4", *here, "sport = :8080")], ["LISTEN"])
        same(of_list(ns, "-Hl", *here, "sport = :1"), [])
        same(len(of_list(ns, "-tan", *here)), 4)
        same([line.split()[:2] for line in of_list(ns, "-Htulpn", *here)], [["tcp", "LISTEN"], ["udp", "UNCONN"]])
        rows = [json.loads(line) for line in of_list(ns, "-u", "--json", *here, "sport = :8053")]
        same([(row["protocol"], row["lport"]) for row in rows], [("udp", 8053)])


@test("ss's options with arguments or columns: -o before a filter, -e -i, -A, -f, -p and -N in a cluster; list's own stay what they are")
def habits_applied():
    with Namespace() as ns, ns.actor("srv") as server:
        server("l = tcp(); l.bind(('127.0.0.1', 8080)); l.listen(); c = socket.create_connection(('127.0.0.1', 8080))")
        server("u = socket.socket(type=socket.SOCK_DGRAM); u.bind(('127.0.0.1', 8053))")
        here = ["--netns", str(ns.inode)]
        header, *rows = of_list(ns, "-to", *here, "state", "established")
        same(len(rows), 2)
        check("RETRIES KEEPALIVE" in header and "STATE" in header, header)
        same(of_list(ns, *here, "-o", "state", "established")[0], header)
        same(len(of_list(ns, *here, "-o")), 4)
        check("INODE" in of_list(ns, "-tie", *here)[0] and "RTT" in of_list(ns, "-tie", *here)[0], "-tie")
        for words, count in (("-A udp", 1), ("-A tcp,udp", 4), ("--query=tcp", 3), ("-f inet6", 0), ("-f inet", 3), ("-Hp", 3),
                             ("--all --numeric --processes", 3), (f"-p {server.pid}", 3), (f"-Htlnp -p{server.pid}", 1)):
            rows = of_list(ns, *words.split(), "--no-header", *here)
            same(len(rows), count, f"{words}: {rows}")
        same(len(of_list(ns, "-HtN", str(ns.inode))), 3)
        same(of_list(ns, "-ostate", *here, "sport = :1"), ["STATE"])
        same(of_list(ns, "-o", "state,pid", *here, "sport = :1")[0].split(), ["STATE", "PID"])
        check("did you mean state?" in of_list(ns, "-o", "statte", status=2), "-o statte")


@test("what ss has and list has not is one sentence that says what answers")
def habits_answered():
    with Namespace() as ns:
        for words, said in (("-m", "netstate explain"), ("-tsm", "netstate -s"), ("-K dst 1.2.3.4", "netstate kill"), ("-tE", "netstate trace"),
                            ("--kill", "netstate kill"), ("-rt", "netstate -tap"), ("-tZ", "netstate list"),
                            ("-tT", "names processes"), ("-A netlink", "-t -u -w -x"), ("-f vsock", "-t -u -w -x"), ("-0", "-t -u -w -x"),
                            ("-D file", "list --json"), ("-F file", "list FILTER"), ("-V", "netstate version"), ("-tA", "needs an argument")):
            sentence = of_list(ns, *words.split(), status=2)
            check(said in sentence and sentence.count("\n") == 1, f"{words}: {sentence}")
        check("TCP" in of_list(ns, "-u", "--verify", status=2), "--verify was passed over")
        check("unknown option -q" in of_list(ns, "-tq", status=2), "-tq")


main()
