/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which process holds a UDP, raw or UNIX socket, which socket is its far end, whose queue it waits in. */
#ifndef TABLE_SOCKET_HOLDING_H
#define TABLE_SOCKET_HOLDING_H

#include "table/sockets.h"

/* Far ends of those that wait in UNIX listeners' accept queues. Zero-initialise. */
struct socket_pending {
	struct pending_end {
		uint64_t inode;
		size_t listener; /* its number in the list */
	} * list;
	size_t count, room;
};

/* 0 or -ENOMEM. */
int socket_pending_add(struct socket_pending *pending, size_t listener, const uint32_t *inodes,
		       size_t count);
void socket_pending_release(struct socket_pending *pending);

/* Sets the list's owners, far ends and listeners. 0 or -errno. */
int socket_holding_find(struct socket_list *list, struct socket_pending *pending);

#endif
