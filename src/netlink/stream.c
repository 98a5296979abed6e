/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes of a netlink datagram -> messages and their attributes. Pure. */
#include "netlink/stream.h"

#include <errno.h>

/* RFC 3549, 2.2; an error code is 0 (acknowledged) or negative. */
static int code_of(const struct nlmsghdr *message, size_t size)
{
	const int *code = netlink_fixed(message, size);

	return !code || *code > 0 ? -EPROTO : *code;
}

/* The kernel gives the status of a dump behind NLMSG_DONE; older ones leave it out. */
static int code_of_done(const struct nlmsghdr *message)
{
	return netlink_fixed(message, sizeof(int)) ? code_of(message, sizeof(int)) : 0;
}

static int on_message(struct netlink_stream *stream, const struct nlmsghdr *message,
		      netlink_message_fn handle, void *context)
{
	int err;

	if (message->nlmsg_seq != stream->seq)
		return NETLINK_MORE;
	stream->interrupted |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
	switch (message->nlmsg_type) {
	case NLMSG_NOOP:
		return NETLINK_MORE;
	case NLMSG_DONE:
		return code_of_done(message);
	case NLMSG_ERROR:
		return code_of(message, sizeof(struct nlmsgerr));
	case NLMSG_OVERRUN:
		return -ENOBUFS;
	}
	err = handle(context, message);
	if (err)
		return err;
	return stream->dump ? NETLINK_MORE : 0;
}

int netlink_stream_read(struct netlink_stream *stream, const void *bytes, size_t size,
			netlink_message_fn handle, void *context)
{
	const char *at = bytes;
	int more = NETLINK_MORE;

	while (more == NETLINK_MORE && size >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *message = (const void *)at;
		size_t step;

		if (message->nlmsg_len < sizeof(*message) || message->nlmsg_len > size)
			return -EPROTO;
		more = on_message(stream, message, handle, context);
		step = NLMSG_ALIGN((size_t)message->nlmsg_len);
		if (step >= size)
			break;
		at += step;
		size -= step;
	}
	return more;
}

const void *netlink_fixed(const struct nlmsghdr *message, size_t size)
{
	return message->nlmsg_len < NLMSG_LENGTH(size) ? NULL : NLMSG_DATA(message);
}

static const void *find(const char *at, size_t left, uint16_t type, size_t *ret_size)
{
	while (left >= sizeof(struct nlattr)) {
		const struct nlattr *row = (const void *)at;
		size_t step;

		if (row->nla_len < sizeof(*row) || row->nla_len > left)
			return NULL;
		if ((row->nla_type & NLA_TYPE_MASK) == type) {
			*ret_size = row->nla_len - NLA_HDRLEN;
			return at + NLA_HDRLEN;
		}
		step = NLA_ALIGN((size_t)row->nla_len);
		if (step >= left)
			return NULL;
		at += step;
		left -= step;
	}
	return NULL;
}

const void *netlink_attribute_find(const struct nlmsghdr *message, size_t fixed_size, uint16_t type,
				   size_t *ret_size)
{
	size_t before = NLMSG_SPACE(fixed_size);

	if (message->nlmsg_len <= before)
		return NULL;
	return find((const char *)message + before, message->nlmsg_len - before, type, ret_size);
}

const void *netlink_attribute(const struct nlmsghdr *message, size_t fixed_size, uint16_t type,
			      size_t size)
{
	size_t found = 0;
	const void *payload = netlink_attribute_find(message, fixed_size, type, &found);

	return payload && found >= size ? payload : NULL;
}

bool netlink_part_of(const struct nlmsghdr *message, size_t fixed_size, uint16_t type,
		     struct netlink_part *ret_part)
{
	struct netlink_part part;

	part.bytes = netlink_attribute_find(message, fixed_size, type, &part.size);
	if (part.bytes)
		*ret_part = part;
	return part.bytes;
}

bool netlink_part_find(const struct netlink_part *in, uint16_t type, size_t size,
		       struct netlink_part *ret_part)
{
	struct netlink_part part;

	part.bytes = find(in->bytes, in->size, type, &part.size);
	if (!part.bytes || part.size < size)
		return false;
	*ret_part = part;
	return true;
}
