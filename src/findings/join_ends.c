/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which sockets of this host are the two ends of one connection. Pure. */
#include <stdlib.h>
#include <string.h>

#include "findings/judging.h"

/* Both ends are read at different moments: so much may move between. */
#define SEQUENCE_SLACK (1u << 22)
#define SEQUENCE_SLACK_SMALL (1u << 16)

#define FETCH_AHEAD 8 /* sockets */
#define CACHE_LINE 64
#define STEPS_MAX 64 /* of a chain: more that look the same are not distinguished */

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
	if (socket->state == TCP_STATE_LISTEN)
		return false;
	return socket->form == SOCKET_FULL ? socket->flags & SOCKET_DETAILS
					   : socket->rcv_nxt || socket->snd_una;
}

static bool sequences_near(const struct socket_detail *a, const struct socket_detail *b,
			   uint32_t slack)
{
	int64_t there = (int32_t)(b->rcv_nxt - a->snd_una);
	int64_t back = (int32_t)(a->rcv_nxt - b->snd_una);

	return llabs(there) <= slack && llabs(back) <= slack;
}

/* What one end has acknowledged the other has taken, give or take what moved between the reads. */
static bool sequences_fit(const struct socket_detail *a, const struct socket_detail *b)
{
	return sequences_near(a, b, SEQUENCE_SLACK);
}

static bool is_mirror(const struct socket_detail *a, const struct socket_detail *b)
{
	return same_end(&a->flow.local, &b->flow.remote) &&
	       same_end(&a->flow.remote, &b->flow.local);
}

static bool may_be_end(const struct socket_detail *a, const struct socket_detail *b)
{
	return a != b && b->state != TCP_STATE_LISTEN;
}

/* Addresses may repeat between namespaces: then sequence numbers decide. */
static uint32_t find_mirror(const struct judging *judging, const struct socket_detail *socket,
			    uint32_t bucket)
{
	uint32_t at = judging->heads[BY_ENDS][bucket];
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

/*
 * NAT changes one end or both; it leaves sequence numbers alone. Where it changed both, 64 bits that
 * agree decide, or nearly as many and a port that was left.
 */
static bool fits_translated(const struct socket_detail *a, const struct socket_detail *b)
{
	if (same_end(&a->flow.local, &b->flow.remote) || same_end(&a->flow.remote, &b->flow.local))
		return sequences_fit(a, b);
	if (!a->snd_una || !b->snd_una)
		return false; /* rather not read than by chance */
	if (a->flow.local.port == b->flow.remote.port || a->flow.remote.port == b->flow.local.port)
		return sequences_near(a, b, SEQUENCE_SLACK_SMALL);
	return sequences_near(a, b, 0);
}

static uint32_t find_translated(const struct judging *judging, const struct socket_detail *socket,
				enum judging_chain chain, uint32_t number)
{
	uint32_t at = judging->heads[chain][bucket_of_number(judging, number)];
	uint32_t found = NO_SOCKET;

	for (int i = 0; at != NO_SOCKET && i < STEPS_MAX; at = judging->nexts[chain][at], i++) {
		const struct socket_detail *other = &judging->evidence->sockets[at];

		if (!may_be_end(socket, other) || !fits_translated(socket, other))
			continue;
		if (found != NO_SOCKET)
			return NO_SOCKET;
		found = at;
	}
	return found;
}

static bool is_connection(const struct socket_detail *socket)
{
	return socket->state != TCP_STATE_LISTEN && socket->state != TCP_STATE_SYN_SENT;
}

static void put_into(struct judging *judging, enum judging_chain chain, uint32_t bucket,
		     uint32_t index)
{
	judging->nexts[chain][index] = judging->heads[chain][bucket];
	judging->heads[chain][bucket] = index;
}

/* Notes in `peers` the bucket in which the mirror of each connection would be. */
static void index_ends(struct judging *judging)
{
	for (uint32_t i = 0; i < judging->evidence->socket_count; i++) {
		const struct flow *flow = &judging->evidence->sockets[i].flow;

		judging->peers[i] = NO_SOCKET;
		if (!is_connection(&judging->evidence->sockets[i]))
			continue;
		put_into(judging, BY_ENDS, bucket_of_ends(judging, &flow->local, &flow->remote), i);
		judging->peers[i] = bucket_of_ends(judging, &flow->remote, &flow->local);
	}
}

/* The rows lie in no order that a processor foresees: it gets a prefetch some steps ahead. */
static void fetch_ahead(const struct judging *judging, uint32_t index)
{
	const uint32_t *heads = judging->heads[BY_ENDS], *buckets = judging->peers;
	uint32_t count = (uint32_t)judging->evidence->socket_count, first;

	if (count - index > 2 * FETCH_AHEAD && buckets[index + 2 * FETCH_AHEAD] != NO_SOCKET)
		__builtin_prefetch(&heads[buckets[index + 2 * FETCH_AHEAD]]);
	if (count - index <= FETCH_AHEAD || buckets[index + FETCH_AHEAD] == NO_SOCKET)
		return;
	first = heads[buckets[index + FETCH_AHEAD]];
	if (first == NO_SOCKET)
		return;
	for (size_t at = 0; at < sizeof(struct socket_detail); at += CACHE_LINE)
		__builtin_prefetch((const char *)&judging->evidence->sockets[first] + at);
}

static void join_mirrors(struct judging *judging)
{
	for (uint32_t i = 0; i < judging->evidence->socket_count; i++) {
		fetch_ahead(judging, i);
		if (judging->peers[i] != NO_SOCKET)
			judging->peers[i] = find_mirror(judging, &judging->evidence->sockets[i],
							judging->peers[i]);
	}
}

/* May have its other end behind NAT. */
static bool is_alone(const struct judging *judging, uint32_t index)
{
	const struct socket_detail *socket = &judging->evidence->sockets[index];

	return judging->peers[index] == NO_SOCKET && is_connection(socket) && has_sequence(socket);
}

/* Of those alone whose mirror was not found: no connection has three ends. */
static void index_numbers(struct judging *judging)
{
	for (uint32_t i = 0; i < judging->evidence->socket_count; i++) {
		const struct socket_detail *socket = &judging->evidence->sockets[i];

		if (!is_alone(judging, i))
			continue;
		put_into(judging, BY_SENT, bucket_of_number(judging, socket->snd_una), i);
		put_into(judging, BY_RECEIVED, bucket_of_number(judging, socket->rcv_nxt), i);
	}
}

static void join_translated(struct judging *judging)
{
	for (uint32_t i = 0; i < judging->evidence->socket_count; i++) {
		const struct socket_detail *socket = &judging->evidence->sockets[i];
		uint32_t *peer = &judging->peers[i];

		if (!is_alone(judging, i))
			continue;
		*peer = find_translated(judging, socket, BY_SENT, socket->rcv_nxt);
		if (*peer == NO_SOCKET)
			*peer = find_translated(judging, socket, BY_RECEIVED, socket->snd_una);
	}
}

void judging_join_ends(struct judging *judging)
{
	for (int i = 0; i < JUDGING_CHAINS; i++)
		memset(judging->heads[i], 0xff, judging->buckets * sizeof(uint32_t));
	index_ends(judging);
	join_mirrors(judging);
	index_numbers(judging);
	join_translated(judging);
}
