/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An event -> the table. The rules stand in conn_table.h. Pure. */
#include "connections/handover.h"
#include "connections/table.h"
#include "netstate/tcp_state.h"

/* Cookie, address or ends change: the keys with them. */
static void merge(struct conn_table *table, uint32_t number, const struct flow *flow)
{
	struct connection *row = table_row(table, number);
	bool rekey = row->keys & ROW_BY_ENDS || row->flow.cookie != flow->cookie;

	if (rekey)
		keys_drop(table, number);
	flow_merge(row, flow);
	if (rekey)
		keys_add(table, number);
}

/* What an event that comes too late can still report. */
static void report(struct conn_table *table, uint32_t number, const struct event *event,
		   unsigned int state)
{
	struct connection *row = table_row(table, number);
	struct flow flow = event->flow;

	flow.local.port = 0; /* the ends that the row has are newer */
	flow.cookie = flow.sock = 0;
	flow_merge(row, &flow);
	actors_note(table, number, event);
	if (event->ktime_ns == row->since_ns && state == row->state) {
		table->counters.duplicate++;
		return;
	}
	table->counters.late++;
	if (row->flags & CONNECTION_SINCE_UNKNOWN && state == row->state) {
		row->flags &= (uint8_t)~CONNECTION_SINCE_UNKNOWN;
		row->since_ns = event->ktime_ns;
		row->previous = event->old_state;
		row->history_count--;
	}
	if (event->ktime_ns < row->first_ns)
		row->first_ns = event->ktime_ns;
	history_add(row, state, event->ktime_ns);
}

static bool is_late(const struct connection *row, const struct event *event)
{
	uint64_t told_ns = row_told_ns(row);

	if (row->flags & CONNECTION_SINCE_UNKNOWN && event->new_state == row->state)
		return event->ktime_ns <= row->since_ns;
	if (event->ktime_ns == told_ns)
		return event->old_state != row->state;
	return event->ktime_ns < told_ns;
}

/* For a row that is not there: did it end, or did a list taken since not have it? */
static bool ended_since(const struct conn_table *table, const struct event *event)
{
	return tombstone_find(&table->tombstones, event->flow.cookie) >= event->ktime_ns ||
	       event->ktime_ns + ROW_MARGIN_NS < table->complete_ns;
}

/* By its cookie the end is remembered, and that may be news. */
static void end_row(struct conn_table *table, uint32_t number, const struct event *event)
{
	if (!table_row(table, number)->flow.cookie && event->flow.cookie)
		merge(table, number, &event->flow);
	rows_end(table, number, event->ktime_ns);
}

/* A list reported the minisocket before its event came. */
static void report_waiting(struct conn_table *table, uint32_t waiting, uint32_t number,
			   const struct event *event, unsigned int state)
{
	report(table, waiting, event, state);
	if (number)
		end_row(table, number, event);
}

static void hand_over(struct conn_table *table, uint32_t number, const struct event *event,
		      unsigned int state)
{
	struct connection *row;

	if (number) {
		merge(table, number, &event->flow);
		rows_change(table, number, state, CONNECTION_MINISOCKET, event->ktime_ns);
	} else {
		number = rows_create(table, &event->flow, state, CONNECTION_MINISOCKET,
				     event->ktime_ns);
	}
	row = table_row(table, number);
	if (!row)
		return;
	table->counters.handovers++;
	actors_note(table, number, event);
	if (row->holding != HOLDING_NONE) /* a descriptor leads to the closed socket, not to this */
		owners_release(table, row);
	row->flow.sock = 0;
	row->previous = event->old_state;
	row->expires_ns = event->ktime_ns + ROW_TIME_WAIT_NS;
}

static void replace_time_wait(struct conn_table *table, const struct event *event)
{
	if (event->new_state == TCP_STATE_SYN_RECV ||
	    (event->old_state == TCP_STATE_SYN_SENT && event->new_state == TCP_STATE_ESTABLISHED))
		rows_end_time_wait(table, &event->flow, event->ktime_ns);
}

static void restart(struct conn_table *table, uint32_t number, const struct event *event)
{
	tombstone_bury(&table->tombstones, event->flow.cookie, table_row(table, number)->since_ns);
	table->counters.jumped++;
	rows_restart(table, number, &event->flow, event->new_state, event->ktime_ns);
	actors_note(table, number, event);
}

static void change(struct conn_table *table, uint32_t number, const struct event *event)
{
	struct connection *row = table_row(table, number);
	bool was_half_open = row_is_half_open(row);

	if (row->state != event->old_state && !was_half_open)
		table->counters.jumped++;
	row->flags &= (uint8_t)~CONNECTION_MINISOCKET; /* a child takes its request's row over */
	merge(table, number, &event->flow);
	rows_change(table, number, event->new_state, 0, event->ktime_ns);
	row->previous = event->old_state;
	actors_note(table, number, event);
}

/* Later events of a connection that found no room are not counted again. */
static void begin(struct conn_table *table, const struct event *event)
{
	uint32_t number = rows_create(table, &event->flow, event->new_state, 0, event->ktime_ns);

	actors_note(table, number, event);
	if (!number &&
	    (event->old_state == TCP_STATE_CLOSE || event->old_state == TCP_STATE_LISTEN))
		table->counters.refused++;
}

static void apply_to_row(struct conn_table *table, uint32_t number, const struct event *event)
{
	if (event->new_state == TCP_STATE_CLOSE) {
		end_row(table, number, event);
	} else if (event->old_state == TCP_STATE_CLOSE) {
		restart(table, number, event);
	} else {
		change(table, number, event);
	}
}

static void apply_state(struct conn_table *table, const struct event *event)
{
	unsigned int waiting = handover_state(event);
	uint32_t number = keys_find(table, &event->flow, false), before;

	if (!number && event->old_state == TCP_STATE_LISTEN)
		number = keys_find_ends(table, event->flow.netns, &event->flow.local,
					&event->flow.remote, row_is_half_open);
	before = waiting ? keys_find(table, &event->flow, true) : 0;
	if (before) {
		report_waiting(table, before, number, event, waiting);
	} else if (number && is_late(table_row(table, number), event)) {
		report(table, number, event, event->new_state);
	} else if (!number && ended_since(table, event)) {
		table->counters.late++;
	} else {
		table->counters.transitions++;
		replace_time_wait(table, event);
		if (waiting)
			hand_over(table, number, event, waiting);
		else if (number)
			apply_to_row(table, number, event);
		else if (event->new_state != TCP_STATE_CLOSE)
			begin(table, event);
		else /* a list that was read before may still show it */
			tombstone_bury(&table->tombstones, event->flow.cookie, event->ktime_ns);
	}
}

/* connect and accept: the owner, and the ends of a socket that had none yet. */
static void apply_call(struct conn_table *table, const struct event *event)
{
	uint32_t number = keys_find(table, &event->flow, false);
	struct flow flow = event->flow;

	if (!number || !flow.owner || (event->kind == EVENT_ACCEPT && event->err))
		return;
	if (table_row(table, number)->flow.local.port)
		flow.local.port = 0; /* a call reports the ends as they were asked for */
	merge(table, number, &flow);
	if (table_row(table, number)->holding != HOLDING_NONE)
		flow_own(&table_row(table, number)->flow, &flow);
	actors_note(table, number, event);
}

void conn_table_apply(struct conn_table *table, const struct event *event)
{
	table->counters.events++;
	if (event->kind == EVENT_STATE)
		apply_state(table, event);
	else if (event->kind == EVENT_CONNECT || event->kind == EVENT_ACCEPT)
		apply_call(table, event);
}

void conn_table_apply_all(struct conn_table *table, const struct event *events, size_t count)
{
	size_t slots = 0, rows = 0;

	for (size_t i = 0; i < count; i++) {
		for (; slots < count && slots < i + 2 * FETCH_AHEAD; slots++) {
			const struct flow *flow = &events[slots].flow;

			keys_fetch_slot(table, flow->cookie, flow->sock, flow->netns);
		}
		for (; rows < count && rows < i + FETCH_AHEAD; rows++) {
			const struct flow *flow = &events[rows].flow;

			keys_fetch_row(table, flow->cookie, flow->sock, flow->netns);
		}
		conn_table_apply(table, &events[i]);
	}
}
