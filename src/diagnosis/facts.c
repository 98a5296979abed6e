/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct stall -> facts. Pure. */
#include "diagnosis/facts.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "diagnosis/counts.h"
#include "diagnosis/drops.h"
#include "diagnosis/icmp.h"
#include "diagnosis/local_facts.h"
#include "diagnosis/tracking.h"
#include "diagnosis/watched.h"

#define OFTEN 3
#define TCP_SYN 2
#define TCP_RST 4
#define TCP_ACK 16
#define FACTS_FATE                                                                                 \
	(FACT(SYN_DROPPED_OUT) | FACT(SYN_DISCARDED) | FACT(SYN_DROPPED_FORWARDING) |              \
	 FACT(SYN_DROPPED_IN) | FACT(SYN_DROPPED_AT_BRIDGE) | FACT(SYN_DROPPED_SOMEWHERE) |        \
	 FACT(OLD_SOCKET) | FACT(NEIGHBOUR_DROP))
#define FACTS_BEYOND                                                                               \
	(FACT(SYNACK) | FACT(SYNACK_DROPPED) | FACT(SYNACK_REASON) |                               \
	 FACT(SYNACK_DROPPED_FORWARDING) | FACT(SYNACK_BY_OTHER_DEVICE) | FACT(STRANGER) |         \
	 FACT(STRANGER_REFUSED) | FACT(OLD_ACK) | FACT(OTHER_ANSWER) | FACT(SYN_ARRIVED) |         \
	 FACT(WRONG_MAC) | FACT(SYN_DROPPED_FORWARDING) | FACT(SYN_DROPPED_IN) |                   \
	 FACT(SYN_DROPPED_AT_BRIDGE) | FACT(OLD_SOCKET))

/* The last SYN was answered. */
#define FACTS_CAME_BACK                                                                            \
	(FACT(SYNACK_DROPPED) | FACT(SYNACK_DROPPED_FORWARDING) | FACT(SYNACK_BY_OTHER_DEVICE) |   \
	 FACT(STRANGER_REFUSED) | FACT(OLD_ACK))

/* The last SYN is in a queue: it was not dropped. */
#define FACTS_LIES (FACT(UNREAD) | FACT(UNREAD_ELSEWHERE) | FACT(QUEUED_HERE))

static fact_set end_facts(const struct stall *stall)
{
	fact_set facts = 0;

	if (stall->end == STALL_ESTABLISHED)
		facts |= FACT(ESTABLISHED);
	if (stall->end == STALL_FAILED)
		facts |= FACT(FAILED);
	if (stall->end == STALL_CLOSED)
		facts |= FACT(CLOSED_BY_APPLICATION);
	if (stall->end == STALL_FAILED && stall->sk_err == ETIMEDOUT)
		facts |= FACT(TIMED_OUT);
	/* a reset in SYN_RECV, where a simultaneous open is, gives ECONNRESET */
	if (stall->end == STALL_FAILED &&
	    (stall->sk_err == ECONNREFUSED || (stall->crossed_ns && stall->sk_err == ECONNRESET)))
		facts |= FACT(REFUSED_ERRNO);
	else if (stall->end == STALL_FAILED && stall->sk_err != ETIMEDOUT)
		facts |= FACT(OTHER_ERRNO);
	return facts;
}

static fact_set early_facts(const struct stall *stall)
{
	static const struct {
		int ret;
		fact_set fact;
	} rets[] = {
		{ENETUNREACH, FACT(RET_NETUNREACH)}, {EHOSTUNREACH, FACT(RET_HOSTUNREACH)},
		{EACCES, FACT(RET_ACCES)},	     {EPERM, FACT(RET_PERM)},
		{EINVAL, FACT(RET_INVAL)},	     {EADDRNOTAVAIL, FACT(RET_ADDRNOTAVAIL)},
	};
	fact_set facts = FACT(FAILED_EARLY);

	if (stall->end != STALL_REFUSED_EARLY)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(rets); i++) {
		if (stall->connect_ret == -rets[i].ret)
			facts |= rets[i].fact;
	}
	if (stall->ports.looked && stall->ports.high >= stall->ports.low &&
	    stall->ports.used + stall->ports.reserved >=
		    (uint32_t)(stall->ports.high - stall->ports.low) + 1)
		facts |= FACT(PORTS_EXHAUSTED);
	if (stall->ports.in_use == STALL_KNOWN_YES)
		facts |= FACT(PORT_IN_USE);
	return facts;
}

static fact_set route_facts(const struct stall *stall, uint64_t now)
{
	static const fact_set facts[] = {
		[STALL_ROUTE_FOUND] = FACT(ROUTE_FOUND),
		[STALL_ROUTE_NONE] = FACT(ROUTE_NONE),
		[STALL_ROUTE_UNREACHABLE] = FACT(ROUTE_UNREACHABLE),
		[STALL_ROUTE_PROHIBIT] = FACT(ROUTE_PROHIBIT),
		[STALL_ROUTE_BLACKHOLE] = FACT(ROUTE_BLACKHOLE),
	};

	uint8_t rerouted = drop_reroute(stall, now);
	uint8_t route = rerouted ? rerouted : stall->route;

	return (route < ARRAY_SIZE(facts) ? facts[route] : 0) | (rerouted ? FACT(REROUTED) : 0) |
	       (stall->some_prohibited == STALL_KNOWN_YES ? FACT(SOME_PROHIBITED) : 0) |
	       (stall->ipsec_blocks == STALL_KNOWN_YES ? FACT(IPSEC_BLOCKS) : 0);
}

/* What a driver has sent it may free late: that of hardware proves nothing. */
static fact_set queued_facts(const struct stall *stall)
{
	fact_set facts = stall_to_program(stall) ? FACT(TO_PROGRAM) : 0;

	if (stall_unread_elsewhere(stall))
		facts |= FACT(UNREAD_ELSEWHERE);
	if (stall_unread(stall))
		facts |= FACT(UNREAD);
	else if (stall->queued.there && !stall->in_host && stall->queued.kind[0])
		facts |= FACT(QUEUED_HERE);
	return facts;
}

static fact_set way_facts(const struct stall *stall)
{
	uint32_t sent = stall_syn_sent(stall);
	fact_set facts = 0;

	if (stall->end == STALL_REFUSED_EARLY)
		return 0;
	if (stall_no_syn(stall))
		facts |= FACT(NO_SYN);
	if (sent >= 1)
		facts |= FACT(SYN_LEFT);
	if (sent >= 2)
		facts |= FACT(SYN_LEFT_TWICE);
	if (sent >= OFTEN)
		facts |= FACT(SYN_LEFT_OFTEN);
	if (stall->inspected && !stall->polled && !stall_first_left(stall) && !stall->retries_left)
		facts |= FACT(NOTHING_LEFT);
	if (stall->in_host || stall->data_in_host || (stall->retries_busy && !stall->retries_left))
		facts |= FACT(SYN_HELD);
	if (stall->in_host && stall->queue_packets)
		facts |= FACT(QUEUE_HOLDS);
	if (stall->in_host && stall->queued.by_ipsec)
		facts |= FACT(IPSEC_HOLDS);
	facts |= queued_facts(stall);
	if (stall->retries_denied)
		facts |= FACT(HOOK_DENIED);
	if (stall_unrouted(stall))
		facts |= FACT(UNROUTED);
	if (stall->retries_congested)
		facts |= FACT(CONGESTED);
	if (stall->neighbour == STALL_NEIGHBOUR_INCOMPLETE ||
	    stall->neighbour == STALL_NEIGHBOUR_FAILED)
		facts |= FACT(NEIGHBOUR_BAD);
	if (drops_by_neighbour(stall) && !stall_unrouted(stall))
		facts |= FACT(NEIGHBOUR_DROP);
	return facts;
}

/* Before routing, but in the namespace whose address the SYN had already: it had come to its
 * destination. */
static unsigned int where_of(const struct stall *stall, const struct stall_drop *drop)
{
	const struct stall_peer *peer = &stall->peer;

	if (drop->where == STALL_PREROUTING && peer->arrived && peer->netns == drop->netns)
		return STALL_INPUT;
	return drop->where;
}

static fact_set syn_drop_fact(const struct stall *stall, const struct stall_drop *drop)
{
	unsigned int where = where_of(stall, drop);

	if (!strcmp(drop->reason, "TCP_INVALID_SYN"))
		return FACT(OLD_SOCKET);
	if (where == STALL_SOMEWHERE)
		return FACT(SYN_DROPPED_SOMEWHERE);
	/* dst_discard_out(): what a route becomes for which IPsec has no state */
	if (where == STALL_OUTPUT && drop->own_namespace &&
	    !strncmp(drop->location, "dst_discard", 11))
		return FACT(SYN_DISCARDED);
	if (where == STALL_INPUT || (drop->own_namespace && where != STALL_OUTPUT))
		return FACT(SYN_DROPPED_IN);
	return drop->own_namespace ? FACT(SYN_DROPPED_OUT) : FACT(SYN_DROPPED_FORWARDING);
}

static fact_set routed_on(const struct stall_drop *drop)
{
	return drop->where == STALL_FORWARD || drop->where == STALL_OUTPUT ? FACT(SYN_ROUTED_ON)
									   : 0;
}

static fact_set drop_facts(const struct stall *stall, uint64_t now)
{
	const struct stall_drop *syn = drop_latest(stall, STALL_SYN, now);
	const struct stall_drop *answer = drop_latest(stall, STALL_SYNACK, now);
	fact_set facts = drop_maybe(stall, now) ? FACT(SYN_DROPPED_MAYBE) : 0;

	if (drop_at_bridge(stall, now))
		facts |= FACT(SYN_DROPPED_AT_BRIDGE);
	if (stall->copied_ns)
		facts |= FACT(COPIED);
	if (drop_taken(stall, now))
		facts |= FACT(SYN_TAKEN);
	if (drop_by_other_device(stall, now))
		facts |= FACT(SYNACK_BY_OTHER_DEVICE);
	if (syn)
		facts |= syn_drop_fact(stall, syn) | (drop_has_reason(syn) ? FACT(SYN_REASON) : 0) |
			 routed_on(syn);
	if (!answer || !answer->netns)
		return facts;
	if (answer->own_namespace)
		facts |= FACT(SYNACK_DROPPED) | (drop_has_reason(answer) ? FACT(SYNACK_REASON) : 0);
	else
		facts |= FACT(SYNACK_DROPPED_FORWARDING);
	return facts;
}

static fact_set tracking_facts(const struct stall *stall, uint64_t now)
{
	const struct stall_drop *syn = drop_latest(stall, STALL_SYN, now);
	fact_set facts = 0;

	if (tracking_full(stall, syn))
		facts |= FACT(CONNTRACK_FULL);
	if (tracking_full(stall, syn) && tracking_rules_before(stall, syn) == STALL_KNOWN_YES)
		facts |= FACT(RULES_BEFORE_TRACKING);
	if (tracking_no_port(stall, syn))
		facts |= FACT(NAT_NO_PORT);
	if (tracking_stale(stall, syn, STALL_OTHER_LATER))
		facts |= FACT(NAT_STALE);
	if (tracking_stale(stall, syn, STALL_OTHER_SOME))
		facts |= FACT(NAT_STALE_MAYBE);
	return facts;
}

static bool self_unreachable(const struct stall *stall)
{
	const struct stall_icmp *icmp = &stall->icmp;

	return stall_icmp_from_self(stall) &&
	       icmp_of_neighbour(icmp->family, icmp->type, icmp->code);
}

/* To the last SYN. */
static bool is_old_ack(const struct stall *stall, uint64_t now)
{
	return (stall->other_flags & (TCP_SYN | TCP_RST | TCP_ACK)) == TCP_ACK &&
	       answer_is_current(stall, stall->other_ns, now);
}

static fact_set back_facts(const struct stall *stall, uint64_t now)
{
	const struct stall_icmp *icmp = &stall->icmp;
	fact_set facts = 0;

	if (stall->resets)
		facts |= FACT(RESET);
	if (icmp->family && icmp_rejects(icmp->family, icmp->type, icmp->code))
		facts |= self_unreachable(stall) ? FACT(ICMP_FROM_SELF_HOST_UNREACHABLE)
						 : FACT(ICMP);
	if (stall->synacks)
		facts |= FACT(SYNACK);
	if (stall->strangers)
		facts |= FACT(STRANGER);
	if (stall->stranger_refused && answer_is_current(stall, stall->stranger_ns, now))
		facts |= FACT(STRANGER_REFUSED);
	if (stall->others)
		facts |= is_old_ack(stall, now) ? FACT(OLD_ACK) : FACT(OTHER_ANSWER);
	if (stall->crossed_ns)
		facts |= FACT(CROSSED);
	return facts;
}

/* The SYN came to the namespace that has its destination's address: the listener there is this
 * connect's. */
static fact_set arrival_facts(const struct stall *stall, const struct stall_senses *senses,
			      uint64_t now)
{
	const struct stall_peer *peer = &stall->peer;
	bool there = peer->arrived && peer->seen_ns && peer->seen_netns == peer->netns;

	if (there && peer->seen_identity == STALL_ORIGINAL)
		return peer->seen_other_host ? FACT(WRONG_MAC) : FACT(SYN_ARRIVED);
	if (!watched_packets(stall, senses->receive, now))
		return 0;
	if (!peer->seen_ns && !strcmp(stall->device_kind, "veth"))
		return FACT(SWALLOWED) | FACT(SYN_MISSED);
	if (peer->seen_ns && peer->netns != peer->seen_netns)
		return 0; /* whose addresses those are was not asked yet */
	return there ? 0 : FACT(SYN_MISSED);
}

/* It came there for that namespace to send it on, by a pair whose other end is on this host. */
static fact_set onward_facts(const struct stall *stall)
{
	const struct stall_peer *peer = &stall->peer;
	bool translated = memcmp(peer->end.addr, peer->seen_end.addr, sizeof(peer->end.addr)) ||
			  peer->end.port != peer->seen_end.port;
	fact_set facts = 0;

	if (!peer->seen_ns || peer->arrived || !peer->asked || peer->netns != peer->seen_netns)
		return 0;
	if (peer->nat_asked == STALL_KNOWN_YES && translated)
		facts |= FACT(NAT_AWAY);
	if (peer->seen_identity == STALL_ORIGINAL && !peer->seen_other_host &&
	    !strcmp(peer->onward_kind, "veth"))
		facts |= FACT(NOT_PASSED_ON);
	return facts;
}

static bool just_before(uint64_t at_ns, const struct stall_drop *drop)
{
	return at_ns && at_ns <= drop->last_ns && drop->last_ns < at_ns + DROPS_IN_FLIGHT_NS;
}

/* The last that was seen of it: it came to a namespace that forwards it, just before the drop. */
static bool was_on_its_way(const struct stall_peer *peer, const struct stall_drop *drop)
{
	const struct stall_arrival *later = &peer->later;

	if (later->at_ns)
		return later->identity == STALL_ORIGINAL && later->netns != drop->netns &&
		       just_before(later->at_ns, drop);
	return !peer->arrived && peer->seen_identity == STALL_ORIGINAL &&
	       peer->seen_netns != drop->netns && just_before(peer->seen_ns, drop);
}

/* What went into a veth pair and did not come out is what XDP dropped at its other end. What is held did not
 * go in. */
static bool dropped_by_xdp(const struct stall *stall, fact_set seen, uint64_t now)
{
	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (drop_by_xdp(drop) && drop_is_current(stall, drop, now) &&
		    ((seen & FACT(SWALLOWED) && !(seen & FACT(SYN_HELD))) ||
		     was_on_its_way(&stall->peer, drop)))
			return true;
	}
	return false;
}

/* Whoever answers there has no route for the answer. */
static fact_set back_route_facts(const struct stall *stall)
{
	const struct stall_peer *peer = &stall->peer;

	if (!peer->arrived || peer->way_back == STALL_ROUTE_UNKNOWN ||
	    peer->way_back == STALL_ROUTE_FOUND)
		return 0;
	return FACT(NO_WAY_BACK);
}

static fact_set queue_facts(const struct stall *stall)
{
	const struct stall_peer *peer = &stall->peer;
	fact_set facts = 0;

	if (!peer->listening || !peer->arrived)
		return 0;
	if (peer->was_full)
		facts |= FACT(QUEUE_WAS_FULL);
	if (peer->was_full && peer->queue > peer->limit)
		facts |= FACT(QUEUE_FULL);
	if (peer->members > peer->members_full)
		facts |= FACT(QUEUE_SHARED);
	if (peer->half_open_limit && peer->half_open >= peer->half_open_limit)
		facts |= FACT(BACKLOG_FULL);
	else if (peer->half_open_reserve && peer->half_open >= peer->half_open_reserve)
		facts |= FACT(BACKLOG_RESERVED);
	return facts;
}

struct facts stall_facts(const struct stall *stall, const struct stall_senses *senses, uint64_t now)
{
	struct facts facts = {.seen = end_facts(stall) | early_facts(stall) |
				      route_facts(stall, now) | way_facts(stall) |
				      drop_facts(stall, now) | tracking_facts(stall, now) |
				      back_facts(stall, now) | arrival_facts(stall, senses, now) |
				      queue_facts(stall) | back_route_facts(stall) |
				      onward_facts(stall) | stall_local_facts(stall, now)};

	if (!(facts.seen & (FACTS_CAME_BACK | FACTS_FATE | FACTS_LIES)) &&
	    dropped_by_xdp(stall, facts.seen, now))
		facts.seen |= FACT(SYN_DROPPED_FORWARDING);
	facts.absent = watched_absent(stall, senses, now);
	/* a SYN has one fate: what is known of the last one rules the others out */
	if (facts.seen & (FACTS_FATE | FACT(UNROUTED) | FACT(SYNACK_DROPPED) |
			  FACT(SYNACK_BY_OTHER_DEVICE) | FACT(STRANGER_REFUSED)) ||
	    stall->in_host || stall_unread(stall))
		facts.absent |= FACTS_FATE;
	/* and what never left is neither dropped elsewhere nor answered */
	if (stall->inspected && !stall->polled && !(facts.seen & FACT(SYN_LEFT)))
		facts.absent |= FACTS_BEYOND;
	facts.absent &= ~facts.seen;
	return facts;
}
