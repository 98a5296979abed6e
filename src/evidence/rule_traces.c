/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Traces of nf_tables -> which rule drops a connect's packets. */
#include "evidence/rule_traces.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "diagnosis/traced_rule.h"
#include "evidence/legacy_rules.h"
#include "evidence/netns_switch.h"
#include "netlink/nft_rule_text.h"

#define NS_PER_S UINT64_C(1000000000)
#define AFTER_SYN_NS (3 * NS_PER_S) /* the SYN-ACK's own retries; a busy machine */
#define LONGEST_NS (130 * NS_PER_S) /* tcp_rto_max, and that */
#define TEXT_SHARE 20		    /* one part in so many of the time */

/* ---------------------------------------------------------------- events */

static bool is_of_packet(const struct rule_trace *trace, uint32_t id)
{
	for (unsigned int i = 0; i < trace->id_count && i < RULE_TRACE_IDS; i++) {
		if (trace->ids[i] == id)
			return true;
	}
	return false;
}

static uint8_t state_of(const struct nft_trace_event *event)
{
	int32_t verdict = event->verdict < 0 ? event->verdict : event->verdict & NF_VERDICT_MASK;

	if (event->type == NFT_TRACE_OTHER)
		return STALL_RULE_NOT_TRACED;
	if (verdict == NF_QUEUE)
		return STALL_RULE_QUEUED;
	if (verdict != NF_DROP)
		return STALL_RULE_NOT_TRACED;
	return event->type == NFT_TRACE_POLICY ? STALL_RULE_POLICY : STALL_RULE_DROPPED;
}

/* Others trace too: the packet is the one that this trace's own rule has seen. */
static void on_event(void *context, const struct nft_trace_event *event)
{
	struct rule_trace *trace = context;
	uint8_t state = state_of(event);

	if (nft_trace_is_own(&trace->nft, event)) {
		if (!is_of_packet(trace, event->id))
			trace->ids[trace->id_count++ % RULE_TRACE_IDS] = event->id;
	} else if (is_of_packet(trace, event->id) && state) {
		trace->state = state;
		trace->event = *event;
	}
}

/* ---------------------------------------------------------------- answers */

static int ask_text(struct rule_traces *traces, const struct nft_trace_event *event,
		    struct stall_rule *rule)
{
	const struct nft_rule_name name = {event->family, event->table, event->chain,
					   event->handle};
	uint64_t begin = clock_monotonic_ns();
	int err;

	if (begin < traces->text_ns)
		return EBUSY;
	err = nft_rule_text(&name, rule->text, sizeof(rule->text));
	/* many connects may end at the same rule: a short listing delays nobody */
	if (err || clock_monotonic_ns() - begin > NS_PER_S / TEXT_SHARE)
		traces->text_ns = begin + (clock_monotonic_ns() - begin) * TEXT_SHARE;
	return err ? -err : 0;
}

static void answer(struct rule_traces *traces, const struct rule_trace *trace,
		   struct netns_switch *netns, struct stall_rule *rule)
{
	const struct nft_trace_event *event = &trace->event;
	bool named = trace->state == STALL_RULE_DROPPED || trace->state == STALL_RULE_QUEUED;

	rule->state = trace->state;
	if (trace->state == STALL_RULE_NONE || trace->state == STALL_RULE_MISSED) {
		if (!netns_switch_enter(netns, trace->netns)) {
			rule->legacy = legacy_rules_have(NULL);
			netns_switch_leave(netns);
		}
		return;
	}
	rule->family = event->family;
	rule->handle = event->handle;
	snprintf(rule->table, sizeof(rule->table), "%.*s", (int)sizeof(rule->table) - 1,
		 event->table);
	snprintf(rule->chain, sizeof(rule->chain), "%.*s", (int)sizeof(rule->chain) - 1,
		 event->chain);
	if (!named || netns_switch_enter(netns, trace->netns))
		return;
	rule->err = ask_text(traces, event, rule);
	netns_switch_leave(netns);
}

/* ---------------------------------------------------------------- beginning and end */

static void end(struct rule_trace *trace)
{
	nft_trace_close(&trace->nft);
	*trace = (struct rule_trace){};
}

static struct rule_trace *find(struct rule_traces *traces, uint64_t cookie)
{
	for (size_t i = 0; i < ARRAY_SIZE(traces->list); i++) {
		if (traces->list[i].cookie == cookie)
			return &traces->list[i];
	}
	return NULL;
}

static uint64_t last_moment(const struct stall *stall, uint64_t now)
{
	uint64_t next = stall->timer.known ? stall->timer.next_ns : now + LONGEST_NS;

	next = next > now ? next : now;
	return next < now + LONGEST_NS ? next + AFTER_SYN_NS : now + LONGEST_NS;
}

static int open_trace(struct rule_traces *traces, struct netns_switch *netns,
		      const struct rule_subject *subject, bool v6, struct rule_trace *trace)
{
	const struct nft_trace_packet packet = {
		.from = subject->from,
		.to = subject->to,
		.v6 = v6,
		.isn = trace->isn,
		.answer = subject->what == STALL_SYNACK,
		.ifindex = subject->ifindex,
	};
	int err = netns_switch_enter(netns, subject->netns);

	if (err)
		return err;
	err = nft_trace_open(&packet, ++traces->opened, &trace->nft);
	netns_switch_leave(netns);
	return err;
}

static bool begin(struct rule_traces *traces, struct netns_switch *netns, uint32_t isn,
		  const struct rule_subject *subject, struct stall *stall)
{
	struct rule_trace *free = find(traces, 0);
	struct rule_trace trace = {
		.cookie = stall->flow.cookie, .isn = isn, .netns = subject->netns};
	uint64_t now = clock_monotonic_ns();
	struct stall_rule rule = {.netns = subject->netns, .what = subject->what, .begin_ns = now};
	bool v6 = !endpoint_is_v4(&stall->flow.remote);
	int err = free ? open_trace(traces, netns, subject, v6, &trace) : -EBUSY;
	bool known = stall->rule.state == STALL_RULE_FAILED && stall->rule.err == -err;

	rule.state = err ? STALL_RULE_FAILED : STALL_RULE_AWAITED;
	rule.err = -err;
	stall->rule = rule;
	if (err)
		return !known;
	trace.until_ns = last_moment(stall, now);
	*free = trace;
	return true;
}

/* The packet was dropped there since the trace began. */
static bool came(const struct stall *stall)
{
	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (traced_rule_of(stall, drop) && drop->last_ns > stall->rule.begin_ns)
			return true;
	}
	return false;
}

/* What did not come of this SYN may have been lost. */
static void wait_for_next(struct rule_trace *trace, struct stall *stall)
{
	uint64_t now = clock_monotonic_ns();

	stall->rule.begin_ns = now;
	trace->until_ns = last_moment(stall, now);
	trace->id_count = 0;
	trace->broken = false;
}

static bool read_trace(struct rule_traces *traces, struct netns_switch *netns,
		       struct rule_trace *trace, struct stall *stall)
{
	bool dropped = came(stall);

	trace->broken |= !nft_trace_read(&trace->nft, on_event, trace);
	if (dropped && !trace->state && trace->broken) {
		wait_for_next(trace, stall);
		return false;
	}
	if (dropped && !trace->state)
		trace->state = trace->id_count ? STALL_RULE_NONE : STALL_RULE_MISSED;
	/* which of several queues it was, and whether its program let it go, shows with the drop */
	if (!trace->state || (trace->state == STALL_RULE_QUEUED && !dropped))
		return false;
	answer(traces, trace, netns, &stall->rule);
	end(trace);
	return true;
}

bool rule_traces_collect(struct rule_traces *traces, struct netns_switch *netns, uint32_t isn,
			 struct stall *stall)
{
	struct rule_trace *trace = traces->wanted ? find(traces, stall->flow.cookie) : NULL;
	struct rule_subject subject;
	bool news = false;

	if (!traces->wanted || !stall->flow.cookie)
		return false;
	if (trace && trace->netns == stall->rule.netns)
		news = read_trace(traces, netns, trace, stall);
	if (!traced_rule_wanted(stall, clock_monotonic_ns(), &subject))
		return news;
	trace = find(traces, stall->flow.cookie);
	if (trace && trace->netns == subject.netns && stall->rule.what == subject.what)
		return news;
	if (trace)
		end(trace); /* it is dropped elsewhere now */
	return begin(traces, netns, isn, &subject, stall) || news;
}

void rule_traces_end(struct rule_traces *traces, uint32_t isn)
{
	for (size_t i = 0; i < ARRAY_SIZE(traces->list); i++) {
		if (traces->list[i].cookie && traces->list[i].isn == isn)
			end(&traces->list[i]);
	}
}

uint64_t rule_traces_expire(struct rule_traces *traces, uint64_t now_ns)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < ARRAY_SIZE(traces->list); i++) {
		struct rule_trace *trace = &traces->list[i];

		if (trace->cookie && trace->until_ns <= now_ns)
			end(trace);
		else if (trace->cookie && trace->until_ns < next)
			next = trace->until_ns;
	}
	return next;
}

void rule_traces_release(struct rule_traces *traces)
{
	rule_traces_expire(traces, UINT64_MAX);
}
