/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bound sockets of TCP by sock_diag netlink. */
#include "netlink/bound_ports.h"

#include <netinet/in.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "netlink/inet_diag.h"

#define BOUND_INACTIVE 13 /* include/net/tcp_states.h; older kernels list none */

struct sockets {
	bound_port_fn handle;
	void *context;
};

static int on_socket(void *context, const struct nlmsghdr *head)
{
	const struct sockets *sockets = context;
	const struct inet_diag_msg *message = inet_diag_message(head);
	struct endpoint local;

	if (!message)
		return 0;
	local = inet_diag_local(message);
	sockets->handle(sockets->context, &local, message->idiag_inode);
	return 0;
}

int bound_ports_read(bound_port_fn handle, void *context)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	struct sockets sockets = {handle, context};
	const struct netlink_reader reader = {.handle = on_socket, .context = &sockets};
	_cleanup_(cleanup_close) int fd = netlink_open(NETLINK_SOCK_DIAG);
	int err = fd < 0 ? fd : 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(families); i++) {
		const struct inet_diag_question question = {.family = families[i],
							    .protocol = IPPROTO_TCP,
							    .states = 1u << BOUND_INACTIVE};

		err = inet_diag_dump(fd, &question, &reader);
	}
	return err;
}
