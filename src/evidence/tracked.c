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

/* stalls asks about those in SYN_SENT. */
static bool gets_no_answer(const struct socket_detail *socket)
{
	return socket->form == SOCKET_FULL && socket->flags & SOCKET_DETAILS &&
	       socket->retransmits && socket->state != TCP_STATE_LISTEN &&
	       socket->state != TCP_STATE_SYN_SENT && (socket->unacked || socket->fin_unacked);
}

/* ---------------------------------------------------------------- which ones */

#define DESTINATIONS 1024u /* a power of two */
#define NOT_CHOSEN 2	   /* this rank and the next one */

/* In the order in which they are asked about. */
struct candidate {
	uint8_t rank;
	uint8_t nth; /* of its process and destination */
	uint32_t index;
};

static uint8_t rank_of(const struct socket_detail *socket, const struct tracked_choice *choice)
{
	bool chosen = choice->wanted && choice->wanted(choice->context, &socket->flow, socket);

	return (uint8_t)((chosen ? 0 : NOT_CHOSEN) + (socket->flags & SOCKET_ORPHAN ? 1 : 0));
}

/* Two that share a place only take turns. */
static uint32_t destination_of(const struct flow *flow)
{
	uint64_t hash = flow->pid ^ (uint64_t)flow->netns << 32, words[2];

	memcpy(words, flow->remote.addr, sizeof(words));
	hash = (hash ^ words[0]) * 0x9e3779b97f4a7c15ULL;
	hash = (hash ^ hash >> 29 ^ words[1] ^ flow->remote.port) * 0xbf58476d1ce4e5b9ULL;
	return (uint32_t)(hash >> 40) & (DESTINATIONS - 1);
}

static int by_rank(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;

	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	if (left->nth != right->nth)
		return left->nth < right->nth ? -1 : 1;
	return (left->index > right->index) - (left->index < right->index);
}

static size_t count_unanswered(const struct evidence_store *store)
{
	size_t count = 0;

	for (size_t i = 0; i < store->socket_count; i++)
		count += gets_no_answer(&store->sockets[i]);
	return count;
}

/* Those that are chosen, where any are; else all. */
static uint32_t count_left_out(const struct candidate *list, size_t count,
			       const struct tracked_choice *choice)
{
	uint32_t left_out = 0;

	for (size_t i = TRACKED_MAX; i < count; i++)
		left_out += !choice->wanted || list[i].rank < NOT_CHOSEN;
	return left_out;
}

static void list_candidates(const struct evidence_store *store, const struct tracked_choice *choice,
			    struct candidate *list)
{
	uint8_t counts[DESTINATIONS] = {};
	size_t at = 0;

	for (uint32_t i = 0; i < store->socket_count; i++) {
		const struct socket_detail *socket = &store->sockets[i];
		uint8_t *count = &counts[destination_of(&socket->flow)];

		if (!gets_no_answer(socket))
			continue;
		list[at++] = (struct candidate){rank_of(socket, choice), *count, i};
		*count += *count < UINT8_MAX;
	}
}

struct tracked *tracked_new(const struct evidence_store *store, const struct tracked_choice *choice)
{
	size_t count = count_unanswered(store);
	struct candidate *list = count ? malloc(count * sizeof(*list)) : NULL;
	struct tracked *tracked = list ? calloc(1, sizeof(*tracked)) : NULL;

	if (tracked) {
		list_candidates(store, choice, list);
		qsort(list, count, sizeof(*list), by_rank);
		tracked->count = count < TRACKED_MAX ? (uint32_t)count : TRACKED_MAX;
		tracked->left_out = count_left_out(list, count, choice);
		for (uint32_t i = 0; i < tracked->count; i++)
			tracked->list[i] = list[i].index;
	}
	free(list);
	return tracked;
}

void tracked_free(struct tracked *tracked)
{
	free(tracked);
}

/* ---------------------------------------------------------------- what is asked */

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

void tracked_read(struct tracked *tracked, const struct evidence_space *space,
		  struct evidence_store *store)
{
	if (tracked && tracks(space))
		tracked->asked = true;
	for (uint32_t i = 0; tracked && i < tracked->count; i++) {
		const struct socket_detail *socket = &store->sockets[tracked->list[i]];

		if (socket->flow.netns == space->netns)
			add_next_hop(socket, store);
		if (tracks(space))
			add_entry(socket, space->netns, store);
	}
}
