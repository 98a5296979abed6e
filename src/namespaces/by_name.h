/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A name, path or number of a network namespace -> its inode. */
#ifndef NAMESPACES_BY_NAME_H
#define NAMESPACES_BY_NAME_H

#include <stdint.h>

/* A name below /run/netns, a path (/proc/PID/ns/net) or an inode number. 0 or -ENOENT. */
int number_of_netns(const char *text, uint32_t *ret_inode);

#endif
