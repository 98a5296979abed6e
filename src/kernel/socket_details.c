/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BPF iterator -> rows of sockets with their details. */
#include "kernel/socket_details.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "details.skel.h"
#include "kernel/features.h"
#include "kernel/libbpf_log.h"
#include "netstate/tcp_state.h"
#include "netstate/wire_detail.h"

#define READ_SIZE (256u << 10) /* the kernel gives at most 32 KiB a read */
#define AGAIN_MAX 10000	       /* reads that only passed over a million other objects each */
#define FOREVER_MS 0x7fffffffu

struct socket_details {
	struct details_bpf *bpf;
	struct bpf_link *link;
	uint64_t tick_ns;
	char *buffer;
};

/* sock_read.bpf.h comes with the tracer's maps; this program remembers nothing. */
static void leave_maps_out(struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		if (!bpf_map__is_internal(map))
			bpf_map__set_autocreate(map, false);
	}
}

static int load(struct socket_details *details)
{
	struct features features;
	int err = features_of_kernel(&features);

	if (err)
		return err;
	details->bpf = details_bpf__open();
	if (!details->bpf)
		return -errno;
	details->bpf->rodata->has_socket_cookie = features.socket_cookie;
	details->bpf->rodata->has_rdonly_cast = features.rdonly_cast;
	leave_maps_out(details->bpf->obj);
	return details_bpf__load(details->bpf);
}

int socket_details_new(struct socket_details **ret_details)
{
	struct socket_details *details = calloc(1, sizeof(*details));
	struct timespec tick;
	int err;

	if (!details)
		return -ENOMEM;
	libbpf_log_init();
	clock_getres(CLOCK_MONOTONIC_COARSE, &tick); /* a jiffy: 1/CONFIG_HZ */
	details->tick_ns = (uint64_t)tick.tv_nsec;
	details->buffer = malloc(READ_SIZE);
	err = details->buffer ? load(details) : -ENOMEM;
	if (!err) {
		details->link = bpf_program__attach_iter(details->bpf->progs.list_details, NULL);
		err = details->link ? 0 : -errno;
	}
	if (err) {
		socket_details_free(details);
		return err;
	}
	*ret_details = details;
	return 0;
}

void socket_details_free(struct socket_details *details)
{
	if (!details)
		return;
	bpf_link__destroy(details->link);
	details_bpf__destroy(details->bpf);
	free(details->buffer);
	free(details);
}

/* ---------------------------------------------------------------- record -> row */

struct reading {
	const struct socket_details *details;
	const struct socket_detail_handler *handler;
};

static uint32_t ticks_ms(uint64_t tick_ns, uint64_t ticks)
{
	uint64_t ms = ticks > UINT64_MAX / tick_ns ? FOREVER_MS : ticks * tick_ns / 1000000;

	return ms < FOREVER_MS ? (uint32_t)ms : FOREVER_MS;
}

/* Age of a stamp of the kernel's tcp_jiffies32. */
static uint32_t stamp_age(uint64_t tick_ns, const struct wire_detail *wire, uint32_t stamp)
{
	return ticks_ms(tick_ns, (uint32_t)((uint32_t)wire->jiffies - stamp));
}

/* 0 where it is past. */
static int32_t until_ms(uint64_t tick_ns, const struct wire_detail *wire, uint64_t at)
{
	return at > wire->jiffies ? (int32_t)ticks_ms(tick_ns, at - wire->jiffies) : 0;
}

static void fill_flow(struct flow *flow, const struct wire_sock *wire, uint32_t uid)
{
	*flow = (struct flow){
		.cookie = wire->cookie,
		.sock = wire->sock,
		.cgroup_id = wire->cgroup,
		.local.port = wire->lport,
		.remote.port = wire->rport,
		.netns = wire->netns,
		.uid = uid,
		.family = wire->family,
		.protocol = wire->protocol,
	};
	memcpy(flow->local.addr, wire->laddr, sizeof(flow->local.addr));
	memcpy(flow->remote.addr, wire->raddr, sizeof(flow->remote.addr));
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

static bool fin_came(unsigned int state)
{
	return state == TCP_STATE_CLOSE_WAIT || state == TCP_STATE_LAST_ACK ||
	       state == TCP_STATE_CLOSING;
}

static bool fin_out(unsigned int state)
{
	return state == TCP_STATE_FIN_WAIT1 || state == TCP_STATE_LAST_ACK ||
	       state == TCP_STATE_CLOSING;
}

/* A FIN counts as a byte in either direction. */
static void fill_queues(struct socket_detail *row, const struct wire_detail *wire)
{
	uint32_t unread = wire->rcv_nxt - wire->copied_seq;
	uint32_t unacked = wire->write_seq - wire->snd_una;
	uint32_t not_sent = wire->write_seq - wire->snd_nxt;

	unread = unread > FOREVER_MS ? 0 : unread; /* reading races */
	row->fin_unread = fin_came(wire->state) && unread;
	row->unread = unread - row->fin_unread;
	row->fin_unacked = fin_out(wire->state) && unacked;
	row->unacked = unacked - row->fin_unacked;
	row->not_sent = not_sent > FOREVER_MS ? 0 : not_sent;
}

static uint32_t hang_age(const struct wire_detail *wire)
{
	uint32_t stamp = wire->retrans_stamp;
	uint64_t us = wire->ktime_ns / 1000;

	if (!stamp || !wire->retransmits)
		return EVIDENCE_UNKNOWN32;
	if (wire->flags & WIRE_DETAIL_USEC_TS)
		return ((uint32_t)us - stamp) / 1000;
	return (uint32_t)(us / 1000) - stamp;
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
		.sent_ms = EVIDENCE_UNKNOWN32,
		.received_ms = EVIDENCE_UNKNOWN32,
		.heard_ms = EVIDENCE_UNKNOWN32,
		.read_ms = EVIDENCE_UNKNOWN32,
		.limited_ms = EVIDENCE_UNKNOWN32,
		.hang_ms = EVIDENCE_UNKNOWN32,
		.state_ms = EVIDENCE_UNKNOWN32,
	};
	fill_flow(&row->flow, &wire->sock, wire->uid);
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
	}
}

/* ---------------------------------------------------------------- reading */

static int hand_out(const struct reading *reading, const char *buffer, size_t size, size_t *ret_at)
{
	struct socket_detail row;
	struct wire_detail wire;
	size_t at = 0;
	int err = 0;

	for (; !err && size - at >= sizeof(wire); at += sizeof(wire)) {
		memcpy(&wire, buffer + at, sizeof(wire));
		if (wire.state == TCP_STATE_CLOSE || wire.state > TCP_STATE_NEW_SYN_RECV ||
		    wire.form >= SOCKET_FORMS)
			continue; /* bound at most: no connection */
		fill_row(&row, &wire, reading->details->tick_ns);
		err = reading->handler->handle(reading->handler->context, &row);
	}
	*ret_at = at;
	return err;
}

static int read_rows(const struct reading *reading)
{
	char *buffer = reading->details->buffer;
	_cleanup_(cleanup_close) int fd = bpf_iter_create(bpf_link__fd(reading->details->link));
	unsigned int again = 0;
	size_t rest = 0, at;
	int err = 0;

	if (fd < 0)
		return -errno;
	while (!err) {
		ssize_t size = read(fd, buffer + rest, READ_SIZE - rest);

		if (!size)
			return 0;
		if (size < 0 && errno != EINTR && (errno != EAGAIN || ++again > AGAIN_MAX))
			return -errno;
		if (size < 0)
			continue;
		rest += (size_t)size;
		err = hand_out(reading, buffer, rest, &at);
		rest -= at;
		memmove(buffer, buffer + at, rest);
	}
	return err;
}

/* A namespace that went meanwhile has no rows, and was not left unread. */
static int read_space(void *context, const struct namespace *space)
{
	const struct reading *reading = context;
	int err = namespace_enter(space);

	if (err)
		return namespace_is_gone(err) ? 0 : err;
	return reading->handler->is_empty(reading->handler->context) ? 0 : read_rows(reading);
}

int socket_details_read(struct socket_details *details, const struct namespaces *spaces,
			const struct socket_detail_handler *handler)
{
	struct reading reading = {details, handler};

	return namespaces_read_each(spaces, read_space, &reading, handler->unread,
				    handler->context);
}
