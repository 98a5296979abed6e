/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What was watched, and what was asked -> which facts are known not to be. Pure. */
#include "diagnosis/watched.h"

#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "diagnosis/drops.h"
#include "diagnosis/tracking.h"

/* Who would know. */
enum witness {
	BY_ITSELF, /* its events and its call report all of it */
	BY_SOCKET, /* the socket was read */
	BY_RETRY_ERROR,
	BY_REROUTE,
	BY_ROUTE,
	BY_NEIGHBOUR,
	BY_PROHIBITS,
	BY_IPSEC,
	BY_PORTS,
	BY_TUPLE,
	BY_SOURCE,
	BY_IPV6,
	BY_DEVICE,
	BY_USED_DEVICE,
	BY_LISTENER,
	BY_QUEUE,
	BY_WAY_BACK,
	BY_NAT,
	BY_ONWARD,
	BY_CHAINS,
	BY_DROPS,
	BY_ARRIVALS,
	BY_PLACE, /* ... and whose the namespace's addresses are that the SYN came to last */
	BY_RESETS,
	BY_ICMP,
};

static const uint8_t witnesses[FACT_COUNT] = {
	[FACT_ROUTE_FOUND] = BY_ROUTE,
	[FACT_ROUTE_NONE] = BY_ROUTE,
	[FACT_ROUTE_UNREACHABLE] = BY_ROUTE,
	[FACT_ROUTE_PROHIBIT] = BY_ROUTE,
	[FACT_ROUTE_BLACKHOLE] = BY_ROUTE,
	[FACT_IPSEC_BLOCKS] = BY_IPSEC,
	[FACT_SOME_PROHIBITED] = BY_PROHIBITS,
	[FACT_PORTS_EXHAUSTED] = BY_PORTS,
	[FACT_PORT_IN_USE] = BY_TUPLE,
	[FACT_SOURCE_ABSENT] = BY_SOURCE,
	[FACT_NO_IPV6] = BY_IPV6,
	[FACT_ADDRESS_TENTATIVE] = BY_IPV6,
	[FACT_DEVICE_DOWN] = BY_DEVICE,
	[FACT_DEVICE_LOST] = BY_USED_DEVICE,
	[FACT_SYN_LEFT] = BY_SOCKET,
	[FACT_SYN_LEFT_TWICE] = BY_SOCKET,
	[FACT_SYN_LEFT_OFTEN] = BY_SOCKET,
	[FACT_NOTHING_LEFT] = BY_SOCKET,
	[FACT_SYN_HELD] = BY_SOCKET,
	[FACT_IPSEC_HOLDS] = BY_SOCKET,
	[FACT_UNREAD] = BY_SOCKET,
	[FACT_UNREAD_ELSEWHERE] = BY_SOCKET,
	[FACT_TO_PROGRAM] = BY_ONWARD,
	[FACT_QUEUED_HERE] = BY_SOCKET,
	[FACT_REROUTED] = BY_REROUTE,
	[FACT_HOOK_DENIED] = BY_RETRY_ERROR,
	[FACT_UNROUTED] = BY_RETRY_ERROR,
	[FACT_CONGESTED] = BY_RETRY_ERROR,
	[FACT_NEIGHBOUR_BAD] = BY_NEIGHBOUR,
	[FACT_NEIGHBOUR_DROP] = BY_DROPS,
	[FACT_SYN_DROPPED_OUT] = BY_DROPS,
	[FACT_SYN_DISCARDED] = BY_DROPS,
	[FACT_SYN_DROPPED_FORWARDING] = BY_DROPS,
	[FACT_SYN_DROPPED_IN] = BY_DROPS,
	[FACT_SYN_DROPPED_SOMEWHERE] = BY_DROPS,
	[FACT_SYN_DROPPED_MAYBE] = BY_DROPS,
	[FACT_SYN_DROPPED_AT_BRIDGE] = BY_DROPS,
	[FACT_SYN_TAKEN] = BY_DROPS,
	[FACT_COPIED] = BY_ARRIVALS,
	[FACT_SYN_REASON] = BY_DROPS,
	[FACT_SYN_ROUTED_ON] = BY_DROPS,
	[FACT_OLD_SOCKET] = BY_DROPS,
	[FACT_SYNACK_DROPPED] = BY_DROPS,
	[FACT_SYNACK_REASON] = BY_DROPS,
	[FACT_SYNACK_DROPPED_FORWARDING] = BY_DROPS,
	[FACT_SYNACK_BY_OTHER_DEVICE] = BY_DROPS,
	[FACT_STRANGER_REFUSED] = BY_DROPS,
	[FACT_SYN_ARRIVED] = BY_PLACE,
	[FACT_SYN_MISSED] = BY_PLACE,
	[FACT_WRONG_MAC] = BY_PLACE,
	[FACT_SWALLOWED] = BY_ARRIVALS,
	[FACT_NOT_PASSED_ON] = BY_ONWARD,
	[FACT_NAT_AWAY] = BY_NAT,
	[FACT_SYNACK] = BY_ARRIVALS,
	[FACT_STRANGER] = BY_ARRIVALS,
	[FACT_OLD_ACK] = BY_ARRIVALS,
	[FACT_OTHER_ANSWER] = BY_ARRIVALS,
	[FACT_RESET] = BY_RESETS,
	[FACT_ICMP] = BY_ICMP,
	[FACT_ICMP_FROM_SELF_HOST_UNREACHABLE] = BY_ICMP,
	[FACT_QUEUE_FULL] = BY_LISTENER,
	[FACT_QUEUE_WAS_FULL] = BY_LISTENER,
	[FACT_QUEUE_SHARED] = BY_LISTENER,
	[FACT_BACKLOG_FULL] = BY_LISTENER,
	[FACT_BACKLOG_RESERVED] = BY_LISTENER,
	[FACT_QUEUE_HOLDS] = BY_QUEUE,
	[FACT_NO_WAY_BACK] = BY_WAY_BACK,
	[FACT_RULES_BEFORE_TRACKING] = BY_CHAINS,
};

/* What becomes of a SYN that has come to another namespace shows within this. */
#define ARRIVED_NS UINT64_C(2000000)

static bool on_its_way(const struct stall *stall, uint64_t now_ns)
{
	const struct stall_peer *peer = &stall->peer;
	bool arrived = peer->seen_ns && peer->seen_ns + DROPS_IN_FLIGHT_NS >= stall->last_try_ns;

	return !stall->last_retry_err &&
	       now_ns < stall->last_try_ns + (arrived ? ARRIVED_NS : DROPS_IN_FLIGHT_NS);
}

bool watched_packets(const struct stall *stall, bool sense, uint64_t now_ns)
{
	return sense && stall->followed_sends > (on_its_way(stall, now_ns) ? 1 : 0);
}

static bool is_address(const struct endpoint *end)
{
	static const uint8_t none[16];

	return memcmp(end->addr, none, sizeof(none));
}

/* Only a connect from a port of its own choice can find its four numbers taken. */
static bool knows_tuple(const struct stall *stall)
{
	return stall->ports.in_use != STALL_NOT_KNOWN ||
	       (stall->ports.looked && !stall->flow.local.port);
}

/* Where no SYN is made, the state of a device decides nothing. */
static bool knows_device(const struct stall *stall)
{
	return stall->end == STALL_REFUSED_EARLY ||
	       (stall->device_up != STALL_NOT_KNOWN && stall->device_carrier != STALL_NOT_KNOWN);
}

/* It was not seen anywhere but where it began, or the last place was asked. */
static bool knows_place(const struct stall *stall, const struct stall_senses *senses, uint64_t now)
{
	const struct stall_peer *peer = &stall->peer;

	return watched_packets(stall, senses->receive, now) &&
	       (!peer->seen_ns ||
		((peer->asked || peer->arrived) && peer->netns == peer->seen_netns));
}

/* It was not seen anywhere but where it began, or it is known where it would go from there. */
static bool knows_onward(const struct stall *stall, const struct stall_senses *senses, uint64_t now)
{
	const struct stall_peer *peer = &stall->peer;

	return knows_place(stall, senses, now) &&
	       (!peer->seen_ns || peer->arrived || peer->onward_asked == STALL_KNOWN_YES);
}

static bool is_ipv6(const struct stall *stall)
{
	return stall->flow.family == AF_INET6 && !endpoint_is_v4(&stall->flow.remote);
}

static bool knows_ipv6(const struct stall *stall)
{
	return endpoint_is_v4(&stall->flow.remote) || stall->ipv6_usable == STALL_KNOWN_YES ||
	       (stall->ipv6_usable == STALL_KNOWN_NO && stall->ipv6_tentative != STALL_NOT_KNOWN);
}

static bool knows(enum witness witness, const struct stall *stall,
		  const struct stall_senses *senses, uint64_t now)
{
	switch (witness) {
	case BY_SOCKET:
		return (stall->inspected && !stall->polled) || stall->end == STALL_REFUSED_EARLY;
	case BY_RETRY_ERROR:
		return senses->retransmit && senses->retransmit_err;
	case BY_REROUTE: /* or no drop may be one of those */
		return stall->reroute.route != STALL_ROUTE_UNKNOWN ||
		       !drop_may_be_reroute(stall, now);
	case BY_ROUTE:
		return stall->route != STALL_ROUTE_UNKNOWN;
	case BY_NEIGHBOUR:
		return stall->neighbour != STALL_NEIGHBOUR_UNKNOWN;
	case BY_PROHIBITS:
		return stall->some_prohibited != STALL_NOT_KNOWN;
	case BY_IPSEC:
		return stall->ipsec_blocks != STALL_NOT_KNOWN;
	case BY_PORTS:
		return stall->ports.looked && !stall->ports.late;
	case BY_TUPLE:
		return knows_tuple(stall);
	case BY_SOURCE: /* or it was not bound to one */
		return stall->source_present != STALL_NOT_KNOWN ||
		       (stall->end == STALL_REFUSED_EARLY && !is_address(&stall->flow.local));
	case BY_IPV6:
		return knows_ipv6(stall);
	case BY_DEVICE:
		return knows_device(stall);
	case BY_USED_DEVICE: /* or it has a route, or never had one */
		return stall->used.up != STALL_NOT_KNOWN || stall->used.there == STALL_KNOWN_NO ||
		       (stall->route != STALL_ROUTE_NONE && stall->route != STALL_ROUTE_UNKNOWN) ||
		       stall->end == STALL_REFUSED_EARLY;
	case BY_QUEUE:
		return stall->queue_known ||
		       (stall->inspected && !stall->polled && !stall->in_host);
	case BY_WAY_BACK:
		return stall->peer.way_back != STALL_ROUTE_UNKNOWN;
	case BY_NAT:
		return stall->peer.nat_asked == STALL_KNOWN_YES;
	case BY_ONWARD:
		return knows_onward(stall, senses, now);
	case BY_CHAINS:
		return tracking_rules_before(stall, drop_latest(stall, STALL_SYN, now)) !=
		       STALL_NOT_KNOWN;
	case BY_LISTENER:
		return stall->peer.looked;
	case BY_DROPS:
		return watched_packets(stall, senses->drops, now);
	case BY_ARRIVALS:
		return watched_packets(stall, senses->receive, now);
	case BY_PLACE:
		return knows_place(stall, senses, now);
	case BY_RESETS: /* one ends the connect */
		return senses->resets || stall->end == STALL_GOES_ON;
	case BY_ICMP:
		return is_ipv6(stall) ? senses->icmp6 : senses->errors;
	case BY_ITSELF:
		break;
	}
	return true;
}

fact_set watched_absent(const struct stall *stall, const struct stall_senses *senses, uint64_t now)
{
	fact_set absent = 0;

	for (unsigned int i = 0; i < FACT_COUNT; i++) {
		if (knows(witnesses[i], stall, senses, now))
			absent |= FACT_BIT(i);
	}
	return absent;
}
