/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connections for the tests of the views. */
#ifndef UNIT_VIEW_ROW_SAMPLE_H
#define UNIT_VIEW_ROW_SAMPLE_H

#include "unit/view/sample.h"
#include "view/row_field.h"

#define ROW_NOW_NS 120000000000ULL /* 10:17:02 by sample_view() */

static inline struct connection sample_row(void)
{
	struct event event = sample_state();

	return (struct connection){
		.flow = event.flow,
		.since_ns = ROW_NOW_NS - 61000000999,
		.recv_queue = 3,
		.send_queue = 4096,
		.state = TCP_STATE_ESTABLISHED,
		.previous = TCP_STATE_SYN_SENT,
		.flags = CONNECTION_LISTED | CONNECTION_QUEUES,
		.retries = 2,
	};
}

/* Its owner as it was when it closed; 30 s are left. */
static inline struct connection sample_time_wait(void)
{
	struct connection row = sample_row();

	row.state = TCP_STATE_TIME_WAIT;
	row.previous = TCP_STATE_FIN_WAIT2;
	row.flags = CONNECTION_MINISOCKET;
	row.expires_ns = ROW_NOW_NS + 30000999999;
	return row;
}

static inline struct row_view sample_row_view(const struct connection *row,
					      const struct connection_detail *detail)
{
	struct row_view view = {0};

	row_view_init(&view, row, detail, ROW_NOW_NS);
	return view;
}

#endif
