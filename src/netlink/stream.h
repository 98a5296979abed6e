/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bytes of a netlink datagram -> messages and their attributes. Pure; takes any bytes: the socket
 * they came from may lie in a namespace whose root is somebody else.
 */
#ifndef NETLINK_STREAM_H
#define NETLINK_STREAM_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETLINK_MORE 1

/* What an answer must look like, and what it was. */
struct netlink_stream {
	uint32_t seq;	  /* of the question; messages with another one are skipped */
	bool dump;	  /* the answer is many messages and ends with NLMSG_DONE */
	bool interrupted; /* NLM_F_DUMP_INTR: the kernel's list changed, the dump is not whole */
};

/* Nonzero ends the reading. `message` has at least nlmsg_len readable bytes. */
typedef int (*netlink_message_fn)(void *context, const struct nlmsghdr *message);

/*
 * Calls `take` for each message of the answer. NETLINK_MORE; 0 where the answer is complete; the
 * kernel's -errno, -EPROTO for a message whose length is wrong, or what `take` returned.
 */
int netlink_stream_read(struct netlink_stream *stream, const void *bytes, size_t size,
			netlink_message_fn handle, void *context);

/* The fixed part (struct rtmsg, inet_diag_msg, ...), NULL where the message is shorter. */
const void *netlink_fixed(const struct nlmsghdr *message, size_t size);

/* The payload of the first attribute of this type behind the fixed part, and its size; or NULL. */
const void *netlink_attribute_find(const struct nlmsghdr *message, size_t fixed_size, uint16_t type,
				   size_t *ret_size);

/* The payload of this attribute if it has at least `size` bytes, else NULL. */
const void *netlink_attribute(const struct nlmsghdr *message, size_t fixed_size, uint16_t type,
			      size_t size);

/* Bytes of a message that hold attributes: the payload of a nested one. */
struct netlink_part {
	const void *bytes;
	size_t size;
};

/* The payload of the first attribute of this type behind the fixed part. False: there is none. */
bool netlink_part_of(const struct nlmsghdr *message, size_t fixed_size, uint16_t type,
		     struct netlink_part *ret_part);

/* Likewise within `in`; it has at least `size` bytes. */
bool netlink_part_find(const struct netlink_part *in, uint16_t type, size_t size,
		       struct netlink_part *ret_part);

#endif
