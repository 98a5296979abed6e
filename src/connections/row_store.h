/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory of rows: numbered from 1, never moved, freed ones used again. A row in use has a state. */
#ifndef CONNECTIONS_ROW_STORE_H
#define CONNECTIONS_ROW_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "netstate/connection.h"

struct row_store {
	struct connection *rows; /* room for all of them is reserved; memory comes with use */
	uint32_t used;		 /* numbers given out so far */
	uint32_t free;		 /* first of the freed ones, linked by mark; 0: none */
	uint32_t count;		 /* rows in use */
	uint32_t limit;
	size_t size; /* of the reservation, bytes */
};

/* 0 or -ENOMEM. Where the system grants no room for `limit` rows it may be smaller then. */
int row_store_init(struct row_store *store, uint32_t limit);
void row_store_release(struct row_store *store);

/* The number of a zeroed row; 0: the limit is reached. */
uint32_t row_store_new_row(struct row_store *store);
void row_store_give(struct row_store *store, uint32_t number);

/* Bytes of it that were ever touched. */
size_t row_store_memory(const struct row_store *store);

static inline struct connection *row_store_get(const struct row_store *store, uint32_t number)
{
	return &store->rows[number];
}

#endif
