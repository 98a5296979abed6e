/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence with its indexes: both ends, listeners, processes, namespaces. Pure. */
#include "findings/judging.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/cleanup.h"

/* Both ends are read at different moments: so much may move between. */
#define SEQUENCE_SLACK (1u << 22)

enum chain { BY_LOCAL, BY_REMOTE };

static uint32_t hash_end(const struct judging *judging, const struct endpoint *end)
{
	uint64_t words[2], hash;

	memcpy(words, end->addr, sizeof(words));
	hash = (words[0] * 31 + words[1]) * 0x9e3779b97f4a7c15ULL + end->port;
	hash = (hash ^ hash >> 29) * 0xbf58476d1ce4e5b9ULL;
	return (uint32_t)(hash >> 32) & (judging->buckets - 1);
}

static bool same_end(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static bool has_sequence(const struct socket_detail *socket)
{
	return socket->form == SOCKET_FULL && socket->flags & SOCKET_DETAILS &&
	       socket->state != TCP_STATE_LISTEN;
}

/* What one end has acknowledged the other has taken, give or take what moved between the reads. */
static bool sequences_fit(const struct socket_detail *a, const struct socket_detail *b)
{
	int32_t there = (int32_t)(b->rcv_nxt - a->snd_una);
	int32_t back = (int32_t)(a->rcv_nxt - b->snd_una);

	return abs(there) <= (int32_t)SEQUENCE_SLACK && abs(back) <= (int32_t)SEQUENCE_SLACK;
}

static bool is_mirror(const struct socket_detail *a, const struct socket_detail *b)
{
	return same_end(&a->flow.local, &b->flow.remote) &&
	       same_end(&a->flow.remote, &b->flow.local);
}

/* Addresses may repeat between namespaces, and NAT may change one end: sequence numbers decide. */
static bool may_be_peer(const struct socket_detail *a, const struct socket_detail *b)
{
	if (a == b || b->state == TCP_STATE_LISTEN || b->form == SOCKET_REQUEST)
		return false;
	if (has_sequence(a) && has_sequence(b))
		return sequences_fit(a, b);
	return is_mirror(a, b);
}

static uint32_t find_peer(const struct judging *judging, const struct socket_detail *socket,
			  enum chain chain, const struct endpoint *end)
{
	const struct evidence *evidence = judging->evidence;
	uint32_t found = NO_SOCKET;

	for (uint32_t i = judging->heads[chain][hash_end(judging, end)]; i != NO_SOCKET;
	     i = judging->nexts[chain][i]) {
		const struct socket_detail *other = &evidence->sockets[i];
		const struct endpoint *theirs =
			chain == BY_LOCAL ? &other->flow.local : &other->flow.remote;

		if (!same_end(theirs, end) || !may_be_peer(socket, other))
			continue;
		if (is_mirror(socket, other))
			return i;
		if (found != NO_SOCKET)
			return NO_SOCKET; /* two that fit: neither is known */
		found = i;
	}
	return found;
}

static bool is_connection(const struct socket_detail *socket)
{
	return socket->state != TCP_STATE_LISTEN && socket->state != TCP_STATE_SYN_SENT &&
	       socket->form != SOCKET_REQUEST;
}

static void join_ends(struct judging *judging)
{
	for (uint32_t i = 0; i < judging->evidence->socket_count; i++) {
		const struct socket_detail *socket = &judging->evidence->sockets[i];

		judging->peers[i] = NO_SOCKET;
		if (!is_connection(socket))
			continue;
		judging->peers[i] = find_peer(judging, socket, BY_REMOTE, &socket->flow.local);
		if (judging->peers[i] == NO_SOCKET)
			judging->peers[i] =
				find_peer(judging, socket, BY_LOCAL, &socket->flow.remote);
	}
}

static void index_ends(struct judging *judging)
{
	const struct evidence *evidence = judging->evidence;

	memset(judging->heads[BY_LOCAL], 0xff, judging->buckets * sizeof(uint32_t));
	memset(judging->heads[BY_REMOTE], 0xff, judging->buckets * sizeof(uint32_t));
	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		const struct flow *flow = &evidence->sockets[i].flow;
		uint32_t local = hash_end(judging, &flow->local);
		uint32_t remote = hash_end(judging, &flow->remote);

		if (!is_connection(&evidence->sockets[i]))
			continue;
		judging->nexts[BY_LOCAL][i] = judging->heads[BY_LOCAL][local];
		judging->heads[BY_LOCAL][local] = i;
		judging->nexts[BY_REMOTE][i] = judging->heads[BY_REMOTE][remote];
		judging->heads[BY_REMOTE][remote] = i;
	}
}

/* ---------------------------------------------------------------- listeners */

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

static void index_listeners(struct judging *judging)
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

const struct socket_detail *listener_of(const struct judging *judging,
					const struct socket_detail *socket)
{
	const struct socket_detail *any = NULL, *exact = NULL;
	uint32_t low = 0, high = judging->listener_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct flow *flow = &listener_at(judging, middle)->flow;

		if (flow->netns < socket->flow.netns ||
		    (flow->netns == socket->flow.netns &&
		     flow->local.port < socket->flow.local.port))
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < judging->listener_count; low++) {
		const struct socket_detail *listener = listener_at(judging, low);

		if (listener->flow.netns != socket->flow.netns ||
		    listener->flow.local.port != socket->flow.local.port)
			break;
		if (same_end(&listener->flow.local, &socket->flow.local))
			exact = better_member(exact, listener);
		else if (address_is_any(listener->flow.local.addr))
			any = better_member(any, listener);
	}
	return exact ? exact : any;
}

/* ---------------------------------------------------------------- rows by number */

const struct socket_detail *peer_of(const struct judging *judging,
				    const struct socket_detail *socket)
{
	uint32_t peer = judging->peers[socket - judging->evidence->sockets];

	return peer == NO_SOCKET ? NULL : &judging->evidence->sockets[peer];
}

const struct evidence_process *process_of(const struct judging *judging, uint32_t pid)
{
	const struct evidence *evidence = judging->evidence;
	size_t low = 0, high = evidence->process_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (evidence->processes[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < evidence->process_count && evidence->processes[low].pid == pid && pid
		       ? &evidence->processes[low]
		       : NULL;
}

const struct evidence_space *space_of(const struct judging *judging, uint32_t netns)
{
	const struct evidence *evidence = judging->evidence;

	for (size_t i = 0; i < evidence->space_count; i++) {
		if (evidence->spaces[i].netns == netns)
			return &evidence->spaces[i];
	}
	return NULL;
}

uint64_t setting_of(const struct judging *judging, uint32_t netns, enum space_setting setting)
{
	const struct evidence_space *space = space_of(judging, netns);

	return space ? space->settings[setting] : EVIDENCE_UNKNOWN64;
}

const struct evidence_space *space_with_address(const struct judging *judging,
						const uint8_t addr[16])
{
	const struct evidence *evidence = judging->evidence;

	for (size_t i = 0; i < evidence->space_count; i++) {
		const struct evidence_space *space = &evidence->spaces[i];

		for (uint32_t j = 0; j < space->device_count && j < EVIDENCE_DEVICES_MAX; j++) {
			if (!memcmp(space->devices[j].addr, addr, 16))
				return space;
		}
	}
	return NULL;
}

size_t holders_of(const struct judging *judging, const struct socket_detail *socket,
		  const struct evidence_holder **ret_first)
{
	const struct evidence *evidence = judging->evidence;
	size_t low = 0, high = evidence->holder_count, count = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (evidence->holders[middle].cookie < socket->flow.cookie)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + count < evidence->holder_count &&
	       evidence->holders[low + count].cookie == socket->flow.cookie)
		count++;
	if (!socket->flow.cookie || !count)
		return 0;
	*ret_first = &evidence->holders[low];
	return count;
}

/* ---------------------------------------------------------------- life */

bool is_chosen(const struct judging *judging, uint32_t index)
{
	const struct findings_choice *choice = judging->choice;

	return !choice || !choice->wanted || choice->wanted(choice->context, index);
}

int judging_init(struct judging *judging, const struct evidence *evidence,
		 const struct findings_choice *choice)
{
	size_t count = evidence->socket_count + 1;

	*judging = (struct judging){.evidence = evidence, .buckets = 64, .choice = choice};
	while (judging->buckets < count && judging->buckets < 1u << 24)
		judging->buckets *= 2;
	for (int i = 0; i < 2; i++) {
		judging->heads[i] = malloc(judging->buckets * sizeof(uint32_t));
		judging->nexts[i] = malloc(count * sizeof(uint32_t));
	}
	judging->peers = malloc(count * sizeof(uint32_t));
	judging->listeners = malloc(count * sizeof(uint32_t));
	judging->kinds = calloc(count, 1);
	if (!judging->heads[0] || !judging->heads[1] || !judging->nexts[0] || !judging->nexts[1] ||
	    !judging->peers || !judging->listeners || !judging->kinds) {
		judging_release(judging);
		return -ENOMEM;
	}
	index_ends(judging);
	join_ends(judging);
	index_listeners(judging);
	return 0;
}

void judging_release(struct judging *judging)
{
	for (int i = 0; i < 2; i++) {
		free(judging->heads[i]);
		free(judging->nexts[i]);
	}
	free(judging->peers);
	free(judging->listeners);
	free(judging->kinds);
}
