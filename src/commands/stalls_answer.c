/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Answers kept for a moment, so that a storm of failures does not ask the kernel the same for each.
 */
#include <string.h>

#include "commands/clock.h"
#include "commands/stalls.h"

struct stalls_answer *stalls_answer(struct stalls_answer *answers, uint32_t netns,
				    const struct endpoint *end, bool *ret_fresh)
{
	uint64_t now = clock_monotonic_ns();
	uint32_t hash = netns * 31 + end->port, words[4];
	struct stalls_answer *answer;

	memcpy(words, end->addr, sizeof(words));
	for (int i = 0; i < 4; i++)
		hash = (hash ^ words[i]) * 0x9e3779b1u;
	answer = &answers[hash >> 26];
	*ret_fresh = answer->at_ns && now - answer->at_ns < STALLS_ANSWER_NS &&
		     answer->netns == netns && answer->end.port == end->port &&
		     !memcmp(answer->end.addr, end->addr, sizeof(end->addr));
	if (!*ret_fresh)
		*answer = (struct stalls_answer){.at_ns = now, .netns = netns, .end = *end};
	return answer;
}

_Static_assert(STALLS_ANSWERS == 1 << (32 - 26), "the upper bits are a slot");
