/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One question to the kernel's routing tables (rtnetlink). */
#include "netlink/ask.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/cleanup.h"

#define ANSWER_SIZE 32768
#define ANSWERS_MAX 100000 /* routes of one dump; beyond, the rest is not looked at */

void netlink_question_init(struct netlink_question *question, uint16_t type, uint16_t flags,
			   const void *fixed, size_t size)
{
	memset(question, 0, sizeof(*question));
	question->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
	question->head.nlmsg_type = type;
	question->head.nlmsg_flags = NLM_F_REQUEST | flags;
	question->head.nlmsg_seq = 1;
	memcpy(question->body, fixed, size);
}

void netlink_question_add(struct netlink_question *question, uint16_t attribute, const void *data,
			  size_t size)
{
	size_t at = NLMSG_ALIGN(question->head.nlmsg_len) - NLMSG_HDRLEN;
	struct rtattr head = {.rta_len = (uint16_t)RTA_LENGTH(size), .rta_type = attribute};

	if (at + RTA_ALIGN(head.rta_len) > sizeof(question->body))
		return;
	memcpy(question->body + at, &head, sizeof(head));
	memcpy(question->body + at + sizeof(head), data, size);
	question->head.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + at + RTA_ALIGN(head.rta_len));
}

static int open_socket(void)
{
	struct timeval wait = {.tv_sec = 1};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd;
}

/* 1: there is more to come; 0: done; -errno. */
static int take_answers(const char *bytes, size_t size, bool dump, netlink_take take, void *context)
{
	const struct nlmsghdr *message = (const void *)bytes;
	unsigned int left = (unsigned int)size;

	for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
		if (message->nlmsg_type == NLMSG_DONE)
			return 0;
		if (message->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *error = NLMSG_DATA(message);

			if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*error)))
				return -EPROTO;
			return error->error;
		}
		take(context, message);
		if (!dump)
			return 0;
	}
	return 1;
}

int netlink_ask(struct netlink_question *question, netlink_take take, void *context)
{
	_cleanup_(cleanup_free) char *answer = malloc(ANSWER_SIZE);
	_cleanup_(cleanup_close) int fd = open_socket();
	bool dump = (question->head.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	int more = 1;

	if (!answer)
		return -ENOMEM;
	if (fd < 0)
		return fd;
	if (send(fd, question, question->head.nlmsg_len, 0) < 0)
		return -errno;
	for (int i = 0; more > 0 && i < ANSWERS_MAX; i++) {
		ssize_t got = recv(fd, answer, ANSWER_SIZE, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		more = take_answers(answer, (size_t)got, dump, take, context);
	}
	return more < 0 ? more : 0;
}

const void *netlink_attribute(const struct nlmsghdr *message, size_t fixed_size, uint16_t type,
			      size_t size)
{
	const struct rtattr *row;
	int left;

	if (message->nlmsg_len < NLMSG_LENGTH(fixed_size))
		return NULL;
	row = (const void *)((const char *)NLMSG_DATA(message) + NLMSG_ALIGN(fixed_size));
	left = (int)(message->nlmsg_len - NLMSG_LENGTH(fixed_size));
	for (; RTA_OK(row, left); row = RTA_NEXT(row, left)) {
		if (row->rta_type == type)
			return RTA_PAYLOAD(row) >= size ? RTA_DATA(row) : NULL;
	}
	return NULL;
}
