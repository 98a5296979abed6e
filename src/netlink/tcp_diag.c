/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sock_diag dumps -> rows. */
#include "netlink/tcp_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "netstate/tcp_state.h"

#define READ_SIZE (256u << 10)
#define TIMER_TIME_WAIT 3 /* idiag_timer, as in /proc/net/tcp */

struct dump {
	const struct socket_rows_handler *take;
	uint32_t netns;
	uint64_t now_ns; /* not later than the kernel read what is handed out now */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void endpoint_from_diag(uint8_t family, const __be32 words[4], __be16 port,
			       struct endpoint *ret_end)
{
	*ret_end = (struct endpoint){.port = ntohs(port)};
	if (family == AF_INET6) {
		memcpy(ret_end->addr, words, sizeof(ret_end->addr));
		return;
	}
	ret_end->addr[10] = ret_end->addr[11] = 0xff;
	memcpy(ret_end->addr + 12, words, 4);
}

static void take_info(const struct rtattr *attribute, uint64_t now_ns,
		      struct connection_detail *detail)
{
	struct tcp_info info = {};
	size_t size = RTA_PAYLOAD(attribute);

	memcpy(&info, RTA_DATA(attribute), size < sizeof(info) ? size : sizeof(info));
	detail->rtt_us = info.tcpi_rtt;
	detail->retransmits = info.tcpi_total_retrans;
	detail->bytes_sent = info.tcpi_bytes_sent;
	detail->bytes_received = info.tcpi_bytes_received;
	if ((uint64_t)info.tcpi_last_ack_recv * 1000000 < now_ns)
		detail->heard_ns = now_ns - (uint64_t)info.tcpi_last_ack_recv * 1000000;
}

static void take_attributes(const struct inet_diag_msg *message, size_t size, uint64_t now_ns,
			    struct connection_detail *detail)
{
	const struct rtattr *attribute = (const struct rtattr *)(message + 1);

	for (; RTA_OK(attribute, size); attribute = RTA_NEXT(attribute, size)) {
		if (attribute->rta_type == INET_DIAG_INFO)
			take_info(attribute, now_ns, detail);
	}
}

static void take_message(const struct dump *dump, const struct inet_diag_msg *message, size_t size)
{
	bool waiting = message->idiag_timer == TIMER_TIME_WAIT;
	const struct inet_diag_sockid *id = &message->id;
	struct listed_connection listed = {
		.flow =
			{
				.cookie = (uint64_t)id->idiag_cookie[1] << 32 | id->idiag_cookie[0],
				.netns = dump->netns,
				.uid = message->idiag_uid,
				.family = message->idiag_family,
			},
		.ktime_ns = dump->now_ns,
		.recv_queue = message->idiag_rqueue,
		.send_queue = message->idiag_wqueue,
		.state = message->idiag_state,
		.retries = message->idiag_retrans,
		.detail = {.inode = message->idiag_inode, .uid = message->idiag_uid},
	};

	if (message->idiag_state == TCP_STATE_CLOSE ||
	    message->idiag_state > TCP_STATE_NEW_SYN_RECV)
		return;
	endpoint_from_diag(message->idiag_family, id->idiag_src, id->idiag_sport,
			   &listed.flow.local);
	endpoint_from_diag(message->idiag_family, id->idiag_dst, id->idiag_dport,
			   &listed.flow.remote);
	if (listed.state == TCP_STATE_NEW_SYN_RECV)
		listed.state = TCP_STATE_SYN_RECV;
	listed.minisocket =
		waiting || (listed.state == TCP_STATE_SYN_RECV && !message->idiag_inode);
	if (waiting)
		listed.expires_ns = dump->now_ns + (uint64_t)message->idiag_expires * 1000000;
	take_attributes(message, size, dump->now_ns, &listed.detail);
	dump->take->rows(dump->take->context, &listed, 1);
}

/* 1: there is more to come, 0: that was the end, or -errno. */
static int take_messages(struct dump *dump, const char *buffer, size_t size)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)buffer;

	for (; NLMSG_OK(head, size); head = NLMSG_NEXT(head, size)) {
		if (head->nlmsg_type == NLMSG_DONE)
			return 0;
		if (head->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *error = NLMSG_DATA(head);

			return head->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) ? -EPROTO
									      : error->error;
		}
		if (head->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		    head->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
			continue;
		take_message(dump, NLMSG_DATA(head),
			     head->nlmsg_len - NLMSG_LENGTH(sizeof(struct inet_diag_msg)));
	}
	return 1;
}

static int ask(int fd, uint8_t family, uint32_t states, bool details)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 request;
	} message = {
		.head =
			{
				.nlmsg_len = sizeof(message),
				.nlmsg_type = SOCK_DIAG_BY_FAMILY,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			},
		.request =
			{
				.sdiag_family = family,
				.sdiag_protocol = IPPROTO_TCP,
				.idiag_states = states,
				.idiag_ext = details ? 1 << (INET_DIAG_INFO - 1) : 0,
			},
	};

	return send(fd, &message, sizeof(message), 0) < 0 ? -errno : 0;
}

static int dump_family(struct dump *dump, int fd, uint8_t family, uint32_t states, char *buffer)
{
	uint64_t asked_ns = now_ns(); /* the kernel reads the first rows when it is asked, ... */
	int more = ask(fd, family, states, dump->take->details);

	if (more)
		return more;
	do {
		uint64_t before_ns = now_ns();
		ssize_t size = recv(fd, buffer, READ_SIZE, 0);

		if (size < 0 && errno == EINTR) {
			more = 1;
			continue;
		}
		if (size <= 0)
			return size ? -errno : -EPROTO;
		dump->now_ns = asked_ns;
		asked_ns = before_ns; /* ... and the next ones while it hands these out */
		if (dump->take->before)
			dump->take->before(dump->take->context);
		more = take_messages(dump, buffer, (size_t)size);
	} while (more > 0);
	return more;
}

/* The socket stays in the namespace in which it was made. */
static int open_in(const struct namespace *space)
{
	_cleanup_(cleanup_close) int space_fd = namespace_open(space);
	int fd;

	if (space_fd < 0)
		return space_fd;
	if (setns(space_fd, CLONE_NEWNET))
		return -errno;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	return fd < 0 ? -errno : fd;
}

struct space_reader {
	const struct socket_rows_handler *take;
	char *buffer;
};

static int read_space(void *context, const struct namespace *space)
{
	const struct space_reader *reader = context;
	struct dump dump = {.take = reader->take, .netns = space->inode};
	_cleanup_(cleanup_close) int fd = open_in(space);
	int err;

	if (fd < 0)
		return fd;
	err = dump_family(&dump, fd, AF_INET, ~0u, reader->buffer);
	return err ? err : dump_family(&dump, fd, AF_INET6, ~0u, reader->buffer);
}

int tcp_diag_read(const struct namespaces *spaces, const struct socket_rows_handler *take)
{
	_cleanup_(cleanup_free) char *buffer = malloc(READ_SIZE);
	struct space_reader reader = {take, buffer};

	return buffer ? namespaces_read_each(spaces, read_space, &reader, take->unread,
					     take->context)
		      : -ENOMEM;
}

/* Sockets in none of all states. */
int tcp_diag_try(void)
{
	_cleanup_(cleanup_close) int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	_cleanup_(cleanup_free) char *buffer = malloc(READ_SIZE);
	struct socket_rows_handler take = {};
	struct dump dump = {.take = &take};

	if (fd < 0 || !buffer)
		return fd < 0 ? -errno : -ENOMEM;
	return dump_family(&dump, fd, AF_INET, 0, buffer);
}
