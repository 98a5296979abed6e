/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which sockets ended last, and when: so that neither a late event nor a list that was read before
 * brings them back. Pure. */
#include "base/cleanup.h"
#include "connections/table.h"

static struct grave *place(const struct graveyard *graves, uint64_t cookie)
{
	uint64_t hash = cookie * 0x9e3779b97f4a7c15ULL >> 32;

	return (struct grave *)&graves->list[hash % ARRAY_SIZE(graves->list)];
}

void grave_bury(struct graveyard *graves, uint64_t cookie, uint64_t end_ns)
{
	if (cookie)
		*place(graves, cookie) = (struct grave){cookie, end_ns};
}

uint64_t grave_find(const struct graveyard *graves, uint64_t cookie)
{
	const struct grave *grave = place(graves, cookie);

	return cookie && grave->cookie == cookie ? grave->end_ns : 0;
}
