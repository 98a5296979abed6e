/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages about base chains -> do packets come through them before connection tracking? */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "netlink/ask.h"
#include "netlink/nft_chains.h"
#include "unit/unit.h"

#define CHAIN (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN)

static bool before(uint16_t type, uint8_t family, const char *table, uint32_t hook,
		   int32_t priority)
{
	const struct nfgenmsg head = {.nfgen_family = family};
	struct netlink_question message;
	struct netlink_nest nest = {};
	uint32_t number = htonl(hook);

	netlink_question_init(&message, type, 0, &head, sizeof(head));
	netlink_question_add(&message, NFTA_CHAIN_TABLE, table, strlen(table) + 1);
	netlink_nest_add(&nest, NFTA_HOOK_HOOKNUM, &number, sizeof(number));
	number = htonl((uint32_t)priority);
	netlink_nest_add(&nest, NFTA_HOOK_PRIORITY, &number, sizeof(number));
	netlink_question_add(&message, NFTA_CHAIN_HOOK | NLA_F_NESTED, nest.bytes, nest.size);
	return nft_chain_is_before_tracking(&message.head);
}

static void priority_and_hook_decide(void **state)
{
	assert_true(before(CHAIN, NFPROTO_IPV4, "raw", NF_INET_PRE_ROUTING, -300));
	assert_true(before(CHAIN, NFPROTO_INET, "fw", NF_INET_LOCAL_OUT, -200));
	assert_false(before(CHAIN, NFPROTO_INET, "fw", NF_INET_PRE_ROUTING, -199));
	assert_false(before(CHAIN, NFPROTO_INET, "fw", NF_INET_FORWARD, -300));
	assert_false(before(CHAIN, NFPROTO_BRIDGE, "fw", NF_INET_PRE_ROUTING, -300));
}

static void tables_of_a_trace_drop_nothing(void **state)
{
	assert_false(before(CHAIN, NFPROTO_IPV4, "netstate_7_1", NF_INET_PRE_ROUTING, INT32_MIN));
}

static void other_messages_and_chains_without_a_hook_are_none(void **state)
{
	const struct nfgenmsg head = {.nfgen_family = NFPROTO_INET};
	struct netlink_question message;

	assert_false(before(CHAIN + 1, NFPROTO_IPV4, "raw", NF_INET_PRE_ROUTING, -300));
	netlink_question_init(&message, CHAIN, 0, &head, sizeof(head));
	assert_false(nft_chain_is_before_tracking(&message.head));
	netlink_question_add(&message, NFTA_CHAIN_HOOK | NLA_F_NESTED, "", 0);
	assert_false(nft_chain_is_before_tracking(&message.head));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(priority_and_hook_decide),
		cmocka_unit_test(tables_of_a_trace_drop_nothing),
		cmocka_unit_test(other_messages_and_chains_without_a_hook_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
