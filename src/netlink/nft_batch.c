/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A transaction of nf_tables -> one netlink datagram, and the kernel's answer to it. */
#include "netlink/nft_batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/ask.h"

#define ANSWER_SIZE 8192
#define ANSWERS_MAX 64 /* one for each message at most */

static void pad(struct nft_batch *batch)
{
	buf_fill(&batch->bytes, '\0', NLMSG_ALIGN(batch->bytes.len) - batch->bytes.len);
}

/* Lengths are known when the next message begins. */
static void end_message(struct nft_batch *batch)
{
	uint32_t length = (uint32_t)(batch->bytes.len - batch->message);

	if (batch->bytes.failed || batch->bytes.len <= batch->message)
		return;
	memcpy(batch->bytes.data + batch->message + offsetof(struct nlmsghdr, nlmsg_len), &length,
	       sizeof(length));
}

static void put_head(struct nft_batch *batch, uint16_t type, uint16_t flags,
		     struct nfgenmsg general)
{
	struct nlmsghdr head = {.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags};

	end_message(batch);
	batch->message = batch->bytes.len;
	head.nlmsg_seq = ++batch->seq;
	buf_put(&batch->bytes, &head, sizeof(head));
	buf_put(&batch->bytes, &general, sizeof(general));
	pad(batch);
}

void nft_batch_begin(struct nft_batch *batch)
{
	*batch = (struct nft_batch){};
	put_head(batch, NFNL_MSG_BATCH_BEGIN, 0,
		 (struct nfgenmsg){.res_id = htons(NFNL_SUBSYS_NFTABLES)});
}

void nft_batch_release(struct nft_batch *batch)
{
	buf_release(&batch->bytes);
}

void nft_batch_message(struct nft_batch *batch, uint16_t type, uint16_t flags, uint8_t family)
{
	put_head(batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags,
		 (struct nfgenmsg){.nfgen_family = family, .version = NFNETLINK_V0});
}

void nft_batch_put(struct nft_batch *batch, uint16_t attribute, const void *data, size_t size)
{
	struct nlattr head = {.nla_len = (uint16_t)(NLA_HDRLEN + size), .nla_type = attribute};

	buf_put(&batch->bytes, &head, sizeof(head));
	buf_put(&batch->bytes, data, size);
	pad(batch);
}

void nft_batch_put_text(struct nft_batch *batch, uint16_t attribute, const char *text)
{
	nft_batch_put(batch, attribute, text, strlen(text) + 1);
}

void nft_batch_put_u32(struct nft_batch *batch, uint16_t attribute, uint32_t value)
{
	value = htonl(value);
	nft_batch_put(batch, attribute, &value, sizeof(value));
}

size_t nft_batch_nest(struct nft_batch *batch, uint16_t attribute)
{
	size_t at = batch->bytes.len;

	nft_batch_put(batch, attribute | NLA_F_NESTED, NULL, 0);
	return at;
}

void nft_batch_nest_end(struct nft_batch *batch, size_t nest)
{
	uint16_t length = (uint16_t)(batch->bytes.len - nest);

	if (!batch->bytes.failed)
		memcpy(batch->bytes.data + nest + offsetof(struct nlattr, nla_len), &length,
		       sizeof(length));
}

/* ---------------------------------------------------------------- the kernel's answer */

struct answer {
	uint32_t last; /* sequence number of the message whose answer is the last */
	int err;       /* the first error */
	bool whole;
};

static int read_code(const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = netlink_fixed(message, sizeof(*error));

	if (message->nlmsg_type != NLMSG_ERROR || !error || error->error > 0)
		return -EPROTO;
	return error->error;
}

/* One that refuses the whole transaction has the number of its beginning, 1. */
static void read_answers(struct answer *answer, const char *bytes, size_t size)
{
	while (size >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *message = (const void *)bytes;
		size_t step;
		int code;

		if (message->nlmsg_len < sizeof(*message) || message->nlmsg_len > size)
			break;
		code = read_code(message);
		if (code && !answer->err)
			answer->err = code;
		answer->whole |=
			message->nlmsg_seq == answer->last || (code && message->nlmsg_seq == 1);
		step = NLMSG_ALIGN((size_t)message->nlmsg_len);
		if (step >= size)
			break;
		bytes += step;
		size -= step;
	}
}

/* The last message asks to be acknowledged; errors come in any case. */
static void ask_answer(struct nft_batch *batch)
{
	uint16_t flags;
	char *at;

	if (batch->bytes.failed)
		return;
	at = batch->bytes.data + batch->message + offsetof(struct nlmsghdr, nlmsg_flags);
	memcpy(&flags, at, sizeof(flags));
	flags |= NLM_F_ACK;
	memcpy(at, &flags, sizeof(flags));
}

int nft_batch_commit(struct nft_batch *batch, int fd)
{
	_Alignas(struct nlmsghdr) char bytes[ANSWER_SIZE];
	struct answer answer = {.last = batch->seq};

	ask_answer(batch);
	put_head(batch, NFNL_MSG_BATCH_END, 0,
		 (struct nfgenmsg){.res_id = htons(NFNL_SUBSYS_NFTABLES)});
	end_message(batch);
	if (batch->bytes.failed)
		return -ENOMEM;
	if (send(fd, batch->bytes.data, batch->bytes.len, 0) < 0)
		return -errno;
	for (int i = 0; i < ANSWERS_MAX && !answer.whole; i++) {
		ssize_t got = netlink_receive(fd, bytes, sizeof(bytes), 0);

		if (got < 0)
			return answer.err ? answer.err : (int)got;
		read_answers(&answer, bytes, (size_t)got);
	}
	return answer.whole || answer.err ? answer.err : -EPROTO;
}
