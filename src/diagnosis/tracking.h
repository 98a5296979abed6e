/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What connection tracking decides about a SYN, in each namespace that it comes through. Pure. */
#ifndef DIAGNOSIS_TRACKING_H
#define DIAGNOSIS_TRACKING_H

#include "netstate/stall.h"
#include "netstate/wire_stall.h"

/* Counters of a namespace, and when they were read; at_ns 0: not known. */
struct tracking_sample {
	uint64_t at_ns;
	struct conntrack_counts counts;
};

/* A SYN came into a namespace. */
void tracking_note_arrival(struct stall *stall, const struct wire_stall_packet *packet);

/* In its own namespace the SYN has the connect's own ends. NULL: no room. */
struct stall_tracking *tracking_note_own(struct stall *stall);

/* `older`: what was read there before, about whatever connect. */
void tracking_copy_counts(const struct stall *stall, struct stall_tracking *tracking,
			  const struct tracking_sample *older, const struct tracking_sample *now);

/* Packets that were dropped since the sample before the last drop,. */
uint32_t tracking_refused(const struct stall_tracking *tracking);

/* The last SYN that netfilter dropped in this namespace, no later than any other drop of one there;
 * NULL: none. */
const struct stall_drop *tracking_drop(const struct stall *stall, uint32_t netns);

/* Its own entry and the other one differ as no choice among several servers does: one of them is
 * translated, the other is not. */
bool tracking_differs(const struct stall_tracking *tracking);

/* Where each of them holds; NULL: nowhere. `drop`: the latest of a SYN; NULL: none. */
const struct stall_tracking *tracking_full(const struct stall *stall,
					   const struct stall_drop *drop);
const struct stall_tracking *tracking_no_port(const struct stall *stall,
					      const struct stall_drop *drop);
const struct stall_tracking *tracking_stale(const struct stall *stall,
					    const struct stall_drop *drop, enum stall_other other);

/* enum stall_known: rules there may have dropped it before connection tracking. */
uint8_t tracking_rules_before(const struct stall *stall, const struct stall_drop *drop);

/* The entry that keeps the SYN on its old way; NULL: none. */
const struct stall_tracking *tracking_shown(const struct stall *stall,
					    const struct stall_drop *drop);

/*
 * Where a SYN that came to a namespace with the destination `end` goes behind the NAT there. KNOWN_YES,
 * or NOT_KNOWN: connection tracking there was not asked, and `end` is given back.
 */
uint8_t tracking_translate(const struct stall *stall, uint32_t netns, const struct endpoint *end,
			   struct endpoint *ret_end);

#endif
