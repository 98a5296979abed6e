/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Descriptors, a few bytes each. */
#include "table/held.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/list_grow.h"

#define BATCH 32 /* descriptors whose rows are fetched from memory together */

struct held_one {
	uint64_t cookie;
	uint64_t sock;
	uint32_t netns;
	uint32_t owner; /* place in the list of owners */
};

void held_release(struct held *held)
{
	free(held->list);
	free(held->owners);
	free(held->seen);
	*held = (struct held){};
}

static bool same_owner(const struct connection_owner *a, const struct connection_owner *b)
{
	return a->pid == b->pid && a->uid == b->uid && a->owner == b->owner &&
	       !strcmp(a->comm, b->comm);
}

static int add_owner(struct held *held, const struct connection_owner *owner)
{
	size_t count = held->owner_count;

	if (count && same_owner(&held->owners[count - 1], owner))
		return 0;
	if (LIST_GROW(held->owners, count, held->owner_room))
		return -ENOMEM;
	held->owners[held->owner_count++] = *owner;
	held->first = held->count;
	return 0;
}

static bool is_socket(const struct held_one *one, uint64_t cookie, uint64_t sock)
{
	return one->cookie == cookie && one->sock == sock;
}

/* Where the task's socket is, or would be, in `seen`: places in the list from 1; those of earlier tasks are free. */
static uint32_t *seen_at(struct held *held, uint64_t cookie, uint64_t sock)
{
	uint64_t at = ((cookie ^ sock) * 0x9e3779b97f4a7c15ULL) >> 32;

	for (;; at++) {
		uint32_t *place = &held->seen[at & (held->seen_room - 1)];

		if (*place <= held->first || is_socket(&held->list[*place - 1], cookie, sock))
			return place;
	}
}

static int grow_seen(struct held *held)
{
	size_t room = held->seen_room ? held->seen_room * 2 : 64;
	uint32_t *seen;

	if ((held->count - held->first + 1) * 4 < held->seen_room * 3)
		return 0;
	seen = calloc(room, sizeof(*seen));
	if (!seen)
		return -ENOMEM;
	free(held->seen);
	held->seen = seen;
	held->seen_room = room;
	for (size_t i = held->first; i < held->count; i++)
		*seen_at(held, held->list[i].cookie, held->list[i].sock) = (uint32_t)i + 1;
	return 0;
}

int held_add(struct held *held, const struct held_socket *socket)
{
	uint32_t *place;

	if (LIST_GROW(held->list, held->count, held->room) || add_owner(held, &socket->owner) ||
	    grow_seen(held))
		return -ENOMEM;
	place = seen_at(held, socket->cookie, socket->sock);
	if (*place > held->first)
		return 0;
	held->list[held->count++] = (struct held_one){
		.cookie = socket->cookie,
		.sock = socket->sock,
		.netns = socket->netns,
		.owner = (uint32_t)held->owner_count - 1,
	};
	*place = (uint32_t)held->count;
	return 0;
}

void held_give(const struct held *held, const struct pass_handler *handle)
{
	struct held_socket batch[BATCH];
	size_t count = 0;

	for (size_t i = 0; i < held->count; i++) {
		const struct held_one *one = &held->list[i];

		batch[count++] = (struct held_socket){.cookie = one->cookie,
						      .sock = one->sock,
						      .netns = one->netns,
						      .owner = held->owners[one->owner]};
		if (count < BATCH && i + 1 < held->count)
			continue;
		handle->held(handle->context, batch, count);
		count = 0;
	}
}
