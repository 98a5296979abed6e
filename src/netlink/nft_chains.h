/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which base chains of nf_tables the thread's network namespace has. */
#ifndef NETLINK_NFT_CHAINS_H
#define NETLINK_NFT_CHAINS_H

#include <linux/netlink.h>
#include <stdbool.h>

/* 0, and whether packets come through one of them before connection tracking; or -errno. Where nf_tables
 * is not loaded there is none, and the kernel is not asked: that would load it. */
int nft_chains_before_tracking(bool *ret_found);

/* The message is about such a chain. Pure. */
bool nft_chain_is_before_tracking(const struct nlmsghdr *message);

#endif
