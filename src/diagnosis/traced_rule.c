/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Drops by netfilter -> which rule did it, as a trace reported. Pure. */
#include "diagnosis/traced_rule.h"

#include <errno.h>
#include <string.h>

#include "diagnosis/counts.h"
#include "diagnosis/drops.h"

static bool by_netfilter(const struct stall_drop *drop)
{
	bool said = drop->reason[0] && strcmp(drop->reason, "NOT_SPECIFIED");

	return said ? !strcmp(drop->reason, "NETFILTER_DROP")
		    : !strncmp(drop->location, "nf_hook_slow", 12);
}

/* Of a frame for another machine: a bridge may have flooded it, and another port's copy went on. */
static const struct stall_drop *bridged_drop(const struct stall *stall, uint64_t now_ns)
{
	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (drop->what == STALL_SYN && drop->other_host &&
		    drop->identity == STALL_ORIGINAL && by_netfilter(drop) &&
		    drop_is_current(stall, drop, now_ns))
			return drop;
	}
	return NULL;
}

static const struct stall_drop *latest_drop(const struct stall *stall, uint64_t now_ns)
{
	const struct stall_drop *drop = drop_latest(stall, STALL_SYNACK, now_ns);

	if (!drop)
		drop = drop_latest(stall, STALL_SYN, now_ns);
	return drop ? drop : bridged_drop(stall, now_ns);
}

/* The stack did not take the first SYN, and no later one was followed yet. */
static bool was_refused(const struct stall *stall)
{
	return stall->inspected && !stall->polled && !stall->no_syn && !stall->in_host &&
	       !stall_first_left(stall) && !stall->retries_failed &&
	       stall->neighbour != STALL_NEIGHBOUR_INCOMPLETE &&
	       stall->neighbour != STALL_NEIGHBOUR_FAILED;
}

static void on_ends(const struct stall *stall, struct rule_subject *subject)
{
	if (subject->what != STALL_SYN)
		return; /* NAT may have changed those of the answer */
	if (subject->netns == stall->flow.netns) {
		subject->from = stall->flow.local;
		subject->to = stall->flow.remote;
		return;
	}
	for (unsigned int i = 0; i < stall->tracking_count && i < STALL_TRACKINGS_MAX; i++) {
		const struct stall_tracking *came = &stall->trackings[i];

		if (came->netns == subject->netns && came->seen_ns) {
			subject->from = came->from;
			subject->to = came->to;
		}
	}
}

static bool is_open(const struct stall_rule *rule, const struct rule_subject *subject)
{
	return rule->netns != subject->netns || rule->what != subject->what ||
	       rule->state == STALL_RULE_NOT_TRACED || rule->state == STALL_RULE_AWAITED ||
	       (rule->state == STALL_RULE_FAILED && rule->err == EBUSY);
}

bool traced_rule_wanted(const struct stall *stall, uint64_t now_ns,
			struct rule_subject *ret_subject)
{
	const struct stall_drop *drop = latest_drop(stall, now_ns);
	struct rule_subject subject = {};

	if (stall->end != STALL_GOES_ON)
		return false;
	if (drop && by_netfilter(drop))
		subject = (struct rule_subject){
			.netns = drop->netns, .what = drop->what, .ifindex = drop->ifindex};
	else if (!drop && was_refused(stall))
		subject = (struct rule_subject){.netns = stall->flow.netns, .what = STALL_SYN};
	if (!subject.netns || !is_open(&stall->rule, &subject))
		return false;
	on_ends(stall, &subject);
	*ret_subject = subject;
	return true;
}

const struct stall_rule *traced_rule_of(const struct stall *stall, const struct stall_drop *drop)
{
	const struct stall_rule *rule = &stall->rule;

	if (!drop || rule->state == STALL_RULE_NOT_TRACED || drop->netns != rule->netns ||
	    drop->what != rule->what || !by_netfilter(drop))
		return NULL;
	return rule;
}

bool traced_rule_decided(const struct stall *stall, const struct stall_drop *drop)
{
	const struct stall_rule *rule = traced_rule_of(stall, drop);

	return rule && (rule->state == STALL_RULE_DROPPED || rule->state == STALL_RULE_POLICY);
}
