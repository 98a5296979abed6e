/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rules of a network namespace -> those that reject with a TCP reset. */
#include "netlink/nft_rejects.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/ask.h"
#include "netlink/nft_presence.h"

#define TYPE(message) (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_##message)
#define HEAD sizeof(struct nfgenmsg)

static bool is_reject(const struct netlink_part *expression)
{
	static const char word[] = "reject";
	struct netlink_part name, data, type;
	uint32_t number;

	if (!netlink_part_find(expression, NFTA_EXPR_NAME, sizeof(word), &name) ||
	    memcmp(name.bytes, word, sizeof(word)) != 0 ||
	    !netlink_part_find(expression, NFTA_EXPR_DATA, sizeof(struct nlattr), &data) ||
	    !netlink_part_find(&data, NFTA_REJECT_TYPE, sizeof(number), &type))
		return false;
	memcpy(&number, type.bytes, sizeof(number));
	return ntohl(number) == NFT_REJECT_TCP_RST;
}

/* A list of expressions has one attribute for each, all of the same type. */
static bool any_is_reject(const struct netlink_part *list)
{
	const char *at = list->bytes;
	size_t left = list->size;

	while (left >= sizeof(struct nlattr)) {
		struct netlink_part expression;
		struct nlattr head;
		size_t step;

		memcpy(&head, at, sizeof(head));
		if (head.nla_len < sizeof(head) || head.nla_len > left)
			return false;
		expression = (struct netlink_part){at + sizeof(head), head.nla_len - sizeof(head)};
		if (is_reject(&expression))
			return true;
		step = NLA_ALIGN(head.nla_len);
		if (step >= left)
			return false;
		at += step;
		left -= step;
	}
	return false;
}

static void copy_name(const struct nlmsghdr *message, uint16_t type, char to[NFT_REJECT_NAME_SIZE])
{
	size_t size = 0;
	const char *name = netlink_attribute_find(message, HEAD, type, &size);

	if (!name)
		size = 0;
	if (size >= NFT_REJECT_NAME_SIZE)
		size = NFT_REJECT_NAME_SIZE - 1;
	if (size)
		memcpy(to, name, size);
	to[size] = '\0';
}

bool nft_reject_parse(const struct nlmsghdr *message, struct nft_reject_rule *ret_rule)
{
	const struct nfgenmsg *general = netlink_fixed(message, sizeof(*general));
	struct nft_reject_rule rule = {};
	struct netlink_part list;
	const void *handle;

	if (message->nlmsg_type != TYPE(NEWRULE) || !general ||
	    !netlink_part_of(message, HEAD, NFTA_RULE_EXPRESSIONS, &list) || !any_is_reject(&list))
		return false;
	rule.family = general->nfgen_family;
	copy_name(message, NFTA_RULE_TABLE, rule.table);
	copy_name(message, NFTA_RULE_CHAIN, rule.chain);
	handle = netlink_attribute(message, HEAD, NFTA_RULE_HANDLE, sizeof(rule.handle));
	if (handle)
		memcpy(&rule.handle, handle, sizeof(rule.handle));
	rule.handle = be64toh(rule.handle);
	*ret_rule = rule;
	return true;
}

struct search {
	bool ipv6;
	unsigned int count;
	struct nft_reject_rule first;
};

static int on_rule(void *context, const struct nlmsghdr *message)
{
	struct search *search = context;
	struct nft_reject_rule rule;

	if (!nft_reject_parse(message, &rule) ||
	    rule.family == (search->ipv6 ? NFPROTO_IPV4 : NFPROTO_IPV6))
		return 0;
	if (!search->count++)
		search->first = rule;
	return 0;
}

int nft_rejects_ask(bool ipv6, unsigned int *ret_count, struct nft_reject_rule *ret_first)
{
	const struct nfgenmsg all = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0};
	struct search search = {.ipv6 = ipv6};
	struct netlink_question question;
	int err = nft_presence();

	if (err && err != -ENOENT)
		return err;
	if (!err) {
		netlink_question_init(&question, TYPE(GETRULE), NLM_F_DUMP, &all, sizeof(all));
		err = netlink_ask(NETLINK_NETFILTER, &question, on_rule, &search);
		if (err)
			return err;
	}
	*ret_count = search.count;
	*ret_first = search.first;
	return 0;
}
