/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Does a report say anything new? And what a verdict means where the evidence says who did it. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "diagnosis/diagnose.h"
#include "diagnosis/digest.h"
#include "unit/diagnosis/situation.h"
#include "unit/unit.h"

static struct verdict sample(const char *line)
{
	struct verdict verdict = {.word = "no_answer", .confidence = 2, .line_count = 1};

	snprintf(verdict.lines[0], sizeof(verdict.lines[0]), "%s", line);
	return verdict;
}

static uint64_t digest(const char *line)
{
	const struct stall stall = {.connect_ret = STALL_RET_UNKNOWN};
	struct verdict verdict = sample(line);

	return stall_digest(&stall, &verdict);
}

static void another_second_or_syn_is_nothing_new(void **state)
{
	assert_true(digest("1 SYN left this host, 0 retransmitted") ==
		    digest("12 SYNs left this host, 11 retransmitted"));
	assert_true(digest("SYN dropped on input 1 time: X") ==
		    digest("SYN dropped on input 2 times: X"));
	assert_true(digest("nothing came back in the last 0.9 s") ==
		    digest("nothing came back in the last 61.5 s"));
}

static void other_words_are_news(void **state)
{
	struct stall stall = {.connect_ret = STALL_RET_UNKNOWN};
	struct verdict verdict = sample("x");
	uint64_t before = stall_digest(&stall, &verdict);

	assert_true(digest("a reset arrived") != digest("a SYN-ACK arrived"));
	stall.connect_ret = -EINPROGRESS;
	assert_true(stall_digest(&stall, &verdict) != before);
	stall.connect_ret = STALL_RET_UNKNOWN;
	verdict.confidence = 3;
	assert_true(stall_digest(&stall, &verdict) != before);
	verdict.confidence = 2;
	verdict.word = "timeout";
	assert_true(stall_digest(&stall, &verdict) != before);
}

static struct stall rejected(uint8_t sender)
{
	struct stall stall = {.end = STALL_FAILED, .sk_err = ECONNREFUSED, .connect_ret = 0};

	stall.flow.local.addr[15] = 1;
	stall.flow.remote.addr[15] = 2;
	stall.icmp = (struct stall_icmp){.family = AF_INET, .type = 3, .code = 3};
	stall.icmp.from.addr[15] = sender;
	return stall;
}

static void a_reject_is_told_by_whom(void **state)
{
	static const char *const expected[] = {
		[1] = "This namespace itself",
		[2] = "The destination itself",
		[3] = "A router",
	};

	for (uint8_t sender = 1; sender <= 3; sender++) {
		struct stall stall = rejected(sender);
		struct verdict verdict;

		stall_diagnose(&stall, &all_senses, 1, &verdict);
		assert_string_equal(verdict.word, "icmp_rejected");
		assert_memory_equal(verdict.meaning, expected[sender], strlen(expected[sender]));
	}
}

static void a_command_holds_addresses_and_its_namespace(void **state)
{
	struct stall stall = {.end = STALL_REFUSED_EARLY,
			      .connect_ret = -ENETUNREACH,
			      .route = STALL_ROUTE_NONE,
			      .flow.netns = 7};
	struct verdict verdict;

	stall.flow.remote = (struct endpoint){{[10] = 0xff, 0xff, 203, 0, 113, 5}, 443};
	stall_diagnose(&stall, &all_senses, 1, &verdict);
	assert_string_equal(verdict.word, "no_route");
	assert_string_equal(verdict.command, "ip route get 203.0.113.5");
	assert_int_equal(verdict.command_netns, 7);
	stall.flow.netns = 0; /* not known: no command for it */
	stall_diagnose(&stall, &all_senses, 1, &verdict);
	assert_string_equal(verdict.command, "");
}

/* What to look at is the part that dropped it: only rules are looked for in the rule sets. */
static void the_command_looks_at_the_part_that_dropped_it(void **state)
{
	static const struct {
		const char *reason, *location, *command;
	} rows[] = {
		{"NETFILTER_DROP", "nft_do_chain", "nft list ruleset"},
		{"NETFILTER_DROP", "nf_hook_slow",
		 "sh -c 'nft list ruleset; iptables-legacy-save; ip6tables-legacy-save'"},
		{"", "nf_hook_slow",
		 "sh -c 'nft list ruleset; iptables-legacy-save; ip6tables-legacy-save'"},
		{"TC_EGRESS", "__dev_queue_xmit", "tc -s filter show dev if7 egress"},
		{"TCP_MINTTL", "tcp_v4_rcv", "ss -tlnp sport = :80"},
		{"IP_INADDRERRORS", "ip_error", "sysctl -a -r '[.]forwarding'"},
		{"VXLAN_VNI_NOT_FOUND", "vxlan_rcv", "ip -d link show type vxlan"},
		{"A_NEW_REASON", "tcp_v4_rcv", "nstat -az"},
		{"", "ip_rcv_core", "nft list ruleset"}, /* a kernel without reasons */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct stall stall = {SENT_AGAIN, DROP(SYN, INPUT, false, "", ""),
				      .peer = {ARRIVED, .end = PORT(2, 80)}};
		struct verdict verdict;

		stall.drops[0].ifindex = 7;
		strcpy(stall.drops[0].reason, rows[i].reason);
		strcpy(stall.drops[0].location, rows[i].location);
		stall_diagnose(&stall, &all_senses, NOW, &verdict);
		assert_string_equal(verdict.word, "dropped_input");
		assert_string_equal(verdict.command, rows[i].command);
		assert_int_equal(verdict.command_netns, THERE);
		if (!strstr(verdict.command, "nft list ruleset"))
			assert_null(strstr(verdict.advice, "rules"));
	}
}

/* Whoever sent the ICMP error is where the SYN was dropped, not where it began. */
static void the_command_for_an_icmp_error_looks_where_the_syn_was_dropped(void **state)
{
	struct stall stall = {SENT_AGAIN,
			      DROP(SYN, FORWARD, false, "NETFILTER_DROP", "nft_do_chain"),
			      .icmp = {.family = AF_INET, .type = 3, .code = 13, .from = V4(9)}};
	struct verdict verdict;

	stall_diagnose(&stall, &all_senses, NOW, &verdict);
	assert_string_equal(verdict.word, "icmp_rejected");
	assert_string_equal(verdict.command, "nft list ruleset");
	assert_int_equal(verdict.command_netns, THERE);
	stall.drop_count = 0;
	stall_diagnose(&stall, &all_senses, NOW, &verdict);
	assert_string_equal(verdict.command, "ip route get 10.0.0.2");
	assert_int_equal(verdict.command_netns, HERE);
}

static void a_connect_older_than_the_start_is_never_sure_at_first(void **state)
{
	struct stall stall = {SENT, .before_start = true, .device_up = STALL_KNOWN_NO,
			      .device_carrier = STALL_KNOWN_YES, .source_present = STALL_KNOWN_YES};
	struct verdict verdict;

	for (int followed = 0; followed < 2; followed++) {
		stall.followed_sends = followed ? 2 : 0;
		stall.followed_ns = followed ? START + S / 2 : 0;
		stall.last_try_ns = followed ? START + 2 * S : 0;
		stall_diagnose(&stall, &all_senses, NOW, &verdict);
		assert_string_equal(verdict.word, "device_down");
		assert_true(followed || verdict.confidence < STALL_CONFIDENCE_HIGH);
	}
	assert_int_equal(verdict.confidence, STALL_CONFIDENCE_HIGH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_second_or_syn_is_nothing_new),
		cmocka_unit_test(other_words_are_news),
		cmocka_unit_test(a_reject_is_told_by_whom),
		cmocka_unit_test(a_command_holds_addresses_and_its_namespace),
		cmocka_unit_test(the_command_looks_at_the_part_that_dropped_it),
		cmocka_unit_test(the_command_for_an_icmp_error_looks_where_the_syn_was_dropped),
		cmocka_unit_test(a_connect_older_than_the_start_is_never_sure_at_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
