/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* connect()'s return -> whose it is, and each failure told once. */
#include "base/cleanup.h"
#include "unit/diagnosis/attempts_scene.h"

#define LATER (START + 10000 * MS)

static unsigned int told(struct attempts *attempts, struct seen *seen)
{
	turn(attempts, seen, LATER);
	return seen->reports[STALL_UPDATE_ENDED];
}

/* 10 us a call, two processes in turn, all at one address: what the kernel's slab does. */
static void each_of_2000_early_failures_in_a_loop_is_told(void **state)
{
	static const int errors[] = {ENETUNREACH, ECONNREFUSED, ENOSYS,	      ETIMEDOUT,
				     EPERM,	  EAFNOSUPPORT, EHOSTUNREACH, 4000};
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	for (uint64_t i = 0; i < 2000; i++)
		call_returned(attempts, 64, 0, START + i * 10000, START + i * 10000 + 5000,
			      -errors[i % ARRAY_SIZE(errors)], 1 + (uint32_t)i % 2);
	assert_int_equal(told(attempts, &seen), 2000);
	assert_int_equal(seen.last.end, STALL_REFUSED_EARLY);
	attempts_free(attempts);
}

static void an_early_failure_behind_a_refused_connect_is_another(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	for (uint64_t at = START; at < START + 100 * MS; at += MS) {
		begin(attempts, 64, at + 10);
		end(attempts, 64, at + 20, TCP_STATE_CLOSE, ECONNREFUSED);
		call_returned(attempts, 64, 65, at, at + 30, -ECONNREFUSED, 1);
		call_returned(attempts, 64, 0, at + 40, at + 50, -ECONNREFUSED, 2);
	}
	assert_int_equal(told(attempts, &seen), 200);
	attempts_free(attempts);
}

static void one_socket_that_fails_again_and_again_is_told_each_time(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START + 10);
	call_returned(attempts, 64, 65, START, START + 20, -EINPROGRESS, 1);
	end(attempts, 64, START + 30, TCP_STATE_CLOSE, EHOSTUNREACH);
	call_returned(attempts, 64, 65, START + 40, START + 50, -EHOSTUNREACH, 1); /* its result */
	call_returned(attempts, 64, 65, START + 60, START + 70, -EHOSTUNREACH, 1);
	call_returned(attempts, 64, 65, START + 80, START + 90, -ENETUNREACH, 1);
	assert_int_equal(told(attempts, &seen), 3);
	attempts_free(attempts);
}

static void a_call_about_a_connect_that_goes_on_is_no_failure(void **state)
{
	static const int results[] = {0, -EISCONN, -EALREADY, -EINPROGRESS, -EINTR};
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	for (size_t i = 0; i < ARRAY_SIZE(results); i++)
		call_returned(attempts, 64 * (i + 1), 1, START, START + 10, results[i], 1);
	assert_int_equal(told(attempts, &seen), 0);
	attempts_free(attempts);
}

/* seccomp gives what it likes; such a socket has no peer, so nothing goes on and nothing is connected. */
static void any_errno_of_a_socket_without_a_peer_is_a_failure(void **state)
{
	static const int results[] = {-EISCONN, -EALREADY, -EINPROGRESS, -EINTR, -ECONNABORTED};
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	for (unsigned int i = 0; i < 100; i++) {
		struct event event = {.kind = EVENT_CONNECT,
				      .ret = results[i % ARRAY_SIZE(results)],
				      .told_address = 1,
				      .ktime_ns = START + i * 10000,
				      .latency_ns = EVENT_NS_UNKNOWN,
				      .flow = {.sock = 64, .family = AF_INET, .remote.port = 80}};

		take(attempts, &event);
	}
	assert_int_equal(told(attempts, &seen), 100);
	assert_int_equal(seen.last.end, STALL_REFUSED_EARLY);
	attempts_free(attempts);
}

/* Its address is not readable for a moment, and somebody asked for its cookie: its sequence number tells. */
static void any_errno_of_a_socket_that_made_no_syn_is_a_failure(void **state)
{
	static const int results[] = {-EISCONN, -EALREADY, -EINPROGRESS, -EINTR, -EPERM};
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START); /* another socket's, at the address; its end was lost */
	for (unsigned int i = 0; i < 100; i++) {
		struct event event = {.kind = EVENT_CONNECT,
				      .ret = results[i % ARRAY_SIZE(results)],
				      .no_syn = 1,
				      .ktime_ns = START + (i + 1) * 10000,
				      .latency_ns = EVENT_NS_UNKNOWN,
				      .flow = {.sock = 64, .cookie = i % 2, .family = AF_INET}};

		take(attempts, &event);
	}
	assert_int_equal(told(attempts, &seen), 100);
	assert_int_equal(seen.reports[STALL_UPDATE_STALLED], 1); /* the other one goes on */
	attempts_free(attempts);
}

static void a_reset_that_overtakes_the_return_is_of_a_connection(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	begin(attempts, 64, START + 10);
	end(attempts, 64, START + 20, TCP_STATE_ESTABLISHED, 0);
	call_returned(attempts, 64, 65, START, START + 30, -ECONNRESET, 1);
	assert_int_equal(told(attempts, &seen), 0);
	attempts_free(attempts);
}

/* Its SYN may have been among the events that were lost. */
static void a_failure_amid_a_gap_is_not_said_to_have_made_no_syn(void **state)
{
	const struct event gap = {.kind = EVENT_GAP, .ktime_ns = START + 5, .lost = 1};
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	take(attempts, &gap);
	call_returned(attempts, 64, 65, START, START + 10, -ETIMEDOUT, 1);
	assert_int_equal(told(attempts, &seen), 1);
	assert_int_equal(seen.last.end, STALL_FAILED);
	assert_int_equal(seen.last.sk_err, ETIMEDOUT);
	assert_true(seen.last.end_unseen);
	call_returned(attempts, 64, 0, START + 20, START + 30, -ETIMEDOUT, 1);
	assert_int_equal(told(attempts, &seen), 2);
	assert_int_equal(seen.last.end, STALL_REFUSED_EARLY);
	attempts_free(attempts);
}

static void a_simultaneous_open_is_over_behind_syn_recv(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);
	struct event out =
		state_event(64, START + 40 * MS, TCP_STATE_SYN_RECV, TCP_STATE_CLOSE, ECONNRESET);

	begin(attempts, 64, START);
	end(attempts, 64, START + MS, TCP_STATE_SYN_RECV, 0);
	turn(attempts, &seen, START + 2 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 0);
	take(attempts, &out);
	call_returned(attempts, 64, 65, START, START + 41 * MS, -ECONNRESET, 1);
	assert_int_equal(told(attempts, &seen), 1);
	assert_int_equal(seen.last.end, STALL_FAILED);
	assert_true(seen.last.crossed_ns == START + MS);
	attempts_free(attempts);
}

static void a_simultaneous_open_that_succeeds_is_silent(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);
	struct event made =
		state_event(64, START + 2 * MS, TCP_STATE_SYN_RECV, TCP_STATE_ESTABLISHED, 0);

	begin(attempts, 64, START);
	end(attempts, 64, START + MS, TCP_STATE_SYN_RECV, 0);
	take(attempts, &made);
	assert_int_equal(told(attempts, &seen), 0);
	attempts_free(attempts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_of_2000_early_failures_in_a_loop_is_told),
		cmocka_unit_test(an_early_failure_behind_a_refused_connect_is_another),
		cmocka_unit_test(one_socket_that_fails_again_and_again_is_told_each_time),
		cmocka_unit_test(a_call_about_a_connect_that_goes_on_is_no_failure),
		cmocka_unit_test(any_errno_of_a_socket_without_a_peer_is_a_failure),
		cmocka_unit_test(any_errno_of_a_socket_that_made_no_syn_is_a_failure),
		cmocka_unit_test(a_reset_that_overtakes_the_return_is_of_a_connection),
		cmocka_unit_test(a_failure_amid_a_gap_is_not_said_to_have_made_no_syn),
		cmocka_unit_test(a_simultaneous_open_is_over_behind_syn_recv),
		cmocka_unit_test(a_simultaneous_open_that_succeeds_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
