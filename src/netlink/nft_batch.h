/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A transaction of nf_tables: messages that the kernel applies all together or not at all. Building
 * one is pure; nft_batch_commit() sends it.
 */
#ifndef NETLINK_NFT_BATCH_H
#define NETLINK_NFT_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct nft_batch {
	struct buf bytes;
	size_t message; /* where the last message begins */
	uint32_t seq;	/* of the last message */
};

void nft_batch_begin(struct nft_batch *batch);
void nft_batch_release(struct nft_batch *batch);

/* `type`: NFT_MSG_*, `flags`: NLM_F_*, `family`: NFPROTO_*. Attributes of the message follow. */
void nft_batch_message(struct nft_batch *batch, uint16_t type, uint16_t flags, uint8_t family);

void nft_batch_put(struct nft_batch *batch, uint16_t attribute, const void *data, size_t size);
void nft_batch_put_text(struct nft_batch *batch, uint16_t attribute, const char *text);
/* In network byte order, as all numbers of nf_tables. */
void nft_batch_put_u32(struct nft_batch *batch, uint16_t attribute, uint32_t value);

/* Attributes between the two belong to `attribute`. */
size_t nft_batch_nest(struct nft_batch *batch, uint16_t attribute);
void nft_batch_nest_end(struct nft_batch *batch, size_t nest);

/* Ends the transaction, sends it and waits for the kernel's answer: 0, or the first -errno. */
int nft_batch_commit(struct nft_batch *batch, int fd);

#endif
