/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records and counters -> what is known of connection tracking on a SYN's way. */
#include "diagnosis/recent.h"
#include "diagnosis/tracking.h"
#include "netstate/tcp_state.h"
#include "unit/diagnosis/situation.h"
#include "unit/unit.h"

static struct wire_stall_packet arrival(uint32_t netns, uint64_t at, uint16_t dport)
{
	return (struct wire_stall_packet){
		.head = {.ktime_ns = at}, .netns = netns, .dport = dport, .what = WIRE_STALL_SYN};
}

static void note(struct stall *stall, uint32_t netns, uint64_t at, uint16_t dport)
{
	const struct wire_stall_packet packet = arrival(netns, at, dport);

	tracking_note_arrival(stall, &packet);
}

static void each_namespace_keeps_the_first_arrival_of_the_last_syn(void **state)
{
	struct stall stall = {BASE};

	note(&stall, THERE, START + S + 50, 81);
	note(&stall, THERE, START + S, 80);
	note(&stall, THERE, START + 2 * S, 82);
	note(&stall, THERE, START + 2 * S + 10, 83);
	note(&stall, HERE, START + 2 * S, 84); /* its own: nothing came in from elsewhere */
	assert_int_equal(stall.tracking_count, 1);
	assert_int_equal(stall.trackings[0].to.port, 82);
	for (uint32_t i = 0; i < 2 * STALL_TRACKINGS_MAX; i++)
		note(&stall, THERE + i, START + 3 * S, 85);
	assert_int_equal(stall.tracking_count, STALL_TRACKINGS_MAX);
	assert_null(tracking_note_own(&stall));
}

static struct tracking_sample sample(uint64_t at, uint32_t drop, uint32_t failed, uint32_t entries)
{
	return (struct tracking_sample){
		at, {.entries = entries, .max = 10, .drop = drop, .insert_failed = failed}};
}

static void take(const struct stall *stall, struct stall_tracking *tracking,
		 struct tracking_sample older, struct tracking_sample now)
{
	tracking_copy_counts(stall, tracking, &older, &now);
}

static void counters_are_compared_with_those_before_the_drop(void **state)
{
	struct stall stall = {BASE, DROP(SYN, PREROUTING, false, "NETFILTER_DROP", "nf_hook_slow")};
	struct stall_tracking *tracking;

	note(&stall, THERE, START + 2 * S, 80);
	tracking = &stall.trackings[0];
	take(&stall, tracking, sample(0, 0, 0, 0), sample(START + 2 * S + 1, 5, 1, 10));
	assert_int_equal(tracking->before_ns, 0);
	assert_int_equal(tracking_refused(tracking), 0);
	take(&stall, tracking, sample(START, 3, 1, 0), sample(START + 2 * S + 2, 5, 1, 10));
	assert_int_equal(tracking_refused(tracking), 2);
	assert_int_equal(tracking->full_ns, START + 2 * S + 2);
	/* a later drop: what rose before it does not count any more */
	stall.drops[0].last_ns = START + 3 * S;
	take(&stall, tracking, sample(START, 3, 1, 0), sample(START + 3 * S + 1, 5, 1, 9));
	assert_int_equal(tracking_refused(tracking), 0);
	assert_int_equal(tracking->full_ns, START + 2 * S + 2);
	take(&stall, tracking, sample(0, 0, 0, 0), sample(START + 3 * S + 2, 9, 6, 9));
	assert_int_equal(tracking_refused(tracking), 0);
}

static void an_older_sample_never_replaces_a_newer_one(void **state)
{
	struct stall stall = {BASE, DROP(SYN, PREROUTING, false, "NETFILTER_DROP", "nf_hook_slow")};
	struct stall_tracking *tracking;

	note(&stall, THERE, START + 2 * S, 80);
	tracking = &stall.trackings[0];
	take(&stall, tracking, sample(START + S, 4, 0, 1), sample(NOW, 5, 0, 1));
	take(&stall, tracking, sample(START, 0, 0, 1), sample(NOW, 5, 0, 1));
	assert_int_equal(tracking_refused(tracking), 1);
}

/* ---------------------------------------------------------------- connects that were answered */

static struct event turn(uint64_t sock, uint64_t at, uint8_t old, uint8_t new, uint16_t lport)
{
	return (struct event){.kind = EVENT_STATE,
			      .ktime_ns = at,
			      .old_state = old,
			      .new_state = new,
			      .flow = {.netns = HERE,
				       .sock = sock,
				       .local = PORT(1, lport),
				       .remote = PORT(2, 80)}};
}

static void feed(struct recent *recent, struct event event)
{
	recent_event(recent, &event);
}

static void the_last_answered_connect_is_remembered(void **state)
{
	const struct endpoint remote = PORT(2, 80), other = PORT(2, 81);
	struct recent_connect found;
	struct recent *recent;

	assert_int_equal(recent_new(&recent), 0);
	feed(recent, turn(1, START, TCP_STATE_CLOSE, TCP_STATE_SYN_SENT, 0));
	feed(recent, turn(1, START + 1, TCP_STATE_SYN_SENT, TCP_STATE_CLOSE, 4000));
	recent_answered(recent, HERE, &remote, &found);
	assert_int_equal(found.start_ns, 0);
	feed(recent, turn(2, START + 2, TCP_STATE_CLOSE, TCP_STATE_SYN_SENT, 0));
	feed(recent, turn(2, START + 3, TCP_STATE_SYN_SENT, TCP_STATE_ESTABLISHED, 4001));
	/* one that is under way does not hide it; of another socket nothing is taken */
	feed(recent, turn(3, START + 4, TCP_STATE_CLOSE, TCP_STATE_SYN_SENT, 0));
	feed(recent, turn(4, START + 5, TCP_STATE_SYN_SENT, TCP_STATE_ESTABLISHED, 4002));
	recent_answered(recent, HERE, &remote, &found);
	assert_int_equal(found.start_ns, START + 2);
	assert_int_equal(found.local.port, 4001);
	recent_answered(recent, HERE, &other, &found);
	assert_int_equal(found.start_ns, 0);
	recent_answered(recent, THERE, &remote, &found);
	assert_int_equal(found.start_ns, 0);
	recent_free(recent);
}

/* Not the one for any drop by netfilter. */
static void a_full_table_has_its_own_command(void **state)
{
	struct stall stall = {SENT_AGAIN,
			      DROP(SYN, PREROUTING, false, "NETFILTER_DROP", "nf_hook_slow")};
	struct verdict verdict;

	stall.drops[0].tracked = STALL_KNOWN_NO;
	stall.tracking_count = 1;
	stall.trackings[0] = (struct stall_tracking){.netns = THERE,
						     .asked_ns = NOW,
						     .full_ns = NOW,
						     .before_ns = START,
						     .now = {.entries = 10, .max = 10, .drop = 2}};
	stall_diagnose(&stall, &all_senses, NOW, &verdict);
	assert_string_equal(verdict.word, "conntrack_full");
	assert_non_null(strstr(verdict.command, "sysctl net.netfilter.nf_conntrack_count"));
	assert_int_equal(verdict.command_netns, THERE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_table_has_its_own_command),
		cmocka_unit_test(each_namespace_keeps_the_first_arrival_of_the_last_syn),
		cmocka_unit_test(counters_are_compared_with_those_before_the_drop),
		cmocka_unit_test(an_older_sample_never_replaces_a_newer_one),
		cmocka_unit_test(the_last_answered_connect_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
