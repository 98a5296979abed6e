/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Path of a cgroup -> the container or systemd unit that it names. Pure. */
#ifndef NETSTATE_CGROUP_UNIT_H
#define NETSTATE_CGROUP_UNIT_H

#include <stddef.h>
#include <stdint.h>

struct cgroup_unit {
	char text[256];
	size_t size;	    /* 0: the path has none */
	size_t engine_size; /* of what stands before the name: "docker:", "user@1000:"; else 0 */
	char container[65]; /* the whole id, hexadecimal; "" where the path has none */
	char pod_uid[37];   /* of Kubernetes, 8-4-4-4-12; "" where the path has none */
};

/*
 * "docker:0123456789ab", "podman:...", "lxc:name", "nginx.service", as container engines and
 * systemd name cgroups; the innermost one counts, and a container more than a unit. Only the first
 * `by_root` bytes of the path are names that root gave (cgroups_by_root()); what a user called
 * a cgroup of his own, below the last of these, names nothing. Below user@1000.service, whose
 * manager is the user's, names are marked: "user@1000:nginx.service", and are no containers.
 */
void cgroup_unit_of(const char *path, size_t by_root, struct cgroup_unit *ret_unit);

#define CGROUP_UNIT_UNCHECKED SIZE_MAX /* a recording: nobody can say who owned it */

/* The container's name in place of its id: "podman:web". */
void cgroup_unit_set_name(struct cgroup_unit *unit, const char *name);

#endif
