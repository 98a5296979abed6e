/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A connect that hangs or failed, and its verdict -> a block of text, or one JSON object a line. Pure. */
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
	uint8_t update;    /* enum stall_update */
};

void view_stall_text(struct view *view, const struct stall_report *report, struct buf *out);

/* The keys of `trace` and those of docs/stalls.md. */
void view_stall_json(struct view *view, const struct stall_report *report, struct buf *out);

/* "stalled", "changed", "ended"; NULL for numbers that are none. */
const char *stall_update_name(unsigned int update);

#endif
