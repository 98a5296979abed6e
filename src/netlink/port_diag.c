/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sock_diag dumps of bound TCP sockets and of UDP -> struct port_socket. */
#include "netlink/port_diag.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "netlink/inet_diag.h"

#define BOUND_INACTIVE 13 /* TCP_BOUND_INACTIVE in include/net/tcp_states.h: in dumps alone */

struct dump {
	void (*handle)(void *context, const struct port_socket *socket);
	void *context;
	uint32_t netns;
	bool only_udp;
	uint8_t is_udp;
};

static int on_message(void *context, const struct nlmsghdr *head)
{
	const struct inet_diag_msg *message = inet_diag_message(head);
	const struct dump *dump = context;
	struct port_socket socket;
	const void *payload;
	size_t size = 0;

	if (!message)
		return 0;
	socket = (struct port_socket){
		.inode = message->idiag_inode,
		.cookie = sock_diag_cookie(message->id.idiag_cookie),
		.local = inet_diag_local(message),
		.remote = inet_diag_remote(message),
		.netns = dump->netns,
		.uid = message->idiag_uid,
		.device = message->id.idiag_if,
		.family = message->idiag_family,
		.is_udp = dump->is_udp,
	};
	payload = netlink_attribute_find(head, sizeof(*message), INET_DIAG_CGROUP_ID, &size);
	if (payload && size == sizeof(socket.cgroup_id))
		memcpy(&socket.cgroup_id, payload, size);
	dump->handle(dump->context, &socket);
	return 0;
}

static int dump_all(struct dump *dump, int fd)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	const struct netlink_reader reader = {.handle = on_message, .context = dump};
	int err = 0;

	for (unsigned int i = dump->only_udp ? 2 : 0; !err && i < 4; i++) {
		struct inet_diag_question question = {.family = families[i % 2]};

		dump->is_udp = i >= 2;
		question.protocol = dump->is_udp ? IPPROTO_UDP : IPPROTO_TCP;
		question.states = dump->is_udp ? ~0u : 1u << BOUND_INACTIVE;
		err = inet_diag_dump(fd, &question, &reader);
	}
	return err;
}

static int read_space(void *context, const struct namespace *space)
{
	struct dump *dump = context;
	int err = namespace_enter(space);

	if (err)
		return err;
	_cleanup_(cleanup_close) int fd = netlink_open(NETLINK_SOCK_DIAG);

	dump->netns = space->inode;
	return fd < 0 ? fd : dump_all(dump, fd);
}

static void on_unread(void *context, uint32_t netns, int err)
{
	if (!namespace_is_gone(err))
		namespaces_add(context, &(struct namespace){.inode = netns});
}

int port_diag_read(const struct namespaces *spaces, bool only_udp,
		   void (*handle)(void *context, const struct port_socket *socket),
		   struct namespaces *unread, void *context)
{
	struct dump dump = {.handle = handle, .context = context, .only_udp = only_udp};

	return namespaces_read_each(spaces, read_space, &dump, on_unread, unread);
}
