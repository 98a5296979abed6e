/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Hash table from a key to an answer that may still be on its way. Seeded by chance, so that no
 * peer can collide it. */
#ifndef NAMES_ANSWERS_H
#define NAMES_ANSWERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct name_key {
	uint64_t high, low;
	uint32_t kind; /* family, protocol */
};

struct answer {
	struct name_key key;
	char *text;	      /* owned; NULL: there is no name */
	atomic_bool known;    /* set after text */
	struct answer *chain; /* next in its bucket */
	struct answer *queue; /* next to be looked up */
};

struct name_cache {
	struct answer **buckets;
	size_t size; /* power of two */
	size_t count;
	uint64_t seed;
};

/* 0 or -ENOMEM. */
int name_cache_init(struct name_cache *cache);
void name_cache_release(struct name_cache *cache);

struct answer *name_cache_find(const struct name_cache *cache, struct name_key key);

/* The one that is there or a new one, unknown; NULL: out of memory. Its place never moves. */
struct answer *name_cache_add(struct name_cache *cache, struct name_key key, bool *ret_new);

#endif
