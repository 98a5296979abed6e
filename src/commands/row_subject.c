/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A row of the table -> what a filter looks at. */
#include "commands/row_subject.h"

#include <string.h>

#include "netstate/tcp_state.h"
#include "view/row_field.h"

/* States that a segment leads to: it acknowledged something, and came no later than the last one
 * that did. */
static bool entered_by_segment(unsigned int state)
{
	return state == TCP_STATE_ESTABLISHED || state == TCP_STATE_CLOSE_WAIT ||
	       state == TCP_STATE_FIN_WAIT2 || state == TCP_STATE_CLOSING;
}

/* Time in the state; of a row that is older than the table at least this long. */
static uint64_t row_age_ns(const struct connection *row, const struct connection_detail *detail,
			   uint64_t now_ns)
{
	uint64_t since_ns = row->since_ns;

	if (row->flags & CONNECTION_SINCE_UNKNOWN && detail && detail->heard_ns &&
	    detail->heard_ns < since_ns && entered_by_segment(row->state))
		since_ns = detail->heard_ns;
	return now_ns > since_ns ? now_ns - since_ns : 0;
}

/* The kernel's details of a socket, as far as their source reports them. */
static void add_details(struct filter_subject *subject, struct selection *selection,
			const struct connection_detail *detail)
{
	if (detail->has & DETAIL_HAS_DEVICE) {
		subject->device = detail->device ? selection_device(selection, subject->flow->netns,
								    detail->device)
						 : NULL;
		if (subject->device || !detail->device)
			subject->knows |= FILTER_KNOWS_DEVICE;
	}
	if (detail->has & DETAIL_HAS_MARK) {
		subject->knows |= FILTER_KNOWS_MARK;
		subject->mark = detail->mark;
	}
	if (detail->has & DETAIL_HAS_AUTOBOUND) {
		subject->knows |= FILTER_KNOWS_AUTOBOUND;
		subject->autobound = detail->autobound;
	}
}

/* Each number that a filter may compare is one of the row's fields. */
static const uint8_t fields_of[FILTER_VALUES] = {
	[FILTER_IDLE] = ROW_IDLE_US,
	[FILTER_LAST_RECEIVED] = ROW_LAST_RECEIVED_US,
	[FILTER_LAST_SENT] = ROW_LAST_SENT_US,
	[FILTER_LAST_ACK] = ROW_LAST_ACK_US,
	[FILTER_KEEPALIVE] = ROW_KEEPALIVE,
	[FILTER_KEEPALIVE_IDLE] = ROW_KEEPALIVE_IDLE_US,
	[FILTER_KEEPALIVE_INTERVAL] = ROW_KEEPALIVE_INTERVAL_US,
	[FILTER_KEEPALIVE_PROBES_LEFT] = ROW_KEEPALIVE_PROBES_LEFT,
	[FILTER_SND_WND] = ROW_SND_WND,
	[FILTER_RCV_WND] = ROW_RCV_WND,
	[FILTER_ZERO_WINDOW] = ROW_ZERO_WINDOW_US,
	[FILTER_UNACKED] = ROW_UNACKED,
	[FILTER_GIVES_UP] = ROW_GIVES_UP_US,
	[FILTER_RECV_Q] = ROW_RECV_Q,
	[FILTER_SEND_Q] = ROW_SEND_Q,
	[FILTER_RTT] = ROW_RTT_US,
	[FILTER_RETRANSMITS] = ROW_RETRANSMITS,
	[FILTER_BYTES_SENT] = ROW_BYTES_SENT,
	[FILTER_BYTES_RECEIVED] = ROW_BYTES_RECEIVED,
};

static uint64_t number_of(const struct field_value *value)
{
	if (value->type == VALUE_WORD)
		return !strcmp(value->word, "on");
	return value->type == VALUE_NULL ? FILTER_UNKNOWN : value->number;
}

static void add_values(struct row_subject *subject, const struct connection *row,
		       const struct connection_detail *detail, uint64_t now_ns)
{
	struct row_view view;

	row_view_init(&view, row, detail, now_ns);
	for (size_t i = 0; i < FILTER_VALUES; i++) {
		const struct row_field *field = &row_fields[fields_of[i]];
		struct field_value value = {.type = VALUE_NULL};

		if (detail || !field->detail)
			field->get(&view, &value);
		subject->values[i] = number_of(&value);
	}
	subject->subject.values = subject->values;
}

void row_subject_init(struct row_subject *ret_subject, struct selection *selection,
		      const struct conn_table *table, const struct connection *row,
		      const struct connection_detail *detail, uint64_t now_ns)
{
	ret_subject->subject = (struct filter_subject){
		.owners = ret_subject->owners,
		.owner_count = row->owners ? conn_table_owners(table, row, ret_subject->owners) : 0,
		.flow = &row->flow,
		.state = row->state,
		.age_ns = row_age_ns(row, detail, now_ns),
		.age_at_least = row->flags & CONNECTION_SINCE_UNKNOWN,
	};
	if (!selection->wants_details)
		return;
	add_values(ret_subject, row, detail, now_ns);
	if (detail)
		add_details(&ret_subject->subject, selection, detail);
}

void row_subject_init_socket(struct row_subject *ret_subject, struct selection *selection,
			     const struct listed_socket *socket, uint64_t now_ns)
{
	ret_subject->subject = (struct filter_subject){
		.owners = socket->owners,
		.owner_count = socket->owner_count,
		.flow = &socket->row.flow,
		.state = socket->row.state,
		.path = socket->unix_facts.path,
		.peer_path = socket->unix_facts.peer_path,
		.age_ns = UINT64_MAX,
	};
	if (!selection->wants_details)
		return;
	add_values(ret_subject, &socket->row, &socket->detail, now_ns);
	add_details(&ret_subject->subject, selection, &socket->detail);
}
