/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connection tracking's answers -> what they prove about a SYN. Pure. */
#include "diagnosis/tracking.h"

#include <string.h>

#include "diagnosis/drops.h"
#include "diagnosis/traced_rule.h"

static struct stall_tracking *tracking_of(struct stall *stall, uint32_t netns)
{
	for (unsigned int i = 0; i < stall->tracking_count && i < STALL_TRACKINGS_MAX; i++) {
		if (stall->trackings[i].netns == netns)
			return &stall->trackings[i];
	}
	if (!netns || stall->tracking_count >= STALL_TRACKINGS_MAX)
		return NULL;
	stall->trackings[stall->tracking_count] = (struct stall_tracking){.netns = netns};
	return &stall->trackings[stall->tracking_count++];
}

static const struct stall_tracking *find(const struct stall *stall, uint32_t netns)
{
	for (unsigned int i = 0; i < stall->tracking_count && i < STALL_TRACKINGS_MAX; i++) {
		if (stall->trackings[i].netns == netns)
			return &stall->trackings[i];
	}
	return NULL;
}

/* The first arrival of each SYN counts: on a bridge and the device on top of it the same packet comes
 * in twice, behind NAT. */
#define SAME_SYN_NS UINT64_C(100000000)

static bool goes_before(uint64_t at, uint64_t seen)
{
	return !seen || at >= seen + SAME_SYN_NS || (at < seen && at + SAME_SYN_NS > seen);
}

void tracking_note_arrival(struct stall *stall, const struct wire_stall_packet *packet)
{
	struct stall_tracking *tracking = NULL;
	uint64_t at = packet->head.ktime_ns;

	if (packet->netns != stall->flow.netns)
		tracking = tracking_of(stall, packet->netns);
	if (!tracking || !goes_before(at, tracking->seen_ns))
		return;
	tracking->seen_ns = at;
	memcpy(tracking->from.addr, packet->saddr, sizeof(tracking->from.addr));
	memcpy(tracking->to.addr, packet->daddr, sizeof(tracking->to.addr));
	tracking->from.port = packet->sport;
	tracking->to.port = packet->dport;
}

struct stall_tracking *tracking_note_own(struct stall *stall)
{
	struct stall_tracking *tracking = tracking_of(stall, stall->flow.netns);

	if (!tracking)
		return NULL;
	tracking->from = stall->flow.local;
	tracking->to = stall->flow.remote;
	return tracking;
}

/* A rule, or connection tracking. nft's own rules free what they drop themselves since 6.7. */
static bool by_netfilter(const struct stall_drop *drop)
{
	bool said = drop->reason[0] && strcmp(drop->reason, "NOT_SPECIFIED");

	return !strncmp(drop->location, "nf_hook_slow", 12) &&
	       (!said || !strcmp(drop->reason, "NETFILTER_DROP"));
}

const struct stall_drop *tracking_drop(const struct stall *stall, uint32_t netns)
{
	const struct stall_drop *latest = NULL;

	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (drop->what == STALL_SYN && drop->netns == netns && by_netfilter(drop) &&
		    drop_proves(drop) && (!latest || drop->last_ns > latest->last_ns))
			latest = drop;
	}
	return latest;
}

static void consider(struct stall_tracking *tracking, uint64_t drop_ns,
		     const struct tracking_sample *sample)
{
	if (!sample->at_ns || sample->at_ns >= drop_ns || sample->at_ns <= tracking->before_ns)
		return;
	tracking->before_ns = sample->at_ns;
	tracking->before = sample->counts;
}

void tracking_copy_counts(const struct stall *stall, struct stall_tracking *tracking,
			  const struct tracking_sample *older, const struct tracking_sample *now)
{
	const struct stall_drop *drop = tracking_drop(stall, tracking->netns);
	const struct tracking_sample last = {.at_ns = tracking->asked_ns, .counts = tracking->now};

	if (drop) {
		consider(tracking, drop->last_ns, &last);
		consider(tracking, drop->last_ns, older);
	}
	tracking->asked_ns = now->at_ns;
	tracking->now = now->counts;
	if (now->counts.max && now->counts.entries >= now->counts.max)
		tracking->full_ns = now->at_ns;
}

/* A clash counts as a drop and as a failed insertion. */
uint32_t tracking_refused(const struct stall_tracking *tracking)
{
	uint32_t drops = tracking->now.drop - tracking->before.drop;
	uint32_t clashes = tracking->now.insert_failed - tracking->before.insert_failed;

	return tracking->before_ns && drops > clashes ? drops - clashes : 0;
}

/* Where connection tracking takes packets in: as they arrive, or leave the socket. */
static bool where_it_begins(const struct stall_drop *drop)
{
	return drop->where == STALL_PREROUTING ||
	       (drop->where == STALL_OUTPUT && drop->own_namespace);
}

const struct stall_tracking *tracking_full(const struct stall *stall, const struct stall_drop *drop)
{
	const struct stall_tracking *tracking = drop ? find(stall, drop->netns) : NULL;

	if (!tracking || !by_netfilter(drop) || traced_rule_decided(stall, drop) ||
	    drop->tracked != STALL_KNOWN_NO || !where_it_begins(drop) ||
	    tracking->full_ns < drop->last_ns || tracking->before_ns >= drop->last_ns)
		return NULL;
	return tracking_refused(tracking) ? tracking : NULL;
}

/* A trace that came to no rule which dropped it says so too. */
uint8_t tracking_rules_before(const struct stall *stall, const struct stall_drop *drop)
{
	const struct stall_tracking *tracking = drop ? find(stall, drop->netns) : NULL;
	const struct stall_rule *rule = traced_rule_of(stall, drop);

	if (rule && rule->state == STALL_RULE_NONE && !rule->legacy)
		return STALL_KNOWN_NO;
	return tracking ? tracking->rules_before : STALL_NOT_KNOWN;
}

const struct stall_tracking *tracking_no_port(const struct stall *stall,
					      const struct stall_drop *drop)
{
	const struct stall_tracking *tracking = drop ? find(stall, drop->netns) : NULL;

	if (!tracking || !by_netfilter(drop) || traced_rule_decided(stall, drop) ||
	    drop->tracked != STALL_KNOWN_YES || tracking->taken != STALL_KNOWN_YES ||
	    tracking->taken_ns < drop->last_ns)
		return NULL;
	return tracking;
}

static bool same_address(const struct endpoint *one, const struct endpoint *other)
{
	return !memcmp(one->addr, other->addr, sizeof(one->addr));
}

static bool same_end(const struct endpoint *one, const struct endpoint *other)
{
	return same_address(one, other) && one->port == other->port;
}

/* The port of the source may be another one for other reasons. */
bool tracking_differs(const struct stall_tracking *tracking)
{
	bool own_to = same_end(&tracking->nat_to, &tracking->to);
	bool other_to = same_end(&tracking->other_nat_to, &tracking->to);
	bool own_from = same_address(&tracking->nat_from, &tracking->from);
	bool other_from = same_address(&tracking->other_nat_from, &tracking->from);

	return own_to != other_to || own_from != other_from;
}

uint8_t tracking_translate(const struct stall *stall, uint32_t netns, const struct endpoint *end,
			   struct endpoint *ret_end)
{
	const struct stall_tracking *tracking = find(stall, netns);

	*ret_end = *end;
	if (!tracking || tracking->entry == STALL_NOT_KNOWN)
		return STALL_NOT_KNOWN;
	/* behind it already: it came in by a device that lies on another one */
	if (tracking->entry == STALL_KNOWN_YES && same_end(end, &tracking->to))
		*ret_end = tracking->nat_to;
	return STALL_KNOWN_YES;
}

/* The last SYN came there, and nothing there stopped it. */
static bool came_through(const struct stall *stall, const struct stall_tracking *tracking,
			 const struct stall_drop *drop)
{
	const struct stall_peer *peer = &stall->peer;

	if (drop && drop->netns == tracking->netns)
		return false;
	if (peer->seen_ns && !peer->asked) /* it may be where it belongs */
		return false;
	if (tracking->netns == stall->flow.netns)
		return true;
	return tracking->seen_ns && tracking->seen_ns + DROPS_IN_FLIGHT_NS >= stall->last_try_ns;
}

const struct stall_tracking *tracking_stale(const struct stall *stall,
					    const struct stall_drop *drop, enum stall_other other)
{
	for (unsigned int i = 0; i < stall->tracking_count && i < STALL_TRACKINGS_MAX; i++) {
		const struct stall_tracking *tracking = &stall->trackings[i];

		if (tracking->entry == STALL_KNOWN_YES && !tracking->replied &&
		    tracking->other == other && tracking_differs(tracking) &&
		    came_through(stall, tracking, drop))
			return tracking;
	}
	return NULL;
}

const struct stall_tracking *tracking_shown(const struct stall *stall,
					    const struct stall_drop *drop)
{
	const struct stall_tracking *tracking = tracking_stale(stall, drop, STALL_OTHER_LATER);

	return tracking ? tracking : tracking_stale(stall, drop, STALL_OTHER_SOME);
}
