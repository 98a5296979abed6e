/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which rules of nf_tables in the thread's network namespace reject with a TCP reset. */
#ifndef NETLINK_NFT_REJECTS_H
#define NETLINK_NFT_REJECTS_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#define NFT_REJECT_NAME_SIZE 48

struct nft_reject_rule {
	uint8_t family; /* of the table, NFPROTO_* */
	uint64_t handle;
	char table[NFT_REJECT_NAME_SIZE], chain[NFT_REJECT_NAME_SIZE]; /* cut where longer */
};

/* 0, how many there are for IPv4 (or IPv6), and the first; or -errno. Where nf_tables is not loaded
 * there is none, and the kernel is not asked: that would load it. */
int nft_rejects_ask(bool ipv6, unsigned int *ret_count, struct nft_reject_rule *ret_first);

/* The message is about such a rule. Pure. */
bool nft_reject_parse(const struct nlmsghdr *message, struct nft_reject_rule *ret_rule);

#endif
