/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One question to the kernel by netlink, and its answer. */
#include "netlink/ask.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define ANSWER_SIZE (64u << 10) /* the kernel fills at most 32 KiB of a dump at a time */
#define DATAGRAMS_MAX 100000	/* of one answer: 16 million sockets; others' datagrams count too */
#define WAIT_S 1		/* the kernel has answered when send() is back, or never does */

void netlink_question_init(struct netlink_question *question, uint16_t type, uint16_t flags,
			   const void *fixed, size_t size)
{
	memset(question, 0, sizeof(*question));
	question->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
	question->head.nlmsg_type = type;
	question->head.nlmsg_flags = NLM_F_REQUEST | flags;
	memcpy(question->body, fixed, size);
}

void netlink_question_add(struct netlink_question *question, uint16_t attribute, const void *data,
			  size_t size)
{
	size_t at = NLMSG_ALIGN(question->head.nlmsg_len) - NLMSG_HDRLEN;
	struct nlattr head = {.nla_len = (uint16_t)(NLA_HDRLEN + size), .nla_type = attribute};

	if (at + NLA_ALIGN(head.nla_len) > sizeof(question->body))
		return;
	memcpy(question->body + at, &head, sizeof(head));
	memcpy(question->body + at + sizeof(head), data, size);
	question->head.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + at + NLA_ALIGN(head.nla_len));
}

void netlink_nest_add(struct netlink_nest *nest, uint16_t attribute, const void *data, size_t size)
{
	struct nlattr head = {.nla_len = (uint16_t)(NLA_HDRLEN + size), .nla_type = attribute};

	if (nest->size + NLA_ALIGN(head.nla_len) > sizeof(nest->bytes))
		return;
	memcpy(nest->bytes + nest->size, &head, sizeof(head));
	memcpy(nest->bytes + nest->size + NLA_HDRLEN, data, size);
	nest->size += NLA_ALIGN(head.nla_len);
}

int netlink_open(int protocol)
{
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct timeval wait = {.tv_sec = WAIT_S};
	int on = 1, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel))) {
		int err = -errno;

		close(fd);
		return err;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	/* dumps are filtered by what the question says (4.20) */
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return fd;
}

ssize_t netlink_receive(int fd, void *bytes, size_t size, int flags)
{
	struct sockaddr_nl sender = {};
	struct iovec part = {.iov_base = bytes, .iov_len = size};
	struct msghdr message = {.msg_name = &sender,
				 .msg_namelen = sizeof(sender),
				 .msg_iov = &part,
				 .msg_iovlen = 1};
	ssize_t got = recvmsg(fd, &message, flags);

	if (got < 0)
		return errno == EINTR ? 0 : -errno;
	if (message.msg_namelen != sizeof(sender) || sender.nl_pid)
		return 0;
	return message.msg_flags & MSG_TRUNC ? -EMSGSIZE : got;
}

static uint32_t next_sequence(void)
{
	static uint32_t last;

	if (!last)
		last = (uint32_t)clock_monotonic_ns();
	return ++last;
}

static int read_answer(int fd, struct netlink_stream *stream, uint64_t filled_ns,
		       const struct netlink_reader *reader)
{
	_cleanup_(cleanup_free) char *bytes = malloc(ANSWER_SIZE);
	int more = NETLINK_MORE;

	if (!bytes)
		return -ENOMEM;
	for (int i = 0; more == NETLINK_MORE; i++) {
		uint64_t before_ns = reader->datagram ? clock_monotonic_ns() : 0;
		ssize_t got =
			i < DATAGRAMS_MAX ? netlink_receive(fd, bytes, ANSWER_SIZE, 0) : -E2BIG;

		if (got < 0)
			return (int)got;
		if (!got)
			continue;
		if (reader->limit && dump_limit_over(reader->limit))
			return -ETIME;
		if (reader->datagram)
			reader->datagram(reader->context, filled_ns);
		filled_ns = before_ns; /* the kernel fills the next while it hands this one out */
		more = netlink_stream_read(stream, bytes, (size_t)got, reader->handle,
					   reader->context);
	}
	return more;
}

int netlink_exchange(int fd, struct netlink_question *question, const struct netlink_reader *reader)
{
	struct netlink_stream stream = {
		.seq = next_sequence(),
		.dump = (question->head.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP,
	};
	uint64_t asked_ns =
		clock_monotonic_ns(); /* the first datagram is filled while the question is sent */
	int err;

	question->head.nlmsg_seq = stream.seq;
	if (send(fd, question, question->head.nlmsg_len, 0) < 0)
		return -errno;
	err = read_answer(fd, &stream, asked_ns, reader);
	return !err && stream.interrupted ? -EAGAIN : err;
}

int netlink_ask(int protocol, struct netlink_question *question, netlink_message_fn handle,
		void *context)
{
	struct netlink_reader reader = {.handle = handle, .context = context};
	_cleanup_(cleanup_close) int fd = netlink_open(protocol);
	struct dump_limit limit;
	int err;

	if (fd < 0)
		return fd;
	if ((question->head.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
		err = dump_limit_begin(question->head.nlmsg_type, &limit);
		if (err)
			return err;
		reader.limit = &limit;
	}
	return netlink_exchange(fd, question, &reader);
}
