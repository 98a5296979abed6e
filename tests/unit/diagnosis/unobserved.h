/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence without one of its observations: what nobody watched or asked. */
#ifndef UNIT_DIAGNOSIS_UNOBSERVED_H
#define UNIT_DIAGNOSIS_UNOBSERVED_H

#include <string.h>

#include "unit/diagnosis/random_evidence.h"
#include "unit/diagnosis/stall_fields.h"

/* Zero of every field means not known. */
static inline void forget(struct evidence *evidence, enum observation observation)
{
#define FORGET(field, of)                                                                          \
	if ((of) == observation)                                                                   \
		memset(&evidence->stall.field, 0, sizeof(evidence->stall.field));
	STALL_FIELDS(FORGET)
#undef FORGET
}

static inline void without_drops(struct evidence *evidence)
{
	forget(evidence, OF_DROPS);
	forget(evidence, OF_STRANGERS);
	forget(evidence, OF_RULE); /* it is traced for a drop */
	evidence->senses.drops = false;
}

/* Connection tracking is asked where a SYN was seen. */
static inline void without_arrivals(struct evidence *evidence)
{
	forget(evidence, OF_ARRIVALS);
	forget(evidence, OF_STRANGERS);
	evidence->senses.receive = false;
	for (unsigned int i = 0; i < evidence->stall.tracking_count; i++) {
		if (evidence->stall.trackings[i].netns != HERE)
			evidence->stall.trackings[i] = (struct stall_tracking){.netns = THERE};
	}
}

static inline void without_following(struct evidence *evidence)
{
	without_drops(evidence);
	without_arrivals(evidence);
	evidence->senses.drops = evidence->senses.receive = true;
	evidence->stall.followed_ns = evidence->stall.last_try_ns = 0;
	evidence->stall.try_before_ns = evidence->stall.followed_sends = 0;
}

/* As before Linux 6.17. Where a retry was refused such a kernel has other evidence, not just less. */
static inline void without_retry_errors(struct evidence *evidence)
{
	const struct stall *stall = &evidence->stall;

	if (stall->retries_denied || stall->retries_congested || stall->retries_failed)
		return;
	forget(evidence, OF_RETRIES);
	evidence->senses.retransmit_err = false;
}

static inline void without_resets(struct evidence *evidence)
{
	forget(evidence, OF_RESETS);
	forget(evidence, OF_RESET_SENDER);
	evidence->senses.resets = false;
}

static inline void without_reset_sender(struct evidence *evidence)
{
	forget(evidence, OF_RESET_SENDER);
	evidence->senses.reset_sender = false;
}

static inline void without_icmp(struct evidence *evidence)
{
	forget(evidence, OF_ICMP);
	evidence->senses.errors = evidence->senses.icmp6 = false;
}

/* What the hooks saw of the SYN stays. */
static inline void without_listener(struct evidence *evidence)
{
	forget(evidence, OF_LISTENER);
	forget(evidence, OF_ELSEWHERE);
	forget(evidence, OF_WAY_BACK);
	forget(evidence, OF_NAT);
	forget(evidence, OF_ONWARD);
}

static inline void without_nat(struct evidence *evidence)
{
	forget(evidence, OF_NAT);
	evidence->stall.peer.end = evidence->stall.peer.seen_end;
}

#define WITHOUT(name, observation)                                                                 \
	static inline void without_##name(struct evidence *evidence)                               \
	{                                                                                          \
		forget(evidence, observation);                                                     \
	}

WITHOUT(timer, OF_TIMER)
WITHOUT(route, OF_ROUTE)
WITHOUT(policy, OF_POLICY)
WITHOUT(places, OF_PLACES)
WITHOUT(prohibits, OF_PROHIBITS)
WITHOUT(ipsec, OF_IPSEC)
WITHOUT(neighbour, OF_NEIGHBOUR)
WITHOUT(device, OF_DEVICE)
WITHOUT(source, OF_SOURCE)
WITHOUT(ipv6, OF_IPV6)
WITHOUT(queue, OF_QUEUE)
WITHOUT(reroute, OF_REROUTE)
WITHOUT(ports, OF_PORTS)
WITHOUT(elsewhere, OF_ELSEWHERE)
WITHOUT(way_back, OF_WAY_BACK)
WITHOUT(onward, OF_ONWARD)
WITHOUT(tracking, OF_TRACKING)
WITHOUT(rule, OF_RULE)
WITHOUT(fallback, OF_FALLBACK)
WITHOUT(device_kind, OF_DEVICE_KIND)

static inline void without_later_connect(struct evidence *evidence)
{
	for (unsigned int i = 0; i < evidence->stall.tracking_count; i++) {
		if (evidence->stall.trackings[i].other == STALL_OTHER_LATER)
			evidence->stall.trackings[i].other = STALL_OTHER_SOME;
	}
}

static inline void without_earlier_counts(struct evidence *evidence)
{
	for (unsigned int i = 0; i < evidence->stall.tracking_count; i++)
		evidence->stall.trackings[i].before_ns = 0;
}

static inline void without_chains(struct evidence *evidence)
{
	for (unsigned int i = 0; i < evidence->stall.tracking_count; i++)
		evidence->stall.trackings[i].rules_before = STALL_NOT_KNOWN;
}

static inline void without_tracking_of_drops(struct evidence *evidence)
{
	for (unsigned int i = 0; i < evidence->stall.drop_count; i++)
		evidence->stall.drops[i].tracked = STALL_NOT_KNOWN;
}

/* By observation; NULL: without it there is no evidence. */
static void (*const takes_out[])(struct evidence *evidence) = {
	[OF_TIMER] = without_timer,
	[OF_RETRIES] = without_retry_errors,
	[OF_DROPS] = without_drops,
	[OF_ARRIVALS] = without_arrivals,
	[OF_STRANGERS] = without_following,
	[OF_RESETS] = without_resets,
	[OF_RESET_SENDER] = without_reset_sender,
	[OF_ICMP] = without_icmp,
	[OF_ROUTE] = without_route,
	[OF_POLICY] = without_policy,
	[OF_PLACES] = without_places,
	[OF_PROHIBITS] = without_prohibits,
	[OF_IPSEC] = without_ipsec,
	[OF_NEIGHBOUR] = without_neighbour,
	[OF_DEVICE] = without_device,
	[OF_DEVICE_KIND] = without_device_kind,
	[OF_SOURCE] = without_source,
	[OF_IPV6] = without_ipv6,
	[OF_QUEUE] = without_queue,
	[OF_REROUTE] = without_reroute,
	[OF_PORTS] = without_ports,
	[OF_LISTENER] = without_listener,
	[OF_ELSEWHERE] = without_elsewhere,
	[OF_WAY_BACK] = without_way_back,
	[OF_NAT] = without_nat,
	[OF_ONWARD] = without_onward,
	[OF_TRACKING] = without_tracking,
	[OF_RULE] = without_rule,
	[OF_FALLBACK] = without_fallback,
	/* parts of one */
	[OBSERVATIONS] = without_later_connect,
	without_earlier_counts,
	without_chains,
	without_tracking_of_drops,
};

#endif
