/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Hash -> row number. Pure. */
#include "connections/hash_index.h"

#include <errno.h>

#include "base/pages.h"

#define FIRST_SLOTS 1024

static size_t slots_size(const struct hash_index *index)
{
	return ((size_t)index->mask + 1) * sizeof(*index->slots);
}

int hash_index_init(struct hash_index *index)
{
	index->slots = pages_reserve(FIRST_SLOTS * sizeof(*index->slots));
	if (!index->slots)
		return -ENOMEM;
	index->mask = FIRST_SLOTS - 1;
	index->count = 0;
	return 0;
}

void hash_index_release(struct hash_index *index)
{
	if (index->slots)
		pages_release(index->slots, slots_size(index));
	index->slots = NULL;
}

static void place(struct hash_index *index, struct hash_slot slot)
{
	uint32_t at = slot.hash & index->mask;

	while (index->slots[at].row)
		at = (at + 1) & index->mask;
	index->slots[at] = slot;
}

static int grow(struct hash_index *index)
{
	struct hash_index larger = {.mask = index->mask * 2 + 1, .count = index->count};

	larger.slots = pages_reserve(slots_size(&larger));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i <= index->mask; i++) {
		if (index->slots[i].row)
			place(&larger, index->slots[i]);
	}
	pages_release(index->slots, slots_size(index));
	*index = larger;
	return 0;
}

int hash_index_add(struct hash_index *index, uint32_t hash, uint32_t row)
{
	if ((uint64_t)index->count * 4 >= ((uint64_t)index->mask + 1) * 3 && grow(index))
		return -ENOMEM;
	place(index, (struct hash_slot){.hash = hash, .row = row});
	index->count++;
	return 0;
}

void hash_index_remove(struct hash_index *index, uint32_t hash, uint32_t row)
{
	struct hash_slot *slots = index->slots;
	uint32_t hole = hash & index->mask, at;

	while (slots[hole].row && slots[hole].row != row)
		hole = (hole + 1) & index->mask;
	if (!slots[hole].row)
		return;
	/* What lies behind the hole and would be looked for at or before it moves into it. */
	for (at = (hole + 1) & index->mask; slots[at].row; at = (at + 1) & index->mask) {
		uint32_t wanted = slots[at].hash & index->mask;

		if (((at - wanted) & index->mask) < ((at - hole) & index->mask))
			continue;
		slots[hole] = slots[at];
		hole = at;
	}
	slots[hole] = (struct hash_slot){};
	index->count--;
}
