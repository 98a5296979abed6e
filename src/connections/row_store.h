/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory of rows: numbered from 1, never moved, freed ones used again. A row in use has a state. */
#ifndef CONNECTIONS_ROW_STORE_H
#define CONNECTIONS_ROW_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "netstate/connection.h"

#define ROW_CHUNK_BITS 12
#define ROW_CHUNK (1u << ROW_CHUNK_BITS)

struct row_store {
	struct connection **chunks;
	uint32_t chunk_count;
	uint32_t used;	/* numbers given out so far */
	uint32_t free;	/* first of the freed ones, linked by mark; 0: none */
	uint32_t count; /* rows in use */
	uint32_t limit;
};

/* 0 or -ENOMEM. */
int row_store_init(struct row_store *store, uint32_t limit);
void row_store_release(struct row_store *store);

/* The number of a zeroed row; 0: the limit is reached, or no memory. */
uint32_t row_store_take(struct row_store *store);
void row_store_give(struct row_store *store, uint32_t number);

static inline struct connection *row_store_get(const struct row_store *store, uint32_t number)
{
	return &store->chunks[number >> ROW_CHUNK_BITS][number & (ROW_CHUNK - 1)];
}

#endif
