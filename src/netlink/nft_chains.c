/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The base chains of a network namespace -> does a packet come through one before connection tracking? */
#include "netlink/nft_chains.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/ask.h"
#include "netlink/nft_presence.h"
#include "netlink/nft_trace.h"

#define TYPE(message) (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_##message)
#define HEAD sizeof(struct nfgenmsg)

static bool read_number(const struct netlink_part *hook, uint16_t type, uint32_t *ret_number)
{
	struct netlink_part number;

	if (!netlink_part_find(hook, type, sizeof(*ret_number), &number))
		return false;
	memcpy(ret_number, number.bytes, sizeof(*ret_number));
	*ret_number = ntohl(*ret_number);
	return true;
}

static bool is_of_ip(uint8_t family)
{
	return family == NFPROTO_IPV4 || family == NFPROTO_IPV6 || family == NFPROTO_INET;
}

/* A table of netstate's own, which drops nothing. */
static bool is_of_a_trace(const struct nlmsghdr *message)
{
	const size_t prefix = strlen(NFT_TRACE_PREFIX);
	size_t size;
	const char *table = netlink_attribute_find(message, HEAD, NFTA_CHAIN_TABLE, &size);

	return table && size > prefix && !memcmp(table, NFT_TRACE_PREFIX, prefix);
}

bool nft_chain_is_before_tracking(const struct nlmsghdr *message)
{
	const struct nfgenmsg *general = netlink_fixed(message, sizeof(*general));
	struct netlink_part hook;
	uint32_t number, priority;

	if (message->nlmsg_type != TYPE(NEWCHAIN) || !general || !is_of_ip(general->nfgen_family) ||
	    is_of_a_trace(message) || !netlink_part_of(message, HEAD, NFTA_CHAIN_HOOK, &hook) ||
	    !read_number(&hook, NFTA_HOOK_HOOKNUM, &number) ||
	    !read_number(&hook, NFTA_HOOK_PRIORITY, &priority))
		return false;
	return (number == NF_INET_PRE_ROUTING || number == NF_INET_LOCAL_OUT) &&
	       (int32_t)priority <= NF_IP_PRI_CONNTRACK;
}

static int on_chain(void *context, const struct nlmsghdr *message)
{
	*(bool *)context |= nft_chain_is_before_tracking(message);
	return 0;
}

int nft_chains_before_tracking(bool *ret_found)
{
	const struct nfgenmsg all = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0};
	struct netlink_question question;
	bool found = false;
	int err = nft_presence();

	if (err == -ENOENT)
		*ret_found = false;
	if (err)
		return err == -ENOENT ? 0 : err;
	netlink_question_init(&question, TYPE(GETCHAIN), NLM_F_DUMP, &all, sizeof(all));
	err = netlink_ask(NETLINK_NETFILTER, &question, on_chain, &found);
	if (!err)
		*ret_found = found;
	return err;
}
