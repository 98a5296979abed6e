/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How rows are found: cookie, address, ends. Pure. */
#include <string.h>

#include "connections/table.h"
#include "netstate/tcp_state.h"

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product =
		(unsigned __int128)(a ^ 0x9e3779b97f4a7c15ULL) * (b ^ 0xd1b54a32d192ed03ULL);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint32_t hash_id(const struct conn_table *table, uint64_t cookie, uint64_t sock,
			uint32_t netns)
{
	return (uint32_t)(cookie ? mix(cookie, table->seed) : mix(sock, table->seed ^ netns));
}

static uint32_t hash_key(const struct conn_table *table, const struct flow *flow)
{
	return hash_id(table, flow->cookie, flow->sock, flow->netns);
}

static uint64_t endpoint_word(const struct endpoint *end, unsigned int half)
{
	uint64_t word;

	memcpy(&word, end->addr + half * 8, sizeof(word));
	return word;
}

uint32_t keys_hash_ends(const struct conn_table *table, uint32_t netns,
			const struct endpoint *local, const struct endpoint *remote)
{
	uint64_t ports = (uint64_t)netns << 32 | (uint32_t)local->port << 16 | remote->port;
	uint64_t hash = mix(ports, table->seed);

	hash = mix(hash ^ endpoint_word(local, 0), endpoint_word(local, 1));
	return (uint32_t)mix(hash ^ endpoint_word(remote, 0), endpoint_word(remote, 1));
}

bool keys_same_end(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static bool same_key(const struct connection *row, const struct flow *flow)
{
	if (flow->cookie || row->flow.cookie)
		return row->flow.cookie == flow->cookie;
	return row->flow.sock == flow->sock && row->flow.netns == flow->netns;
}

static uint32_t find_key(const struct conn_table *table, const struct flow *flow, bool time_wait)
{
	uint32_t hash = hash_key(table, flow), cursor = hash, number;

	while ((number = hash_index_next(&table->by_key, hash, &cursor))) {
		const struct connection *row = table_row(table, number);

		if (same_key(row, flow) && row_is_time_wait(row) == time_wait)
			return number;
	}
	return 0;
}

uint32_t keys_find(const struct conn_table *table, const struct flow *flow, bool time_wait)
{
	uint32_t number = flow->cookie || flow->sock ? find_key(table, flow, time_wait) : 0;
	struct flow without = {.sock = flow->sock, .netns = flow->netns};

	if (number || !flow->cookie || !flow->sock || !table->cookieless)
		return number;
	return find_key(table, &without, time_wait); /* it got its cookie since */
}

uint32_t keys_find_ends(const struct conn_table *table, uint32_t netns,
			const struct endpoint *local, const struct endpoint *remote,
			bool (*wanted)(const struct connection *))
{
	uint32_t hash = keys_hash_ends(table, netns, local, remote), cursor = hash, number;

	while ((number = hash_index_next(&table->by_ends, hash, &cursor))) {
		const struct connection *row = table_row(table, number);

		if (row->flow.netns == netns && keys_same_end(&row->flow.local, local) &&
		    keys_same_end(&row->flow.remote, remote) && wanted(row))
			return number;
	}
	return 0;
}

void keys_fetch_slot(const struct conn_table *table, uint64_t cookie, uint64_t sock, uint32_t netns)
{
	uint32_t hash = hash_id(table, cookie, sock, netns);

	__builtin_prefetch(&table->by_key.slots[hash & table->by_key.mask], 1);
}

void keys_fetch_row(const struct conn_table *table, uint64_t cookie, uint64_t sock, uint32_t netns)
{
	uint32_t hash = hash_id(table, cookie, sock, netns), cursor = hash;
	const char *row =
		(const char *)table_row(table, hash_index_next(&table->by_key, hash, &cursor));

	if (!row)
		return;
	for (size_t at = 0; at < sizeof(struct connection); at += 64)
		__builtin_prefetch(row + at, 1);
}

static bool has_no_cookie(const struct connection *row)
{
	return !row->flow.cookie && !(row->flags & CONNECTION_MINISOCKET);
}

/* At another address: listeners may share their ends (SO_REUSEPORT). */
static bool is_other_socket(const struct connection *row, const struct flow *flow)
{
	return row && row->flow.sock && flow->sock && row->flow.sock != flow->sock;
}

uint32_t keys_find_listed(const struct conn_table *table, const struct listed_connection *listed)
{
	const struct flow *flow = &listed->flow;
	bool time_wait = listed->minisocket && listed->state != TCP_STATE_SYN_RECV;
	uint32_t number = keys_find(table, flow, time_wait);

	if (number)
		return number;
	if (listed->minisocket)
		return keys_find_ends(table, flow->netns, &flow->local, &flow->remote,
				      time_wait ? row_is_time_wait : row_is_half_open);
	if (!table->cookieless)
		return 0;
	number = keys_find_ends(table, flow->netns, &flow->local, &flow->remote, has_no_cookie);
	return is_other_socket(table_row(table, number), flow) ? 0 : number;
}

static unsigned int keys_wanted(const struct connection *row)
{
	unsigned int keys = 0;

	/* The address of a minisocket is not the socket's, and means nothing across two lists. */
	if (row->flow.cookie || (row->flow.sock && !(row->flags & CONNECTION_MINISOCKET)))
		keys |= ROW_BY_KEY;
	if (row->flags & CONNECTION_MINISOCKET || row->state == TCP_STATE_LISTEN ||
	    (!row->flow.cookie && row->flow.local.port))
		keys |= ROW_BY_ENDS;
	return keys;
}

void keys_add(struct conn_table *table, uint32_t number)
{
	struct connection *row = table_row(table, number);
	unsigned int wanted = keys_wanted(row);

	if (wanted & ROW_BY_KEY && !(row->keys & ROW_BY_KEY) &&
	    !hash_index_add(&table->by_key, hash_key(table, &row->flow), number)) {
		row->keys |= ROW_BY_KEY;
		table->cookieless += !row->flow.cookie;
	}
	if (wanted & ROW_BY_ENDS && !(row->keys & ROW_BY_ENDS) &&
	    !hash_index_add(
		    &table->by_ends,
		    keys_hash_ends(table, row->flow.netns, &row->flow.local, &row->flow.remote),
		    number))
		row->keys |= ROW_BY_ENDS;
}

void keys_drop(struct conn_table *table, uint32_t number)
{
	struct connection *row = table_row(table, number);

	if (row->keys & ROW_BY_KEY) {
		hash_index_remove(&table->by_key, hash_key(table, &row->flow), number);
		table->cookieless -= !row->flow.cookie;
	}
	if (row->keys & ROW_BY_ENDS)
		hash_index_remove(
			&table->by_ends,
			keys_hash_ends(table, row->flow.netns, &row->flow.local, &row->flow.remote),
			number);
	row->keys &= (uint8_t) ~(ROW_BY_KEY | ROW_BY_ENDS);
}
