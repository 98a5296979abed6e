/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Answers of the kernel to questions about one namespace, kept for a moment: many connects that
 * hang, or a storm of failures, do not ask the same for each. Only answers are stored; a question
 * that could not be asked leaves no trace. Time is a parameter.
 */
#ifndef EVIDENCE_QUESTION_CACHE_H
#define EVIDENCE_QUESTION_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "netstate/endpoint.h"

/* What was asked. Members that a question does not use are 0. */
struct question {
	uint32_t netns;
	uint32_t uid;
	uint32_t mark;
	uint32_t ifindex;
	struct endpoint from, to;
};

_Static_assert(sizeof(struct question) == 4 * 4 + 2 * sizeof(struct endpoint),
	       "compared and hashed as bytes: no padding");

struct question_cache {
	size_t value_size;
	struct question_slot *slots; /* a question that shares its slot replaces the older one */
	unsigned char *values;
};

/* 0 or -ENOMEM. */
int question_cache_init(struct question_cache *cache, size_t value_size);
void question_cache_release(struct question_cache *cache);

/* The answer, where it was stored at most keep_ns before now_ns; else NULL. */
const void *question_cache_find(const struct question_cache *cache, const struct question *question,
				uint64_t now_ns, uint64_t keep_ns);
void question_cache_store(struct question_cache *cache, const struct question *question,
			  uint64_t now_ns, const void *value);

#endif
