/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sock_diag dumps -> rows of sockets with their details. */
#include "netlink/tcp_detail.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "netlink/inet_diag.h"
#include "netstate/tcp_state.h"

/* idiag_timer, as in /proc/net/tcp */
#define TIMER_RETRANSMIT 1
#define TIMER_KEEPALIVE 2
#define TIMER_TIME_WAIT 3
#define TIMER_PROBE 4

#define EXTENSIONS                                                                                 \
	(1 << (INET_DIAG_INFO - 1) | 1 << (INET_DIAG_SKMEMINFO - 1) | 1 << (INET_DIAG_SHUTDOWN - 1))

struct dump {
	const struct tcp_detail_handler *handler;
	uint32_t netns;
};

/* ---------------------------------------------------------------- attributes */

static void fill_info(struct socket_detail *row, const struct nlmsghdr *head)
{
	struct tcp_info info;

	if (!inet_diag_info(head, &info))
		return;
	row->retransmits = info.tcpi_retransmits;
	row->backoff = info.tcpi_backoff;
	row->probes_out = info.tcpi_probes;
	row->sent_ms = info.tcpi_last_data_sent;
	row->received_ms = info.tcpi_last_data_recv;
	row->heard_ms = row->state_ms = info.tcpi_last_ack_recv;
	row->mss = info.tcpi_snd_mss;
	row->pmtu = info.tcpi_pmtu;
	row->cwnd = info.tcpi_snd_cwnd;
	row->rtt_us = info.tcpi_rtt;
	row->rto_ms = info.tcpi_rto / 1000;
	row->packets_out = info.tcpi_unacked;
	row->lost_out = info.tcpi_lost;
	row->total_retrans = info.tcpi_total_retrans;
	row->bytes_sent = info.tcpi_bytes_sent;
	row->bytes_acked = info.tcpi_bytes_acked;
	row->bytes_received = info.tcpi_bytes_received;
	row->not_sent = info.tcpi_notsent_bytes;
	row->snd_wnd = info.tcpi_snd_wnd;
	row->never_read = row->bytes_received <= row->unread + row->fin_unread;
}

static void fill_memory(struct socket_detail *row, const struct nlmsghdr *head)
{
	uint32_t memory[SK_MEMINFO_VARS] = {};
	size_t size = 0;
	const void *payload = netlink_attribute_find(head, sizeof(struct inet_diag_msg),
						     INET_DIAG_SKMEMINFO, &size);

	if (!payload)
		return;
	memcpy(memory, payload, size < sizeof(memory) ? size : sizeof(memory));
	row->rmem = memory[SK_MEMINFO_RMEM_ALLOC];
	row->rcvbuf = memory[SK_MEMINFO_RCVBUF];
	row->wmem = memory[SK_MEMINFO_WMEM_QUEUED];
	row->sndbuf = memory[SK_MEMINFO_SNDBUF];
	row->drops = memory[SK_MEMINFO_DROPS];
	row->rcv_wnd = row->rcvbuf > row->rmem ? row->rcvbuf - row->rmem : 0;
}

/* ---------------------------------------------------------------- the message itself */

static bool only_kernel_leaves(unsigned int state)
{
	return state == TCP_STATE_FIN_WAIT1 || state == TCP_STATE_FIN_WAIT2 ||
	       state == TCP_STATE_CLOSING || state == TCP_STATE_LAST_ACK;
}

static uint32_t flags_of(const struct inet_diag_msg *message)
{
	uint32_t flags = SOCKET_DETAILS;

	if (message->idiag_inode)
		flags |= SOCKET_ACCEPTED | SOCKET_HAS_FILE;
	else if (only_kernel_leaves(message->idiag_state))
		flags |= SOCKET_ORPHAN;
	if (message->idiag_timer == TIMER_RETRANSMIT)
		flags |= SOCKET_RETRANSMIT;
	else if (message->idiag_timer == TIMER_PROBE)
		flags |= SOCKET_PROBE;
	else if (message->idiag_timer == TIMER_KEEPALIVE)
		flags |= SOCKET_KEEP_TIMER |
			 (message->idiag_state == TCP_STATE_ESTABLISHED ? SOCKET_KEEPALIVE : 0);
	return flags;
}

static void fill_timer(struct socket_detail *row, const struct inet_diag_msg *message)
{
	int32_t ms = message->idiag_expires > INT32_MAX ? 0 : (int32_t)message->idiag_expires;

	if (message->idiag_timer == TIMER_KEEPALIVE)
		row->keep_timer_ms = ms;
	else
		row->timer_ms = ms;
}

static uint8_t form_of(const struct inet_diag_msg *message)
{
	if (message->idiag_timer == TIMER_TIME_WAIT)
		return SOCKET_TIME_WAIT;
	return message->idiag_state == TCP_STATE_SYN_RECV && !message->idiag_inode ? SOCKET_REQUEST
										   : SOCKET_FULL;
}

static void on_socket(const struct dump *dump, const struct nlmsghdr *head,
		      const struct inet_diag_msg *message)
{
	struct socket_detail row = {
		.flow = inet_diag_flow(message, dump->netns),
		.inode = message->idiag_inode,
		.state = message->idiag_state,
		.form = form_of(message),
		SOCKET_DETAIL_AGES_UNKNOWN,
	};

	if (row.state == TCP_STATE_CLOSE || row.state > TCP_STATE_NEW_SYN_RECV)
		return;
	if (row.state == TCP_STATE_NEW_SYN_RECV)
		row.state = TCP_STATE_SYN_RECV;
	row.retransmits = message->idiag_retrans;
	fill_timer(&row, message);
	if (row.form == SOCKET_FULL) {
		row.flags = flags_of(message);
		socket_detail_set_queues(&row, message->idiag_rqueue, message->idiag_wqueue);
		fill_memory(&row, head);
		if (row.state != TCP_STATE_LISTEN)
			fill_info(&row, head);
	}
	dump->handler->handle(dump->handler->context, &row);
}

/* ---------------------------------------------------------------- namespaces */

static int on_message(void *context, const struct nlmsghdr *head)
{
	const struct inet_diag_msg *message = inet_diag_message(head);

	if (message)
		on_socket(context, head, message);
	return 0;
}

static int read_here(const struct tcp_detail_handler *handler, uint32_t netns)
{
	_cleanup_(cleanup_close) int fd = netlink_open(NETLINK_SOCK_DIAG);
	struct dump dump = {handler, netns};
	const struct netlink_reader reader = {.handle = on_message, .context = &dump};
	const struct inet_diag_question question = {
		.family = AF_UNSPEC,
		.protocol = IPPROTO_TCP,
		.states = handler->states ? handler->states : ~0u,
		.extensions = EXTENSIONS,
	};

	return fd < 0 ? fd : inet_diag_dump(fd, &question, &reader);
}

static int read_space(void *context, const struct namespace *space)
{
	_cleanup_(cleanup_close) int fd = namespace_open_any(space);

	if (fd < 0)
		return namespace_is_gone(fd) ? 0 : fd;
	if (setns(fd, CLONE_NEWNET))
		return -errno;
	return read_here(context, space->inode);
}

int tcp_detail_read(const struct namespaces *spaces, const struct tcp_detail_handler *handler)
{
	_cleanup_(cleanup_close) int own = namespace_open_own();
	struct stat info;

	if (own < 0)
		return own;
	if (!setns(own, CLONE_NEWNET))
		return namespaces_read_each(spaces, read_space, (void *)handler, handler->unread,
					    handler->context);
	return read_here(handler, fstat(own, &info) ? 0 : (uint32_t)info.st_ino);
}
