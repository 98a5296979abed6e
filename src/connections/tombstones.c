/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which sockets ended last, and when: so that neither a late event nor a list that was read before
 * brings them back. Pure. */
#include "base/cleanup.h"
#include "connections/table.h"

static struct tombstone *place(const struct graveyard *tombstones, uint64_t cookie)
{
	uint64_t hash = cookie * 0x9e3779b97f4a7c15ULL >> 32;

	return (struct tombstone *)&tombstones->list[hash % ARRAY_SIZE(tombstones->list)];
}

void tombstone_bury(struct graveyard *tombstones, uint64_t cookie, uint64_t end_ns)
{
	if (cookie)
		*place(tombstones, cookie) = (struct tombstone){cookie, end_ns};
}

uint64_t tombstone_find(const struct graveyard *tombstones, uint64_t cookie)
{
	const struct tombstone *tombstone = place(tombstones, cookie);

	return cookie && tombstone->cookie == cookie ? tombstone->end_ns : 0;
}
