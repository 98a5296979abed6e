/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Entries of connection tracking, and next hops, of connections that get no answer. */
#include "evidence/tracked.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "netlink/conntrack.h"
#include "netlink/route.h"
#include "netstate/tcp_state.h"

struct tracked {
	uint32_t list[TRACKED_MAX]; /* indexes of the store's sockets */
	uint32_t count;
};

static bool gets_no_answer(const struct socket_detail *socket)
{
	return socket->form == SOCKET_FULL && socket->flags & SOCKET_DETAILS &&
	       socket->retransmits && socket->state != TCP_STATE_LISTEN &&
	       (socket->unacked || socket->fin_unacked || socket->state == TCP_STATE_SYN_SENT);
}

struct tracked *tracked_new(const struct evidence_store *store)
{
	struct tracked *tracked = calloc(1, sizeof(*tracked));

	for (uint32_t i = 0; tracked && i < store->socket_count; i++) {
		if (gets_no_answer(&store->sockets[i]) && tracked->count < TRACKED_MAX)
			tracked->list[tracked->count++] = i;
	}
	if (tracked && tracked->count)
		return tracked;
	free(tracked);
	return NULL;
}

void tracked_free(struct tracked *tracked)
{
	free(tracked);
}

static struct evidence_event event_of(const struct socket_detail *socket, unsigned int kind,
				      uint32_t netns)
{
	return (struct evidence_event){
		.ktime_ns = clock_monotonic_ns(),
		.cookie = socket->flow.cookie,
		.flow = socket->flow,
		.netns = netns,
		.kind = (uint8_t)kind,
	};
}

static void add_next_hop(const struct socket_detail *socket, struct evidence_store *store)
{
	struct evidence_event event = event_of(socket, EVIDENCE_NEXT_HOP, socket->flow.netns);
	struct route_question question = {.to = socket->flow.remote, .from = socket->flow.local};
	struct route_answer answer = {};

	question.to.port = question.from.port = 0;
	if (route_ask(&question, &answer) || answer.route != STALL_ROUTE_FOUND || answer.local)
		return;
	event.flow.remote = answer.next_hop;
	evidence_store_event(store, &event);
}

static bool same_end(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

/*
 * Another connection's translation may make of it what this one's packets look like here. Only an entry
 * that begins with these ends is surely its own.
 */
static void add_entry(const struct socket_detail *socket, uint32_t netns,
		      struct evidence_store *store)
{
	struct evidence_event event = event_of(socket, EVIDENCE_TRACKED, netns);
	const struct flow *flow = &socket->flow;
	struct conntrack_entry entry;
	int err = conntrack_entry_ask(&flow->local, &flow->remote, &entry);

	if (err && err != -ENOENT)
		return;
	if (!err) {
		event.value = EVIDENCE_HAS_ENTRY | (entry.replied ? EVIDENCE_ENTRY_REPLIED : 0);
		if (same_end(&entry.from, &flow->local) && same_end(&entry.to, &flow->remote)) {
			event.value |= EVIDENCE_ENTRY_FORWARD;
			event.flow.local = entry.nat_from;
			event.flow.remote = entry.nat_to;
		}
	}
	evidence_store_event(store, &event);
}

static bool tracks(const struct evidence_space *space)
{
	uint64_t entries = space->settings[SPACE_CT_COUNT];
	uint64_t invalid = space->counters[SPACE_CT_INVALID];

	return (entries && entries != EVIDENCE_UNKNOWN64) ||
	       (invalid && invalid != EVIDENCE_UNKNOWN64);
}

void tracked_read(const struct tracked *tracked, const struct evidence_space *space,
		  struct evidence_store *store)
{
	for (uint32_t i = 0; tracked && i < tracked->count; i++) {
		const struct socket_detail *socket = &store->sockets[tracked->list[i]];

		if (socket->flow.netns == space->netns)
			add_next_hop(socket, store);
		if (tracks(space))
			add_entry(socket, space->netns, store);
	}
}
