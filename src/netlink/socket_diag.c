/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sock_diag dumps of UDP, raw and UNIX -> struct listed_socket. */
#include "netlink/socket_diag.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <string.h>

#include "netlink/inet_diag.h"
#include "netstate/tcp_state.h"

#define UNIX_PATH_MAX 108 /* sun_path */
#define PENDING_MAX 4096  /* net.core.somaxconn's default; further ones have no listener */

struct dump {
	listed_socket_fn handle;
	void *context;
	uint32_t netns;
	uint8_t protocol;
};

static void begin_socket(const struct dump *dump, struct listed_socket *socket)
{
	*socket = (struct listed_socket){
		.row = {.flow = {.netns = dump->netns,
				 .protocol = dump->protocol,
				 .uid = LISTED_SOCKET_NO_UID},
			.flags = CONNECTION_SINCE_UNKNOWN},
	};
}

static void set_queues(struct listed_socket *socket, uint32_t received, uint32_t sent)
{
	socket->row.recv_queue = received;
	socket->row.send_queue = sent;
	socket->row.flags |= CONNECTION_QUEUES;
}

/* ---------------------------------------------------------------- UDP and raw */

static void add_inet_attributes(const struct nlmsghdr *head, struct listed_socket *socket)
{
	const size_t fixed = sizeof(struct inet_diag_msg);
	const void *payload;

	payload = netlink_attribute(head, fixed, INET_DIAG_CGROUP_ID,
				    sizeof(socket->row.flow.cgroup_id));
	if (payload)
		memcpy(&socket->row.flow.cgroup_id, payload, sizeof(socket->row.flow.cgroup_id));
	payload = netlink_attribute(head, fixed, INET_DIAG_MARK, sizeof(socket->detail.mark));
	if (payload) {
		memcpy(&socket->detail.mark, payload, sizeof(socket->detail.mark));
		socket->detail.has |= DETAIL_HAS_MARK;
	}
}

static int on_inet(void *context, const struct nlmsghdr *head)
{
	const struct inet_diag_msg *message = inet_diag_message(head);
	const struct dump *dump = context;
	struct listed_socket socket;

	if (!message)
		return 0;
	begin_socket(dump, &socket);
	socket.row.state = message->idiag_state;
	socket.row.flow.family = message->idiag_family;
	socket.row.flow.cookie = sock_diag_cookie(message->id.idiag_cookie);
	socket.row.flow.uid = message->idiag_uid;
	socket.row.flow.local = inet_diag_local(message);
	socket.row.flow.remote = inet_diag_remote(message);
	socket.detail.inode = message->idiag_inode;
	socket.detail.device = message->id.idiag_if;
	socket.detail.has = DETAIL_HAS_DEVICE;
	set_queues(&socket, message->idiag_rqueue, message->idiag_wqueue);
	add_inet_attributes(head, &socket);
	return dump->handle(dump->context, &socket, NULL, 0);
}

static int dump_inet(struct dump *dump, int fd, uint8_t ip_protocol)
{
	const struct netlink_reader reader = {.handle = on_inet, .context = dump};
	struct inet_diag_question question = {
		.family = AF_INET, .protocol = ip_protocol, .states = ~0u};
	int err = inet_diag_dump(fd, &question, &reader);

	question.family = AF_INET6;
	return err && err != -EAGAIN ? err : inet_diag_dump(fd, &question, &reader);
}

/* ---------------------------------------------------------------- UNIX */

/* A name in the file system may have a NUL at its end; an abstract one begins with a NUL. */
static void on_name(const struct nlmsghdr *head, char path[UNIX_PATH_MAX], struct unix_facts *facts)
{
	size_t size = 0;
	const char *name =
		netlink_attribute_find(head, sizeof(struct unix_diag_msg), UNIX_DIAG_NAME, &size);

	if (!name || !size)
		return;
	size = size < UNIX_PATH_MAX ? size : UNIX_PATH_MAX;
	if (name[0])
		size = strnlen(name, size);
	memcpy(path, name, size);
	for (size_t i = 0; i < size; i++)
		path[i] = path[i] ? path[i] : '@';
	facts->path = path;
	facts->path_size = size;
}

static uint32_t attribute_u32(const struct nlmsghdr *head, uint16_t type, uint32_t otherwise)
{
	const void *payload =
		netlink_attribute(head, sizeof(struct unix_diag_msg), type, sizeof(otherwise));

	if (payload)
		memcpy(&otherwise, payload, sizeof(otherwise));
	return otherwise;
}

static size_t on_pending(const struct nlmsghdr *head, uint32_t pending[PENDING_MAX])
{
	size_t size = 0;
	const void *payload =
		netlink_attribute_find(head, sizeof(struct unix_diag_msg), UNIX_DIAG_ICONS, &size);
	size_t count = size / sizeof(*pending);

	if (!payload)
		return 0;
	count = count < PENDING_MAX ? count : PENDING_MAX;
	memcpy(pending, payload, count * sizeof(*pending));
	return count;
}

static int on_unix(void *context, const struct nlmsghdr *head)
{
	const struct unix_diag_msg *message = head->nlmsg_type == SOCK_DIAG_BY_FAMILY
						      ? netlink_fixed(head, sizeof(*message))
						      : NULL;
	const struct dump *dump = context;
	uint32_t pending[PENDING_MAX];
	struct listed_socket socket;
	char path[UNIX_PATH_MAX];
	struct unix_diag_rqlen queues;
	const void *payload;

	if (!message)
		return 0;
	begin_socket(dump, &socket);
	socket.row.state = message->udiag_state;
	socket.row.flow.family = AF_UNIX;
	socket.row.flow.cookie = sock_diag_cookie(message->udiag_cookie);
	socket.row.flow.uid = attribute_u32(head, UNIX_DIAG_UID, LISTED_SOCKET_NO_UID);
	socket.detail.inode = message->udiag_ino;
	socket.unix_facts.type = message->udiag_type;
	socket.unix_facts.peer_inode = attribute_u32(head, UNIX_DIAG_PEER, 0);
	on_name(head, path, &socket.unix_facts);
	payload = netlink_attribute(head, sizeof(*message), UNIX_DIAG_RQLEN, sizeof(queues));
	if (payload) {
		memcpy(&queues, payload, sizeof(queues));
		set_queues(&socket, queues.udiag_rqueue, queues.udiag_wqueue);
	}
	return dump->handle(dump->context, &socket, pending, on_pending(head, pending));
}

static int dump_unix(struct dump *dump, int fd)
{
	const struct netlink_reader reader = {.handle = on_unix, .context = dump};
	const struct unix_diag_req request = {
		.sdiag_family = AF_UNIX,
		.udiag_states = ~0u,
		.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_ICONS |
			      UDIAG_SHOW_RQLEN | UDIAG_SHOW_UID,
	};
	struct netlink_question question;

	netlink_question_init(&question, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &request,
			      sizeof(request));
	return netlink_exchange(fd, &question, &reader);
}

int socket_diag_read(int fd, unsigned int protocol, uint32_t netns, listed_socket_fn handle,
		     void *context)
{
	struct dump dump = {.handle = handle,
			    .context = context,
			    .netns = netns,
			    .protocol = (uint8_t)protocol};

	switch (protocol) {
	case FLOW_PROTOCOL_UDP:
		return dump_inet(&dump, fd, IPPROTO_UDP);
	case FLOW_PROTOCOL_RAW:
		return dump_inet(&dump, fd, IPPROTO_RAW);
	case FLOW_PROTOCOL_UNIX:
		return dump_unix(&dump, fd);
	default:
		return -EPROTONOSUPPORT;
	}
}
