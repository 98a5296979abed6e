/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Hash table from a key to an answer. */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "names/name_cache.h"

#define BUCKETS_FIRST 64

static uint64_t mix(uint64_t value)
{
	value ^= value >> 32;
	value *= 0x9fb21c651e98df25;
	value ^= value >> 29;
	value *= 0xd6e8feb86659fd93;
	return value ^ value >> 32;
}

static size_t bucket_of(const struct name_cache *cache, struct name_key key)
{
	return mix(mix(mix(key.high ^ cache->seed) + key.low) + key.kind) & (cache->size - 1);
}

static bool same(struct name_key a, struct name_key b)
{
	return a.low == b.low && a.high == b.high && a.kind == b.kind;
}

int name_cache_init(struct name_cache *cache)
{
	*cache = (struct name_cache){.size = BUCKETS_FIRST};
	cache->buckets = calloc(cache->size, sizeof(struct answer *));
	if (!cache->buckets)
		return -ENOMEM;
	if (getrandom(&cache->seed, sizeof(cache->seed), GRND_NONBLOCK) < 0)
		cache->seed = (uintptr_t)cache->buckets;
	return 0;
}

void name_cache_release(struct name_cache *cache)
{
	for (size_t i = 0; cache->buckets && i < cache->size; i++) {
		for (struct answer *answer = cache->buckets[i], *next; answer; answer = next) {
			next = answer->chain;
			free(answer->text);
			free(answer);
		}
	}
	free(cache->buckets);
	*cache = (struct name_cache){0};
}

struct answer *name_cache_find(const struct name_cache *cache, struct name_key key)
{
	struct answer *answer = cache->buckets[bucket_of(cache, key)];

	while (answer && !same(answer->key, key))
		answer = answer->chain;
	return answer;
}

/* Without memory the table stays as it is, only slower. */
static void grow(struct name_cache *cache)
{
	struct name_cache larger = {
		.size = cache->size * 2, .count = cache->count, .seed = cache->seed};

	larger.buckets = calloc(larger.size, sizeof(struct answer *));
	if (!larger.buckets)
		return;
	for (size_t i = 0; i < cache->size; i++) {
		for (struct answer *answer = cache->buckets[i], *next; answer; answer = next) {
			struct answer **bucket = &larger.buckets[bucket_of(&larger, answer->key)];

			next = answer->chain;
			answer->chain = *bucket;
			*bucket = answer;
		}
	}
	free(cache->buckets);
	*cache = larger;
}

struct answer *name_cache_add(struct name_cache *cache, struct name_key key, bool *ret_new)
{
	struct answer *answer = name_cache_find(cache, key);
	struct answer **bucket;

	*ret_new = !answer;
	if (answer)
		return answer;
	if (cache->count >= cache->size)
		grow(cache);
	answer = calloc(1, sizeof(*answer));
	if (!answer)
		return NULL;
	answer->key = key;
	bucket = &cache->buckets[bucket_of(cache, key)];
	answer->chain = *bucket;
	*bucket = answer;
	cache->count++;
	return answer;
}
