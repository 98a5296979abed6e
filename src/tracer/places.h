/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Going into a network namespace and back, by its inode number. For a program with one thread. */
#ifndef TRACER_PLACES_H
#define TRACER_PLACES_H

#include <stdint.h>

#include "tracer/lists.h"

struct places {
	struct lists *lists; /* NULL: namespaces are found through /proc */
	struct namespaces spaces;
	struct namespaces hidden; /* those of `spaces` that only a descriptor holds */
	int own_fd;
	uint32_t own_inode;
	uint64_t read_ns;   /* when `spaces` was read; CLOCK_MONOTONIC */
	uint64_t search_ns; /* no search among all descriptors before */
};

/* `lists` is the caller's. 0 or -errno. */
int places_init(struct places *places, struct lists *lists);
void places_release(struct places *places);

/* Reads the namespaces of this machine anew. */
void places_refresh(struct places *places);

/* -ENOENT: it cannot be reached. After 0 comes places_leave(). */
int places_enter(struct places *places, uint32_t inode);
void places_leave(struct places *places);

#endif
