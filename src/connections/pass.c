/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's own lists -> the table: seeding it, and healing it after a loss. Pure. */
#include <string.h>

#include "connections/table.h"

void conn_table_pass_begin(struct conn_table *table, uint64_t now_ns)
{
	table->pass++;
	table->pass_begin_ns = now_ns;
	table->pass_is_waiting = false;
	table->kept_count = 0;
	table->result = (struct conn_pass){};
}

void conn_table_pass_begin_waiting(struct conn_table *table, uint64_t now_ns)
{
	conn_table_pass_begin(table, now_ns);
	table->pass_is_waiting = true;
}

void conn_table_pass_keep(struct conn_table *table, uint32_t netns)
{
	if (table->kept_count < KEPT_NAMESPACES)
		table->kept[table->kept_count++] = netns;
}

static bool is_time_wait(const struct listed_connection *listed)
{
	return listed->minisocket && listed->state != TCP_STATE_SYN_RECV;
}

static bool same_ends(const struct flow *a, const struct flow *b)
{
	return !memcmp(&a->remote, &b->remote, sizeof(a->remote)) && a->local.port == b->local.port;
}

/* The socket whose hand-over to this minisocket no event reported. */
static uint32_t find_handed_over(const struct conn_table *table,
				 const struct listed_connection *listed)
{
	uint32_t number = is_time_wait(listed) ? keys_find(table, &listed->flow, false) : 0;
	const struct connection *row = table_row(table, number);

	if (!row || !same_ends(&row->flow, &listed->flow) || row_told_ns(row) >= listed->ktime_ns)
		return 0;
	return number;
}

static void set_flags(struct connection *row, const struct listed_connection *listed)
{
	row->flags |= CONNECTION_LISTED;
	if (!listed->minisocket)
		row->flags |= CONNECTION_QUEUES;
}

/* The list knows better; since when, at the latest since it was read. */
static void put_state(struct conn_table *table, uint32_t number,
		      const struct listed_connection *listed)
{
	struct connection *row = table_row(table, number);
	unsigned int flags = CONNECTION_LISTED | CONNECTION_SINCE_UNKNOWN;

	if (listed->minisocket)
		flags |= CONNECTION_MINISOCKET;
	if (!listed->minisocket || !row_is_time_wait(row))
		table->result.changed++;
	rows_change(table, number, listed->state, flags, listed->ktime_ns);
	if (flags & CONNECTION_MINISOCKET && is_time_wait(listed))
		row->flow.sock = 0;
}

/* The time that a minisocket has left shows since when it waits; a socket has no such time. */
static void put_since(struct connection *row)
{
	if (!(row->flags & CONNECTION_SINCE_UNKNOWN) || row->state != TCP_STATE_TIME_WAIT ||
	    row->expires_ns <= ROW_TIME_WAIT_NS)
		return;
	row->flags &= (uint8_t)~CONNECTION_SINCE_UNKNOWN;
	row->since_ns = row->expires_ns - ROW_TIME_WAIT_NS;
	row->history_count--;
	history_add(row, row->state, row->since_ns);
}

/* That nobody holds it is final, unless it was assumed; that it waits for accept may be over by now. */
static void put_holding(struct conn_table *table, struct connection *row,
			const struct listed_connection *listed)
{
	if (is_time_wait(listed) || listed->holding == HOLDING_NONE) {
		if (row->holding != HOLDING_NONE)
			owners_release(table, row);
		row->flags &= (uint8_t)~CONNECTION_RELEASE_ASSUMED;
	} else if (row->flags & CONNECTION_RELEASE_ASSUMED && listed->holding == HOLDING_FILE) {
		owners_revive(table, row);
	} else if (row->holding == HOLDING_UNKNOWN ||
		   (row->holding == HOLDING_QUEUE && listed->holding == HOLDING_FILE)) {
		row->holding = listed->holding;
	}
}

static void put_numbers(struct conn_table *table, struct connection *row,
			const struct listed_connection *listed)
{
	set_flags(row, listed);
	row->recv_queue = listed->recv_queue;
	row->send_queue = listed->send_queue;
	row->retries = listed->retries;
	row->expires_ns = listed->expires_ns;
	put_holding(table, row, listed);
	put_since(row);
	if (!row->flow.cgroup_id)
		row->flow.cgroup_id = listed->flow.cgroup_id;
	if (!row->flow.owner)
		row->flow.uid = listed->flow.uid;
}

/* A port that was not known yet, a cookie that it has got since. */
static void put_flow(struct conn_table *table, uint32_t number,
		     const struct listed_connection *listed)
{
	struct connection *row = table_row(table, number);
	const struct flow *flow = &listed->flow;

	if (row->flow.local.port && (row->flow.cookie || !flow->cookie))
		return;
	keys_drop(table, number);
	flow_merge(row, flow);
	keys_add(table, number);
}

/* It ended, or a minisocket took its place, after it was read; or in the same moment: the hook
 * reads the clock before the kernel stores the state. */
static bool is_over(const struct conn_table *table, const struct listed_connection *listed)
{
	uint64_t cookie = listed->flow.cookie;
	const struct connection *after = NULL;

	if (tombstone_find(&table->tombstones, cookie) + ROW_MARGIN_NS >= listed->ktime_ns)
		return true;
	if (cookie && table->time_waits && !is_time_wait(listed))
		after = table_row(table, keys_find(table, &listed->flow, true));
	return after && same_ends(&after->flow, &listed->flow) &&
	       row_told_ns(after) + ROW_MARGIN_NS >= listed->ktime_ns;
}

static uint32_t add_row(struct conn_table *table, const struct listed_connection *listed)
{
	unsigned int flags = CONNECTION_LISTED | CONNECTION_SINCE_UNKNOWN;
	struct flow flow = listed->flow;
	uint32_t number;

	if (is_over(table, listed))
		return 0;
	if (listed->minisocket)
		flags |= CONNECTION_MINISOCKET;
	if (is_time_wait(listed))
		flow.sock = 0;
	if (listed->minisocket && !is_time_wait(listed))
		flow_inherit(table, &flow, listed->listener);
	number = rows_create(table, &flow, listed->state, flags, listed->ktime_ns);
	if (!number) {
		table->result.refused++;
		return 0;
	}
	table->result.added++;
	put_numbers(table, table_row(table, number), listed);
	return number;
}

/* Found by its ends, but of another connection: between two ends there is one at a time. */
static bool is_another(const struct connection *row, const struct listed_connection *listed)
{
	return row && row->flow.cookie && listed->flow.cookie &&
	       row->flow.cookie != listed->flow.cookie;
}

size_t conn_table_pass_row(struct conn_table *table, const struct listed_connection *listed)
{
	uint32_t number = keys_find_listed(table, listed);
	struct connection *row = table_row(table, number);

	table->result.listed++;
	if (is_another(row, listed)) {
		if (row_told_ns(row) + ROW_MARGIN_NS >= listed->ktime_ns)
			return 0; /* replaced after it was read */
		rows_end(table, number, listed->ktime_ns);
		number = 0;
	}
	if (!number)
		number = find_handed_over(table, listed);
	if (!number)
		return add_row(table, listed);
	row = table_row(table, number);
	row->mark = table->pass;
	put_flow(table, number, listed);
	if (row_told_ns(row) + ROW_MARGIN_NS >= listed->ktime_ns) {
		if (row->state == listed->state)
			put_numbers(table, row, listed);
		return number;
	}
	if (row->state != listed->state || row_is_time_wait(row) != is_time_wait(listed))
		put_state(table, number, listed);
	put_numbers(table, row, listed);
	return number;
}

void conn_table_pass_rows(struct conn_table *table, const struct listed_connection *listed,
			  size_t count, size_t *ret_numbers)
{
	size_t slots = 0, rows = 0;

	for (size_t i = 0; i < count; i++) {
		size_t number;

		for (; slots < count && slots < i + 2 * FETCH_AHEAD; slots++) {
			const struct flow *flow = &listed[slots].flow;

			keys_fetch_slot(table, flow->cookie, flow->sock, flow->netns);
		}
		for (; rows < count && rows < i + FETCH_AHEAD; rows++) {
			const struct flow *flow = &listed[rows].flow;

			keys_fetch_row(table, flow->cookie, flow->sock, flow->netns);
		}
		number = conn_table_pass_row(table, &listed[i]);
		if (ret_numbers)
			ret_numbers[i] = number;
	}
}

static bool is_kept(const struct conn_table *table, uint32_t netns)
{
	for (uint32_t i = 0; i < table->kept_count; i++) {
		if (table->kept[i] == netns)
			return true;
	}
	return table->kept_count == KEPT_NAMESPACES;
}

struct conn_pass conn_table_pass_end(struct conn_table *table)
{
	for (uint32_t number = 1; number <= table->rows.used; number++) {
		const struct connection *row = table_row(table, number);

		if (!row->state || row->mark == table->pass ||
		    row_told_ns(row) + ROW_MARGIN_NS >= table->pass_begin_ns ||
		    (table->pass_is_waiting && !(row->flags & CONNECTION_MINISOCKET)) ||
		    is_kept(table, row->flow.netns))
			continue;
		if (!(row->flags & CONNECTION_MINISOCKET))
			table->result.removed++;
		rows_end(table, number, table->pass_begin_ns);
	}
	if (!table->pass_is_waiting) {
		table->complete_ns = table->pass_begin_ns;
		table->counters.left_out = table->result.refused;
	}
	return table->result;
}
