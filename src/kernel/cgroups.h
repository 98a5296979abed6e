/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cgroup v2: id <-> path, whether or not the hierarchy is mounted anywhere. */
#ifndef KERNEL_CGROUPS_H
#define KERNEL_CGROUPS_H

#include <stddef.h>
#include <stdint.h>

struct cgroups; /* opaque; remembers every path it was asked for */

/* 0 or -ENOMEM. An unavailable hierarchy makes every look-up fail, nothing else. */
int cgroups_new(struct cgroups **ret_cgroups);
void cgroups_free(struct cgroups *cgroups);

/* "/user.slice/x", "/" for the root; NULL: not known, or gone before anybody asked. Owned by
 * `cgroups`. */
const char *cgroups_path(struct cgroups *cgroups, uint64_t id);

/* 0, or -errno. `path` is one as above, or one below a mount of the hierarchy (/sys/fs/cgroup/...).
 */
int cgroups_id(struct cgroups *cgroups, const char *path, uint64_t *ret_id);

/*
 * How many bytes of the path are names that root gave: up to and with the first cgroup that belongs
 * to somebody else, who may call what is below it as he likes. 0 where there is no such cgroup.
 */
size_t cgroups_by_root(struct cgroups *cgroups, const char *path);
size_t cgroups_id_by_root(struct cgroups *cgroups, uint64_t id);

#endif
