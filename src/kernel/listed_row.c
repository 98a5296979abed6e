/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct wire_listed -> struct listed_connection. */
#include "kernel/listed_row.h"

#include <time.h>

#include "base/tcp_clock.h"
#include "netstate/tcp_state.h"
#include "netstate/wire_flow.h"

#define NS_PER_MS UINT64_C(1000000)
#define JIFFIES_AGO (UINT64_C(1) << 24) /* before any timer was set; whole turns of wire.jiffies */
#define ORPHAN_RETRIES 8		/* tcp_orphan_retries 0 means */

int64_t jiffy_ns(void)
{
	struct timespec tick;

	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	return tick.tv_nsec;
}

static uint64_t ago_ns(const struct wire_listed *wire, uint32_t ticks, int64_t tick_ns)
{
	uint64_t ns = (uint64_t)ticks * (uint64_t)tick_ns;

	return ns < wire->ktime_ns ? wire->ktime_ns - ns : 0;
}

static uint32_t ticks_ms(uint32_t ticks, int64_t tick_ns)
{
	return (uint32_t)((uint64_t)ticks * (uint64_t)tick_ns / NS_PER_MS);
}

/* When the first of what is not acknowledged was sent; 0: not known. */
static uint64_t hang_ns(const struct wire_listed *wire)
{
	bool us = wire->facts & WIRE_LISTED_USEC_TS;
	uint64_t unit_ns = us ? 1000 : NS_PER_MS;
	uint64_t ns =
		(uint64_t)((uint32_t)(wire->ktime_ns / unit_ns) - wire->retrans_stamp) * unit_ns;

	return wire->retrans_stamp && ns < wire->ktime_ns ? wire->ktime_ns - ns : 0;
}

/* The time-out runs while a retransmitted segment is unacknowledged, and from the first SYN on. */
static uint64_t gives_up_ns(const struct wire_listed *wire, int64_t tick_ns)
{
	bool syn = wire->state == TCP_STATE_SYN_SENT, probe = wire->facts & WIRE_LISTED_PROBE;
	struct tcp_clock clock = {
		.first_ns = probe ? 0 : hang_ns(wire),
		.wheel = {.tick_ns = (uint64_t)tick_ns,
			  .zero_ns = wire->ktime_ns -
				     (JIFFIES_AGO + wire->jiffies) * (uint64_t)tick_ns},
		.rto_ns = (uint64_t)wire->rto * (uint64_t)tick_ns,
		.rto_max_ns = wire->rto_max ? (uint64_t)wire->rto_max * (uint64_t)tick_ns
					    : TCP_CLOCK_RTO_MAX_NS,
		.base_ns = syn ? TCP_CLOCK_RTO_SYN_NS : TCP_CLOCK_RTO_MIN_NS,
		.user_timeout_ns = wire->user_timeout * NS_PER_MS,
		.retransmits = probe ? wire->probes_out : wire->retries,
		.limit = wire->retry_limit,
		.linear = wire->linear,
		.counted = syn || probe,
	};
	uint64_t end;

	if (!wire->rto || (!syn && !clock.retransmits))
		return 0;
	if (probe) { /* each probe waits twice as long as the one before */
		clock.rto_ns <<= wire->probes_out < 16 ? wire->probes_out : 16;
		if (clock.rto_ns > clock.rto_max_ns)
			clock.rto_ns = clock.rto_max_ns;
	}
	clock.next_ns = timer_wheel_pending(&clock.wheel, wire->ktime_ns, clock.rto_ns,
					    (int64_t)wire->timer_ticks * tick_ns);
	if (wire->holding == WIRE_HOLDING_NONE && !wire->retry_limit)
		clock.limit = ORPHAN_RETRIES;
	end = tcp_clock_gives_up(&clock);
	return end == TCP_CLOCK_NEVER ? 0 : end;
}

/* Data can go either way, or could. */
static bool was_established(const struct wire_listed *wire)
{
	return wire->form == WIRE_LISTED_SOCKET && wire->state != TCP_STATE_LISTEN &&
	       wire->state != TCP_STATE_SYN_SENT && wire->state != TCP_STATE_CLOSE;
}

static void fill_keepalive(struct connection_detail *detail, const struct wire_listed *wire,
			   int64_t tick_ns)
{
	detail->keepalive = (wire->facts & WIRE_LISTED_KEEPALIVE) != 0;
	detail->has |= DETAIL_HAS_KEEPALIVE;
	if (!detail->keepalive)
		return;
	detail->has |= DETAIL_HAS_KEEP_TIMES;
	detail->keep_idle_ms = ticks_ms(wire->keep_idle, tick_ns);
	detail->keep_interval_ms = ticks_ms(wire->keep_interval, tick_ns);
	detail->keep_left = wire->keep_probes > wire->probes_out
				    ? (uint8_t)(wire->keep_probes - wire->probes_out)
				    : 0;
}

static void fill_times(struct connection_detail *detail, const struct wire_listed *wire,
		       int64_t tick_ns)
{
	if (!(wire->facts & WIRE_LISTED_HAS_DETAILS) || wire->form != WIRE_LISTED_SOCKET ||
	    wire->state == TCP_STATE_LISTEN || wire->state == TCP_STATE_CLOSE)
		return;
	fill_keepalive(detail, wire, tick_ns);
	detail->has |= DETAIL_HAS_UNACKED;
	detail->unacked = wire->unacked;
	detail->gives_up_ns = gives_up_ns(wire, tick_ns);
	if (!was_established(wire))
		return;
	detail->has |= DETAIL_HAS_SND_WND | DETAIL_HAS_RCV_WND;
	detail->snd_wnd = wire->snd_wnd;
	detail->rcv_wnd = wire->rcv_wnd;
	detail->sent_ns = ago_ns(wire, wire->sent_ticks, tick_ns);
	detail->received_ns = ago_ns(wire, wire->received_ticks, tick_ns);
	if (wire->facts & WIRE_LISTED_WINDOW_WAIT)
		detail->window_ns = ago_ns(wire, wire->window_ticks, tick_ns);
}

static void fill(const struct wire_listed *wire, int64_t tick_ns,
		 struct listed_connection *ret_listed)
{
	*ret_listed = (struct listed_connection){
		.flow = flow_from_wire(&wire->sock),
		.ktime_ns = wire->ktime_ns,
		.listener = wire->listener,
		.recv_queue = wire->recv_queue,
		.send_queue = wire->send_queue,
		.state = wire->state,
		.minisocket = wire->form != WIRE_LISTED_SOCKET,
		.retries = wire->retries,
		.holding = wire->holding,
		.sharing = wire->sharing,
		.detail =
			{
				.inode = wire->inode,
				.bytes_sent = wire->bytes_sent,
				.bytes_received = wire->bytes_received,
				.rtt_us = wire->rtt_us,
				.retransmits = wire->retransmits,
				.uid = wire->sock.uid,
				.mark = wire->mark,
				.device = wire->device,
				.heard_ns = ago_ns(wire, wire->heard_ticks, tick_ns),
				.has = wire->facts & WIRE_LISTED_HAS_DETAILS
					       ? DETAIL_HAS_DEVICE | DETAIL_HAS_MARK |
							 DETAIL_HAS_AUTOBOUND
					       : 0,
				.autobound = wire->facts & WIRE_LISTED_AUTOBOUND,
			},
	};
	fill_times(&ret_listed->detail, wire, tick_ns);
	if (wire->form == WIRE_LISTED_TIME_WAIT)
		ret_listed->expires_ns = wire->ktime_ns + (uint64_t)(wire->ticks_left * tick_ns);
}

bool listed_from_wire(const struct wire_listed *wire, int64_t tick_ns,
		      struct listed_connection *ret_listed)
{
	if (!wire->state || wire->state == TCP_STATE_CLOSE || wire->state > TCP_STATE_NEW_SYN_RECV)
		return false;
	fill(wire, tick_ns, ret_listed);
	return true;
}

void listed_batch_flush(struct listed_batch *batch)
{
	if (batch->count)
		batch->handler->rows(batch->handler->context, batch->rows, batch->count);
	batch->count = 0;
}

void listed_batch_add(struct listed_batch *batch, const struct wire_listed *wire)
{
	struct listed_connection *listed = &batch->rows[batch->count];

	if (batch->bound && wire->state == TCP_STATE_CLOSE)
		fill(wire, batch->tick_ns, listed);
	else if (batch->bound || !listed_from_wire(wire, batch->tick_ns, listed) ||
		 (batch->states && !(batch->states & 1u << listed->state)))
		return;
	if (++batch->count == SOCKET_ROWS_BATCH)
		listed_batch_flush(batch);
}
