/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What becomes of a SYN on this host, at random. */
#ifndef UNIT_DIAGNOSIS_RANDOM_WAY_H
#define UNIT_DIAGNOSIS_RANDOM_WAY_H

#include <stdio.h>

#include "diagnosis/drops.h"
#include "diagnosis/facts.h"
#include "unit/diagnosis/random_tracking.h"
#include "unit/diagnosis/situation.h"

/* What never left is neither seen elsewhere nor answered. */
static inline void nothing_beyond(struct stall *stall)
{
	stall->synacks = stall->strangers = stall->others = stall->resets = 0;
	stall->stranger_refused = false;
	stall->stranger_ns = 0;
	stall->peer.seen_ns = stall->peer.later.at_ns = 0;
	for (unsigned int i = 0; i < stall->drop_count; i++)
		stall->drops[i].identity = STALL_COPY;
}

static inline void random_queued(struct stall *stall)
{
	static const char *const kinds[] = {"", "veth", "tun"};
	struct stall_queued *queued = &stall->queued;

	*queued = (struct stall_queued){
		.there = stall->in_host || one_in(6), .pid = 9, .comm = "vpn"};
	queued->by_ipsec = stall->in_host && one_in(3);
	if (!queued->there)
		return;
	queued->netns = one_in(2) ? HERE : THERE;
	queued->ifindex = 3;
	snprintf(queued->kind, sizeof(queued->kind), "%s", kinds[random_number(3)]);
	if (!stall_unread(stall))
		return;
	/* what no program has read went through its device, and was neither answered nor dropped behind it */
	nothing_beyond(stall);
	stall->drop_count = 0;
	stall->icmp.family = 0;
	stall->crossed_ns = 0;
	stall->device_up = stall->device_carrier = STALL_KNOWN_YES;
}

/* A packet that a rule sent another way was made: the socket's own route had been found. */
static inline void random_reroute(struct stall *stall)
{
	stall->reroute =
		(struct stall_reroute){.route = (uint8_t)random_number(STALL_ROUTE_BLACKHOLE + 1),
				       .mark = 7,
				       .text = "blackhole default"};
	if (!drop_reroute(stall, NOW))
		return;
	stall->route = STALL_ROUTE_FOUND;
	stall->source_present = STALL_KNOWN_YES;
}

#endif
