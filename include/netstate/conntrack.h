/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What connection tracking of one network namespace says: its table's size and counters, one entry of
 * it. */
#ifndef NETSTATE_CONNTRACK_H
#define NETSTATE_CONNTRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "netstate/endpoint.h"

/* Sums over all processors since the namespace was made, modulo 2^32. */
struct conntrack_counts {
	uint32_t entries;
	uint32_t max;		/* 0: no limit, or not known */
	uint32_t drop;		/* packets dropped: no room, or a clash */
	uint32_t early_drop;	/* entries thrown out to make room */
	uint32_t insert_failed; /* new entries whose addresses and ports were taken */
	uint32_t invalid;
};

/* Packets in the original direction go from `from` to `to`; answers to what left as `nat_from` to
 * `nat_to` belong to it. Without NAT the second pair equals the first. */
struct conntrack_entry {
	struct endpoint from, to;
	struct endpoint nat_from, nat_to;
	uint64_t start_ns; /* CLOCK_REALTIME; 0: net.netfilter.nf_conntrack_timestamp is off */
	bool replied;	   /* not [UNREPLIED] */
};

#endif
