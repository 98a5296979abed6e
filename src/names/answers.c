/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Hash table from a key to an answer. */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "names/answers.h"

#define BUCKETS_FIRST 64

static uint64_t mix(uint64_t value)
{
	value ^= value >> 32;
	value *= 0x9fb21c651e98df25;
	value ^= value >> 29;
	value *= 0xd6e8feb86659fd93;
	return value ^ value >> 32;
}

static size_t bucket_of(const struct answers *answers, struct answer_key key)
{
	return mix(mix(mix(key.high ^ answers->seed) + key.low) + key.kind) & (answers->size - 1);
}

static bool same(struct answer_key a, struct answer_key b)
{
	return a.low == b.low && a.high == b.high && a.kind == b.kind;
}

int answers_init(struct answers *answers)
{
	*answers = (struct answers){.size = BUCKETS_FIRST};
	answers->buckets = calloc(answers->size, sizeof(struct answer *));
	if (!answers->buckets)
		return -ENOMEM;
	if (getrandom(&answers->seed, sizeof(answers->seed), GRND_NONBLOCK) < 0)
		answers->seed = (uintptr_t)answers->buckets;
	return 0;
}

void answers_release(struct answers *answers)
{
	for (size_t i = 0; answers->buckets && i < answers->size; i++) {
		for (struct answer *answer = answers->buckets[i], *next; answer; answer = next) {
			next = answer->chain;
			free(answer->text);
			free(answer);
		}
	}
	free(answers->buckets);
	*answers = (struct answers){0};
}

struct answer *answers_find(const struct answers *answers, struct answer_key key)
{
	struct answer *answer = answers->buckets[bucket_of(answers, key)];

	while (answer && !same(answer->key, key))
		answer = answer->chain;
	return answer;
}

/* Without memory the table stays as it is, only slower. */
static void grow(struct answers *answers)
{
	struct answers larger = {
		.size = answers->size * 2, .count = answers->count, .seed = answers->seed};

	larger.buckets = calloc(larger.size, sizeof(struct answer *));
	if (!larger.buckets)
		return;
	for (size_t i = 0; i < answers->size; i++) {
		for (struct answer *answer = answers->buckets[i], *next; answer; answer = next) {
			struct answer **bucket = &larger.buckets[bucket_of(&larger, answer->key)];

			next = answer->chain;
			answer->chain = *bucket;
			*bucket = answer;
		}
	}
	free(answers->buckets);
	*answers = larger;
}

struct answer *answers_add(struct answers *answers, struct answer_key key, bool *ret_new)
{
	struct answer *answer = answers_find(answers, key);
	struct answer **bucket;

	*ret_new = !answer;
	if (answer)
		return answer;
	if (answers->count >= answers->size)
		grow(answers);
	answer = calloc(1, sizeof(*answer));
	if (!answer)
		return NULL;
	answer->key = key;
	bucket = &answers->buckets[bucket_of(answers, key)];
	answer->chain = *bucket;
	*bucket = answer;
	answers->count++;
	return answer;
}
