/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hash -> row number: open addressing with linear probing, at most three quarters full, without
 * tombstones. Several rows may have one hash; the caller compares. Pure.
 */
#ifndef CONNECTIONS_HASH_INDEX_H
#define CONNECTIONS_HASH_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct hash_slot {
	uint32_t hash;
	uint32_t row; /* 0: free */
};

struct hash_index {
	struct hash_slot *slots;
	uint32_t mask;
	uint32_t count;
};

/* 0 or -ENOMEM. */
int hash_index_init(struct hash_index *index);
void hash_index_release(struct hash_index *index);

/* 0, or -ENOMEM where it had to grow and could not. */
int hash_index_add(struct hash_index *index, uint32_t hash, uint32_t row);
void hash_index_remove(struct hash_index *index, uint32_t hash, uint32_t row);

/* The rows with this hash, one a call; *cursor is the hash at first. 0 at the end. */
static inline uint32_t hash_index_next(const struct hash_index *index, uint32_t hash,
				       uint32_t *cursor)
{
	for (;;) {
		const struct hash_slot *slot = &index->slots[*cursor & index->mask];

		if (!slot->row)
			return 0;
		++*cursor;
		if (slot->hash == hash)
			return slot->row;
	}
}

#endif
