/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Families of nf_tables' tables -> nft's words. Pure. */
#include "netstate/nft_family.h"

#include <linux/netfilter.h>
#include <stddef.h>

#include "base/cleanup.h"

static const char *const names[] = {
	[NFPROTO_INET] = "inet",     [NFPROTO_IPV4] = "ip",	  [NFPROTO_ARP] = "arp",
	[NFPROTO_NETDEV] = "netdev", [NFPROTO_BRIDGE] = "bridge", [NFPROTO_IPV6] = "ip6",
};

const char *nft_family_name(uint8_t family)
{
	return family < ARRAY_SIZE(names) ? names[family] : NULL;
}
