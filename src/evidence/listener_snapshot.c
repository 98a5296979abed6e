/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Wire records of listeners -> a snapshot, and which of them a SYN reaches. Asks the kernel
 * nothing. */
#include "evidence/listener_snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/list_grow.h"
#include "diagnosis/record.h"

static int by_sock(const void *a, const void *b)
{
	const struct snapshot_listener *left = a, *right = b;

	return (left->sock.sock > right->sock.sock) - (left->sock.sock < right->sock.sock);
}

void listener_snapshot_add(struct listener_snapshot *snapshot, const void *bytes, size_t size)
{
	struct stall_record record;

	if (stall_record_decode(bytes, size, &record) ||
	    record.head.kind != WIRE_KIND_STALL_LISTENER)
		return;
	if (snapshot->count == LISTENER_SNAPSHOT_MAX ||
	    LIST_GROW(snapshot->rows, snapshot->count, snapshot->room)) {
		snapshot->complete = false;
		return;
	}
	snapshot->rows[snapshot->count++] = (struct snapshot_listener){
		.sock = record.listener,
		.owner = {.sock = record.listener.sock, .inode = record.listener.inode}};
}

/* The same socket: its owner was looked for before. */
static void copy_owners(struct listener_snapshot *snapshot, const struct listener_snapshot *before)
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
	copy_owners(fresh, old);
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

#define SCORE_EXACT 4
#define SCORE_DEVICE 2
#define SCORE_IPV4 1

/* The index of no device: finds listeners that take what any device brings. */
#define NO_DEVICE UINT32_MAX

#define NOT_FOR_IT (-1)
#define ON_OTHER_DEVICE (-2)

static int score_of(const struct wire_stall_listener *sock, const struct endpoint *end,
		    uint32_t ifindex)
{
	int score = address_is_v4(sock->laddr) ? SCORE_IPV4 : 0;

	if (!memcmp(sock->laddr, end->addr, 16))
		score += SCORE_EXACT;
	else if (!is_any(sock, end))
		return NOT_FOR_IT;
	if (!sock->bound_ifindex || !ifindex)
		return score;
	return sock->bound_ifindex == ifindex ? score + SCORE_DEVICE : ON_OTHER_DEVICE;
}

static void on_member(struct listener_match *match, struct snapshot_listener *row)
{
	match->members++;
	match->members_full += row->sock.queue > row->sock.limit;
	if (!match->listener || row->sock.queue > match->listener->sock.queue)
		match->listener = row;
}

void listener_snapshot_match(const struct listener_snapshot *snapshot, const struct endpoint *end,
			     uint32_t ifindex, struct listener_match *ret_match)
{
	struct listener_match match = {};
	bool other_device = false;
	int best = 0;

	for (size_t i = 0; i < snapshot->count; i++) {
		struct snapshot_listener *row = &snapshot->rows[i];
		int score = row->sock.lport == end->port ? score_of(&row->sock, end, ifindex)
							 : NOT_FOR_IT;

		other_device |= score == ON_OTHER_DEVICE;
		if (score < best)
			continue;
		if (score > best)
			match = (struct listener_match){};
		best = score;
		on_member(&match, row);
	}
	match.other_device = !match.listener && other_device;
	*ret_match = match;
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
	struct listener_match match;
	uint32_t count = 0;

	listener_snapshot_match(snapshot, end, NO_DEVICE, &match);
	if (!match.listener)
		listener_snapshot_match(snapshot, end, 0, &match);
	if (match.listener) {
		memcpy(ret_end->addr, match.listener->sock.laddr, sizeof(ret_end->addr));
		ret_end->port = match.listener->sock.lport;
		*ret_more = match.members - 1;
		return match.listener->sock.bound_ifindex ? STALL_ELSEWHERE_DEVICE
							  : STALL_ELSEWHERE_PASSED_OVER;
	}
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
