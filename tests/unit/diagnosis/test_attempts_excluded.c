/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connects that FILTER excludes cost next to nothing. */
#include "unit/diagnosis/attempts_scene.h"

/* The table asks nothing about them, takes their records for known, and forgets them. */
static void what_is_excluded_costs_a_row_until_it_ends(void **state)
{
	const struct stall_kernel kernel = {};
	struct stall_record retry = {
		.sock = {.head = {.kind = WIRE_KIND_STALL_RETRY, .ktime_ns = START + 1000 * MS},
			 .sock = 64,
			 .cookie = 65,
			 .family = AF_INET,
			 .state = TCP_STATE_SYN_SENT,
			 .rport = 7777}};
	struct seen seen;
	struct attempts *attempts = new_table(&seen);
	struct event event = state_event(64, START, TCP_STATE_CLOSE, TCP_STATE_SYN_SENT, 0);

	event.flow.remote.port = 7777;
	take(attempts, &event);
	assert_int_equal(turn(attempts, &seen, START + 1000 * MS), UINT64_MAX);
	attempts_record(attempts, &retry, &kernel);
	returned(attempts, 64, 65, START + 2000 * MS, -EHOSTUNREACH);
	end(attempts, 64, START + 2000 * MS, TCP_STATE_CLOSE, EHOSTUNREACH);
	assert_int_equal(turn(attempts, &seen, START + 3000 * MS), UINT64_MAX);
	event.kind = EVENT_CONNECT;
	event.ret = -ENETUNREACH;
	take(attempts, &event);
	assert_int_equal(turn(attempts, &seen, START + 4000 * MS), UINT64_MAX);
	assert_int_equal(seen.watched + seen.looked + seen.reports[STALL_UPDATE_ENDED], 0);
	begin(attempts, 64, START + 5000 * MS); /* the next socket there is another's */
	turn(attempts, &seen, START + 5000 * MS + THRESHOLD);
	assert_int_equal(seen.reports[STALL_UPDATE_STALLED], 1);
	attempts_free(attempts);
}

static void what_its_socket_excludes_needs_no_hooks(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	seen.lport = 7777;
	begin(attempts, 64, START);
	assert_int_equal(turn(attempts, &seen, START + ARM), UINT64_MAX);
	assert_int_equal(seen.looked, 1);
	assert_false(attempts_need_hooks(attempts));
	turn(attempts, &seen, START + 2000 * MS);
	assert_int_equal(seen.looked, 1);
	assert_int_equal(seen.watched + seen.reports[STALL_UPDATE_STALLED], 0);
	attempts_free(attempts);
}

static void those_left_out_are_bounded(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	for (uint64_t i = 1; i <= 3 * ATTEMPTS_LEFT_OUT; i++) {
		struct event event =
			state_event(i * 64, START, TCP_STATE_CLOSE, TCP_STATE_SYN_SENT, 0);

		event.flow.remote.port = 7777;
		take(attempts, &event);
	}
	assert_int_equal(attempts_overflow(attempts), 0);
	begin(attempts, 64, START);
	turn(attempts, &seen, START + THRESHOLD);
	assert_int_equal(seen.reports[STALL_UPDATE_STALLED], 1);
	attempts_free(attempts);
}

/* It is said once for each, and tried again at every look. */
static void what_cannot_be_followed_is_counted_and_said(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	seen.full = true;
	begin(attempts, 64, START);
	begin(attempts, 128, START);
	turn(attempts, &seen, START + THRESHOLD);
	assert_int_equal(seen.reports[STALL_UPDATE_STALLED], 2);
	assert_true(seen.last.not_followed);
	assert_int_equal(seen.last.followed_ns, 0);
	turn(attempts, &seen, START + THRESHOLD + 2000 * MS);
	assert_int_equal(attempts_refused(attempts), 2);
	assert_false(attempts_need_hooks(attempts));
	seen.full = false;
	turn(attempts, &seen, START + THRESHOLD + 4000 * MS);
	assert_true(attempts_need_hooks(attempts));
	assert_int_equal(attempts_refused(attempts), 2);
	attempts_free(attempts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_excluded_costs_a_row_until_it_ends),
		cmocka_unit_test(what_its_socket_excludes_needs_no_hooks),
		cmocka_unit_test(those_left_out_are_bounded),
		cmocka_unit_test(what_cannot_be_followed_is_counted_and_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
