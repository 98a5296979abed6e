/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence without one of its observations: what nobody watched or asked. */
#ifndef UNIT_DIAGNOSIS_UNOBSERVED_H
#define UNIT_DIAGNOSIS_UNOBSERVED_H

#include "unit/diagnosis/random_evidence.h"

static inline void without_drops(struct evidence *evidence)
{
	evidence->stall.drop_count = 0;
	evidence->stall.stranger_refused = false;
	evidence->senses.drops = false;
}

static inline void without_arrivals(struct evidence *evidence)
{
	evidence->stall.synacks = evidence->stall.strangers = evidence->stall.others = 0;
	evidence->stall.stranger_refused = false;
	evidence->stall.peer.seen_ns = 0;
	evidence->senses.receive = false;
}

static inline void without_following(struct evidence *evidence)
{
	without_drops(evidence);
	without_arrivals(evidence);
	evidence->senses.drops = evidence->senses.receive = true;
	evidence->stall.followed_ns = evidence->stall.last_try_ns = 0;
	evidence->stall.try_before_ns = evidence->stall.followed_sends = 0;
}

static inline void without_resets(struct evidence *evidence)
{
	evidence->stall.resets = 0;
	evidence->senses.resets = false;
}

static inline void without_icmp(struct evidence *evidence)
{
	evidence->stall.icmp.family = 0;
	evidence->senses.errors = evidence->senses.icmp6 = false;
}

static inline void without_route(struct evidence *evidence)
{
	evidence->stall.route = STALL_ROUTE_UNKNOWN;
}

static inline void without_neighbour(struct evidence *evidence)
{
	evidence->stall.neighbour = STALL_NEIGHBOUR_UNKNOWN;
}

static inline void without_ports(struct evidence *evidence)
{
	evidence->stall.ports = (struct stall_ports){};
}

static inline void without_peer(struct evidence *evidence)
{
	const struct stall_peer *peer = &evidence->stall.peer;

	/* what the hooks saw of the SYN stays */
	evidence->stall.peer = (struct stall_peer){.seen = peer->seen,
						   .seen_ns = peer->seen_ns,
						   .seen_netns = peer->seen_netns,
						   .seen_identity = peer->seen_identity,
						   .seen_other_host = peer->seen_other_host};
}

static inline void without_nat(struct evidence *evidence)
{
	struct stall_peer *peer = &evidence->stall.peer;

	peer->nat_asked = STALL_NOT_KNOWN;
	peer->end = peer->seen_end;
}

static inline void without_onward(struct evidence *evidence)
{
	struct stall_peer *peer = &evidence->stall.peer;

	peer->onward_asked = STALL_NOT_KNOWN;
	peer->onward_kind[0] = peer->onward_device[0] = '\0';
}

static inline void without_queue(struct evidence *evidence)
{
	evidence->stall.queue_known = false;
	evidence->stall.queue_packets = 0;
}

static inline void without_prohibits(struct evidence *evidence)
{
	evidence->stall.some_prohibited = STALL_NOT_KNOWN;
}

static inline void without_source(struct evidence *evidence)
{
	evidence->stall.source_present = STALL_NOT_KNOWN;
}

static inline void without_device(struct evidence *evidence)
{
	evidence->stall.device_up = evidence->stall.device_carrier = STALL_NOT_KNOWN;
}

static inline void without_ipv6(struct evidence *evidence)
{
	evidence->stall.ipv6_usable = evidence->stall.ipv6_tentative = STALL_NOT_KNOWN;
}

static inline void without_tracking(struct evidence *evidence)
{
	evidence->stall.tracking_count = 0;
}

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

static void (*const takes_out[])(struct evidence *evidence) = {
	without_drops,
	without_arrivals,
	without_following,
	without_resets,
	without_icmp,
	without_route,
	without_neighbour,
	without_ports,
	without_peer,
	without_prohibits,
	without_source,
	without_device,
	without_ipv6,
	without_tracking,
	without_later_connect,
	without_earlier_counts,
	without_tracking_of_drops,
	without_chains,
	without_queue,
	without_nat,
	without_onward,
};

#endif
