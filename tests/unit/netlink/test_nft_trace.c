/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages of a trace of nf_tables -> events, listings -> the text of a rule; damaged ones are none. */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>

#include "netlink/ask.h"
#include "netlink/nft_rule_text.h"
#include "netlink/nft_trace.h"
#include "netstate/nft_family.h"
#include "unit/unit.h"

#define TRACE (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE)

static void put_u32(struct netlink_question *message, uint16_t type, uint32_t value)
{
	value = htonl(value);
	netlink_question_add(message, type, &value, sizeof(value));
}

static struct netlink_question message_of(uint32_t type)
{
	const struct nfgenmsg head = {.nfgen_family = NFPROTO_INET};
	struct netlink_question message;

	netlink_question_init(&message, TRACE, 0, &head, sizeof(head));
	netlink_question_add(&message, NFTA_TRACE_TABLE, "fw", 3);
	netlink_question_add(&message, NFTA_TRACE_CHAIN, "input", 6);
	put_u32(&message, NFTA_TRACE_TYPE, type);
	put_u32(&message, NFTA_TRACE_ID, 77);
	return message;
}

static void put_verdict(struct netlink_question *message, uint32_t code)
{
	struct netlink_nest nest = {};

	code = htonl(code);
	netlink_nest_add(&nest, NFTA_VERDICT_CODE, &code, sizeof(code));
	netlink_question_add(message, NFTA_TRACE_VERDICT | NLA_F_NESTED, nest.bytes, nest.size);
}

static void a_rule_tells_its_handle_and_verdict(void **state)
{
	struct netlink_question message = message_of(NFT_TRACETYPE_RULE);
	const uint64_t handle = htobe64(5);
	struct nft_trace_event event;

	netlink_question_add(&message, NFTA_TRACE_RULE_HANDLE, &handle, sizeof(handle));
	put_verdict(&message, NF_DROP);
	assert_true(nft_trace_parse(&message.head, &event));
	assert_int_equal(event.type, NFT_TRACE_RULE);
	assert_int_equal(event.family, NFPROTO_INET);
	assert_int_equal(event.verdict, NF_DROP);
	assert_int_equal(event.id, 77);
	assert_int_equal(event.handle, 5);
	assert_string_equal(event.table, "fw");
	assert_string_equal(event.chain, "input");
}

static void verdicts_of_nft_are_negative(void **state)
{
	struct netlink_question message = message_of(NFT_TRACETYPE_RULE);
	struct nft_trace_event event;

	put_verdict(&message, (uint32_t)NFT_JUMP);
	assert_true(nft_trace_parse(&message.head, &event));
	assert_int_equal(event.verdict, NFT_JUMP);
}

static void a_policy_is_its_verdict(void **state)
{
	struct netlink_question message = message_of(NFT_TRACETYPE_POLICY);
	struct nft_trace_event event;

	put_u32(&message, NFTA_TRACE_POLICY, NF_DROP);
	assert_true(nft_trace_parse(&message.head, &event));
	assert_int_equal(event.type, NFT_TRACE_POLICY);
	assert_int_equal(event.verdict, NF_DROP);
}

/* What is missing decides nothing: zero would be a drop. */
static void without_a_verdict_the_packet_goes_on(void **state)
{
	struct netlink_question rule = message_of(NFT_TRACETYPE_RULE);
	struct netlink_question policy = message_of(NFT_TRACETYPE_POLICY);
	struct netlink_question other = message_of(1000);
	struct nft_trace_event event;

	assert_true(nft_trace_parse(&rule.head, &event));
	assert_int_equal(event.verdict, NFT_CONTINUE);
	assert_true(nft_trace_parse(&policy.head, &event));
	assert_int_equal(event.verdict, NF_ACCEPT);
	assert_true(nft_trace_parse(&other.head, &event));
	assert_int_equal(event.type, NFT_TRACE_OTHER);
}

static void damaged_messages_are_no_events(void **state)
{
	const struct nfgenmsg head = {.nfgen_family = NFPROTO_INET};
	struct netlink_question message = message_of(NFT_TRACETYPE_RULE);
	struct nft_trace_event event;
	char name[NFT_NAME_SIZE + 1];

	message.head.nlmsg_type = TRACE + 1;
	assert_false(nft_trace_parse(&message.head, &event));
	netlink_question_init(&message, TRACE, 0, &head, sizeof(head));
	assert_false(nft_trace_parse(&message.head, &event));
	netlink_question_add(&message, NFTA_TRACE_TABLE, "fw", 2); /* no NUL */
	netlink_question_add(&message, NFTA_TRACE_CHAIN, "input", 6);
	assert_false(nft_trace_parse(&message.head, &event));
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	message.head.nlmsg_len = NLMSG_LENGTH(0);
	assert_false(nft_trace_parse(&message.head, &event));
}

static void listing_gives(const char *listing, uint64_t handle, const char *wanted)
{
	char text[64] = "";

	assert_int_equal(nft_rule_text_find(listing, handle, text, sizeof(text)), wanted != NULL);
	assert_string_equal(text, wanted ? wanted : "");
}

static void a_rule_is_found_in_its_listing(void **state)
{
	static const char listing[] = "table inet fw { # handle 5\n"
				      "\tchain input { # handle 1\n"
				      "\t\ttype filter hook input priority filter; policy accept;\n"
				      "\t\ttcp dport 80 drop comment \"# handle 9\" # handle 15\n"
				      "\t\ttcp dport 81 drop # handle 5\n"
				      "\t}\n}\n";

	listing_gives(listing, 5, "tcp dport 81 drop");
	listing_gives(listing, 15, "tcp dport 80 drop comment \"# handle 9\"");
	listing_gives(listing, 1, NULL); /* a chain's */
	listing_gives(listing, 9, NULL);
	listing_gives("", 5, NULL);
	listing_gives("\t\tdrop # handle 5", 5, "drop");
	listing_gives("\t\t # handle 5", 5, "");
}

/* It becomes a command, and names are anybody's. */
static void names_beyond_nfts_language_are_not_asked_for(void **state)
{
	static const char *const names[] = {"", "a b", "a;flush", "1a", "a\n", "a{", "\"a\"", "-a"};
	char text[64];

	if (!nft_rule_text_available())
		skip();
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct nft_rule_name table = {NFPROTO_INET, names[i], "c", 1};
		const struct nft_rule_name chain = {NFPROTO_INET, "t", names[i], 1};

		assert_int_equal(nft_rule_text(&table, text, sizeof(text)), -EINVAL);
		assert_int_equal(nft_rule_text(&chain, text, sizeof(text)), -EINVAL);
	}
}

static void families_have_names(void **state)
{
	assert_string_equal(nft_family_name(NFPROTO_INET), "inet");
	assert_string_equal(nft_family_name(NFPROTO_IPV6), "ip6");
	assert_null(nft_family_name(4));
	assert_null(nft_family_name(255));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_tells_its_handle_and_verdict),
		cmocka_unit_test(verdicts_of_nft_are_negative),
		cmocka_unit_test(a_policy_is_its_verdict),
		cmocka_unit_test(without_a_verdict_the_packet_goes_on),
		cmocka_unit_test(damaged_messages_are_no_events),
		cmocka_unit_test(a_rule_is_found_in_its_listing),
		cmocka_unit_test(names_beyond_nfts_language_are_not_asked_for),
		cmocka_unit_test(families_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
