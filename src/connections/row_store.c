/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory of rows: one reservation of address space that fills as the table grows. */
#include "connections/row_store.h"

#include <errno.h>
#include <string.h>

#include "base/pages.h"

#define SMALLEST_LIMIT 4096 /* a system that has no room even for these has none to work with */

int row_store_init(struct row_store *store, uint32_t limit)
{
	*store = (struct row_store){.limit = limit};
	for (;;) {
		store->size = ((size_t)store->limit + 1) * sizeof(*store->rows);
		store->rows = pages_reserve(store->size);
		if (store->rows)
			return 0;
		if (store->limit <= SMALLEST_LIMIT)
			return -ENOMEM;
		store->limit /= 2; /* where address space is accounted (vm.overcommit_memory 2) */
	}
}

void row_store_release(struct row_store *store)
{
	if (store->rows)
		pages_release(store->rows, store->size);
	*store = (struct row_store){};
}

uint32_t row_store_new_row(struct row_store *store)
{
	uint32_t number = store->free;

	if (number) {
		store->free = row_store_get(store, number)->mark;
		memset(row_store_get(store, number), 0, sizeof(struct connection));
	} else if (store->used < store->limit) {
		number = ++store->used; /* zero as the system gave it */
	} else {
		return 0;
	}
	store->count++;
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

size_t row_store_memory(const struct row_store *store)
{
	return pages_round(((size_t)store->used + 1) * sizeof(*store->rows));
}
