/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rows that ended last: so that late events do not bring them back, and for the view. Pure. */
#include "base/cleanup.h"
#include "connections/table.h"

static uint16_t *place(const struct graveyard *graves, uint64_t cookie)
{
	uint64_t hash = cookie * 0x9e3779b97f4a7c15ULL >> 32;

	return (uint16_t *)&graves->by_cookie[hash % ARRAY_SIZE(graves->by_cookie)];
}

void grave_bury(struct graveyard *graves, const struct connection *row)
{
	uint64_t at = graves->count++ % CONN_TABLE_GRAVES;

	graves->rows[at] = *row;
	if (row->flow.cookie)
		*place(graves, row->flow.cookie) = (uint16_t)(at + 1);
}

uint64_t grave_find(const struct graveyard *graves, uint64_t cookie)
{
	uint16_t at = cookie ? *place(graves, cookie) : 0;

	if (!at || graves->rows[at - 1].flow.cookie != cookie)
		return 0;
	return graves->rows[at - 1].since_ns;
}

const struct connection *conn_table_grave(const struct conn_table *table, size_t back)
{
	const struct graveyard *graves = &table->graves;

	if (back >= graves->count || back >= CONN_TABLE_GRAVES)
		return NULL;
	return &graves->rows[(graves->count - 1 - back) % CONN_TABLE_GRAVES];
}
