/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions to the kernel -> answers of a moment ago. */
#include "evidence/question_cache.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SLOT_BITS 10

struct question_slot {
	struct question question;
	uint64_t at_ns;
	bool filled;
};

static size_t slot_of(const struct question *question)
{
	uint32_t words[sizeof(*question) / 4], hash = 0;

	memcpy(words, question, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		hash = (hash ^ words[i]) * 0x9e3779b1u;
	return hash >> (32 - SLOT_BITS);
}

_Static_assert(sizeof(struct question) % 4 == 0, "hashed by words");

int question_cache_init(struct question_cache *cache, size_t value_size)
{
	*cache = (struct question_cache){
		.value_size = value_size,
		.slots = calloc((size_t)1 << SLOT_BITS, sizeof(struct question_slot)),
		.values = calloc((size_t)1 << SLOT_BITS, value_size),
	};
	return cache->slots && cache->values ? 0 : -ENOMEM;
}

void question_cache_release(struct question_cache *cache)
{
	free(cache->slots);
	free(cache->values);
	*cache = (struct question_cache){};
}

const void *question_cache_find(const struct question_cache *cache, const struct question *question,
				uint64_t now_ns, uint64_t keep_ns)
{
	size_t number = slot_of(question);
	const struct question_slot *slot = &cache->slots[number];

	if (!slot->filled || memcmp(&slot->question, question, sizeof(*question)) ||
	    now_ns - slot->at_ns >= keep_ns)
		return NULL;
	return cache->values + number * cache->value_size;
}

void question_cache_store(struct question_cache *cache, const struct question *question,
			  uint64_t now_ns, const void *value)
{
	size_t number = slot_of(question);

	cache->slots[number] =
		(struct question_slot){.question = *question, .at_ns = now_ns, .filled = true};
	memcpy(cache->values + number * cache->value_size, value, cache->value_size);
}
