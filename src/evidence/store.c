/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The arrays behind a struct evidence, while they are filled. */
#include "evidence/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"
#include "evidence/holder_index.h"

void evidence_store_release(struct evidence_store *store)
{
	free(store->sockets);
	free(store->holders);
	free(store->processes);
	free(store->spaces);
	free(store->events);
	*store = (struct evidence_store){};
}

void evidence_store_clear(struct evidence_store *store)
{
	store->socket_count = store->holder_count = store->process_count = 0;
	store->space_count = store->event_count = 0;
	store->left_out = 0;
	store->untracked = 0;
	store->spaces_left_out = (struct netns_left_out){};
}

/* Room for one more row behind `count`. 0 or -ENOMEM. */
static int grow(void **rows, size_t *room, size_t count, size_t size)
{
	size_t wanted = *room ? *room * 2 : 256;
	void *grown;

	if (count < *room)
		return 0;
	grown = realloc(*rows, wanted * size);
	if (!grown)
		return -ENOMEM;
	pages_advise_huge(grown, wanted * size);
	*rows = grown;
	*room = wanted;
	return 0;
}

static int add(void **rows, size_t *room, size_t *count, const void *row, size_t size)
{
	int err = grow(rows, room, *count, size);

	if (!err)
		memcpy((char *)*rows + (*count)++ * size, row, size);
	return err;
}

int evidence_store_socket(struct evidence_store *store, const struct socket_detail *row)
{
	if (store->socket_count == (store->socket_max ? store->socket_max : STORE_SOCKETS_MAX)) {
		store->left_out++;
		return 0;
	}
	return add((void **)&store->sockets, &store->socket_room, &store->socket_count, row,
		   sizeof(*row));
}

int evidence_store_process(struct evidence_store *store, const struct evidence_process *row)
{
	if (store->process_count == STORE_PROCESSES_MAX)
		return 0;
	return add((void **)&store->processes, &store->process_room, &store->process_count, row,
		   sizeof(*row));
}

int evidence_store_space(struct evidence_store *store, const struct evidence_space *row)
{
	return add((void **)&store->spaces, &store->space_room, &store->space_count, row,
		   sizeof(*row));
}

int evidence_store_event(struct evidence_store *store, const struct evidence_event *row)
{
	if (store->event_count == STORE_EVENTS_MAX) {
		store->left_out++;
		return 0;
	}
	return add((void **)&store->events, &store->event_room, &store->event_count, row,
		   sizeof(*row));
}

/* ---------------------------------------------------------------- order */

static int by_sock(const void *a, const void *b)
{
	const struct evidence_holder *left = a, *right = b;

	if (left->sock != right->sock)
		return left->sock < right->sock ? -1 : 1;
	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	return (left->fd > right->fd) - (left->fd < right->fd);
}

/*
 * Processes that share one table of descriptors all hold all that is in it, at no cost: of a socket that very many hold the
 * first are kept.
 */
static void thin_holders(struct evidence_store *store)
{
	size_t count = 0, of_socket = 0;

	qsort(store->holders, store->holder_count, sizeof(*store->holders), by_sock);
	for (size_t i = 0; i < store->holder_count; i++) {
		const struct evidence_holder *row = &store->holders[i];
		const struct evidence_holder *last = count ? &store->holders[count - 1] : NULL;

		if (!last || last->sock != row->sock)
			of_socket = 0;
		else if (last->pid == row->pid || of_socket == STORE_HOLDERS_EACH)
			continue;
		of_socket++;
		store->holders[count++] = *row;
	}
	store->holder_count = count;
	store->thin_at = 2 * count;
}

int evidence_store_holder(struct evidence_store *store, const struct evidence_holder *row)
{
	if (store->holder_count >= STORE_HOLDERS_THIN && store->holder_count >= store->thin_at)
		thin_holders(store);
	return add((void **)&store->holders, &store->holder_room, &store->holder_count, row,
		   sizeof(*row));
}

static int by_pid(const void *a, const void *b)
{
	const struct evidence_process *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

static int by_netns(const void *a, const void *b)
{
	const struct evidence_space *left = a, *right = b;

	return (left->netns > right->netns) - (left->netns < right->netns);
}

static int by_time(const void *a, const void *b)
{
	const struct evidence_event *left = a, *right = b;

	return (left->ktime_ns > right->ktime_ns) - (left->ktime_ns < right->ktime_ns);
}

static void sort(void *rows, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	if (count)
		qsort(rows, count, size, compare);
}

/*
 * By address: the scan of descriptors comes before the sockets are read, and most get their cookie
 * only then. A holder with another cookie held a socket that was there before.
 */
static void join_holders(struct evidence_store *store, const struct holder_index *index,
			 struct socket_detail *socket)
{
	bool first = true;

	for (size_t i = holder_index_find(index, socket->flow.sock);
	     i < store->holder_count && store->holders[i].sock == socket->flow.sock; i++) {
		struct evidence_holder *holder = &store->holders[i];

		if (holder->cookie && holder->cookie != socket->flow.cookie)
			continue;
		holder->cookie = socket->flow.cookie;
		if (!first)
			continue;
		first = false;
		socket->flow.pid = holder->pid;
		socket->flow.owner = FLOW_OWNER_SCAN;
		memcpy(socket->flow.comm, holder->comm, sizeof(socket->flow.comm));
	}
}

int evidence_store_join(struct evidence_store *store)
{
	struct holder_index index;

	sort(store->holders, store->holder_count, sizeof(*store->holders), by_sock);
	if (holder_index_init(&index, store->holders, store->holder_count))
		return -ENOMEM;
	for (size_t i = 0; i < store->socket_count; i++) {
		if (store->sockets[i].form == SOCKET_FULL && store->sockets[i].flow.sock)
			join_holders(store, &index, &store->sockets[i]);
	}
	holder_index_release(&index);
	return 0;
}

static int by_cookie(const void *a, const void *b)
{
	const struct socket_detail *left = a, *right = b;

	return (left->flow.cookie > right->flow.cookie) - (left->flow.cookie < right->flow.cookie);
}

void evidence_store_by_cookie(struct evidence_store *store)
{
	sort(store->sockets, store->socket_count, sizeof(*store->sockets), by_cookie);
}

const struct socket_detail *evidence_store_find(const struct evidence_store *store, uint64_t cookie)
{
	const struct socket_detail key = {.flow.cookie = cookie};

	if (!cookie || !store->socket_count)
		return NULL;
	return bsearch(&key, store->sockets, store->socket_count, sizeof(key), by_cookie);
}

struct evidence_process *evidence_store_process_of(const struct evidence_store *store, uint32_t pid)
{
	const struct evidence_process key = {.pid = pid};

	if (!pid || !store->process_count)
		return NULL;
	return bsearch(&key, store->processes, store->process_count, sizeof(key), by_pid);
}

void evidence_store_lend(struct evidence_store *store, struct evidence *ret_evidence)
{
	sort(store->processes, store->process_count, sizeof(*store->processes), by_pid);
	sort(store->spaces, store->space_count, sizeof(*store->spaces), by_netns);
	sort(store->events, store->event_count, sizeof(*store->events), by_time);
	*ret_evidence = (struct evidence){
		.now_ns = store->now_ns,
		.watch_ns = store->watch_ns,
		.wall_offset_ns = store->wall_offset_ns,
		.sockets = store->sockets,
		.socket_count = store->socket_count,
		.holders = store->holders,
		.holder_count = store->holder_count,
		.processes = store->processes,
		.process_count = store->process_count,
		.spaces = store->spaces,
		.space_count = store->space_count,
		.events = store->events,
		.event_count = store->event_count,
		.own_netns = store->own_netns,
		.holders_known = store->holders_known,
		.untracked = store->untracked,
	};
}
