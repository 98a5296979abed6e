/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inode of a socket -> number of its owner. Pure. */
#include "procfs/owner_table.h"

#include <errno.h>
#include <stdlib.h>

#define SLOTS_FIRST 256

/* Fibonacci hashing: inodes are given out one after the other. */
static size_t slot_of(uint64_t inode, size_t mask)
{
	return (size_t)((inode * 0x9e3779b97f4a7c15ull) >> 32) & mask;
}

static void put(struct owner_table *table, uint64_t inode, uint32_t owner)
{
	size_t slot = slot_of(inode, table->mask);

	while (table->inodes[slot]) {
		if (table->inodes[slot] == inode)
			return;
		slot = (slot + 1) & table->mask;
	}
	table->inodes[slot] = inode;
	table->owners[slot] = owner;
	table->count++;
}

static int grow(struct owner_table *table)
{
	size_t old_slots = table->inodes ? table->mask + 1 : 0;
	size_t slots = old_slots ? 2 * old_slots : SLOTS_FIRST;
	struct owner_table larger = {
		.inodes = calloc(slots, sizeof(*larger.inodes)),
		.owners = malloc(slots * sizeof(*larger.owners)),
		.mask = slots - 1,
	};

	if (!larger.inodes || !larger.owners) {
		owner_table_release(&larger);
		return -ENOMEM;
	}
	for (size_t i = 0; i < old_slots; i++) {
		if (table->inodes[i])
			put(&larger, table->inodes[i], table->owners[i]);
	}
	owner_table_release(table);
	*table = larger;
	return 0;
}

int owner_table_add(struct owner_table *table, uint64_t inode, uint32_t owner)
{
	if (!inode)
		return 0;
	if (!table->inodes || table->count >= (table->mask + 1) / 4 * 3) {
		int err = grow(table);

		if (err)
			return err;
	}
	put(table, inode, owner);
	return 0;
}

uint32_t owner_table_find(const struct owner_table *table, uint64_t inode)
{
	size_t slot;

	if (!table->count || !inode)
		return OWNER_NONE;
	for (slot = slot_of(inode, table->mask); table->inodes[slot];
	     slot = (slot + 1) & table->mask) {
		if (table->inodes[slot] == inode)
			return table->owners[slot];
	}
	return OWNER_NONE;
}

void owner_table_release(struct owner_table *table)
{
	free(table->inodes);
	free(table->owners);
	*table = (struct owner_table){0};
}
