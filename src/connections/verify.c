/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table against a kernel's list. Pure. */
#include "connections/verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/list_grow.h"
#include "connections/table.h"

struct conn_verify {
	const struct conn_table *table;
	uint8_t *seen; /* by row number */
	struct conn_difference *list;
	size_t count, told, listed, not_compared;
	uint32_t *kept; /* namespaces */
	size_t kept_count, kept_room;
	struct hash_index ends; /* all rows by their ends, from the first row without a cookie on */
};

/* A table that differs in more rows than this is wrong; nobody reads them all. */
#define TOLD_MAX 4096

int conn_verify_new(const struct conn_table *table, struct conn_verify **ret_verify)
{
	struct conn_verify *verify = calloc(1, sizeof(*verify));

	if (!verify)
		return -ENOMEM;
	verify->table = table;
	verify->seen = calloc((size_t)table->rows.used + 1, 1);
	verify->list = calloc(TOLD_MAX, sizeof(*verify->list));
	if (!verify->seen || !verify->list) {
		conn_verify_free(verify);
		return -ENOMEM;
	}
	*ret_verify = verify;
	return 0;
}

void conn_verify_free(struct conn_verify *verify)
{
	if (!verify)
		return;
	hash_index_release(&verify->ends);
	free(verify->seen);
	free(verify->list);
	free(verify->kept);
	free(verify);
}

static void add(struct conn_verify *verify, const struct conn_difference *difference)
{
	verify->count++;
	if (verify->told < TOLD_MAX)
		verify->list[verify->told++] = *difference;
}

/* ---------------------------------------------------------------- lists without cookies */

static const struct endpoint nowhere;

/* A connect that began has a port only once the kernel was asked for it. */
static const struct endpoint *local_of(const struct flow *flow)
{
	return flow->local.port ? &flow->local : &nowhere;
}

static int index_ends(struct conn_verify *verify)
{
	const struct conn_table *table = verify->table;
	int err = hash_index_init(&verify->ends);

	for (uint32_t number = 1; !err && number <= table->rows.used; number++) {
		const struct connection *row = table_row(table, number);

		if (!row->state)
			continue;
		err = hash_index_add(&verify->ends,
				     keys_hash_ends(table, row->flow.netns, local_of(&row->flow),
						    &row->flow.remote),
				     number);
	}
	return err;
}

/* Sockets may share both ends: each row is taken once, and rather one in the same state. */
static uint32_t find_ends(const struct conn_verify *verify, const struct listed_connection *listed,
			  const struct endpoint *local)
{
	const struct flow *flow = &listed->flow;
	uint32_t hash = keys_hash_ends(verify->table, flow->netns, local, &flow->remote);
	uint32_t cursor = hash, number, found = 0;

	while ((number = hash_index_next(&verify->ends, hash, &cursor))) {
		const struct connection *row = table_row(verify->table, number);

		if (verify->seen[number] || row->flow.netns != flow->netns ||
		    !keys_same_end(local_of(&row->flow), local) ||
		    !keys_same_end(&row->flow.remote, &flow->remote))
			continue;
		if (row->state == listed->state)
			return number;
		found = number;
	}
	return found;
}

static uint32_t find_unnamed(struct conn_verify *verify, const struct listed_connection *listed)
{
	uint32_t number;

	if (!verify->ends.slots && index_ends(verify))
		return 0;
	number = find_ends(verify, listed, &listed->flow.local);
	if (!number && listed->state == TCP_STATE_SYN_SENT)
		number = find_ends(verify, listed, &nowhere);
	return number;
}

/* ---------------------------------------------------------------- one reading */

void conn_verify_row(struct conn_verify *verify, const struct listed_connection *listed)
{
	uint32_t number = listed->flow.cookie ? keys_find_listed(verify->table, listed)
					      : find_unnamed(verify, listed);
	const struct connection *row = table_row(verify->table, number);
	struct conn_difference difference = {
		.flow = listed->flow,
		.kernel_state = listed->state,
		.time_wait = listed->minisocket && listed->state != TCP_STATE_SYN_RECV,
	};

	verify->listed++;
	if (row) {
		verify->seen[number] = 1;
		difference.table_state = row->state;
	}
	if (difference.table_state != difference.kernel_state)
		add(verify, &difference);
}

void conn_verify_keep(struct conn_verify *verify, uint32_t netns)
{
	if (!LIST_GROW(verify->kept, verify->kept_count, verify->kept_room))
		verify->kept[verify->kept_count++] = netns;
}

static int compare(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static bool is_kept(const struct conn_verify *verify, uint32_t netns)
{
	return verify->kept_count &&
	       bsearch(&netns, verify->kept, verify->kept_count, sizeof(netns), compare);
}

void conn_verify_end(struct conn_verify *verify)
{
	if (verify->kept_count)
		qsort(verify->kept, verify->kept_count, sizeof(*verify->kept), compare);
	for (uint32_t number = 1; number <= verify->table->rows.used; number++) {
		const struct connection *row = table_row(verify->table, number);
		struct conn_difference difference;

		if (!row->state || verify->seen[number])
			continue;
		if (is_kept(verify, row->flow.netns)) {
			verify->not_compared++;
			continue;
		}
		difference = (struct conn_difference){
			.flow = row->flow,
			.table_state = row->state,
			.time_wait = row_is_time_wait(row),
		};
		add(verify, &difference);
	}
}

size_t conn_verify_listed(const struct conn_verify *verify)
{
	return verify->listed;
}

size_t conn_verify_not_compared(const struct conn_verify *verify)
{
	return verify->not_compared;
}

size_t conn_verify_count(const struct conn_verify *verify)
{
	return verify->count;
}

const struct conn_difference *conn_verify_get(const struct conn_verify *verify, size_t number)
{
	return number < verify->told ? &verify->list[number] : NULL;
}

static bool same(const struct conn_difference *a, const struct conn_difference *b)
{
	return a->table_state == b->table_state && a->kernel_state == b->kernel_state &&
	       a->time_wait == b->time_wait && a->flow.cookie == b->flow.cookie &&
	       a->flow.netns == b->flow.netns &&
	       !memcmp(&a->flow.local, &b->flow.local, sizeof(a->flow.local)) &&
	       !memcmp(&a->flow.remote, &b->flow.remote, sizeof(a->flow.remote));
}

bool conn_verify_has(const struct conn_verify *verify, const struct conn_difference *difference)
{
	for (size_t i = 0; i < verify->told; i++) {
		if (same(&verify->list[i], difference))
			return true;
	}
	return false;
}
