/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* DROP and PASS records of one connect's handshake -> what is known of it. Pure. */
#include "diagnosis/collect_packet.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "diagnosis/drops.h"
#include "diagnosis/tracking.h"
#include "diagnosis/watched.h"

#define SAME_SEND_NS UINT64_C(100000000) /* arrivals closer than this are of one SYN on its way */
#define LATER_NS UINT64_C(1000000000)	 /* what an earlier SYN proved is not undone before that */

_Static_assert((int)STALL_SYN == WIRE_STALL_SYN && (int)STALL_SYNACK == WIRE_STALL_SYNACK &&
		       (int)STALL_OTHER == WIRE_STALL_OTHER,
	       "the wire's numbers are the evidence's");

/* Before the receive path has taken it in. */
static bool at_xdp(const char *location)
{
	return strstr(location, "_xdp_") || !strncmp(location, "xdp_", 4);
}

static enum stall_where where_of(const struct wire_stall_packet *packet)
{
	/* ip_forward, ip6_forward; and for routes with no way on: ip_error, ip6_pkt_prohibit,
	 * dst_discard */
	static const char *const onward[] = {"forward", "_error", "_pkt_", "discard"};

	if (!packet->netns)
		return STALL_SOMEWHERE;
	if (!(packet->flags & WIRE_STALL_RECEIVED))
		return at_xdp(packet->location) ? STALL_PREROUTING : STALL_OUTPUT;
	for (size_t i = 0; i < ARRAY_SIZE(onward); i++) {
		if (strstr(packet->route, onward[i]))
			return STALL_FORWARD;
	}
	if (packet->route[0])
		return STALL_INPUT; /* ip_local_deliver, ip6_input */
	return STALL_PREROUTING;
}

/* What sniffers free is their own copy: packet_rcv(), tpacket_rcv() and others of af_packet.c. */
static bool of_a_sniffer(const struct stall_drop *drop)
{
	static const char *const places[] = {"packet_rcv", "tpacket_rcv", "packet_direct"};

	if (!strcmp(drop->reason, "PACKET_SOCK_ERROR"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (!strncmp(drop->location, places[i], strlen(places[i])))
			return true;
	}
	return false;
}

/* A clone has no socket: what belongs to the connect's own is what it sent. */
static uint8_t identity_of(const struct wire_stall_packet *packet)
{
	if (packet->what != WIRE_STALL_SYN)
		return STALL_UNSURE;
	if (packet->flags & WIRE_STALL_COPY)
		return STALL_COPY;
	return packet->flags & (WIRE_STALL_ORIGINAL | WIRE_STALL_OWN_SOCK) ? STALL_ORIGINAL
									   : STALL_UNSURE;
}

static bool same_place(const struct stall_drop *a, const struct stall_drop *b)
{
	return a->what == b->what && a->where == b->where && a->netns == b->netns &&
	       a->identity == b->identity && a->other_host == b->other_host &&
	       !strcmp(a->reason, b->reason) && !strcmp(a->location, b->location);
}

/* Where there is no room, what proves nothing gives way. */
static struct stall_drop *drop_slot(struct stall *stall, const struct stall_drop *key)
{
	for (unsigned int i = 0; i < stall->drop_count; i++) {
		if (same_place(&stall->drops[i], key))
			return &stall->drops[i];
	}
	if (stall->drop_count < STALL_DROPS_MAX) {
		stall->drops[stall->drop_count] = *key;
		return &stall->drops[stall->drop_count++];
	}
	for (unsigned int i = 0; i < stall->drop_count && key->identity != STALL_COPY; i++) {
		if (stall->drops[i].identity == STALL_COPY) {
			stall->drops_more += stall->drops[i].count;
			stall->drops[i] = *key;
			return &stall->drops[i];
		}
	}
	return NULL;
}

/* Counted where it comes in; where that cannot be seen, where it is dropped. */
static bool collect_other(struct stall *stall, const struct wire_stall_packet *packet)
{
	stall->others++;
	if (packet->head.ktime_ns >= stall->other_ns) {
		stall->other_ns = packet->head.ktime_ns;
		stall->other_flags = packet->tcp_flags;
	}
	return true;
}

static bool from_the_remote(const struct stall *stall, const struct wire_stall_packet *packet)
{
	return packet->sport == stall->flow.remote.port &&
	       !memcmp(packet->saddr, stall->flow.remote.addr, sizeof(packet->saddr));
}

/*
 * Behind all NAT of the namespace, in TCP itself, it came from an address that the socket did not
 * ask.
 */
static void note_stranger_refused(struct stall *stall, const struct wire_stall_packet *packet)
{
	if (packet->what != WIRE_STALL_SYNACK || packet->netns != stall->flow.netns ||
	    strncmp(packet->location, "tcp_v", 5) || from_the_remote(stall, packet))
		return;
	stall->stranger_refused = true;
	if (packet->head.ktime_ns > stall->stranger_ns)
		stall->stranger_ns = packet->head.ktime_ns;
	stall->strangers += !stall->strangers;
	memcpy(stall->stranger.addr, packet->saddr, sizeof(stall->stranger.addr));
	stall->stranger.port = packet->sport;
}

static uint8_t tracked_of(const struct wire_stall_packet *packet)
{
	if (packet->flags & WIRE_STALL_TRACKED)
		return STALL_KNOWN_YES;
	return packet->flags & WIRE_STALL_NOT_TRACKED ? STALL_KNOWN_NO : STALL_NOT_KNOWN;
}

static void note_ends(struct stall_drop *drop, const struct wire_stall_packet *packet)
{
	drop->last_ns = packet->head.ktime_ns;
	drop->tracked = tracked_of(packet);
	drop->ifindex = packet->ifindex;
	drop->mark = packet->mark;
	memcpy(drop->from.addr, packet->saddr, sizeof(drop->from.addr));
	memcpy(drop->to.addr, packet->daddr, sizeof(drop->to.addr));
	drop->from.port = packet->sport;
	drop->to.port = packet->dport;
}

static void name_reason(struct stall_drop *drop, const struct wire_stall_packet *packet,
			const struct stall_kernel *kernel)
{
	const char *name =
		kernel->drop_reason ? kernel->drop_reason(kernel->context, packet->reason) : NULL;

	if (!(packet->flags & WIRE_STALL_HAS_REASON))
		return;
	if (name)
		snprintf(drop->reason, sizeof(drop->reason), "%s", name);
	else
		snprintf(drop->reason, sizeof(drop->reason), "reason-%u", packet->reason);
}

bool collect_drop(struct stall *stall, const struct wire_stall_packet *packet,
		  const struct stall_kernel *kernel)
{
	struct stall_drop key = {
		.what = packet->what,
		.where = where_of(packet),
		.identity = identity_of(packet),
		.own_namespace = packet->netns && packet->netns == stall->flow.netns,
		.other_host = packet->flags & WIRE_STALL_OTHERHOST,
		.tunnelled = packet->flags & WIRE_STALL_TUNNELLED,
		.netns = packet->netns,
	};
	struct stall_drop *drop;

	name_reason(&key, packet, kernel);
	snprintf(key.location, sizeof(key.location), "%s", packet->location);
	if (of_a_sniffer(&key))
		key.identity = STALL_COPY;
	note_stranger_refused(stall, packet);
	drop = drop_slot(stall, &key);
	if (!drop) {
		stall->drops_more++;
		return true;
	}
	drop->count++;
	if (packet->head.ktime_ns > drop->last_ns)
		note_ends(drop, packet);
	if (packet->what == WIRE_STALL_OTHER && !kernel->senses.receive)
		collect_other(stall, packet);
	return true;
}

/* Of several arrivals of one SYN the one that is surest to be on its way counts, and the latest. */
static unsigned int weight(uint8_t identity, bool other_host)
{
	static const unsigned int weights[] = {
		[STALL_UNSURE] = 2, [STALL_ORIGINAL] = 4, [STALL_COPY] = 0};

	return weights[identity] + (other_host ? 0 : 1);
}

static struct stall_arrival arrival_of(const struct wire_stall_packet *packet)
{
	struct stall_arrival arrival = {
		.at_ns = packet->head.ktime_ns,
		.netns = packet->netns,
		.ifindex = packet->ifindex,
		.to.port = packet->dport,
		.from.port = packet->sport,
		.identity = identity_of(packet),
		.other_host = packet->flags & WIRE_STALL_OTHERHOST,
	};

	memcpy(arrival.to.addr, packet->daddr, sizeof(arrival.to.addr));
	memcpy(arrival.from.addr, packet->saddr, sizeof(arrival.from.addr));
	return arrival;
}

static struct stall_arrival last_arrival(const struct stall_peer *peer)
{
	return (struct stall_arrival){.at_ns = peer->seen_ns,
				      .netns = peer->seen_netns,
				      .identity = peer->seen_identity,
				      .other_host = peer->seen_other_host};
}

/* Records may come in any order: SYNs are a second apart, or nearly. */
static bool goes_before(const struct stall_arrival *seen, const struct stall_arrival *other)
{
	unsigned int sure = weight(other->identity, other->other_host);
	unsigned int was = weight(seen->identity, seen->other_host);

	if (!seen->at_ns || other->at_ns >= seen->at_ns + SAME_SEND_NS)
		return true;
	if (other->at_ns + SAME_SEND_NS <= seen->at_ns)
		return false;
	return sure > was || (sure == was && other->at_ns >= seen->at_ns);
}

static void set_arrival(struct stall_peer *peer, const struct stall_arrival *arrival)
{
	peer->seen = true;
	peer->seen_other_host = arrival->other_host;
	peer->seen_identity = arrival->identity;
	peer->seen_ns = arrival->at_ns;
	peer->seen_netns = arrival->netns;
	peer->seen_ifindex = arrival->ifindex;
	peer->seen_end = arrival->to;
	peer->seen_from = arrival->from;
	peer->later = (struct stall_arrival){};
}

/* It comes through a namespace on its way to where an earlier SYN arrived: that is not undone yet. */
static bool passes_through(const struct stall_peer *peer, const struct stall_arrival *arrival)
{
	return peer->arrived && peer->seen_ns && peer->seen_identity == STALL_ORIGINAL &&
	       !peer->seen_other_host && arrival->netns != peer->seen_netns &&
	       arrival->at_ns >= peer->seen_ns + SAME_SEND_NS;
}

static bool collect_arrival(struct stall *stall, const struct wire_stall_packet *packet)
{
	struct stall_peer *peer = &stall->peer;
	struct stall_arrival arrival = arrival_of(packet), last = last_arrival(peer);

	if (arrival.identity == STALL_COPY && arrival.at_ns > stall->copied_ns)
		stall->copied_ns = arrival.at_ns;
	if (packet->flags & WIRE_STALL_TUNNELLED || arrival.identity == STALL_COPY)
		return false;
	if (arrival.identity == STALL_ORIGINAL && !arrival.other_host)
		tracking_note_arrival(stall, packet);
	if (!goes_before(&last, &arrival))
		return false;
	if (!passes_through(peer, &arrival)) {
		set_arrival(peer, &arrival);
		return true;
	}
	if (goes_before(&peer->later, &arrival))
		peer->later = arrival;
	return false;
}

/* The last SYN went another way: it came in nowhere. */
static bool came_nowhere(const struct stall *stall)
{
	return stall->peer.seen_ns && !stall->peer.later.at_ns &&
	       stall->last_try_ns > stall->peer.seen_ns + DROPS_IN_FLIGHT_NS;
}

bool collect_settle(struct stall *stall, bool receive, uint64_t now_ns)
{
	struct stall_peer *peer = &stall->peer;
	struct stall_arrival later = peer->later;

	if (came_nowhere(stall) && now_ns >= stall->last_try_ns + LATER_NS &&
	    watched_packets(stall, receive, now_ns)) {
		*peer = (struct stall_peer){};
		return true;
	}
	if (!later.at_ns || now_ns < later.at_ns + LATER_NS)
		return false;
	set_arrival(peer, &later);
	return true;
}

uint64_t collect_settles_at(const struct stall *stall)
{
	const struct stall_peer *peer = &stall->peer;

	if (peer->later.at_ns)
		return peer->later.at_ns + LATER_NS;
	if (came_nowhere(stall))
		return stall->last_try_ns + LATER_NS;
	if (!peer->seen_ns || !peer->asked || peer->arrived || peer->onward_asked)
		return 0;
	return peer->seen_ns + ONWARD_NS;
}

bool collect_pass(struct stall *stall, const struct wire_stall_packet *packet)
{
	if (packet->what == WIRE_STALL_SYN)
		return collect_arrival(stall, packet);
	if (packet->netns != stall->flow.netns || packet->flags & WIRE_STALL_OTHERHOST)
		return false;
	if (packet->what == WIRE_STALL_OTHER)
		return collect_other(stall, packet);
	if (packet->what != WIRE_STALL_SYNACK)
		return true;
	if (from_the_remote(stall, packet)) {
		stall->synacks++;
		return true;
	}
	stall->strangers++;
	memcpy(stall->stranger.addr, packet->saddr, sizeof(stall->stranger.addr));
	stall->stranger.port = packet->sport;
	return true;
}
