/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows come, change and go; counters, history and keys follow. Pure. */
#include <string.h>

#include "connections/table.h"
#include "netstate/tcp_state.h"

static uint64_t step(unsigned int state, uint64_t ktime_ns)
{
	return (uint64_t)state << 56 | (ktime_ns / 1000 & 0xffffffffffffffULL);
}

void history_add(struct connection *row, unsigned int state, uint64_t ktime_ns)
{
	uint64_t added = step(state, ktime_ns), *history = row->history;
	unsigned int at;

	if (row->history_count == CONNECTION_HISTORY) {
		if (connection_history_ns(added) < connection_history_ns(history[0]))
			return;
		memmove(history, history + 1, (CONNECTION_HISTORY - 1) * sizeof(*history));
		row->history_count--;
	}
	for (at = row->history_count++; at; at--) {
		if (connection_history_ns(history[at - 1]) <= connection_history_ns(added))
			break;
		history[at] = history[at - 1];
	}
	history[at] = added;
}

static void count(struct conn_table *table, const struct connection *row, int change)
{
	table->counters.by_state[row->state & 15] += (uint64_t)(int64_t)change;
	if (row_is_time_wait(row))
		table->time_waits += (uint64_t)(int64_t)change;
}

uint32_t rows_create(struct conn_table *table, const struct flow *flow, unsigned int state,
		     unsigned int flags, uint64_t since_ns)
{
	uint32_t number = row_store_new_row(&table->rows);
	struct connection *row;

	if (!number)
		return 0;
	row = table_row(table, number);
	row->flow = *flow;
	row->state = (uint8_t)state;
	row->flags = (uint8_t)flags;
	row->since_ns = row->first_ns = since_ns;
	row->mark = table->pass;
	history_add(row, state, since_ns);
	keys_add(table, number);
	count(table, row, 1);
	table->counters.created++;
	return number;
}

void rows_change(struct conn_table *table, uint32_t number, unsigned int state, unsigned int flags,
		 uint64_t since_ns)
{
	struct connection *row = table_row(table, number);
	bool rekey = (row->flags ^ flags) & CONNECTION_MINISOCKET || row->keys & ROW_BY_ENDS ||
		     !row->flow.cookie;

	if (rekey)
		keys_drop(table, number);
	count(table, row, -1);
	row->previous = row->state;
	row->state = (uint8_t)state;
	row->flags =
		(uint8_t)(flags | (row->flags & (CONNECTION_UNHELD | CONNECTION_RELEASE_ASSUMED)));
	row->since_ns = since_ns;
	row->expires_ns = 0;
	row->retries = 0;
	history_add(row, state, since_ns);
	count(table, row, 1);
	if (rekey)
		keys_add(table, number);
}

void rows_restart(struct conn_table *table, uint32_t number, const struct flow *flow,
		  unsigned int state, uint64_t since_ns)
{
	struct connection *row = table_row(table, number);

	keys_drop(table, number);
	count(table, row, -1);
	owners_drop(table, row);
	*row = (struct connection){
		.flow = *flow,
		.state = (uint8_t)state,
		.since_ns = since_ns,
		.first_ns = since_ns,
		.mark = table->pass,
	};
	history_add(row, state, since_ns);
	count(table, row, 1);
	keys_add(table, number);
}

void rows_end(struct conn_table *table, uint32_t number, uint64_t now_ns)
{
	struct connection *row = table_row(table, number);

	owners_drop(table, row);
	keys_drop(table, number);
	count(table, row, -1);
	row->previous = row->state;
	row->state = TCP_STATE_CLOSE;
	row->since_ns = now_ns;
	row->expires_ns = 0;
	history_add(row, TCP_STATE_CLOSE, now_ns);
	tombstone_bury(&table->tombstones, row->flow.cookie, now_ns);
	row_store_give(&table->rows, number);
	table->counters.ended++;
}

void rows_end_time_wait(struct conn_table *table, const struct flow *flow, uint64_t now_ns)
{
	uint32_t number;

	if (!table->time_waits)
		return;
	number = keys_find_ends(table, flow->netns, &flow->local, &flow->remote, row_is_time_wait);
	if (!number || table_row(table, number)->since_ns > now_ns)
		return;
	table->counters.reused++;
	rows_end(table, number, now_ns);
}

/*
 * What an event of a state remembers is who opened the connection, and a descriptor may have gone to
 * another process since: it counts only where nobody is known, or since when the same one is.
 */
static void owner_merge(struct flow *to, const struct flow *from)
{
	bool known = to->owner && to->owner != FLOW_OWNER_INHERITED;

	if (!from->owner || (to->owner && from->owner == FLOW_OWNER_INHERITED))
		return;
	if (known && (to->owner != FLOW_OWNER_SCAN || to->pid != from->pid))
		return;
	flow_own(to, from);
}

void flow_own(struct flow *to, const struct flow *from)
{
	to->pid = from->pid;
	to->uid = from->uid;
	to->owner = from->owner;
	memcpy(to->comm, from->comm, sizeof(to->comm));
}

void flow_merge(struct connection *row, const struct flow *flow)
{
	struct flow *to = &row->flow;

	if (flow->local.port) {
		to->local = flow->local;
		to->remote = flow->remote;
	}
	if (flow->cookie)
		to->cookie = flow->cookie;
	if (flow->sock && !(row->flags & CONNECTION_MINISOCKET))
		to->sock = flow->sock;
	if (flow->cgroup_id)
		to->cgroup_id = flow->cgroup_id;
	if (flow->netns)
		to->netns = flow->netns;
	owner_merge(to, flow);
}
