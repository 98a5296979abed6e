/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the sock_diag dumps of TCP and UDP share. */
#include "netlink/inet_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* The older question asks for both families at once, and carries no protocol: it means TCP. */
static int dump_both(int fd, const struct inet_diag_question *question,
		     const struct netlink_reader *reader)
{
	const struct inet_diag_req request = {
		.idiag_ext = question->extensions,
		.idiag_states = question->states,
	};
	struct netlink_question netlink;

	netlink_question_init(&netlink, TCPDIAG_GETSOCK, NLM_F_DUMP, &request, sizeof(request));
	return netlink_exchange(fd, &netlink, reader);
}

static int dump_family(int fd, const struct inet_diag_question *question, uint8_t family,
		       const struct netlink_reader *reader)
{
	const struct inet_diag_req_v2 request = {
		.sdiag_family = family,
		.sdiag_protocol = question->protocol,
		.idiag_ext = question->extensions,
		.idiag_states = question->states,
	};
	struct netlink_question netlink;

	netlink_question_init(&netlink, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &request, sizeof(request));
	return netlink_exchange(fd, &netlink, reader);
}

int inet_diag_dump(int fd, const struct inet_diag_question *question,
		   const struct netlink_reader *reader)
{
	int err;

	if (question->family != AF_UNSPEC)
		return dump_family(fd, question, question->family, reader);
	err = dump_both(fd, question, reader);
	if (err != -EINVAL && err != -EOPNOTSUPP && err != -ENOENT)
		return err;
	err = dump_family(fd, question, AF_INET, reader);
	return err ? err : dump_family(fd, question, AF_INET6, reader);
}

const struct inet_diag_msg *inet_diag_message(const struct nlmsghdr *message)
{
	return message->nlmsg_type == SOCK_DIAG_BY_FAMILY || message->nlmsg_type == TCPDIAG_GETSOCK
		       ? netlink_fixed(message, sizeof(struct inet_diag_msg))
		       : NULL;
}

bool inet_diag_info(const struct nlmsghdr *message, struct tcp_info *ret_info)
{
	size_t size = 0;
	const void *payload = netlink_attribute_find(message, sizeof(struct inet_diag_msg),
						     INET_DIAG_INFO, &size);

	*ret_info = (struct tcp_info){};
	if (payload)
		memcpy(ret_info, payload, size < sizeof(*ret_info) ? size : sizeof(*ret_info));
	return payload;
}

bool inet_diag_has_window(const struct nlmsghdr *message)
{
	size_t size = 0;

	return netlink_attribute_find(message, sizeof(struct inet_diag_msg), INET_DIAG_INFO,
				      &size) &&
	       size >= offsetof(struct tcp_info, tcpi_snd_wnd) + sizeof(uint32_t);
}

static void put_end(__be32 words[4], __be16 *port, const struct endpoint *end)
{
	if (endpoint_is_v4(end))
		memcpy(words, end->addr + 12, 4);
	else
		memcpy(words, end->addr, sizeof(end->addr));
	*port = htons(end->port);
}

static int on_inode(void *context, const struct nlmsghdr *head)
{
	const struct inet_diag_msg *message = inet_diag_message(head);

	if (!message)
		return -EPROTO;
	*(uint64_t *)context = message->idiag_inode;
	return 0;
}

int inet_diag_find(const struct endpoint *local, const struct endpoint *remote, uint64_t *ret_inode)
{
	struct inet_diag_req_v2 request = {
		.sdiag_family = endpoint_is_v4(local) ? AF_INET : AF_INET6,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = ~0u,
		.id.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE},
	};
	struct netlink_question question;
	uint64_t inode = 0;
	int err;

	put_end(request.id.idiag_src, &request.id.idiag_sport, local);
	put_end(request.id.idiag_dst, &request.id.idiag_dport, remote);
	netlink_question_init(&question, SOCK_DIAG_BY_FAMILY, 0, &request, sizeof(request));
	err = netlink_ask(NETLINK_SOCK_DIAG, &question, on_inode, &inode);
	if (!err)
		*ret_inode = inode;
	return err;
}

static struct endpoint endpoint_of(uint8_t family, const __be32 words[4], __be16 port)
{
	struct endpoint end = {.port = ntohs(port)};

	if (family == AF_INET6) {
		memcpy(end.addr, words, sizeof(end.addr));
		return end;
	}
	end.addr[10] = end.addr[11] = 0xff;
	memcpy(end.addr + 12, words, 4);
	return end;
}

struct endpoint inet_diag_local(const struct inet_diag_msg *message)
{
	return endpoint_of(message->idiag_family, message->id.idiag_src, message->id.idiag_sport);
}

struct endpoint inet_diag_remote(const struct inet_diag_msg *message)
{
	return endpoint_of(message->idiag_family, message->id.idiag_dst, message->id.idiag_dport);
}

struct flow inet_diag_flow(const struct inet_diag_msg *message, uint32_t netns)
{
	return (struct flow){
		.cookie = sock_diag_cookie(message->id.idiag_cookie),
		.netns = netns,
		.uid = message->idiag_uid,
		.family = message->idiag_family,
		.local = inet_diag_local(message),
		.remote = inet_diag_remote(message),
	};
}
