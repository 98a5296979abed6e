/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A connect that hangs or failed, and its verdict -> a block of text, or one JSON object a line.
 * Pure. */
#ifndef VIEW_STALL_H
#define VIEW_STALL_H

#include "base/buf.h"
#include "netstate/stall.h"
#include "view/view.h"

/* What one report is made of. */
struct stall_report {
	const struct stall *stall;
	const struct verdict *verdict;
	uint64_t ktime_ns; /* of the report; CLOCK_MONOTONIC */
	uint8_t update;	   /* enum stall_update */
	bool nothing_new;  /* it says what the last report about this connect said */
};

/* A block; one line where there is nothing new. */
void view_stall_text(struct view *view, const struct stall_report *report, struct buf *out);

/* The keys of `trace` and those of docs/stalls.md. */
void view_stall_json(struct view *view, const struct stall_report *report, struct buf *out);

/* One reading of a listening socket. */
struct stall_listener_report {
	const struct flow *flow; /* its local end and owner */
	uint64_t ktime_ns;
	uint64_t last_accept_ns; /* 0: none seen */
	uint64_t overflows;	 /* connections dropped while the queue was full, since the start */
	uint32_t queue;
	uint32_t limit;
	uint32_t drops; /* sk_drops: for any reason, since the socket was made */
	uint32_t half_open;
	uint8_t synack_retries;
	bool full;
};

void view_listener_text(struct view *view, const struct stall_listener_report *report,
			struct buf *out);
void view_listener_json(struct view *view, const struct stall_listener_report *report,
			struct buf *out);

/* "stalled", "changed", "ended"; NULL for numbers that are none. */
const char *stall_update_name(unsigned int update);

#endif
