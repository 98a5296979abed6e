/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connection tracking and traced rules at random. */
#ifndef UNIT_DIAGNOSIS_RANDOM_TRACKING_H
#define UNIT_DIAGNOSIS_RANDOM_TRACKING_H

#include <errno.h>
#include <string.h>

#include "unit/diagnosis/situation.h"

static uint64_t random_state;

static inline uint32_t random_number(uint32_t below)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(random_state >> 33) % below;
}

static inline bool one_in(uint32_t n)
{
	return !random_number(n);
}

static inline uint8_t random_known(void)
{
	return (uint8_t)random_number(STALL_KNOWN_YES + 1);
}

static inline uint64_t random_time(void)
{
	return START + (1 + random_number(3)) * S;
}

static inline struct endpoint random_end_of_nat(uint8_t n)
{
	return (struct endpoint){.addr = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = n},
				 .port = (uint16_t)(80 + random_number(2))};
}

static inline void random_tracking(struct stall *stall, uint32_t netns)
{
	stall->trackings[stall->tracking_count++] = (struct stall_tracking){
		.netns = netns,
		.seen_ns = one_in(3) ? 0 : stall->last_try_ns,
		.from = V4(1),
		.to = random_end_of_nat(2),
		.asked_ns = NOW,
		.before_ns = one_in(3) ? 0 : START,
		.now = {.entries = random_number(3),
			.max = 2,
			.drop = random_number(3),
			.insert_failed = random_number(2)},
		.full_ns = one_in(2) ? NOW : 0,
		.rules_before = random_known(),
		.entry = random_known(),
		.replied = one_in(4),
		.before = {.entries = random_number(3), .max = 2},
		.nat_from = V4(1),
		.nat_to = random_end_of_nat(2),
		.taken_from = V4(1),
		.taken_to = V4(2),
		.holder_from = V4(6),
		.holder_to = V4(2),
		.holder_pid = 9,
		.holder_comm = "holder",
		.other = (uint8_t)random_number(STALL_OTHER_LATER + 1),
		.other_nat_from = V4(1),
		.other_nat_to = random_end_of_nat((uint8_t)(2 + random_number(2))),
		.other_ns = START + S,
		.taken = random_known(),
		.taken_ns = NOW,
	};
}

/* A trace of the packets that netfilter dropped. What decided is not what connection tracking did. */
static inline void random_rule(struct stall *stall)
{
	const struct stall_drop *drop = &stall->drops[0];
	struct stall_rule *rule = &stall->rule;

	if (!stall->drop_count || strcmp(drop->reason, "NETFILTER_DROP") || !drop->netns)
		return;
	*rule = (struct stall_rule){.state = (uint8_t)random_number(STALL_RULE_FAILED + 1),
				    .family = 2,
				    .what = drop->what,
				    .legacy = one_in(3),
				    .netns = drop->netns,
				    .handle = 5,
				    .begin_ns = START,
				    .table = "t",
				    .chain = "c",
				    .text = "drop"};
	rule->err = rule->state == STALL_RULE_FAILED ? EOPNOTSUPP : 0;
	if (rule->state != STALL_RULE_DROPPED && rule->state != STALL_RULE_POLICY)
		return;
	for (unsigned int i = 0; i < stall->tracking_count; i++) {
		stall->trackings[i].rules_before = STALL_KNOWN_YES;
		stall->trackings[i].taken = STALL_KNOWN_NO;
	}
}

#endif
