/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets -> the processes that hold them. */
#ifndef EVIDENCE_SOCKET_OWNER_H
#define EVIDENCE_SOCKET_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/socket_reader.h"
#include "netstate/flow.h"

struct socket_owner_row {
	uint64_t sock, inode; /* inode 0: not known */
	uint32_t pid, uid;    /* pid 0: not found */
	char comm[FLOW_COMM_SIZE];
};

/*
 * One pass over all descriptors, by the iterator or, where `socket_reader` is NULL, through /proc. Of
 * several processes the first found is named. Sorts `rows` by sock; a single row may have none, it
 * is found by its inode.
 */
void socket_owner_find(struct socket_reader *socket_reader, struct socket_owner_row *rows,
		       size_t count);

/* Of rows that socket_owner_find() sorted. NULL: not among them. */
const struct socket_owner_row *socket_owner_of(const struct socket_owner_row *rows, size_t count,
					       uint64_t sock);

/* Does this process have a descriptor of row->inode? Then it is its owner. */
bool socket_owner_is(uint32_t pid, struct socket_owner_row *row);

#endif
