/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All listeners of a network namespace as they stood a moment ago: hundreds of connects that hang
 * are answered from one pass over its sockets, and their listeners' processes from one pass over
 * all descriptors.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "commands/stalls.h"
#include "diagnosis/record.h"
#include "netstate/tcp_state.h"

#define LISTENERS_MAX 65536 /* of a namespace; with more, the absence of one proves nothing */
#define OWNERS_KEEP_NS 1000000000u
#define SHARE 20 /* passes take at most one part in so many of the time */

static uint64_t longer(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static int by_sock(const void *a, const void *b)
{
	const struct stalls_listener *left = a, *right = b;

	return (left->sock.sock > right->sock.sock) - (left->sock.sock < right->sock.sock);
}

static bool grow(struct stalls_sight *sight)
{
	size_t room = sight->room ? sight->room * 2 : 64;
	struct stalls_listener *rows = realloc(sight->rows, room * sizeof(*rows));

	if (!rows)
		return false;
	sight->rows = rows;
	sight->room = room;
	return true;
}

static void take_listener(void *context, const void *bytes, size_t size)
{
	struct stalls_sight *sight = context;
	struct stall_record record;

	if (stall_record_decode(bytes, size, &record) ||
	    record.head.kind != WIRE_KIND_STALL_LISTENER)
		return;
	if (sight->count == LISTENERS_MAX || (sight->count == sight->room && !grow(sight))) {
		sight->whole = false;
		return;
	}
	sight->rows[sight->count++] = (struct stalls_listener){
		.sock = record.listener,
		.owner = {.sock = record.listener.sock, .inode = record.listener.inode}};
}

/* The same socket, of whom we know already whose it is. */
static void keep_owners(struct stalls_sight *sight, const struct stalls_sight *before)
{
	for (size_t i = 0; i < sight->count; i++) {
		struct stalls_listener *row = &sight->rows[i], *old = NULL;

		if (before->count)
			old = bsearch(row, before->rows, before->count, sizeof(*row), by_sock);
		if (old && old->sock.inode == row->sock.inode) {
			row->owner = old->owner;
			row->owner_ns = old->owner_ns;
		}
	}
}

static void look(struct stalls *stalls, struct stalls_sight *sight, uint64_t now)
{
	struct stalls_sight fresh = {.netns = sight->netns,
				     .used_ns = now,
				     .whole = true,
				     .owners_until_ns = sight->owners_until_ns};

	if (netns_switch_enter(&stalls->netns, sight->netns)) {
		fresh.whole = false;
	} else {
		if (stall_hooks_dump(stalls->hooks, 1u << TCP_STATE_LISTEN, NULL, take_listener,
				     &fresh))
			fresh.whole = false;
		netns_switch_leave(&stalls->netns);
	}
	if (fresh.count)
		qsort(fresh.rows, fresh.count, sizeof(*fresh.rows), by_sock);
	keep_owners(&fresh, sight);
	fresh.until_ns = now + longer(STALLS_SIGHT_NS, (clock_monotonic_ns() - now) * SHARE);
	free(sight->rows);
	*sight = fresh;
}

struct stalls_sight *stalls_sight(struct stalls *stalls, uint32_t netns)
{
	struct stalls_sight *sight = &stalls->sights[0];
	uint64_t now = clock_monotonic_ns();

	for (int i = 0; i < STALLS_SIGHTS && sight->netns != netns; i++) {
		if (stalls->sights[i].netns == netns || stalls->sights[i].used_ns < sight->used_ns)
			sight = &stalls->sights[i];
	}
	if (sight->netns != netns) {
		free(sight->rows);
		*sight = (struct stalls_sight){.netns = netns};
	}
	if (now >= sight->until_ns)
		look(stalls, sight, now);
	sight->used_ns = now;
	return sight;
}

void stalls_sights_release(struct stalls *stalls)
{
	for (int i = 0; i < STALLS_SIGHTS; i++)
		free(stalls->sights[i].rows);
}

/* ---------------------------------------------------------------- whose they are */

static void find_owners(struct stalls *stalls, struct stalls_sight *sight, uint64_t now)
{
	struct stalls_owner *owners = calloc(sight->count, sizeof(*owners));

	if (!owners)
		return;
	for (size_t i = 0; i < sight->count; i++)
		owners[i] = (struct stalls_owner){.sock = sight->rows[i].sock.sock,
						  .inode = sight->rows[i].sock.inode};
	stalls_find_owners(stalls, owners, sight->count);
	for (size_t i = 0; i < sight->count; i++) {
		sight->rows[i].owner = owners[i];
		sight->rows[i].owner_ns = now;
	}
	free(owners);
	sight->owners_until_ns = now + (clock_monotonic_ns() - now) * SHARE;
}

/*
 * Whoever had it last, accepted of late, or listened, is asked first whether he has it still: a
 * pass over 100,000 descriptors takes 0.1 s.
 */
static bool ask_likely(struct stalls *stalls, struct stalls_listener *listener, uint32_t pid)
{
	const struct wire_stall_listener *sock = &listener->sock;

	return stalls_holds(listener->owner.pid, &listener->owner) ||
	       stalls_holds(pid, &listener->owner) ||
	       stalls_holds(tracer_find_owner(stalls->tracer, sock->sock, sock->cookie),
			    &listener->owner);
}

const struct stalls_owner *stalls_sight_owner(struct stalls *stalls, struct stalls_sight *sight,
					      struct stalls_listener *listener, uint32_t pid)
{
	uint64_t now = clock_monotonic_ns();

	if (listener->owner_ns && now < listener->owner_ns + OWNERS_KEEP_NS)
		return &listener->owner;
	if (ask_likely(stalls, listener, pid))
		listener->owner_ns = now;
	else if (now >= sight->owners_until_ns)
		find_owners(stalls, sight, now);
	return &listener->owner;
}
