/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/fd of all processes -> every process that holds certain sockets. */
#ifndef PROCFS_SOCKET_HOLDERS_H
#define PROCFS_SOCKET_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The same process may come several times. */
typedef void (*socket_holder_fn)(void *context, uint64_t inode, uint32_t pid);

/*
 * Looks for sockets with these inodes (ascending), in threads with a table of their own, too. 0 or
 * -errno; *ret_denied: some process could not be looked into, or not to its end: processes with very many descriptors
 * come last, and for so long only (scan_bound.h).
 */
int socket_holders_scan(const char *proc, const uint64_t *inodes, size_t count,
			socket_holder_fn handle, void *context, bool *ret_denied);

/* Whether this one has a descriptor of the socket. */
bool socket_holders_has(const char *proc, uint32_t pid, uint64_t inode);

#endif
