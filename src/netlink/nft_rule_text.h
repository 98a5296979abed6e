/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A rule of nf_tables -> its text in nft's language, by libnftables. The library is loaded when it is
 * wanted: netstate needs it neither to be built nor to run.
 */
#ifndef NETLINK_NFT_RULE_TEXT_H
#define NETLINK_NFT_RULE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nft_rule_name {
	uint8_t family; /* of the table, NFPROTO_* */
	const char *table, *chain;
	uint64_t handle;
};

/* False: the library is not on this machine, or not the one that is known. */
bool nft_rule_text_available(void);

/*
 * Of the thread's network namespace. 0, -ENOSYS without the library, -ETIME where listing the chain
 * takes too long, -EINVAL for names that nft's language cannot express, -ENOENT.
 */
int nft_rule_text(const struct nft_rule_name *rule, char *ret_text, size_t size);

/* A listing of a chain with handles -> the rule. False: it is not there. Pure. */
bool nft_rule_text_find(const char *listing, uint64_t handle, char *ret_text, size_t size);

#endif
