/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sock_diag dumps -> rows. */
#include "netlink/tcp_diag.h"

#include <errno.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "netlink/inet_diag.h"
#include "netstate/tcp_state.h"

/* idiag_timer, as in /proc/net/tcp */
#define TIMER_KEEPALIVE 2
#define TIMER_TIME_WAIT 3

struct dump {
	const struct socket_rows_handler *handler;
	uint32_t netns;
	uint64_t now_ns; /* not later than the kernel read what is handed out now */
};

/* Since 5.8. */
static uint64_t cgroup_of(const struct nlmsghdr *head)
{
	uint64_t id = 0;
	size_t size = 0;
	const void *payload = netlink_attribute_find(head, sizeof(struct inet_diag_msg),
						     INET_DIAG_CGROUP_ID, &size);

	if (payload && size == sizeof(id))
		memcpy(&id, payload, sizeof(id));
	return id;
}

/* Told to whoever has CAP_NET_ADMIN over the namespace; of a time-wait minisocket to nobody. */
static void fill_mark(const struct nlmsghdr *head, struct connection_detail *detail)
{
	size_t size = 0;
	const void *payload =
		netlink_attribute_find(head, sizeof(struct inet_diag_msg), INET_DIAG_MARK, &size);

	if (!payload || size != sizeof(detail->mark))
		return;
	memcpy(&detail->mark, payload, sizeof(detail->mark));
	detail->has |= DETAIL_HAS_MARK;
}

/* Without a file a socket waits for accept, unless this host has sent its FIN: then it is an orphan. */
static uint8_t holding_of(const struct inet_diag_msg *message)
{
	if (message->idiag_inode)
		return HOLDING_FILE;
	if (message->idiag_state == TCP_STATE_ESTABLISHED ||
	    message->idiag_state == TCP_STATE_CLOSE_WAIT ||
	    message->idiag_state == TCP_STATE_SYN_RECV)
		return HOLDING_QUEUE;
	return HOLDING_NONE;
}

static uint64_t ago_ns(uint64_t now_ns, uint32_t ms)
{
	return (uint64_t)ms * 1000000 < now_ns ? now_ns - (uint64_t)ms * 1000000 : 0;
}

/* No timer at all: there is none of keepalive either. What else runs hides it. */
static void fill_keepalive(const struct inet_diag_msg *message, struct connection_detail *detail)
{
	bool open = message->idiag_state == TCP_STATE_ESTABLISHED ||
		    message->idiag_state == TCP_STATE_CLOSE_WAIT;

	if (!open || (message->idiag_timer && message->idiag_timer != TIMER_KEEPALIVE))
		return;
	detail->has |= DETAIL_HAS_KEEPALIVE;
	detail->keepalive = message->idiag_timer == TIMER_KEEPALIVE;
}

static void fill_times(const struct inet_diag_msg *message, const struct tcp_info *info,
		       uint64_t now_ns, struct connection_detail *detail)
{
	uint32_t queued = message->idiag_wqueue;

	detail->has |= DETAIL_HAS_UNACKED;
	detail->unacked = queued > info->tcpi_notsent_bytes ? queued - info->tcpi_notsent_bytes : 0;
	if (message->idiag_state == TCP_STATE_SYN_SENT)
		return;
	fill_keepalive(message, detail);
	detail->sent_ns = ago_ns(now_ns, info->tcpi_last_data_sent);
	detail->received_ns = ago_ns(now_ns, info->tcpi_last_data_recv);
}

static void fill_info(const struct nlmsghdr *head, const struct inet_diag_msg *message,
		      uint64_t now_ns, struct connection_detail *detail)
{
	struct tcp_info info;

	if (message->idiag_state == TCP_STATE_LISTEN || !inet_diag_info(head, &info))
		return;
	fill_times(message, &info, now_ns, detail);
	if (message->idiag_state != TCP_STATE_SYN_SENT && inet_diag_has_window(head)) {
		detail->has |= DETAIL_HAS_SND_WND;
		detail->snd_wnd = info.tcpi_snd_wnd;
	}
	detail->rtt_us = info.tcpi_rtt;
	detail->retransmits = info.tcpi_total_retrans;
	detail->bytes_sent = info.tcpi_bytes_sent;
	detail->bytes_received = info.tcpi_bytes_received;
	detail->heard_ns = ago_ns(now_ns, info.tcpi_last_ack_recv);
}

static void on_socket(const struct dump *dump, const struct nlmsghdr *head,
		      const struct inet_diag_msg *message)
{
	bool waiting = message->idiag_timer == TIMER_TIME_WAIT;
	struct listed_connection listed = {
		.flow = inet_diag_flow(message, dump->netns),
		.ktime_ns = dump->now_ns,
		.recv_queue = message->idiag_rqueue,
		.send_queue = message->idiag_wqueue,
		.state = message->idiag_state,
		.retries = message->idiag_retrans,
		.detail = {.inode = message->idiag_inode,
			   .uid = message->idiag_uid,
			   .device = message->id.idiag_if,
			   .has = DETAIL_HAS_DEVICE},
	};

	if (!message->idiag_state || message->idiag_state == TCP_STATE_CLOSE ||
	    message->idiag_state > TCP_STATE_NEW_SYN_RECV)
		return;
	listed.flow.cgroup_id = cgroup_of(head);
	listed.holding = holding_of(message);
	if (listed.state == TCP_STATE_NEW_SYN_RECV)
		listed.state = TCP_STATE_SYN_RECV;
	listed.minisocket =
		waiting || (listed.state == TCP_STATE_SYN_RECV && !message->idiag_inode);
	if (waiting)
		listed.expires_ns = dump->now_ns + (uint64_t)message->idiag_expires * 1000000;
	fill_mark(head, &listed.detail);
	fill_info(head, message, dump->now_ns, &listed.detail);
	dump->handler->rows(dump->handler->context, &listed, 1);
}

static int on_message(void *context, const struct nlmsghdr *head)
{
	const struct inet_diag_msg *message = inet_diag_message(head);

	if (message)
		on_socket(context, head, message);
	return 0;
}

static void on_datagram(void *context, uint64_t filled_ns)
{
	struct dump *dump = context;

	dump->now_ns = filled_ns;
	if (dump->handler->before)
		dump->handler->before(dump->handler->context);
}

static int dump_sockets(struct dump *dump, int fd, uint32_t states)
{
	const struct inet_diag_question question = {
		.family = AF_UNSPEC,
		.protocol = IPPROTO_TCP,
		.states = states,
		.extensions = dump->handler->details ? 1 << (INET_DIAG_INFO - 1) : 0,
	};
	const struct netlink_reader reader = {
		.handle = on_message, .datagram = on_datagram, .context = dump};

	return inet_diag_dump(fd, &question, &reader);
}

/* The socket stays in the namespace in which it was made. */
static int open_in(const struct namespace *space)
{
	int err = namespace_enter(space);

	return err ? err : netlink_open(NETLINK_SOCK_DIAG);
}

static int read_space(void *context, const struct namespace *space)
{
	struct dump dump = {.handler = context, .netns = space->inode};
	_cleanup_(cleanup_close) int fd = open_in(space);

	return fd < 0 ? fd : dump_sockets(&dump, fd, ~0u);
}

int tcp_diag_read(const struct namespaces *spaces, const struct socket_rows_handler *handler)
{
	return namespaces_read_each(spaces, read_space, (void *)handler, handler->unread,
				    handler->context);
}

/* Sockets in none of all states. */
int tcp_diag_try(void)
{
	_cleanup_(cleanup_close) int fd = netlink_open(NETLINK_SOCK_DIAG);
	const struct socket_rows_handler handler = {};
	struct dump dump = {.handler = &handler};

	return fd < 0 ? fd : dump_sockets(&dump, fd, 0);
}
