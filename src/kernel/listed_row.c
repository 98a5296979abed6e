/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct wire_listed -> struct listed_connection. */
#include "kernel/listed_row.h"

#include <string.h>
#include <time.h>

#include "netstate/tcp_state.h"

int64_t jiffy_ns(void)
{
	struct timespec tick;

	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	return tick.tv_nsec;
}

static void flow_from_wire(const struct wire_sock *wire, struct flow *ret_flow)
{
	*ret_flow = (struct flow){
		.cookie = wire->cookie,
		.sock = wire->sock,
		.cgroup_id = wire->cgroup,
		.local.port = wire->lport,
		.remote.port = wire->rport,
		.netns = wire->netns,
		.uid = wire->uid,
		.family = wire->family,
		.protocol = wire->protocol,
	};
	memcpy(ret_flow->local.addr, wire->laddr, sizeof(wire->laddr));
	memcpy(ret_flow->remote.addr, wire->raddr, sizeof(wire->raddr));
}

static uint64_t heard_ns(const struct wire_listed *wire, int64_t tick_ns)
{
	uint64_t quiet_ns = (uint64_t)wire->quiet_ticks * (uint64_t)tick_ns;

	return quiet_ns < wire->ktime_ns ? wire->ktime_ns - quiet_ns : 0;
}

static void fill(const struct wire_listed *wire, int64_t tick_ns,
		 struct listed_connection *ret_listed)
{
	*ret_listed = (struct listed_connection){
		.ktime_ns = wire->ktime_ns,
		.listener = wire->listener,
		.recv_queue = wire->recv_queue,
		.send_queue = wire->send_queue,
		.state = wire->state,
		.minisocket = wire->form != WIRE_LISTED_SOCKET,
		.retries = wire->retries,
		.holding = wire->holding,
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
				.heard_ns = heard_ns(wire, tick_ns),
				.has = wire->facts & WIRE_LISTED_HAS_DETAILS
					       ? DETAIL_HAS_DEVICE | DETAIL_HAS_MARK |
							 DETAIL_HAS_AUTOBOUND
					       : 0,
				.autobound = wire->facts & WIRE_LISTED_AUTOBOUND,
			},
	};
	flow_from_wire(&wire->sock, &ret_listed->flow);
	if (wire->form == WIRE_LISTED_TIME_WAIT)
		ret_listed->expires_ns = wire->ktime_ns + (uint64_t)(wire->ticks_left * tick_ns);
}

bool listed_from_wire(const struct wire_listed *wire, int64_t tick_ns,
		      struct listed_connection *ret_listed)
{
	if (wire->state == TCP_STATE_CLOSE || wire->state > TCP_STATE_NEW_SYN_RECV)
		return false;
	fill(wire, tick_ns, ret_listed);
	return true;
}

void listed_batch_flush(struct listed_batch *batch)
{
	if (batch->count)
		batch->take->rows(batch->take->context, batch->rows, batch->count);
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
