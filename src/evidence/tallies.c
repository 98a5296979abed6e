/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events that come in thousands -> one row with their number. */
#include "evidence/tallies.h"

#include <stdlib.h>
#include <string.h>

/* Services and processes of one machine while it is watched; a power of two. */
#define SLOTS 8192u
#define ROWS_MAX (SLOTS / 2)

struct tallies {
	struct evidence_event rows[SLOTS]; /* value2 0: free */
	uint32_t count;
	uint64_t left_out;
};

struct tallies *tallies_new(void)
{
	return calloc(1, sizeof(struct tallies));
}

void tallies_free(struct tallies *tallies)
{
	free(tallies);
}

static const struct endpoint *service_of(const struct evidence_event *event)
{
	return event->kind == EVIDENCE_ACCEPT ? &event->flow.local : &event->flow.remote;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 32;
}

static uint32_t hash_of(const struct evidence_event *event)
{
	const struct endpoint *end = service_of(event);
	uint64_t hash = mix((uint64_t)event->kind << 32 | event->value, event->netns), words[2];

	hash = mix(hash, (uint64_t)event->flow.pid << 16 | end->port);
	if (event->kind == EVIDENCE_ACCEPT)
		return (uint32_t)hash & (SLOTS - 1);
	memcpy(words, end->addr, sizeof(words));
	return (uint32_t)mix(mix(hash, words[0]), words[1]) & (SLOTS - 1);
}

static bool is_like(const struct evidence_event *a, const struct evidence_event *b)
{
	const struct endpoint *left = service_of(a), *right = service_of(b);

	return a->kind == b->kind && a->value == b->value && a->netns == b->netns &&
	       a->flow.pid == b->flow.pid && left->port == right->port &&
	       (a->kind == EVIDENCE_ACCEPT || !memcmp(left->addr, right->addr, sizeof(left->addr)));
}

void tallies_add(struct tallies *tallies, const struct evidence_event *event)
{
	uint32_t at = hash_of(event);
	struct evidence_event *row = &tallies->rows[at];
	uint32_t number;

	while (row->value2 && !is_like(row, event)) {
		at = (at + 1) & (SLOTS - 1);
		row = &tallies->rows[at];
	}
	number = row->value2;
	if (!number && tallies->count == ROWS_MAX) {
		tallies->left_out++;
		return;
	}
	tallies->count += !number;
	*row = *event;
	row->value2 = number < UINT32_MAX ? number + 1 : number;
}

void tallies_store(const struct tallies *tallies, struct evidence_store *store)
{
	for (uint32_t i = 0; i < SLOTS; i++) {
		if (tallies->rows[i].value2)
			evidence_store_event(store, &tallies->rows[i]);
	}
	store->left_out += tallies->left_out;
}
