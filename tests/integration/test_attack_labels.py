#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A user names a cgroup of his own after a service or a container of root's: it is not called so."""
import json
import os

import cgroup
from harness import *

NOBODY = 65534
ID = "0123456789abcdef" * 4


def unit_of(space, folder):
    """What list calls the unit of a process in this cgroup."""
    with space.actor("evil") as actor:
        with open(os.path.join(folder, "cgroup.procs"), "w") as file:
            file.write(str(actor.pid))
        actor("held = listener('127.0.0.1', 8080)")
        done = netstate("list", "--json", "--netns", space.name)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        rows = [row for row in rows if row.get("lport") == 8080]
        same(len(rows), 1, done.stderr)
        return rows[0]["unit"]


@test("names in a cgroup that belongs to a user name nothing; those that root gave do")
def forged_units():
    with Namespace() as space, cgroup.Cgroup("labels") as top:
        made = []
        try:
            for name, owner, wanted in (("nginx.service", None, "nginx.service"), (f"docker-{ID}.scope", None, f"docker:{ID[:12]}"),
                                        ("user@65534.service", None, "user@65534.service"),
                                        ("user@65534.service/nginx.service", NOBODY, "user@65534:nginx.service"),
                                        ("given", None, None), ("given/nginx.service", NOBODY, None),
                                        (f"given/docker-{ID}.scope", NOBODY, None)):
                folder = os.path.join(top.folder, name)
                os.mkdir(folder)
                made.append(folder)
                if name == "given" or name == "user@65534.service":
                    os.chown(folder, NOBODY, NOBODY)
                if owner:
                    os.chown(folder, owner, owner)
                same(unit_of(space, folder), wanted, name)
        finally:
            for folder in reversed(made):
                os.rmdir(folder)


main()
