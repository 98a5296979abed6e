/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table as a whole: make it, walk it, ask it. Pure. */
#include "connections/conn_table.h"

#include <errno.h>
#include <stdlib.h>

#include "connections/table.h"

int conn_table_new(size_t max_rows, struct conn_table **ret_table)
{
	struct conn_table *table = calloc(1, sizeof(*table));
	size_t limit = max_rows ? max_rows : CONN_TABLE_ROWS;

	if (!table)
		return -ENOMEM;
	table->seed = (uintptr_t)table; /* differs from run to run: nobody can aim at one bucket */
	table->pass = 1;
	table->nodes = calloc(OWNER_NODES, sizeof(*table->nodes));
	if (!table->nodes || limit > UINT32_MAX / 2 ||
	    row_store_init(&table->rows, (uint32_t)limit) || hash_index_init(&table->by_key) ||
	    hash_index_init(&table->by_ends)) {
		conn_table_free(table);
		return -ENOMEM;
	}
	*ret_table = table;
	return 0;
}

void conn_table_free(struct conn_table *table)
{
	if (!table)
		return;
	hash_index_release(&table->by_key);
	hash_index_release(&table->by_ends);
	row_store_release(&table->rows);
	free(table->nodes);
	free(table);
}

const struct connection *conn_table_find(const struct conn_table *table, uint64_t cookie)
{
	struct flow flow = {.cookie = cookie};
	uint32_t number = cookie ? keys_find(table, &flow, false) : 0;

	if (!number && cookie)
		number = keys_find(table, &flow, true);
	return table_row(table, number);
}

const struct connection *conn_table_next(const struct conn_table *table, size_t *position)
{
	while (*position < table->rows.used) {
		const struct connection *row = row_store_get(&table->rows, (uint32_t)++ * position);

		if (row->state)
			return row;
	}
	return NULL;
}

size_t conn_table_expire(struct conn_table *table, uint64_t now_ns, uint64_t grace_ns)
{
	size_t ended = 0;

	for (uint32_t number = 1; number <= table->rows.used; number++) {
		const struct connection *row = table_row(table, number);

		if (!row->state || !row->expires_ns || row->expires_ns + grace_ns >= now_ns)
			continue;
		rows_end(table, number, row->expires_ns);
		ended++;
	}
	return ended;
}

size_t conn_table_size(const struct conn_table *table)
{
	return table->rows.count;
}

size_t conn_table_limit(const struct conn_table *table)
{
	return table->rows.limit;
}

size_t conn_table_memory(const struct conn_table *table)
{
	size_t slots = (size_t)table->by_key.mask + 1 + (size_t)table->by_ends.mask + 1;

	return sizeof(*table) + OWNER_NODES * sizeof(*table->nodes) +
	       slots * sizeof(struct hash_slot) + row_store_memory(&table->rows);
}

const struct conn_counters *conn_table_counters(const struct conn_table *table)
{
	return &table->counters;
}
