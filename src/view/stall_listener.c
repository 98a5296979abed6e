/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A reading of a listening socket -> a line of text, or one JSON object a line. Pure. */
#include <inttypes.h>
#include <string.h>

#include "base/json_string.h"
#include "base/safe.h"
#include "netstate/tcp_state.h"
#include "view/field.h"
#include "view/stall.h"

void view_listener_text(struct view *view, const struct stall_listener_report *report,
			struct buf *out)
{
	const struct flow *flow = report->flow;
	const struct field_value time = {.type = VALUE_TIME, .number = report->ktime_ns};
	const struct field_value local = {.type = VALUE_ENDPOINT, .end = &flow->local};
	char comm[FLOW_COMM_SIZE];

	memcpy(comm, flow->comm, sizeof(comm));
	comm[sizeof(comm) - 1] = '\0';
	safe_name(comm, strlen(comm));
	view_text_value(view, &time, out);
	buf_puts(out, "  ");
	view_text_value(view, &local, out);
	buf_printf(out, "  netns %u  ", flow->netns);
	if (flow->pid)
		buf_printf(out, "%s (pid %u)", comm[0] ? comm : "?", flow->pid);
	else
		buf_puts(out, "an unknown process");
	buf_printf(out, "  queue %u of %u%s", report->queue, report->limit,
		   report->full ? " FULL" : "");
	if (report->overflows)
		buf_printf(out, ", %" PRIu64 " overflows", report->overflows);
	if (report->half_open)
		buf_printf(out, ", %u half-open", report->half_open);
	if (report->synack_retries)
		buf_printf(out, ", SYN-ACK retransmitted %u time%s", report->synack_retries,
			   report->synack_retries == 1 ? "" : "s");
	if (report->last_accept_ns && report->last_accept_ns <= report->ktime_ns)
		buf_printf(out, ", last accept %.1f s ago",
			   (double)(report->ktime_ns - report->last_accept_ns) / 1e9);
	buf_putc(out, '\n');
}

static void put_trace_keys(struct view *view, const struct stall_listener_report *report,
			   struct buf *out)
{
	const struct event event = {
		.kind = EVENT_STATE,
		.old_state = TCP_STATE_LISTEN,
		.new_state = TCP_STATE_LISTEN,
		.ktime_ns = report->ktime_ns,
		.after_ns = EVENT_NS_UNKNOWN,
		.fd = -1,
		.flow = *report->flow,
	};
	struct field_value value;

	for (size_t i = 0; i <= FIELD_LOST; i++) {
		field_get(&fields[i], &event, &value);
		if (i == FIELD_KIND)
			value = (struct field_value){
				.type = VALUE_WORD, .word = "listener", .unknown = ""};
		buf_put(out, fields[i].key, fields[i].key_size);
		view_json_value(view, &value, out);
	}
}

void view_listener_json(struct view *view, const struct stall_listener_report *report,
			struct buf *out)
{
	size_t begin = out->len;

	put_trace_keys(view, report, out);
	buf_printf(out,
		   ",\"queue\":%u,\"limit\":%u,\"full\":%s,\"overflows\":%" PRIu64 ",\"drops\":%u",
		   report->queue, report->limit, report->full ? "true" : "false", report->overflows,
		   report->drops);
	buf_printf(out,
		   ",\"half_open\":%u,\"synack_retries\":%u,\"last_accept_us\":", report->half_open,
		   report->synack_retries);
	if (report->last_accept_ns && report->last_accept_ns <= report->ktime_ns)
		buf_u64(out, (report->ktime_ns - report->last_accept_ns) / 1000);
	else
		buf_puts(out, "null");
	buf_puts(out, "}\n");
	if (out->failed)
		out->len = begin; /* whole lines only */
	else
		out->data[begin] = '{'; /* in place of the first comma */
}
