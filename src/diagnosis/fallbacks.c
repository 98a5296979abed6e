/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events of connects -> what IPv6 costs a program that goes on by IPv4. Pure. */
#include "diagnosis/fallbacks.h"

#include <string.h>

#include "netstate/tcp_state.h"

static bool is_about(const struct fallback_row *row, const struct flow *flow)
{
	return row->netns == flow->netns && row->pid == flow->pid && row->port == flow->remote.port;
}

static unsigned int slot_of(const struct flow *flow)
{
	uint32_t hash = flow->netns * 0x9e3779b1u;

	hash = (hash ^ flow->pid) * 0x9e3779b1u;
	hash = (hash ^ flow->remote.port) * 0x9e3779b1u;
	return (hash >> 16) % FALLBACK_ROWS;
}

/* IPv6 does not hang any more, or the program has gone on. */
static void begin_anew(struct fallback_row *row)
{
	row->begin_ns = row->end_ns = 0;
}

static void note_ip6(struct fallback_row *row, const struct event *event)
{
	if (event->new_state == TCP_STATE_SYN_SENT) {
		begin_anew(row);
		if (!row->ip4_ns || event->ktime_ns >= row->ip4_ns + FALLBACK_QUIET_NS)
			row->begin_ns = event->ktime_ns;
	} else if (event->new_state == TCP_STATE_ESTABLISHED) {
		begin_anew(row);
	} else {
		row->end_ns = event->ktime_ns;
	}
}

/* It follows while the one by IPv6 goes on, or at once when that was given up. */
static bool follows(const struct fallback_row *row, uint64_t now)
{
	return row->begin_ns && now >= row->begin_ns + FALLBACK_WAIT_NS &&
	       (!row->end_ns || now < row->end_ns + FALLBACK_WAIT_NS);
}

static void note_ip4(struct fallback_row *row, const struct event *event)
{
	if (event->new_state == TCP_STATE_SYN_SENT) {
		row->ip4_ns = event->ktime_ns;
		if (follows(row, event->ktime_ns)) {
			row->last.wait_ns = event->ktime_ns - row->begin_ns;
			row->last.to = event->flow.remote;
			row->last.answered = false;
			row->last.count++;
			row->total_ns += row->last.wait_ns;
			row->sock = event->flow.sock;
		}
		begin_anew(row);
	} else if (event->new_state == TCP_STATE_ESTABLISHED && row->sock == event->flow.sock) {
		row->last.answered = true;
	}
}

void fallbacks_event(struct fallbacks *fallbacks, const struct event *event)
{
	const struct flow *flow = &event->flow;
	struct fallback_row *row = &fallbacks->rows[slot_of(flow)];

	if (event->kind != EVENT_STATE || !flow->pid ||
	    (event->new_state != TCP_STATE_SYN_SENT && event->old_state != TCP_STATE_SYN_SENT))
		return;
	if (!is_about(row, flow))
		*row = (struct fallback_row){
			.netns = flow->netns, .pid = flow->pid, .port = flow->remote.port};
	memcpy(row->comm, flow->comm, sizeof(row->comm));
	if (endpoint_is_v4(&flow->remote))
		note_ip4(row, event);
	else
		note_ip6(row, event);
}

uint64_t fallback_wait_ns(const struct fallback_row *row)
{
	return row->last.count ? row->total_ns / row->last.count : 0;
}

struct stall_fallback fallbacks_of(const struct fallbacks *fallbacks, const struct flow *flow)
{
	const struct fallback_row *row = &fallbacks->rows[slot_of(flow)];
	struct stall_fallback fallback = {};

	if (!flow->pid || endpoint_is_v4(&flow->remote) || !is_about(row, flow))
		return fallback;
	fallback = row->last;
	fallback.wait_ns = fallback_wait_ns(row);
	return fallback;
}
