/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence with its indexes: both ends, listeners, processes, namespaces. Pure. */
#include "findings/judging.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* Both ends are read at different moments: so much may move between. */
#define SEQUENCE_SLACK (1u << 22)

enum chain { BY_ENDS, BY_SENT, BY_RECEIVED, CHAINS };

#define STEPS_MAX 64 /* of a chain: more that look the same are not told apart */

static uint64_t mix_end(uint64_t hash, const struct endpoint *end)
{
	uint64_t words[2];

	memcpy(words, end->addr, sizeof(words));
	hash = (hash ^ words[0]) * 0x9e3779b97f4a7c15ULL;
	hash = (hash ^ hash >> 29 ^ words[1]) * 0xbf58476d1ce4e5b9ULL;
	return (hash ^ hash >> 32 ^ end->port) * 0x94d049bb133111ebULL;
}

static uint32_t bucket_of_ends(const struct judging *judging, const struct endpoint *local,
			       const struct endpoint *remote)
{
	return (uint32_t)(mix_end(mix_end(0, local), remote) >> 32) & (judging->buckets - 1);
}

static uint32_t bucket_of_number(const struct judging *judging, uint32_t number)
{
	return (uint32_t)(number * 0x9e3779b97f4a7c15ULL >> 32) & (judging->buckets - 1);
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

static bool may_be_end(const struct socket_detail *a, const struct socket_detail *b)
{
	return a != b && b->state != TCP_STATE_LISTEN && b->form != SOCKET_REQUEST;
}

/* Addresses may repeat between namespaces: then sequence numbers decide. */
static uint32_t find_mirror(const struct judging *judging, const struct socket_detail *socket)
{
	uint32_t at = judging->heads[BY_ENDS][bucket_of_ends(judging, &socket->flow.remote,
							     &socket->flow.local)];
	uint32_t found = NO_SOCKET;

	for (int i = 0; at != NO_SOCKET && i < STEPS_MAX; at = judging->nexts[BY_ENDS][at], i++) {
		const struct socket_detail *other = &judging->evidence->sockets[at];

		if (!may_be_end(socket, other) || !is_mirror(socket, other))
			continue;
		if (has_sequence(socket) && has_sequence(other) && !sequences_fit(socket, other))
			continue;
		if (found != NO_SOCKET)
			return NO_SOCKET; /* two that fit: neither is known */
		found = at;
	}
	return found;
}

/* NAT changes one end or both; it leaves sequence numbers alone. */
static uint32_t find_translated(const struct judging *judging, const struct socket_detail *socket,
				enum chain chain, uint32_t number)
{
	uint32_t at = judging->heads[chain][bucket_of_number(judging, number)];
	uint32_t found = NO_SOCKET;

	for (int i = 0; at != NO_SOCKET && i < STEPS_MAX; at = judging->nexts[chain][at], i++) {
		const struct socket_detail *other = &judging->evidence->sockets[at];

		if (!may_be_end(socket, other) || !sequences_fit(socket, other))
			continue;
		if (!same_end(&socket->flow.local, &other->flow.remote) &&
		    !same_end(&socket->flow.remote, &other->flow.local))
			continue;
		if (found != NO_SOCKET)
			return NO_SOCKET;
		found = at;
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
		judging->peers[i] = find_mirror(judging, socket);
		if (judging->peers[i] == NO_SOCKET && has_sequence(socket))
			judging->peers[i] =
				find_translated(judging, socket, BY_SENT, socket->rcv_nxt);
		if (judging->peers[i] == NO_SOCKET && has_sequence(socket))
			judging->peers[i] =
				find_translated(judging, socket, BY_RECEIVED, socket->snd_una);
	}
}

static void put_into(struct judging *judging, enum chain chain, uint32_t bucket, uint32_t index)
{
	judging->nexts[chain][index] = judging->heads[chain][bucket];
	judging->heads[chain][bucket] = index;
}

static void index_ends(struct judging *judging)
{
	const struct evidence *evidence = judging->evidence;

	for (int i = 0; i < CHAINS; i++)
		memset(judging->heads[i], 0xff, judging->buckets * sizeof(uint32_t));
	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if (!is_connection(socket))
			continue;
		put_into(judging, BY_ENDS,
			 bucket_of_ends(judging, &socket->flow.local, &socket->flow.remote), i);
		if (!has_sequence(socket))
			continue;
		put_into(judging, BY_SENT, bucket_of_number(judging, socket->snd_una), i);
		put_into(judging, BY_RECEIVED, bucket_of_number(judging, socket->rcv_nxt), i);
	}
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

	size_t low = 0, high = evidence->space_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (evidence->spaces[middle].netns < netns)
			low = middle + 1;
		else
			high = middle;
	}
	return low < evidence->space_count && evidence->spaces[low].netns == netns
		       ? &evidence->spaces[low]
		       : NULL;
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

/* Holders are in the order of socket, process and descriptor. */
static size_t first_holder(const struct evidence *evidence, uint64_t sock)
{
	size_t low = 0, high = evidence->holder_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (evidence->holders[middle].sock < sock)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_holder(const struct evidence *evidence, size_t at,
		      const struct socket_detail *socket)
{
	return socket->flow.sock && at < evidence->holder_count &&
	       evidence->holders[at].sock == socket->flow.sock &&
	       evidence->holders[at].cookie == socket->flow.cookie;
}

struct holders holders_of(const struct judging *judging, const struct socket_detail *socket)
{
	const struct evidence *evidence = judging->evidence;
	struct holders holders = {};
	const struct evidence_holder *last = NULL;

	for (size_t at = first_holder(evidence, socket->flow.sock); is_holder(evidence, at, socket);
	     at++) {
		const struct evidence_holder *holder = &evidence->holders[at];

		if (last && last->pid == holder->pid)
			continue; /* another descriptor of the same process */
		if (!holders.processes)
			holders.first = holder;
		else if (holders.processes == 1)
			holders.second = holder;
		holders.processes++;
		last = holder;
	}
	return holders;
}

bool is_held_by(const struct judging *judging, const struct socket_detail *socket, uint32_t pid)
{
	const struct evidence *evidence = judging->evidence;

	for (size_t at = first_holder(evidence, socket->flow.sock); is_holder(evidence, at, socket);
	     at++) {
		if (evidence->holders[at].pid == pid)
			return true;
	}
	return false;
}

/* ---------------------------------------------------------------- life */

static bool is_whole(const struct judging *judging)
{
	for (int i = 0; i < CHAINS; i++) {
		if (!judging->heads[i] || !judging->nexts[i])
			return false;
	}
	return judging->peers && judging->listeners && judging->waiting && judging->kinds;
}

int judging_init(struct judging *judging, const struct evidence *evidence,
		 const struct findings_choice *choice)
{
	size_t count = evidence->socket_count + 1;

	*judging = (struct judging){.evidence = evidence, .buckets = 64, .choice = choice};
	while (judging->buckets < count && judging->buckets < 1u << 24)
		judging->buckets *= 2;
	for (int i = 0; i < CHAINS; i++) {
		judging->heads[i] = malloc(judging->buckets * sizeof(uint32_t));
		judging->nexts[i] = malloc(count * sizeof(uint32_t));
	}
	judging->peers = malloc(count * sizeof(uint32_t));
	judging->listeners = malloc(count * sizeof(uint32_t));
	judging->waiting = malloc(count * sizeof(uint32_t));
	judging->kinds = calloc(count, 1);
	if (!is_whole(judging)) {
		judging_release(judging);
		return -ENOMEM;
	}
	index_ends(judging);
	join_ends(judging);
	judging_index_listeners(judging);
	judging_index_waiting(judging);
	return 0;
}

void judging_release(struct judging *judging)
{
	for (int i = 0; i < CHAINS; i++) {
		free(judging->heads[i]);
		free(judging->nexts[i]);
	}
	free(judging->peers);
	free(judging->listeners);
	free(judging->waiting);
	free(judging->kinds);
}
