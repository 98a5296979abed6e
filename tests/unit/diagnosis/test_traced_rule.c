/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which packets a trace of nf_tables is wanted for, and what reports say of its answer. */
#include <linux/netfilter.h>

#include "base/cleanup.h"
#include "diagnosis/traced_rule.h"
#include "unit/diagnosis/situation.h"
#include "unit/unit.h"

#define RULED(how) .rule = {.state = STALL_RULE_##how, .netns = THERE, .what = STALL_SYN}
#define BY_NFT DROP(SYN, INPUT, false, "NETFILTER_DROP", "nft_do_chain")

static bool wanted(const struct stall *stall, struct rule_subject *ret_subject)
{
	return traced_rule_wanted(stall, NOW, ret_subject);
}

static void a_drop_by_netfilter_is_traced_where_it_happened(void **state)
{
	const struct stall stall = {SENT_AGAIN, BY_NFT};
	const struct stall old = {SENT_AGAIN, DROP(SYN, FORWARD, false, "", "nf_hook_slow")};
	struct rule_subject subject;

	assert_true(wanted(&stall, &subject));
	assert_int_equal(subject.netns, THERE);
	assert_int_equal(subject.what, STALL_SYN);
	assert_int_equal(subject.from.port, 0); /* how it came there was not seen */
	assert_true(wanted(&old, &subject));
}

static void its_ends_are_those_with_which_it_came(void **state)
{
	struct stall stall = {SENT_AGAIN, BY_NFT};
	struct rule_subject subject;

	stall.tracking_count = 1;
	stall.trackings[0] = (struct stall_tracking){
		.netns = THERE, .seen_ns = START + S, .from = PORT(1, 4000), .to = PORT(9, 80)};
	assert_true(wanted(&stall, &subject));
	assert_int_equal(subject.from.port, 4000);
	assert_int_equal(subject.to.addr[15], 9);
}

static void other_drops_and_those_of_the_past_are_not_traced(void **state)
{
	const struct stall stalls[] = {
		{SENT_AGAIN},
		{SENT_AGAIN, DROP(SYN, INPUT, false, "NO_SOCKET", "tcp_v4_rcv")},
		{SENT_AGAIN, DROPPED_AT(START + S, SYN, INPUT, false, "NETFILTER_DROP", "x")},
		{SENT_AGAIN, NOT_THE_SYN(COPY, "NETFILTER_DROP", "nft_do_chain")},
		{SENT_AGAIN, BY_NFT, ENDED(FAILED, ETIMEDOUT)},
		{SENT_AGAIN, BY_NFT, RULED(DROPPED)},
		{SENT_AGAIN, BY_NFT, RULED(POLICY)},
		{SENT_AGAIN, BY_NFT, RULED(NONE)},
	};
	struct rule_subject subject;

	for (size_t i = 0; i < ARRAY_SIZE(stalls); i++)
		assert_false(wanted(&stalls[i], &subject));
}

static void a_first_syn_that_the_stack_refused_is_traced_at_home(void **state)
{
	const struct stall stall = {BASE, .inspected = true};
	const struct stall waits = {BASE, .inspected = true,
				    .neighbour = STALL_NEIGHBOUR_INCOMPLETE};
	struct rule_subject subject;

	assert_true(wanted(&stall, &subject));
	assert_int_equal(subject.netns, HERE);
	assert_false(wanted(&waits, &subject));
}

static void a_rule_of_elsewhere_says_nothing_of_this_drop(void **state)
{
	struct stall stall = {SENT_AGAIN, BY_NFT, RULED(DROPPED)};

	assert_true(traced_rule_decided(&stall, &stall.drops[0]));
	stall.rule.netns = HERE;
	assert_false(traced_rule_decided(&stall, &stall.drops[0]));
	stall.rule.netns = THERE;
	stall.rule.what = STALL_SYNACK;
	assert_false(traced_rule_decided(&stall, &stall.drops[0]));
	assert_null(traced_rule_of(&stall, NULL));
}

static void reports(const struct stall_rule *rule, const char *words)
{
	struct stall stall = {SENT_AGAIN, BY_NFT};
	struct verdict verdict;
	bool found = false;

	stall.rule = *rule;
	stall.rule.netns = THERE;
	stall.rule.what = STALL_SYN;
	stall_diagnose(&stall, &all_senses, NOW, &verdict);
	for (unsigned int i = 0; i < verdict.line_count; i++)
		found |= strstr(verdict.lines[i], words) != NULL;
	if (!found)
		print_error("no line has: %s\n", words);
	assert_true(found);
	assert_string_equal(verdict.word, "dropped_input");
}

static void reports_say_what_the_trace_told(void **state)
{
	static const struct {
		const char *words;
		struct stall_rule rule;
	} rows[] = {
		{"the next SYN is traced", {.state = STALL_RULE_AWAITED}},
		{"rule with handle 5 of chain i, table inet fw",
		 {.state = STALL_RULE_DROPPED,
		  .family = NFPROTO_INET,
		  .handle = 5,
		  .table = "fw",
		  .chain = "i"}},
		{"rule: tcp dport 80 drop",
		 {.state = STALL_RULE_DROPPED,
		  .family = NFPROTO_INET,
		  .text = "tcp dport 80 drop"}},
		{"libnftables is not",
		 {.state = STALL_RULE_DROPPED, .family = NFPROTO_INET, .err = ENOSYS}},
		{"takes too long",
		 {.state = STALL_RULE_DROPPED, .family = NFPROTO_INET, .err = ETIME}},
		{"handed to a program",
		 {.state = STALL_RULE_QUEUED, .family = NFPROTO_IPV4, .table = "fw"}},
		{"the policy of chain i, table ip6 fw",
		 {.state = STALL_RULE_POLICY, .family = NFPROTO_IPV6, .table = "fw", .chain = "i"}},
		{"no policy of nftables dropped it", {.state = STALL_RULE_NONE}},
		{"rules of iptables-legacy are there", {.state = STALL_RULE_NONE, .legacy = true}},
		{"before the first hook", {.state = STALL_RULE_MISSED}},
		{"(Linux 5.12)", {.state = STALL_RULE_FAILED, .err = EOPNOTSUPP}},
		{"too many connects", {.state = STALL_RULE_FAILED, .err = EBUSY}},
		{"cannot be traced: EPERM", {.state = STALL_RULE_FAILED, .err = EPERM}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		reports(&rows[i].rule, rows[i].words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_drop_by_netfilter_is_traced_where_it_happened),
		cmocka_unit_test(its_ends_are_those_with_which_it_came),
		cmocka_unit_test(other_drops_and_those_of_the_past_are_not_traced),
		cmocka_unit_test(a_first_syn_that_the_stack_refused_is_traced_at_home),
		cmocka_unit_test(a_rule_of_elsewhere_says_nothing_of_this_drop),
		cmocka_unit_test(reports_say_what_the_trace_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
