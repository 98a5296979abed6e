/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events and records of connects -> what is watched, asked and reported. */
#include "unit/diagnosis/attempts_scene.h"

static void a_plain_success_is_silent(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	for (uint64_t sock = 64; sock < 64000; sock += 64) {
		begin(attempts, sock, START);
		end(attempts, sock, START + 100 * MS, TCP_STATE_ESTABLISHED, 0);
	}
	assert_int_equal(turn(attempts, &seen, START + 10000 * MS), UINT64_MAX);
	assert_int_equal(seen.watched + seen.looked + seen.reports[0] + seen.reports[2], 0);
	attempts_free(attempts);
}

static void one_that_lasts_is_watched_then_reported_then_ended(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START);
	assert_int_equal(turn(attempts, &seen, START), START + ARM);
	assert_int_equal(turn(attempts, &seen, START + ARM), START + THRESHOLD);
	assert_int_equal(seen.watched, 1);
	assert_true(attempts_need_hooks(attempts));
	turn(attempts, &seen, START + THRESHOLD);
	assert_int_equal(seen.reports[STALL_UPDATE_STALLED], 1);
	end(attempts, 64, START + 400 * MS, TCP_STATE_ESTABLISHED, 0);
	turn(attempts, &seen, START + 400 * MS + ATTEMPTS_RETURN_NS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 1);
	assert_int_equal(seen.last.end, STALL_ESTABLISHED);
	assert_false(attempts_need_hooks(attempts));
	assert_int_equal(turn(attempts, &seen, START + 9000 * MS), UINT64_MAX);
	attempts_free(attempts);
}

static void a_failure_is_reported_with_all_three_results(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START);
	end(attempts, 64, START + MS, TCP_STATE_CLOSE, ECONNREFUSED);
	returned(attempts, 64, 65, START + 2 * MS, -ECONNREFUSED);
	turn(attempts, &seen, START + 2 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 0); /* it settles first */
	turn(attempts, &seen, START + MS + ATTEMPTS_SETTLE_NS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 1);
	assert_int_equal(seen.last.end, STALL_FAILED);
	assert_int_equal(seen.last.sk_err, ECONNREFUSED);
	assert_int_equal(seen.last.connect_ret, -ECONNREFUSED);
	attempts_free(attempts);
}

static void an_end_waits_a_little_for_the_calls_return(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START);
	end(attempts, 64, START + MS, TCP_STATE_CLOSE, ECONNREFUSED);
	turn(attempts, &seen, START + MS + ATTEMPTS_SETTLE_NS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 0);
	returned(attempts, 64, 65, START + 40 * MS, -ECONNREFUSED);
	turn(attempts, &seen, START + 40 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 1);
	assert_int_equal(seen.last.connect_ret, -ECONNREFUSED);
	begin(attempts, 128, START);
	end(attempts, 128, START + MS, TCP_STATE_CLOSE, ECONNREFUSED);
	turn(attempts, &seen, START + MS + ATTEMPTS_RETURN_NS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 2);
	assert_int_equal(seen.last.connect_ret, STALL_RET_UNKNOWN);
	attempts_free(attempts);
}

static void no_port_is_a_failed_call_though_it_passed_syn_sent(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START);
	end(attempts, 64, START + 1, TCP_STATE_CLOSE, 0);
	call_returned(attempts, 64, 65, START, START + 2, -EADDRNOTAVAIL, 1);
	turn(attempts, &seen, START + 1000 * MS);
	assert_int_equal(seen.last.end, STALL_REFUSED_EARLY);
	assert_int_equal(seen.last.connect_ret, -EADDRNOTAVAIL);
	attempts_free(attempts);
}

static void a_call_that_fails_before_any_syn_is_reported_once(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	returned(attempts, 64, 0, START, -ENETUNREACH);
	turn(attempts, &seen, START + 1000 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 1);
	returned(attempts, 64, 0, START + 1100 * MS,
		 -ENETUNREACH); /* the next try, or another socket there */
	turn(attempts, &seen, START + 2000 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 2);
	attempts_free(attempts);
}

static void the_second_connect_of_a_failed_socket_is_no_failure_of_its_own(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START);
	returned(attempts, 64, 65, START, -EINPROGRESS);
	end(attempts, 64, START + MS, TCP_STATE_CLOSE, EHOSTUNREACH);
	turn(attempts, &seen, START + 100 * MS);
	returned(attempts, 64, 65, START + 200 * MS, -EHOSTUNREACH);
	turn(attempts, &seen, START + 1000 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 1);
	assert_int_equal(seen.last.connect_ret, -EINPROGRESS);
	attempts_free(attempts);
}

static void a_program_that_asks_again_and_again_is_no_news(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 1, START);
	returned(attempts, 1, 2, START + MS, -EINPROGRESS);
	turn(attempts, &seen, START + THRESHOLD);
	for (uint64_t at = START + THRESHOLD; at < START + 2 * THRESHOLD; at += 10 * MS) {
		returned(attempts, 1, 2, at, -EALREADY);
		turn(attempts, &seen, at);
		turn(attempts, &seen, at + 6 * MS);
	}
	assert_int_equal(seen.reports[STALL_UPDATE_STALLED], 1);
	assert_int_equal(seen.reports[STALL_UPDATE_CHANGED], 0);
	end(attempts, 1, START + 3 * THRESHOLD, TCP_STATE_CLOSE, ECONNREFUSED);
	turn(attempts, &seen, START + 4 * THRESHOLD);
	assert_int_equal(seen.last.connect_ret, -EINPROGRESS);
	attempts_free(attempts);
}

static void a_record_before_its_event_finds_its_connect(void **state)
{
	const struct stall_kernel kernel = {};
	struct seen seen;
	struct attempts *attempts = new_table(&seen);
	struct stall_record reset = {
		.sock = {.head = {.kind = WIRE_KIND_STALL_RESET, .ktime_ns = START + MS},
			 .sock = 64,
			 .cookie = 65,
			 .family = AF_INET,
			 .state = TCP_STATE_SYN_SENT,
			 .rport = 80}};

	attempts_record(attempts, &reset, &kernel);
	begin(attempts, 64, START);
	end(attempts, 64, START + MS, TCP_STATE_CLOSE, ECONNREFUSED);
	attempts_catch_up(attempts, &kernel, START + 2 * MS);
	turn(attempts, &seen, START + 100 * MS);
	assert_int_equal(seen.last.resets, 1);
	attempts_free(attempts);
}

static void a_reused_address_is_another_connect(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	for (int i = 0; i < 100; i++) {
		begin(attempts, 64, START + (uint64_t)i);
		end(attempts, 64, START + (uint64_t)i, TCP_STATE_CLOSE, ECONNREFUSED);
	}
	turn(attempts, &seen, START + 100 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 100);
	attempts_free(attempts);
}

static struct stall_record reset_at(uint64_t sock, uint64_t cookie, uint64_t at)
{
	return (struct stall_record){
		.sock = {.head = {.kind = WIRE_KIND_STALL_RESET, .ktime_ns = at},
			 .sock = sock,
			 .cookie = cookie,
			 .family = AF_INET,
			 .state = TCP_STATE_SYN_SENT,
			 .rport = 80}};
}

/* Also where no cookie tells them apart; records come in their own ring, later or earlier. */
static void a_record_belongs_to_whoever_had_the_address_then(void **state)
{
	const struct stall_kernel kernel = {};
	struct stall_record late = reset_at(64, 0, START + 1), early = reset_at(64, 0, START + 11);
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START);
	end(attempts, 64, START + 2, TCP_STATE_CLOSE, ECONNREFUSED);
	begin(attempts, 64, START + 10);
	attempts_record(attempts, &late, &kernel);
	turn(attempts, &seen, START + 2 + ATTEMPTS_RETURN_NS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 1);
	assert_int_equal(seen.last.resets, 1);
	attempts_record(attempts, &early, &kernel);
	end(attempts, 64, START + 12, TCP_STATE_CLOSE, ECONNREFUSED);
	turn(attempts, &seen, START + 12 + ATTEMPTS_RETURN_NS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 2);
	assert_int_equal(seen.last.resets, 1);
	attempts_free(attempts);
}

static void a_socket_may_connect_again_after_its_end_was_told(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START);
	end(attempts, 64, START + MS, TCP_STATE_CLOSE, ECONNREFUSED);
	turn(attempts, &seen, START + 100 * MS);
	returned(attempts, 64, 65, START + 200 * MS, -ECONNREFUSED);
	begin(attempts, 64, START + 300 * MS);
	end(attempts, 64, START + 301 * MS, TCP_STATE_CLOSE, ECONNREFUSED);
	returned(attempts, 64, 65, START + 302 * MS, -ECONNREFUSED);
	turn(attempts, &seen, START + 400 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 2);
	assert_int_equal(seen.last.connect_ret, -ECONNREFUSED);
	assert_int_equal(turn(attempts, &seen, START + 5000 * MS), UINT64_MAX);
	attempts_free(attempts);
}

static void a_socket_that_is_gone_without_an_event_ends_unseen(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START);
	turn(attempts, &seen, START + 310 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_STALLED], 1);
	seen.gone = true;
	turn(attempts, &seen, START + 1400 * MS);
	turn(attempts, &seen, START + 1450 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 0);
	turn(attempts, &seen, START + 1550 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 0);
	turn(attempts, &seen, START + 1580 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 1);
	assert_int_equal(seen.last.end, STALL_UNSEEN);
	assert_int_equal(seen.unwatched, 1);
	assert_false(attempts_need_hooks(attempts));
	attempts_free(attempts);
}

static void the_end_of_which_no_event_tells_is_told_by_the_call(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START);
	turn(attempts, &seen, START + 310 * MS);
	returned(attempts, 64, 65, START + 1000 * MS, -ETIMEDOUT);
	seen.gone = true;
	for (int i = 0; i < 8; i++)
		turn(attempts, &seen, START + (1010 + 30 * (uint64_t)i) * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 1);
	assert_int_equal(seen.last.end, STALL_FAILED);
	assert_int_equal(seen.last.sk_err, ETIMEDOUT);
	assert_true(seen.last.end_ns == START + 1000 * MS);
	attempts_free(attempts);
}

static void a_success_of_which_no_event_tells_is_silent_like_others(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START);
	returned(attempts, 64, 65, START + MS, 0); /* waited for it */
	begin(attempts, 128, START);
	returned(attempts, 128, 129, START + MS, -EINPROGRESS); /* did not, and closed it since */
	seen.gone = true;
	for (int i = 0; i < 40; i++)
		turn(attempts, &seen, START + (160 + 50 * (uint64_t)i) * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_STALLED] + seen.reports[STALL_UPDATE_ENDED], 0);
	attempts_free(attempts);
}

static void what_is_not_wanted_is_not_reported(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);
	struct event event = state_event(64, START, TCP_STATE_CLOSE, TCP_STATE_SYN_SENT, 0);

	event.flow.remote.port = 9999;
	take(attempts, &event);
	turn(attempts, &seen, START + 1000 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_STALLED], 0);
	attempts_free(attempts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_success_is_silent),
		cmocka_unit_test(one_that_lasts_is_watched_then_reported_then_ended),
		cmocka_unit_test(a_failure_is_reported_with_all_three_results),
		cmocka_unit_test(an_end_waits_a_little_for_the_calls_return),
		cmocka_unit_test(no_port_is_a_failed_call_though_it_passed_syn_sent),
		cmocka_unit_test(a_call_that_fails_before_any_syn_is_reported_once),
		cmocka_unit_test(the_second_connect_of_a_failed_socket_is_no_failure_of_its_own),
		cmocka_unit_test(a_program_that_asks_again_and_again_is_no_news),
		cmocka_unit_test(a_record_before_its_event_finds_its_connect),
		cmocka_unit_test(a_reused_address_is_another_connect),
		cmocka_unit_test(a_record_belongs_to_whoever_had_the_address_then),
		cmocka_unit_test(a_socket_may_connect_again_after_its_end_was_told),
		cmocka_unit_test(a_socket_that_is_gone_without_an_event_ends_unseen),
		cmocka_unit_test(the_end_of_which_no_event_tells_is_told_by_the_call),
		cmocka_unit_test(a_success_of_which_no_event_tells_is_silent_like_others),
		cmocka_unit_test(what_is_not_wanted_is_not_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
