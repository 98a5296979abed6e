/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One question to the kernel by netlink, and its answer. The only place that opens a netlink
 * socket, sends and receives: the socket is connected to the kernel, so that nobody else in its
 * namespace can send to it, and what others sent before that is thrown away by sender and sequence.
 */
#ifndef NETLINK_ASK_H
#define NETLINK_ASK_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "netlink/dump_limit.h"
#include "netlink/stream.h"

#define NETLINK_QUESTION_MAX 256

struct netlink_question {
	struct nlmsghdr head;
	uint8_t body[NETLINK_QUESTION_MAX];
};

/* `fixed`: struct rtmsg, ndmsg, inet_diag_req_v2, ... */
void netlink_question_init(struct netlink_question *question, uint16_t type, uint16_t flags,
			   const void *fixed, size_t size);
void netlink_question_add(struct netlink_question *question, uint16_t attribute, const void *data,
			  size_t size);

/* Attributes that become the payload of another. */
#define NETLINK_NEST_MAX 128

struct netlink_nest {
	size_t size;
	uint8_t bytes[NETLINK_NEST_MAX];
};

void netlink_nest_add(struct netlink_nest *nest, uint16_t attribute, const void *data, size_t size);

/* A socket of NETLINK_ROUTE, NETLINK_SOCK_DIAG, ... in the thread's network namespace, or -errno. */
int netlink_open(int protocol);

/* One datagram, with the flags of recvmsg(2): its size; 0: it is not from the kernel; -errno. */
ssize_t netlink_receive(int fd, void *bytes, size_t size, int flags);

struct netlink_reader {
	netlink_message_fn handle;
	/*
	 * Called before the messages of a datagram are taken. `filled_ns` (CLOCK_MONOTONIC) is not
	 * later than the kernel wrote them. NULL: nothing to do.
	 */
	void (*datagram)(void *context, uint64_t filled_ns);
	void *context;
	const struct dump_limit *limit; /* NULL: none; else -ETIME where it is reached */
};

/*
 * Sends the question and reads the answer to its end. 0, the kernel's or the reader's -errno, or
 * -EAGAIN where a dump was taken but is not whole, because the kernel's list changed meanwhile.
 */
int netlink_exchange(int fd, struct netlink_question *question,
		     const struct netlink_reader *reader);

/* The same with a socket of its own, which is closed afterwards; a dump obeys dump_limit.h (-ETIME). */
int netlink_ask(int protocol, struct netlink_question *question, netlink_message_fn handle,
		void *context);

#endif
