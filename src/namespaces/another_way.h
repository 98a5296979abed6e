/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A namespace is found by one process or mount of several that hold it. That process may end before
 * the namespace is opened by it: then another one is looked for.
 */
#ifndef NAMESPACES_ANOTHER_WAY_H
#define NAMESPACES_ANOTHER_WAY_H

#include <stdint.h>

/* Searches a second at most: each reads a link for every process. */
#define ANOTHER_WAY_SEARCHES_MAX 32

/*
 * `fd`, unless it is an -errno that says that the way is gone; then a descriptor of the namespace by
 * any task or mount that leads there, or `fd` where none does. -EAGAIN: it was not looked for, since
 * so many were in this second.
 */
int another_way_if_gone(int fd, uint32_t inode);

#endif
