/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Address of a socket -> its first holder. Pure. */
#include "evidence/holder_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 64
#define FREE UINT32_MAX

static uint32_t slot_of(const struct holder_index *index, uint64_t sock)
{
	return (uint32_t)(sock * 0x9e3779b97f4a7c15ULL >> 32) & index->mask;
}

static void put(struct holder_index *index, uint32_t number)
{
	uint32_t slot = slot_of(index, index->holders[number].sock);

	while (index->slots[slot] != FREE)
		slot = (slot + 1) & index->mask;
	index->slots[slot] = number;
}

int holder_index_init(struct holder_index *index, const struct evidence_holder *holders,
		      size_t count)
{
	size_t slots = SLOTS_MIN;

	while (slots < 2 * count)
		slots *= 2;
	*index = (struct holder_index){
		.holders = holders, .count = count, .mask = (uint32_t)(slots - 1)};
	index->slots = malloc(slots * sizeof(*index->slots));
	if (!index->slots)
		return -ENOMEM;
	memset(index->slots, 0xff, slots * sizeof(*index->slots));
	for (size_t i = 0; i < count; i++) {
		if (!i || holders[i].sock != holders[i - 1].sock)
			put(index, (uint32_t)i);
	}
	return 0;
}

void holder_index_release(struct holder_index *index)
{
	free(index->slots);
	*index = (struct holder_index){};
}

size_t holder_index_find(const struct holder_index *index, uint64_t sock)
{
	uint32_t slot = slot_of(index, sock);

	for (; index->slots[slot] != FREE; slot = (slot + 1) & index->mask) {
		if (index->holders[index->slots[slot]].sock == sock)
			return index->slots[slot];
	}
	return index->count;
}
