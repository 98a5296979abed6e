/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who holds which socket, kept until the rows of the sockets are in the table: the pass over
 * descriptors makes the cookies that the rows have then.
 */
#ifndef TABLE_HELD_H
#define TABLE_HELD_H

#include <stddef.h>

#include "table/source.h"

struct held_one;

/* Zero-initialise. */
struct held {
	struct held_one *list;
	size_t count, room;
	struct connection_owner *owners; /* descriptors of one task follow each other */
	size_t owner_count, owner_room;
	/* The last owner's sockets, from `first` on in the list, by hash: any user may duplicate a
	 * descriptor without end. */
	uint32_t *seen;
	size_t seen_room, first;
};

void held_release(struct held *held);

/* A socket that a task holds by several descriptors is kept once. 0 or -ENOMEM. */
int held_add(struct held *held, const struct held_socket *socket);

/* All of them, several a call. */
void held_give(const struct held *held, const struct pass_handler *handle);

#endif
