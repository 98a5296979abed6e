/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence -> verdict. Pure. */
#include "diagnosis/diagnose.h"

#include <string.h>

#include "base/cleanup.h"
#include "diagnosis/causes.h"
#include "diagnosis/clock.h"
#include "diagnosis/command.h"
#include "diagnosis/drops.h"
#include "diagnosis/facts.h"
#include "diagnosis/lines.h"
#include "diagnosis/reasons.h"

#define FACTS_OF_DROPS                                                                             \
	(FACT(SYN_DROPPED_OUT) | FACT(SYN_DISCARDED) | FACT(SYN_DROPPED_FORWARDING) |              \
	 FACT(SYN_DROPPED_IN) | FACT(SYN_DROPPED_AT_BRIDGE) | FACT(OLD_SOCKET) |                   \
	 FACT(SYNACK_DROPPED) | FACT(SYNACK_DROPPED_FORWARDING))

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

enum truth {
	IS_FALSE,
	IS_TRUE,
	NOT_KNOWN,
};

/* Of a rule that was passed over. */
static enum truth holds(const struct cause_rule *rule, const struct facts *facts)
{
	if (rule->needs & facts->absent || rule->without & facts->seen)
		return IS_FALSE;
	return (rule->needs & facts->seen) == rule->needs ? IS_TRUE : NOT_KNOWN;
}

/* Rules above for the same cause only differ in their confidence. */
static bool another_may_hold(const struct cause_rule *rule, const struct facts *facts)
{
	for (const struct cause_rule *above = cause_rules; above < rule; above++) {
		if (above->cause != rule->cause && holds(above, facts) == NOT_KNOWN)
			return true;
	}
	return false;
}

/* NULL: none. *ret_confidence as the rule gives it, or less where what would speak against it was
 * not watched. */
static const struct cause_rule *find_rule(const struct facts *facts, uint8_t *ret_confidence)
{
	for (size_t i = 0; i < cause_rule_count; i++) {
		const struct cause_rule *rule = &cause_rules[i];
		bool ruled_out = (rule->without & facts->absent) == rule->without;

		if (holds(rule, facts) != IS_TRUE)
			continue;
		*ret_confidence = ruled_out && !another_may_hold(rule, facts) ? rule->confidence
									      : rule->alone;
		return rule;
	}
	*ret_confidence = STALL_CONFIDENCE_NONE;
	return NULL;
}

/* The cause + 1; 0: none. */
static uint8_t proven(const struct cause_rule *rule, uint8_t confidence)
{
	return rule && cause_rows[rule->cause].accuses && confidence >= STALL_CONFIDENCE_MEDIUM
		       ? (uint8_t)(rule->cause + 1)
		       : 0;
}

/* A route that is back since the last SYN undoes nothing that this SYN proved. */
static uint8_t still_proven(const struct stall *stall, const struct cause_rule *rule,
			    uint8_t confidence)
{
	if (rule && rule->cause == CAUSE_UNKNOWN && rule->needs == FACT(UNROUTED) &&
	    stall->route == STALL_ROUTE_FOUND)
		return stall->proven;
	return proven(rule, confidence);
}

static const char *word_of(uint8_t proven)
{
	return proven && proven <= CAUSE_COUNT ? cause_rows[proven - 1].word : NULL;
}

/*
 * What held one that is over, where its end alone does not show it: the evidence without its end. The
 * SYN that brought the connection ends no proof.
 */
static uint8_t cause_of_hang(const struct stall *stall, const struct stall_senses *senses)
{
	struct stall hung = *stall;
	const struct cause_rule *rule;
	uint8_t confidence;
	struct facts facts;

	if (stall->end == STALL_ESTABLISHED) {
		hung.last_try_ns = hung.try_before_ns;
		hung.synacks = 0;
	}
	hung.end = STALL_GOES_ON;
	facts = stall_facts(&hung, senses, stall->end_ns);
	rule = find_rule(&facts, &confidence);
	return proven(rule, confidence);
}

/*
 * What was asked again between the last report and a success shows the way as it was opened: a route
 * that is back, a neighbour that is being resolved.
 */
static const char *cause_of(const struct stall *stall, const struct stall_senses *senses,
			    const struct cause_rule *rule, uint8_t confidence)
{
	uint8_t cause = proven(rule, confidence);

	if (stall->end == STALL_GOES_ON)
		return NULL;
	if (!cause && stall->end == STALL_ESTABLISHED)
		cause = stall->proven;
	if (!cause && stall->end != STALL_REFUSED_EARLY)
		cause = cause_of_hang(stall, senses);
	return word_of(cause);
}

/* The reason of the drop that a verdict rests on has its own advice. */
static const char *advice_of(const struct stall *stall, const struct cause_rule *rule, int drop)
{
	const struct cause_row *row = &cause_rows[rule ? rule->cause : CAUSE_UNKNOWN];
	const struct cause_case *special = rule ? cause_case_find(rule->cause, stall) : NULL;
	const char *advice;

	if (special)
		return special->advice;
	if (drop < 0 || !rule || !(rule->needs & FACTS_OF_DROPS))
		return row->advice;
	advice = reason_advice(&stall->drops[drop]);
	return advice ? advice : row->advice;
}

/* An XDP drop proves nothing by itself: it is shown where the facts make it this SYN's. */
static int drop_of_verdict(const struct stall *stall, const struct facts *facts, uint64_t now_ns)
{
	int shown = drop_shown(stall, now_ns);

	for (int i = 0; shown < 0 && facts->seen & FACT(SYN_DROPPED_FORWARDING) &&
			i < stall->drop_count && i < STALL_DROPS_MAX;
	     i++) {
		if (drop_by_xdp(&stall->drops[i]))
			shown = i;
	}
	if (shown < 0 && drop_by_other_device(stall, now_ns))
		shown = (int)(drop_by_other_device(stall, now_ns) - stall->drops);
	if (shown < 0 && drop_at_bridge(stall, now_ns))
		shown = (int)(drop_at_bridge(stall, now_ns) - stall->drops);
	return shown;
}

static const char *meaning_of(const struct stall *stall, const struct cause_rule *rule)
{
	const struct cause_case *special = rule ? cause_case_find(rule->cause, stall) : NULL;

	return special ? special->meaning : cause_rows[rule ? rule->cause : CAUSE_UNKNOWN].meaning;
}

static uint64_t until(uint64_t at, uint64_t now)
{
	if (at == STALL_NS_UNKNOWN || !at)
		return STALL_NS_UNKNOWN;
	return at > now ? at - now : 0;
}

/* It hung before the start, and none of its SYNs was followed: what became of them is not known. */
static bool seen_for_the_first_time(const struct stall *stall)
{
	return stall->before_start && stall->end == STALL_GOES_ON && !stall->followed_sends;
}

void stall_diagnose(const struct stall *stall, const struct stall_senses *senses, uint64_t now_ns,
		    struct verdict *ret_verdict)
{
	struct facts facts = stall_facts(stall, senses, now_ns);
	uint8_t confidence;
	const struct cause_rule *rule = find_rule(&facts, &confidence);
	int drop = drop_of_verdict(stall, &facts, now_ns);
	const struct cause_row *row = &cause_rows[rule ? rule->cause : CAUSE_UNKNOWN];
	uint64_t end = stall->end_ns ? stall->end_ns : now_ns;
	struct verdict verdict;

	if (seen_for_the_first_time(stall) && confidence > STALL_CONFIDENCE_MEDIUM)
		confidence = STALL_CONFIDENCE_MEDIUM;
	verdict = (struct verdict){
		.word = row->word,
		.meaning = meaning_of(stall, rule),
		.advice = advice_of(stall, rule, drop),
		.cause = cause_of(stall, senses, rule, confidence),
		.failure = row->failure,
		.confidence = confidence,
		.proven = still_proven(stall, rule, confidence),
		.direct = rule && rule->needs & FACTS_DIRECT,
		.drop = (int8_t)drop,
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
	if (rule)
		stall_command(stall, rule->cause, &verdict);
	stall_lines(stall, senses, now_ns, &verdict);
	*ret_verdict = verdict;
}
