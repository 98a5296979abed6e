/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* UDP sockets by sock_diag netlink. */
#include "netlink/udp_diag.h"

#include <netinet/in.h>

#include "base/cleanup.h"
#include "netlink/inet_diag.h"

struct rows {
	int (*handle)(void *context, const struct inet_row *row);
	void *context;
};

static int on_socket(void *context, const struct nlmsghdr *head)
{
	const struct rows *rows = context;
	const struct inet_diag_msg *message = inet_diag_message(head);
	struct inet_row row = {.protocol = INET_PROTOCOL_UDP};

	if (!message)
		return 0;
	row.is_v6 = message->idiag_family == AF_INET6;
	row.local = inet_diag_local(message);
	row.remote = inet_diag_remote(message);
	row.state = message->idiag_state;
	row.rx_queue = message->idiag_rqueue;
	row.tx_queue = message->idiag_wqueue;
	row.uid = (int32_t)message->idiag_uid;
	row.inode = message->idiag_inode;
	return rows->handle(rows->context, &row);
}

int udp_diag_read(bool is_v6, int (*handle)(void *context, const struct inet_row *row),
		  void *context)
{
	const struct inet_diag_question question = {
		.family = is_v6 ? AF_INET6 : AF_INET, .protocol = IPPROTO_UDP, .states = ~0u};
	struct rows rows = {handle, context};
	const struct netlink_reader reader = {.handle = on_socket, .context = &rows};
	_cleanup_(cleanup_close) int fd = netlink_open(NETLINK_SOCK_DIAG);

	return fd < 0 ? fd : inet_diag_dump(fd, &question, &reader);
}
