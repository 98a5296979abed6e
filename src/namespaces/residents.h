/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Network namespaces -> what they can be called by: the name that ip-netns(8) gave one, and the
 * process with the lowest pid that lives in one.
 */
#ifndef NAMESPACES_RESIDENTS_H
#define NAMESPACES_RESIDENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct resident {
	uint32_t netns; /* inode */
	pid_t pid;	/* 0: no process that we may see lives there */
	char *name;	/* of ip-netns(8); NULL: it has none */
};

struct residents {
	struct resident *list; /* by inode */
	size_t count;
};

/* `proc` is "/proc", `names` is "/run/netns". Where either cannot be read, its part is missing. 0 or
 * -ENOMEM. */
int residents_read(const char *proc, const char *names, struct residents *ret_residents);
void residents_release(struct residents *residents);

/* NULL: nothing is known of this namespace. */
const struct resident *residents_find(const struct residents *residents, uint32_t netns);

/* The beginning of /proc/PID/`file`, ended with a NUL. False: it cannot be read, or is empty. */
bool resident_read(const char *proc, pid_t pid, const char *file, char *text, size_t size);

/* The file of a namespace, or with `link` the link in /proc/PID/ns, leads to that one. */
bool residents_is(uint32_t netns, const char *path, bool link);

#endif
