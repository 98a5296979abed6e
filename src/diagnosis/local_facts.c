/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of the connect's own end -> facts; what is not known is none. Pure. */
#include "diagnosis/local_facts.h"

#include <string.h>

#include "diagnosis/drops.h"
#include "diagnosis/facts.h"

static bool is_loopback6(const struct endpoint *end)
{
	static const uint8_t loopback[16] = {[15] = 1};

	return !memcmp(end->addr, loopback, sizeof(loopback));
}

/* Without another source the kernel takes ::1, to which nobody outside can answer. */
static fact_set ipv6_facts(const struct stall *stall)
{
	bool no_source = stall->end == STALL_REFUSED_EARLY || is_loopback6(&stall->flow.local);

	if (endpoint_is_v4(&stall->flow.remote) || is_loopback6(&stall->flow.remote) ||
	    !no_source || stall->ipv6_usable != STALL_KNOWN_NO)
		return 0;
	if (stall->ipv6_tentative == STALL_KNOWN_YES)
		return FACT(ADDRESS_TENTATIVE);
	return stall->ipv6_tentative == STALL_KNOWN_NO ? FACT(NO_IPV6) : 0;
}

/* A SYN that was dropped anywhere else than in the queue of its device had not been stopped by it. */
static bool dropped_elsewhere(const struct stall *stall, uint64_t now)
{
	const struct stall_drop *drop = drop_latest(stall, STALL_SYN, now);

	return drop && !(drop->own_namespace && drop->where == STALL_OUTPUT &&
			 !strcmp(drop->reason, "QDISC_DROP"));
}

/* The last SYN came out of its device. */
static bool came_through(const struct stall *stall)
{
	const struct stall_peer *peer = &stall->peer;

	return peer->seen_ns && peer->seen_ns >= stall->last_try_ns &&
	       peer->seen_identity == STALL_ORIGINAL;
}

fact_set stall_local_facts(const struct stall *stall, uint64_t now)
{
	fact_set facts = ipv6_facts(stall);

	if (stall->source_present == STALL_KNOWN_NO)
		facts |= FACT(SOURCE_ABSENT);
	if (stall->end != STALL_REFUSED_EARLY && !dropped_elsewhere(stall, now) &&
	    !came_through(stall) &&
	    (stall->device_up == STALL_KNOWN_NO || stall->device_carrier == STALL_KNOWN_NO))
		facts |= FACT(DEVICE_DOWN);
	if (stall->used.up == STALL_KNOWN_NO)
		facts |= FACT(DEVICE_LOST);
	return facts;
}
