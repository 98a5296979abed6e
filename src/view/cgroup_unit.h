/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Path of a cgroup -> the container or systemd unit that it names. Pure. */
#ifndef VIEW_CGROUP_UNIT_H
#define VIEW_CGROUP_UNIT_H

#include <stddef.h>

struct cgroup_unit {
	char text[96];
	size_t size; /* 0: the path tells none */
};

/*
 * "docker:0123456789ab", "podman:...", "lxc:name", "nginx.service", as container engines and
 * systemd name cgroups; the innermost one counts, and a container more than a unit.
 */
void cgroup_unit_of(const char *path, struct cgroup_unit *ret_unit);

#endif
