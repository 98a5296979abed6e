/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One question to the kernel's routing tables (rtnetlink), in the calling thread's network
 * namespace. */
#ifndef NETLINK_ASK_H
#define NETLINK_ASK_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

#define NETLINK_QUESTION_MAX 256

struct netlink_question {
	struct nlmsghdr head;
	uint8_t body[NETLINK_QUESTION_MAX];
};

/* `fixed`: struct rtmsg, ndmsg, ... */
void netlink_question_init(struct netlink_question *question, uint16_t type, uint16_t flags,
			   const void *fixed, size_t size);
void netlink_question_add(struct netlink_question *question, uint16_t attribute, const void *data,
			  size_t size);

typedef void (*netlink_take)(void *context, const struct nlmsghdr *message);

/* Calls take for each answer. 0, or the kernel's -errno. */
int netlink_ask(struct netlink_question *question, netlink_take take, void *context);

/* The payload of this attribute if it has at least `size` bytes, else NULL. */
const void *netlink_attribute(const struct nlmsghdr *message, size_t fixed_size, uint16_t type,
			      size_t size);

#endif
