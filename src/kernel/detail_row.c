/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct wire_detail -> struct socket_detail. Pure. */
#include "kernel/detail_row.h"

#include "base/cleanup.h"
#include "netstate/tcp_state.h"
#include "netstate/wire_flow.h"

#define FOREVER_MS 0x7fffffffu
#define STAMP_NEWER 1000u /* ticks: a stamp may be set after the clock was read */

static uint32_t ticks_ms(uint64_t tick_ns, uint64_t ticks)
{
	uint64_t ms = ticks > UINT64_MAX / tick_ns ? FOREVER_MS : ticks * tick_ns / 1000000;

	return ms < FOREVER_MS ? (uint32_t)ms : FOREVER_MS;
}

/* Age of a stamp of the kernel's tcp_jiffies32. */
static uint32_t stamp_age(uint64_t tick_ns, const struct wire_detail *wire, uint32_t stamp)
{
	uint32_t ticks = (uint32_t)wire->jiffies - stamp;

	return ticks > UINT32_MAX - STAMP_NEWER ? 0 : ticks_ms(tick_ns, ticks);
}

/* 0 where it is past. */
static int32_t until_ms(uint64_t tick_ns, const struct wire_detail *wire, uint64_t at)
{
	return at > wire->jiffies ? (int32_t)ticks_ms(tick_ns, at - wire->jiffies) : 0;
}

static const struct {
	uint16_t wire;
	uint32_t flag;
} flags[] = {
	{WIRE_DETAIL_DEAD, SOCKET_ORPHAN},
	{WIRE_DETAIL_KEEPALIVE, SOCKET_KEEPALIVE},
	{WIRE_DETAIL_HAS_SOCKET, SOCKET_ACCEPTED},
	{WIRE_DETAIL_HAS_FILE, SOCKET_HAS_FILE},
	{WIRE_DETAIL_RETRANSMIT, SOCKET_RETRANSMIT},
	{WIRE_DETAIL_PROBE, SOCKET_PROBE},
	{WIRE_DETAIL_MTU_PROBING, SOCKET_MTU_PROBING},
	{WIRE_DETAIL_RWND_LIMITED, SOCKET_RWND_LIMITED},
	{WIRE_DETAIL_SNDBUF_LIMITED, SOCKET_SNDBUF_LIMITED},
	{WIRE_DETAIL_KEEP_TIMER, SOCKET_KEEP_TIMER},
	{WIRE_DETAIL_ACKED, SOCKET_DEFERRED},
	{WIRE_DETAIL_REUSEPORT, SOCKET_REUSEPORT},
};

static uint32_t flags_of(const struct wire_detail *wire)
{
	uint32_t found = wire->shutdown & 1 ? SOCKET_SHUT_READ : 0;

	found |= wire->shutdown & 2 ? SOCKET_SHUT_WRITE : 0;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		found |= wire->flags & flags[i].wire ? flags[i].flag : 0;
	return found;
}

static void fill_queues(struct socket_detail *row, const struct wire_detail *wire)
{
	uint32_t unread = wire->rcv_nxt - wire->copied_seq;
	uint32_t unacked = wire->write_seq - wire->snd_una;
	uint32_t not_sent = wire->write_seq - wire->snd_nxt;

	unread = unread > FOREVER_MS ? 0 : unread; /* reading races */
	socket_detail_set_queues(row, unread, unacked);
	row->not_sent = not_sent > FOREVER_MS ? 0 : not_sent;
}

static uint32_t hang_age(const struct wire_detail *wire)
{
	uint32_t stamp = wire->retrans_stamp;
	uint64_t us = wire->ktime_ns / 1000;
	bool counts_us = wire->flags & WIRE_DETAIL_USEC_TS;
	uint32_t age = (uint32_t)(counts_us ? us : us / 1000) - stamp;

	/* a zero window that was taken back: tries that are not counted, but doubled in time */
	if (!stamp || !(wire->retransmits || (wire->packets_out && wire->backoff)))
		return EVIDENCE_UNKNOWN32;
	if (age > UINT32_MAX - STAMP_NEWER)
		return 0;
	return counts_us ? age / 1000 : age;
}

/* The kernel sets the stamp when the connection is made, and at each read where it knows the round
 * trip. */
static uint32_t read_age(const struct wire_detail *wire, bool never_read)
{
	uint64_t us = wire->ktime_ns / 1000;

	if (!wire->read_us || wire->read_us > us ||
	    (!never_read && !(wire->flags & WIRE_DETAIL_READS_NOTED)))
		return EVIDENCE_UNKNOWN32;
	return (us - wire->read_us) / 1000 < FOREVER_MS ? (uint32_t)((us - wire->read_us) / 1000)
							: FOREVER_MS;
}

static void fill_connection(struct socket_detail *row, const struct wire_detail *wire,
			    uint64_t tick_ns)
{
	fill_queues(row, wire);
	row->rcv_nxt = wire->rcv_nxt;
	row->snd_una = wire->snd_una;
	row->snd_wnd = wire->snd_wnd;
	row->rcv_wnd = wire->rcv_wup + wire->rcv_wnd - wire->rcv_nxt;
	row->rcv_wnd = row->rcv_wnd > FOREVER_MS ? 0 : row->rcv_wnd;
	row->mss = wire->mss;
	row->cwnd = wire->cwnd;
	row->pmtu = wire->pmtu;
	row->rtt_us = wire->rtt_us >> 3;
	row->rto_ms = ticks_ms(tick_ns, wire->rto);
	row->packets_out = wire->packets_out;
	row->lost_out = wire->lost_out;
	row->total_retrans = wire->total_retrans;
	row->bytes_sent = wire->bytes_sent;
	row->bytes_acked = wire->bytes_acked;
	row->bytes_received = wire->bytes_received;
	row->sent_ms = stamp_age(tick_ns, wire, wire->sent_stamp);
	row->received_ms = stamp_age(tick_ns, wire, wire->received_stamp);
	row->heard_ms = stamp_age(tick_ns, wire, wire->heard_stamp);
	row->never_read = wire->bytes_received <= wire->rcv_nxt - wire->copied_seq;
	row->read_ms = read_age(wire, row->never_read);
	row->hang_ms = hang_age(wire);
	if (wire->flags & (WIRE_DETAIL_RWND_LIMITED | WIRE_DETAIL_SNDBUF_LIMITED))
		row->limited_ms = stamp_age(tick_ns, wire, wire->chrono_start);
	row->timer_ms = until_ms(tick_ns, wire, wire->timer);
	row->keep_timer_ms = until_ms(tick_ns, wire, wire->keep_timer);
	row->keep_time_ms = ticks_ms(tick_ns, wire->keep_time);
	row->keep_interval_ms = ticks_ms(tick_ns, wire->keep_interval);
	row->linger2_ms =
		wire->linger2 < 0 ? -1 : (int32_t)ticks_ms(tick_ns, (uint64_t)wire->linger2);
	row->retransmits = wire->retransmits;
	row->state_ms = row->heard_ms; /* a segment led to the state, and none came since */
}

static void fill_row(struct socket_detail *row, const struct wire_detail *wire, uint64_t tick_ns)
{
	bool listener = wire->state == TCP_STATE_LISTEN;

	*row = (struct socket_detail){
		.flow = flow_from_wire(&wire->sock),
		.inode = wire->inode,
		.listener = wire->listener,
		.flags = flags_of(wire),
		.user_timeout_ms = wire->user_timeout,
		.drops = wire->drops,
		.rcvbuf = wire->rcvbuf,
		.sndbuf = wire->sndbuf,
		.rmem = wire->rmem,
		.wmem = wire->wmem,
		.requests = wire->requests,
		.err_soft = wire->err_soft,
		.state = wire->state,
		.form = wire->form,
		.backoff = wire->backoff,
		.probes_out = wire->probes_out,
		.keep_probes = wire->keep_probes,
		.defer_accept = wire->defer_accept,
		SOCKET_DETAIL_AGES_UNKNOWN,
	};
	row->flow.uid = wire->uid;
	if (wire->form == WIRE_DETAIL_TIME_WAIT)
		row->timer_ms = until_ms(tick_ns, wire, wire->timer);
	else if (wire->form == WIRE_DETAIL_REQUEST)
		row->retransmits = wire->retransmits;
	else
		row->flags |= SOCKET_DETAILS;
	if (listener) {
		row->unread = wire->backlog;
		row->unacked = wire->backlog_max;
	} else if (wire->form == WIRE_DETAIL_SOCKET) {
		fill_connection(row, wire, tick_ns);
	} else {
		row->rcv_nxt = wire->rcv_nxt;
		row->snd_una = wire->snd_una;
	}
}

bool detail_from_wire(const struct wire_detail *wire, uint64_t tick_ns,
		      struct socket_detail *ret_detail)
{
	if (wire->state == TCP_STATE_CLOSE || wire->state > TCP_STATE_NEW_SYN_RECV ||
	    wire->form >= SOCKET_FORMS)
		return false;
	fill_row(ret_detail, wire, tick_ns);
	return true;
}
