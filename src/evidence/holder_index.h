/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Address of a socket -> its first holder: a lookup reads one cache line, a binary search of 200,000 holders ten. */
#ifndef EVIDENCE_HOLDER_INDEX_H
#define EVIDENCE_HOLDER_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "netstate/evidence.h"

struct holder_index {
	const struct evidence_holder *holders; /* in the order of their sockets */
	size_t count;
	uint32_t *slots; /* numbers of holders */
	uint32_t mask;
};

/* The caller keeps the holders until the release. 0 or -ENOMEM. */
int holder_index_init(struct holder_index *index, const struct evidence_holder *holders,
		      size_t count);
void holder_index_release(struct holder_index *index);

/* `count` where the socket has no holder. */
size_t holder_index_find(const struct holder_index *index, uint64_t sock);

#endif
