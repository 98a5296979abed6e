/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Path of a cgroup -> the container or systemd unit that it names. Pure. */
#ifndef NETSTATE_CGROUP_UNIT_H
#define NETSTATE_CGROUP_UNIT_H

#include <stddef.h>

struct cgroup_unit {
	char text[256];
	size_t size;	    /* 0: the path tells none */
	size_t engine_size; /* of text's "docker:"; 0: it is no container */
	char container[65]; /* the whole id, hexadecimal; "" where the path has none */
	char pod_uid[37];   /* of Kubernetes, 8-4-4-4-12; "" where the path has none */
};

/*
 * "docker:0123456789ab", "podman:...", "lxc:name", "nginx.service", as container engines and
 * systemd name cgroups; the innermost one counts, and a container more than a unit.
 */
void cgroup_unit_of(const char *path, struct cgroup_unit *ret_unit);

/* The container's name in place of its id: "podman:web". */
void cgroup_unit_set_name(struct cgroup_unit *unit, const char *name);

#endif
