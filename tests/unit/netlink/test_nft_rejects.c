/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages about rules -> which reject with a TCP reset? */
#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "netlink/ask.h"
#include "netlink/nft_rejects.h"
#include "unit/unit.h"

#define RULE (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE)
#define NESTED(type) ((type) | NLA_F_NESTED)

static void add_expression(struct netlink_nest *list, const char *name, uint32_t reject_type)
{
	struct netlink_nest expression = {}, data = {};
	uint32_t type = htonl(reject_type);

	netlink_nest_add(&data, NFTA_REJECT_TYPE, &type, sizeof(type));
	netlink_nest_add(&expression, NFTA_EXPR_NAME, name, strlen(name) + 1);
	netlink_nest_add(&expression, NESTED(NFTA_EXPR_DATA), data.bytes, data.size);
	netlink_nest_add(list, NESTED(NFTA_LIST_ELEM), expression.bytes, expression.size);
}

static bool rejects(uint16_t type, const struct netlink_nest *list,
		    struct nft_reject_rule *ret_rule)
{
	const struct nfgenmsg head = {.nfgen_family = NFPROTO_INET};
	const uint64_t handle = htobe64(7);
	struct netlink_question message;

	netlink_question_init(&message, type, 0, &head, sizeof(head));
	netlink_question_add(&message, NFTA_RULE_TABLE, "fw", sizeof("fw"));
	netlink_question_add(&message, NFTA_RULE_CHAIN, "forward", sizeof("forward"));
	netlink_question_add(&message, NFTA_RULE_HANDLE, &handle, sizeof(handle));
	netlink_question_add(&message, NESTED(NFTA_RULE_EXPRESSIONS), list->bytes, list->size);
	return nft_reject_parse(&message.head, ret_rule);
}

static void a_reset_behind_other_expressions_is_found(void **state)
{
	struct nft_reject_rule rule;
	struct netlink_nest list = {};

	add_expression(&list, "cmp", NFT_REJECT_TCP_RST);
	assert_false(rejects(RULE, &list, &rule));
	add_expression(&list, "reject", NFT_REJECT_TCP_RST);
	assert_true(rejects(RULE, &list, &rule));
	assert_int_equal(rule.family, NFPROTO_INET);
	assert_int_equal(rule.handle, 7);
	assert_string_equal(rule.table, "fw");
	assert_string_equal(rule.chain, "forward");
	assert_false(rejects(RULE + 1, &list, &rule));
}

static void a_reject_by_icmp_is_no_reset(void **state)
{
	struct nft_reject_rule rule;
	struct netlink_nest list = {};

	add_expression(&list, "reject", NFT_REJECT_ICMPX_UNREACH);
	assert_false(rejects(RULE, &list, &rule));
}

static void damaged_lists_are_none(void **state)
{
	struct nft_reject_rule rule;
	struct netlink_nest list = {};
	struct nlattr *first = (struct nlattr *)(void *)list.bytes;

	add_expression(&list, "cmp", 0);
	add_expression(&list, "reject", NFT_REJECT_TCP_RST);
	for (unsigned int length = 0; length < 256; length++) {
		struct netlink_nest cut = list;

		first = (struct nlattr *)(void *)cut.bytes;
		first->nla_len = (uint16_t)length;
		rejects(RULE, &cut, &rule);
	}
	for (size_t size = 0; size < list.size; size++) {
		struct netlink_nest cut = list;

		cut.size = size;
		assert_false(rejects(RULE, &cut, &rule));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reset_behind_other_expressions_is_found),
		cmocka_unit_test(a_reject_by_icmp_is_no_reset),
		cmocka_unit_test(damaged_lists_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
