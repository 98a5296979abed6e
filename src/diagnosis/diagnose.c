/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence -> verdict. Pure. */
#include "diagnosis/diagnose.h"

#include <string.h>

#include "base/cleanup.h"
#include "diagnosis/causes.h"
#include "diagnosis/clock.h"
#include "diagnosis/facts.h"
#include "diagnosis/lines.h"

static const char *const confidences[] = {
	[STALL_CONFIDENCE_NONE] = "none",
	[STALL_CONFIDENCE_LOW] = "low",
	[STALL_CONFIDENCE_MEDIUM] = "medium",
	[STALL_CONFIDENCE_HIGH] = "high",
};

static const char *const ends[] = {
	[STALL_GOES_ON] = "stalled", [STALL_ESTABLISHED] = "established", [STALL_FAILED] = "failed",
	[STALL_CLOSED] = "closed",   [STALL_REFUSED_EARLY] = "refused",	  [STALL_UNSEEN] = "unseen",
};

const char *stall_confidence_name(unsigned int confidence)
{
	return confidence < ARRAY_SIZE(confidences) ? confidences[confidence] : NULL;
}

const char *stall_end_name(unsigned int end)
{
	return end < ARRAY_SIZE(ends) ? ends[end] : NULL;
}

static const struct cause_rule *find_rule(uint64_t facts)
{
	for (size_t i = 0; i < cause_rule_count; i++) {
		const struct cause_rule *rule = &cause_rules[i];

		if ((facts & rule->needs) == rule->needs && !(facts & rule->without))
			return rule;
	}
	return NULL;
}

/* Silence proves less where this kernel could not have told otherwise. */
static uint8_t honest_confidence(const struct cause_rule *rule, const struct stall_senses *senses)
{
	bool rests_on_silence = rule->cause == CAUSE_NO_ANSWER;

	if (rests_on_silence && rule->confidence > STALL_CONFIDENCE_LOW &&
	    (!senses->drops || !senses->retransmit))
		return rule->confidence - 1;
	/* no reset although one would have been seen: an error message, or a reset that no hook saw
	 */
	if (rule->cause == CAUSE_REFUSED && !(rule->needs & FACT(RESET)) && senses->resets)
		return STALL_CONFIDENCE_LOW;
	return rule->confidence;
}

static uint64_t until(uint64_t at, uint64_t now)
{
	if (at == STALL_NS_UNKNOWN || !at)
		return STALL_NS_UNKNOWN;
	return at > now ? at - now : 0;
}

void stall_diagnose(const struct stall *stall, const struct stall_senses *senses, uint64_t now_ns,
		    struct verdict *ret_verdict)
{
	const struct cause_rule *rule = find_rule(stall_facts(stall));
	const struct cause_row *row = &cause_rows[rule ? rule->cause : CAUSE_UNKNOWN];
	uint64_t end = stall->end_ns ? stall->end_ns : now_ns;
	struct verdict verdict = {
		.word = row->word,
		.meaning = row->meaning,
		.advice = row->advice,
		.failure = row->failure,
		.confidence = rule ? honest_confidence(rule, senses) : STALL_CONFIDENCE_NONE,
		.drop = (int8_t)stall_drop_shown(stall),
		.syn_sent = stall_syn_sent(stall),
		.syn_held = stall_syn_held(stall),
		.age_ns = end > stall->start_ns ? end - stall->start_ns : 0,
		.next_retry_ns = STALL_NS_UNKNOWN,
		.gives_up_ns = STALL_NS_UNKNOWN,
	};

	if (stall->end == STALL_GOES_ON && stall->timer.known) {
		verdict.next_retry_ns = until(stall->timer.next_ns, now_ns);
		verdict.gives_up_ns = until(stall_clock_gives_up(&stall->timer), now_ns);
	}
	stall_lines(stall, senses, now_ns, &verdict);
	*ret_verdict = verdict;
}
