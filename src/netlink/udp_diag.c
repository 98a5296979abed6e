/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* UDP sockets by sock_diag netlink. */
#include "netlink/udp_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"

#define READ_SIZE (64u << 10) /* the kernel fills at most 32 KiB */

static void endpoint_read(bool is_v6, const __be32 words[4], __be16 port, struct endpoint *end)
{
	end->port = ntohs(port);
	if (is_v6) {
		memcpy(end->addr, words, sizeof(end->addr));
		return;
	}
	end->addr[10] = end->addr[11] = 0xff;
	memcpy(end->addr + 12, words, 4);
}

static int take_socket(const struct inet_diag_msg *message,
		       int (*take)(void *context, const struct inet_row *row), void *context)
{
	struct inet_row row = {
		.protocol = INET_PROTOCOL_UDP,
		.is_v6 = message->idiag_family == AF_INET6,
		.state = message->idiag_state,
		.rx_queue = message->idiag_rqueue,
		.tx_queue = message->idiag_wqueue,
		.uid = (int32_t)message->idiag_uid,
		.inode = message->idiag_inode,
	};

	endpoint_read(row.is_v6, message->id.idiag_src, message->id.idiag_sport, &row.local);
	endpoint_read(row.is_v6, message->id.idiag_dst, message->id.idiag_dport, &row.remote);
	return take(context, &row);
}

/* 1: there is more to come, 0: that was the end, or -errno. */
static int take_messages(const char *buffer, size_t size,
			 int (*take)(void *context, const struct inet_row *row), void *context)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)buffer;

	for (; NLMSG_OK(head, size); head = NLMSG_NEXT(head, size)) {
		const struct nlmsgerr *error = NLMSG_DATA(head);
		int err;

		if (head->nlmsg_type == NLMSG_DONE)
			return 0;
		if (head->nlmsg_type == NLMSG_ERROR)
			return head->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) || !error->error
				       ? -EPROTO
				       : error->error;
		if (head->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		    head->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
			continue;
		err = take_socket(NLMSG_DATA(head), take, context);
		if (err)
			return err;
	}
	return 1;
}

static int ask(int fd, bool is_v6)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 request;
	} message = {
		.head.nlmsg_len = sizeof(message),
		.head.nlmsg_type = SOCK_DIAG_BY_FAMILY,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.request.sdiag_family = is_v6 ? AF_INET6 : AF_INET,
		.request.sdiag_protocol = IPPROTO_UDP,
		.request.idiag_states = ~0u,
	};

	return send(fd, &message, sizeof(message), 0) < 0 ? -errno : 1;
}

int udp_diag_read(bool is_v6, int (*take)(void *context, const struct inet_row *row), void *context)
{
	_cleanup_(cleanup_close) int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	_cleanup_(cleanup_free) char *buffer = malloc(READ_SIZE);
	int more;

	if (fd < 0)
		return -errno;
	if (!buffer)
		return -ENOMEM;
	more = ask(fd, is_v6);
	while (more > 0) {
		ssize_t size = recv(fd, buffer, READ_SIZE, 0);

		if (size >= 0)
			more = take_messages(buffer, (size_t)size, take, context);
		else if (errno != EINTR)
			more = -errno;
	}
	return more;
}
