/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What each run of the walk left -> each socket once. Rows of a bucket that is not read to its end
 * yet wait here; they are void where the kernel side had to begin that bucket again. Pure.
 */
#ifndef KERNEL_WALK_CHAIN_H
#define KERNEL_WALK_CHAIN_H

#include <stddef.h>

#include "netstate/wire_walk.h"

/*
 * Rows of one bucket: some 60 or 85 MB. A chain that is longer, of a hundred thousand listeners of one
 * port, is left to other ways.
 */
#define WALK_CHAIN_MAX 262144

/* Zero-initialise, but for the size of a row. */
struct walk_chain {
	size_t size; /* each begins as struct wire_walk_row */
	char *rows;
	size_t count, room;
};

void walk_chain_release(struct walk_chain *chain);

/* 0, -ENOMEM, or -E2BIG above WALK_CHAIN_MAX. */
int walk_chain_add(struct walk_chain *chain, const void *rows, size_t count);

/*
 * Calls `give` for what is complete, of each socket of a bucket once, and keeps the rest. `rows`
 * has WIRE_WALK_ROWS rows. 0; as walk_chain_add(); -EPROTO where the answer makes no sense.
 */
int walk_chain_accept(struct walk_chain *chain, const struct wire_walk_answer *answer,
		      const void *rows, void (*give)(void *context, const void *row),
		      void *context);

#endif
