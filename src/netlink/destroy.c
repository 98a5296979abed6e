/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets -> SOCK_DESTROY requests, one namespace after the other. */
#include "netlink/destroy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "netlink/ask.h"
#include "netlink/inet_diag.h"

/* One of 256 listeners is missed once in nine million times; of one that is gone this takes some 10 ms. */
#define SHARED_TRIES 4096

struct targets {
	struct destroy_target *list;
	size_t count;
	int (*act)(int fd, struct destroy_target *target);
};

static void put_address(__be32 words[4], const struct endpoint *end, uint8_t family)
{
	if (family == AF_INET)
		memcpy(words, end->addr + 12, 4);
	else
		memcpy(words, end->addr, sizeof(end->addr));
}

static int ignore_message(void *context, const struct nlmsghdr *message)
{
	return 0;
}

static void init_question(struct netlink_question *question, uint16_t type, uint16_t flags,
			  const struct destroy_target *target, uint16_t remote_port)
{
	const struct flow *flow = &target->flow;
	struct inet_diag_req_v2 request = {
		.sdiag_family = flow->family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = ~0u,
		.id = {.idiag_sport = htons(flow->local.port),
		       .idiag_dport = htons(remote_port),
		       .idiag_if = target->device,
		       .idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}},
	};

	put_address(request.id.idiag_src, &flow->local, flow->family);
	put_address(request.id.idiag_dst, &flow->remote, flow->family);
	if (flow->cookie) {
		request.id.idiag_cookie[0] = (uint32_t)flow->cookie;
		request.id.idiag_cookie[1] = (uint32_t)(flow->cookie >> 32);
	}
	netlink_question_init(question, type, flags, &request, sizeof(request));
}

/*
 * The kernel looks a socket up by both ends, and only then compares the cookie. Of listeners that
 * share a port (SO_REUSEPORT) it finds the one that a connection from the remote end would get: other
 * remote ports lead to the others, as the ports of clients do.
 */
static int ask_about(int fd, uint16_t type, uint16_t flags, const struct destroy_target *target,
		     const struct netlink_reader *reader)
{
	uint16_t port = target->flow.remote.port;
	bool may_share = !port && target->flow.cookie;
	struct netlink_question question;
	int err;

	do {
		init_question(&question, type, flags, target, port);
		err = netlink_exchange(fd, &question, reader);
	} while (err == -ENOENT && may_share && port++ < SHARED_TRIES);
	return err;
}

static int destroy(int fd, struct destroy_target *target)
{
	static const struct netlink_reader reader = {.handle = ignore_message};

	return ask_about(fd, SOCK_DESTROY, NLM_F_ACK, target, &reader);
}

static int on_inode(void *context, const struct nlmsghdr *head)
{
	const struct inet_diag_msg *message = inet_diag_message(head);

	if (!message)
		return -EPROTO;
	*(uint64_t *)context = message->idiag_inode;
	return 0;
}

static int find_inode(int fd, struct destroy_target *target)
{
	const struct netlink_reader reader = {.handle = on_inode, .context = &target->inode};

	target->inode = 0;
	return ask_about(fd, SOCK_DIAG_BY_FAMILY, 0, target, &reader);
}

static int act_in(void *context, const struct namespace *space)
{
	const struct targets *targets = context;
	_cleanup_(cleanup_close) int fd = -1;

	for (size_t i = 0; i < targets->count; i++) {
		struct destroy_target *target = &targets->list[i];
		int err = 0;

		if (target->flow.netns != space->inode)
			continue;
		if (fd < 0) {
			err = namespace_enter(space);
			fd = err ? err : netlink_open(NETLINK_SOCK_DIAG);
		}
		target->result = fd < 0 ? fd : targets->act(fd, target);
	}
	return 0;
}

static void pass_over(void *context, uint32_t netns, int err)
{
}

static void act_on_each(const struct namespaces *spaces, struct destroy_target *targets,
			size_t count, int (*act)(int fd, struct destroy_target *target))
{
	struct targets all = {targets, count, act};
	int err;

	for (size_t i = 0; i < count; i++)
		targets[i].result = -ENONET; /* until its namespace is entered */
	err = namespaces_read_each(spaces, act_in, &all, pass_over, NULL);
	for (size_t i = 0; err && i < count; i++) {
		if (targets[i].result == -ENONET)
			targets[i].result = err;
	}
}

void tcp_destroy(const struct namespaces *spaces, struct destroy_target *targets, size_t count)
{
	act_on_each(spaces, targets, count, destroy);
}

void tcp_find_inodes(const struct namespaces *spaces, struct destroy_target *targets, size_t count)
{
	act_on_each(spaces, targets, count, find_inode);
}
