/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A row of the table -> what a filter looks at. */
#include "commands/row_subject.h"

#include "netstate/tcp_state.h"

/* States that a segment leads to: it acknowledged something, and came no later than the last one
 * that did. */
static bool entered_by_segment(unsigned int state)
{
	return state == TCP_STATE_ESTABLISHED || state == TCP_STATE_CLOSE_WAIT ||
	       state == TCP_STATE_FIN_WAIT2 || state == TCP_STATE_CLOSING;
}

uint64_t row_age_ns(const struct connection *row, const struct connection_detail *detail,
		    uint64_t now_ns)
{
	uint64_t since_ns = row->since_ns;

	if (row->flags & CONNECTION_SINCE_UNKNOWN && detail && detail->heard_ns &&
	    detail->heard_ns < since_ns && entered_by_segment(row->state))
		since_ns = detail->heard_ns;
	return now_ns > since_ns ? now_ns - since_ns : 0;
}

/* The kernel's details of a socket, as far as their source tells them. */
static void add_details(struct filter_subject *subject, struct selection *selection,
			const struct connection_detail *detail)
{
	if (detail->has & DETAIL_HAS_DEVICE) {
		subject->knows |= FILTER_KNOWS_DEVICE;
		subject->device = detail->device ? selection_device(selection, subject->flow->netns,
								    detail->device)
						 : NULL;
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
	if (detail && selection->wants_details)
		add_details(&ret_subject->subject, selection, detail);
}
