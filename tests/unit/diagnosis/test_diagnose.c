/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "diagnosis/causes.h"
#include "diagnosis/diagnose.h"
#include "diagnosis/facts.h"
#include "unit/diagnosis/cases.h"
#include "unit/diagnosis/cases_evidence.h"
#include "unit/diagnosis/cases_tracking.h"
#include "unit/diagnosis/cases_way.h"
#include "unit/unit.h"

static bool has_line(const struct verdict *verdict, const char *part)
{
	for (unsigned int i = 0; i < verdict->line_count; i++) {
		if (strstr(verdict->lines[i], part))
			return true;
	}
	return false;
}

static void print_lines(const struct verdict *verdict)
{
	for (unsigned int i = 0; i < verdict->line_count; i++)
		print_message("#   %s\n", verdict->lines[i]);
}

static void is_told(const struct situation *situation)
{
	const struct stall stall = as_asked(&situation->stall);
	struct verdict verdict;

	stall_diagnose(&stall, &all_senses, NOW, &verdict);
	print_message("# %s: %s\n", situation->situation, verdict.word);
	assert_string_equal(verdict.word, situation->word);
	if (situation->line && !has_line(&verdict, situation->line)) {
		print_lines(&verdict);
		fail_msg("no evidence line with: %s", situation->line);
	}
	assert_int_equal(verdict.confidence, situation->confidence);
}

static void each_cause_is_told_from_its_neighbour(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		is_told(&cases[i]);
}

static void what_proves_nothing_accuses_nobody(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(evidence_cases); i++)
		is_told(&evidence_cases[i]);
	for (size_t i = 0; i < ARRAY_SIZE(way_cases); i++)
		is_told(&way_cases[i]);
}

static void what_connection_tracking_did_is_told_from_a_rule(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(tracking_cases); i++)
		is_told(&tracking_cases[i]);
}

static void every_cause_has_a_case(void **state)
{
	for (size_t cause = 0; cause < CAUSE_COUNT; cause++) {
		bool found = false;

		for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
			found = found || !strcmp(cases[i].word, cause_rows[cause].word);
		for (size_t i = 0; i < ARRAY_SIZE(evidence_cases); i++)
			found = found || !strcmp(evidence_cases[i].word, cause_rows[cause].word);
		for (size_t i = 0; i < ARRAY_SIZE(tracking_cases); i++)
			found = found || !strcmp(tracking_cases[i].word, cause_rows[cause].word);
		if (!found)
			fail_msg("%s", cause_rows[cause].word);
	}
}

static void every_cause_says_what_it_means_and_what_to_do(void **state)
{
	for (size_t i = 0; i < CAUSE_COUNT; i++) {
		assert_non_null(cause_rows[i].word);
		assert_true(strlen(cause_rows[i].meaning) > 20);
		assert_true(strlen(cause_rows[i].advice) > 20);
		for (size_t other = 0; other < i; other++)
			assert_string_not_equal(cause_rows[i].word, cause_rows[other].word);
	}
}

static void every_fact_has_a_text(void **state)
{
	for (unsigned int i = 0; i < FACT_COUNT; i++)
		assert_non_null(stall_fact_text(i));
	assert_null(stall_fact_text(FACT_COUNT));
}

static void a_kernel_without_reasons_says_so_and_proves_less(void **state)
{
	static const char limit[] =
		"firewall drops cannot be ruled out: this kernel's kfree_skb gives no reason";
	const struct stall stall = {SENT_AGAIN};
	const struct stall placed = {SENT_AGAIN, DROP(SYN, INPUT, false, "", "nf_hook_slow")};
	struct stall_senses senses = all_senses;
	struct verdict verdict;

	senses.drop_reason = false;
	stall_diagnose(&placed, &senses, NOW, &verdict);
	assert_false(has_line(&verdict, limit));
	stall_diagnose(&stall, &senses, NOW, &verdict);
	assert_true(has_line(&verdict, limit));
	senses.drops = false;
	stall_diagnose(&stall, &senses, NOW, &verdict);
	assert_string_equal(verdict.word, "no_answer");
	assert_int_equal(verdict.confidence, STALL_CONFIDENCE_LOW);
}

static void syns_that_left_and_that_did_not_add_up(void **state)
{
	static const struct {
		uint32_t sent, held;
		struct stall stall;
	} counts[] = {
		{1, 0, {SENT}},
		{3, 0, {SENT_AGAIN}},
		{0, 1, {SENT, .in_host = true}},
		{0, 3, {SENT, .in_host = true, .retries = 2, .retries_busy = 2}},
		{0, 2, {BASE, .inspected = true, .retries = 1, .retries_denied = 1}},
		{1, 1, {SENT, .retries = 1, .retries_congested = 1}},
		{0, 0, {EARLY(ENETUNREACH)}},
		/* the stack sent them, and a device or tunnel of this namespace threw them away */
		{0, 3, {SENT_AGAIN, DROPS(2, SYN, OUTPUT, true, "QDISC_DROP", "__dev_queue_xmit")}},
		{2, 1, {SENT_AGAIN, DROPS(1, SYN, OUTPUT, true, "QDISC_DROP", "__dev_queue_xmit")}},
		/* as Linux 6.1 does it: one more is made when the neighbour is given up */
		{0,
		 4,
		 {SENT, .retries = 3, .retries_left = 1, .retries_busy = 2, .last_sent_ns = NOW - 1,
		  DROP(SYN, OUTPUT, true, "NEIGH_FAILED", "neigh_invalidate"),
		  ENDED(FAILED, EHOSTUNREACH)}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		assert_int_equal(stall_syn_sent(&counts[i].stall), counts[i].sent);
		assert_int_equal(stall_syn_held(&counts[i].stall), counts[i].held);
	}
}

/* The route is back by the time of the last look, and so the connection was made. */
static void a_success_keeps_the_cause_that_was_reported(void **state)
{
	struct stall stall = {SENT_AGAIN,
			      .peer = {ARRIVED, .asked = true, .way_back = STALL_ROUTE_NONE}};
	struct verdict verdict;

	stall = as_asked(&stall);
	stall_diagnose(&stall, &all_senses, NOW, &verdict);
	assert_string_equal(verdict.word, "no_way_back");
	assert_int_equal(verdict.proven, CAUSE_NO_WAY_BACK + 1);
	stall.proven = verdict.proven;
	stall.peer.way_back = STALL_ROUTE_FOUND;
	stall.end = STALL_ESTABLISHED;
	stall.end_ns = NOW + S;
	stall_diagnose(&stall, &all_senses, NOW + S, &verdict);
	assert_string_equal(verdict.word, "slow");
	assert_string_equal(verdict.cause, "no_way_back");
	stall.proven = UINT8_MAX; /* of a recording: no cause */
	stall_diagnose(&stall, &all_senses, NOW + S, &verdict);
	assert_null(verdict.cause);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cause_is_told_from_its_neighbour),
		cmocka_unit_test(what_proves_nothing_accuses_nobody),
		cmocka_unit_test(what_connection_tracking_did_is_told_from_a_rule),
		cmocka_unit_test(every_cause_has_a_case),
		cmocka_unit_test(every_cause_says_what_it_means_and_what_to_do),
		cmocka_unit_test(every_fact_has_a_text),
		cmocka_unit_test(a_kernel_without_reasons_says_so_and_proves_less),
		cmocka_unit_test(syns_that_left_and_that_did_not_add_up),
		cmocka_unit_test(a_success_keeps_the_cause_that_was_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
