/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory of rows, in chunks that are taken as the table grows and kept. Pure. */
#include "connections/row_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int row_store_init(struct row_store *store, uint32_t limit)
{
	size_t chunks = (limit >> ROW_CHUNK_BITS) + 1;

	*store = (struct row_store){.limit = limit};
	store->chunks = calloc(chunks, sizeof(*store->chunks));
	return store->chunks ? 0 : -ENOMEM;
}

void row_store_release(struct row_store *store)
{
	for (uint32_t i = 0; i < store->chunk_count; i++)
		free(store->chunks[i]);
	free(store->chunks);
	*store = (struct row_store){};
}

static uint32_t take_new(struct row_store *store)
{
	uint32_t number = store->used + 1;

	if (store->used >= store->limit)
		return 0;
	if (number >> ROW_CHUNK_BITS >= store->chunk_count) {
		struct connection *chunk = aligned_alloc(64, ROW_CHUNK * sizeof(*chunk));

		if (!chunk)
			return 0;
		store->chunks[store->chunk_count++] = chunk;
	}
	store->used++;
	return number;
}

uint32_t row_store_take(struct row_store *store)
{
	uint32_t number = store->free;

	if (number)
		store->free = row_store_get(store, number)->mark;
	else
		number = take_new(store);
	if (!number)
		return 0;
	store->count++;
	memset(row_store_get(store, number), 0, sizeof(struct connection));
	return number;
}

void row_store_give(struct row_store *store, uint32_t number)
{
	struct connection *row = row_store_get(store, number);

	row->state = 0;
	row->mark = store->free;
	store->free = number;
	store->count--;
}
