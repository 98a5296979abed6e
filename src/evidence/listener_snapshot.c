/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Wire records of listeners -> a snapshot, and which of them a SYN reaches. Asks the kernel
 * nothing. */
#include "evidence/listener_snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "diagnosis/record.h"

static int by_sock(const void *a, const void *b)
{
	const struct snapshot_listener *left = a, *right = b;

	return (left->sock.sock > right->sock.sock) - (left->sock.sock < right->sock.sock);
}

static bool grow(struct listener_snapshot *snapshot)
{
	size_t room = snapshot->room ? snapshot->room * 2 : 64;
	struct snapshot_listener *rows = realloc(snapshot->rows, room * sizeof(*rows));

	if (!rows)
		return false;
	snapshot->rows = rows;
	snapshot->room = room;
	return true;
}

void listener_snapshot_add(struct listener_snapshot *snapshot, const void *bytes, size_t size)
{
	struct stall_record record;

	if (stall_record_decode(bytes, size, &record) ||
	    record.head.kind != WIRE_KIND_STALL_LISTENER)
		return;
	if (snapshot->count == LISTENER_SNAPSHOT_MAX ||
	    (snapshot->count == snapshot->room && !grow(snapshot))) {
		snapshot->complete = false;
		return;
	}
	snapshot->rows[snapshot->count++] = (struct snapshot_listener){
		.sock = record.listener,
		.owner = {.sock = record.listener.sock, .inode = record.listener.inode}};
}

/* The same socket: its owner was looked for before. */
static void take_owners(struct listener_snapshot *snapshot, const struct listener_snapshot *before)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		struct snapshot_listener *row = &snapshot->rows[i], *old = NULL;

		if (before->count)
			old = bsearch(row, before->rows, before->count, sizeof(*row), by_sock);
		if (old && old->sock.inode == row->sock.inode) {
			row->owner = old->owner;
			row->owner_ns = old->owner_ns;
		}
	}
}

void listener_snapshot_replace(struct listener_snapshot *old, struct listener_snapshot *fresh)
{
	if (fresh->count)
		qsort(fresh->rows, fresh->count, sizeof(*fresh->rows), by_sock);
	take_owners(fresh, old);
	free(old->rows);
	*old = *fresh;
	*fresh = (struct listener_snapshot){};
}

struct listener_snapshot *listener_snapshots_slot(struct listener_snapshots *snapshots,
						  uint32_t netns, uint64_t now_ns)
{
	struct listener_snapshot *slot = &snapshots->slots[0];

	for (int i = 0; i < LISTENER_SNAPSHOTS && slot->netns != netns; i++) {
		struct listener_snapshot *other = &snapshots->slots[i];

		if (other->netns == netns || other->used_ns < slot->used_ns)
			slot = other;
	}
	if (slot->netns != netns) {
		free(slot->rows);
		*slot = (struct listener_snapshot){.netns = netns};
	}
	slot->used_ns = now_ns;
	return slot;
}

void listener_snapshots_release(struct listener_snapshots *snapshots)
{
	for (int i = 0; i < LISTENER_SNAPSHOTS; i++)
		free(snapshots->slots[i].rows);
}

/* ---------------------------------------------------------------- which one a SYN reaches */

/* It listens on all addresses, and `end` is one of them. */
static bool is_any(const struct wire_stall_listener *sock, const struct endpoint *end)
{
	if (!address_is_any(sock->laddr))
		return false;
	return address_is_v4(sock->laddr) ? endpoint_is_v4(end)
					  : !(sock->v6only && endpoint_is_v4(end));
}

struct snapshot_listener *listener_snapshot_find(const struct listener_snapshot *snapshot,
						 const struct endpoint *end)
{
	struct snapshot_listener *best = NULL;
	bool best_exact = false;

	for (size_t i = 0; i < snapshot->count; i++) {
		struct snapshot_listener *row = &snapshot->rows[i];
		bool exact;

		if (row->sock.lport != end->port)
			continue;
		exact = !memcmp(row->sock.laddr, end->addr, 16);
		if (!exact && (!is_any(&row->sock, end) || best_exact))
			continue;
		if (best && exact == best_exact && row->sock.queue <= best->sock.queue)
			continue;
		best = row;
		best_exact = exact;
	}
	return best;
}

static uint8_t elsewhere_of(const struct wire_stall_listener *sock)
{
	if (!address_is_any(sock->laddr))
		return STALL_ELSEWHERE_ADDRESS;
	return address_is_v4(sock->laddr) ? STALL_ELSEWHERE_IPV4 : STALL_ELSEWHERE_IPV6;
}

uint8_t listener_snapshot_elsewhere(const struct listener_snapshot *snapshot,
				    const struct endpoint *end, struct endpoint *ret_end,
				    uint32_t *ret_more)
{
	uint8_t elsewhere = STALL_ELSEWHERE_NONE;
	uint32_t count = 0;

	if (listener_snapshot_find(snapshot, end))
		return STALL_ELSEWHERE_NONE; /* of another device, or just begun */
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct wire_stall_listener *sock = &snapshot->rows[i].sock;

		if (sock->lport != end->port)
			continue;
		count++;
		if (elsewhere)
			continue;
		elsewhere = elsewhere_of(sock);
		memcpy(ret_end->addr, sock->laddr, sizeof(ret_end->addr));
		ret_end->port = sock->lport;
	}
	*ret_more = count ? count - 1 : 0;
	return elsewhere;
}
