/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Listeners by port, and which connection came through which. Pure. */
#include <stdlib.h>

#include "base/address.h"
#include "findings/rules_established.h"

static int by_port(const void *a, const void *b, void *context)
{
	const struct socket_detail *sockets = context;
	const struct flow *left = &sockets[*(const uint32_t *)a].flow;
	const struct flow *right = &sockets[*(const uint32_t *)b].flow;

	if (left->netns != right->netns)
		return left->netns < right->netns ? -1 : 1;
	if (left->local.port != right->local.port)
		return left->local.port < right->local.port ? -1 : 1;
	return (left->cookie > right->cookie) - (left->cookie < right->cookie);
}

void judging_index_listeners(struct judging *judging)
{
	const struct evidence *evidence = judging->evidence;

	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		if (evidence->sockets[i].state == TCP_STATE_LISTEN)
			judging->listeners[judging->listener_count++] = i;
	}
	if (judging->listener_count)
		qsort_r(judging->listeners, judging->listener_count, sizeof(uint32_t), by_port,
			(void *)evidence->sockets);
}

static const struct socket_detail *listener_at(const struct judging *judging, uint32_t at)
{
	return &judging->evidence->sockets[judging->listeners[at]];
}

/* Of a group that shares an address, the one in whose queue something waits. */
static const struct socket_detail *better_member(const struct socket_detail *a,
						 const struct socket_detail *b)
{
	return !a || (!a->unread && b->unread) ? b : a;
}

/* The first listener of this namespace and port, in the order of by_port(). */
static uint32_t first_at(const struct judging *judging, const struct flow *wanted)
{
	uint32_t low = 0, high = judging->listener_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct flow *flow = &listener_at(judging, middle)->flow;

		if (flow->netns < wanted->netns ||
		    (flow->netns == wanted->netns && flow->local.port < wanted->local.port))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct judging *judging, uint32_t at, const struct flow *wanted)
{
	const struct flow *flow;

	if (at >= judging->listener_count)
		return false;
	flow = &listener_at(judging, at)->flow;
	return flow->netns == wanted->netns && flow->local.port == wanted->local.port;
}

const struct socket_detail *listener_of(const struct judging *judging,
					const struct socket_detail *socket)
{
	const struct socket_detail *any = NULL, *exact = NULL;

	for (uint32_t at = first_at(judging, &socket->flow); is_at(judging, at, &socket->flow);
	     at++) {
		const struct socket_detail *listener = listener_at(judging, at);

		if (same_end(&listener->flow.local, &socket->flow.local))
			exact = better_member(exact, listener);
		else if (address_is_any(listener->flow.local.addr))
			any = better_member(any, listener);
	}
	return exact ? exact : any;
}

bool listens_there(const struct judging *judging, const struct socket_detail *socket, uint32_t pid)
{
	for (uint32_t at = first_at(judging, &socket->flow); is_at(judging, at, &socket->flow);
	     at++) {
		if (is_held_by(judging, listener_at(judging, at), pid))
			return true;
	}
	return false;
}

/* ---------------------------------------------------------------- accept queues */

void judging_index_waiting(struct judging *judging)
{
	const struct evidence *evidence = judging->evidence;

	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if ((socket->state == TCP_STATE_ESTABLISHED ||
		     socket->state == TCP_STATE_CLOSE_WAIT) &&
		    waits_for_accept(judging, socket))
			judging->waiting[judging->waiting_count++] = i;
	}
}

static bool is_for(const struct judging *judging, const struct socket_detail *socket,
		   const struct socket_detail *listener)
{
	const struct socket_detail *through;

	if (socket->flow.netns != listener->flow.netns ||
	    socket->flow.local.port != listener->flow.local.port)
		return false;
	through = listener_of(judging, socket);
	return through && same_end(&through->flow.local, &listener->flow.local);
}

struct waiting waiting_at(const struct judging *judging, const struct socket_detail *listener)
{
	struct waiting waiting = {};

	for (uint32_t i = 0; i < judging->waiting_count; i++) {
		uint32_t age = group_age(judging, judging->waiting[i]);

		if (!is_for(judging, &judging->evidence->sockets[judging->waiting[i]], listener))
			continue;
		waiting.count++;
		if (age == EVIDENCE_UNKNOWN32)
			continue;
		waiting.old += age >= QUEUE_OLD_MS;
		waiting.oldest_ms = age > waiting.oldest_ms ? age : waiting.oldest_ms;
	}
	return waiting;
}

/* The queue is read a moment before its connections; those that were reset in it are in no table. */
bool queue_is_young(const struct socket_detail *listener, const struct waiting *waiting)
{
	return waiting->count && !waiting->old && waiting->count >= listener->unread / 2;
}
