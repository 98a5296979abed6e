/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inode of a socket -> number of its owner: open addressing, the first owner reported is kept. Pure. */
#ifndef PROCFS_OWNER_TABLE_H
#define PROCFS_OWNER_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct owner_table {
	uint64_t *inodes; /* 0: free */
	uint32_t *owners;
	size_t mask; /* slots - 1 */
	size_t count;
};

#define OWNER_NONE UINT32_MAX

/* 0, also where the inode has an owner already; -ENOMEM. Inode 0 is no socket's and is left out. */
int owner_table_add(struct owner_table *table, uint64_t inode, uint32_t owner);

/* Its number, or OWNER_NONE. */
uint32_t owner_table_find(const struct owner_table *table, uint64_t inode);

void owner_table_release(struct owner_table *table);

#endif
