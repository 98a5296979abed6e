/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connects that the look at the start finds, whose events wait in the ring meanwhile. */
#include "unit/diagnosis/attempts_scene.h"

static void find(struct attempts *attempts, uint64_t sock, uint64_t at)
{
	const struct stall_kernel kernel = {};
	struct wire_stall_sock found = {
		.head = {.kind = WIRE_KIND_STALL_SOCK, .ktime_ns = at},
		.sock = sock,
		.cookie = sock + 1,
		.state = TCP_STATE_SYN_SENT,
		.family = AF_INET,
		.lport = 40000,
		.rport = 80,
	};

	attempts_found(attempts, &found, &kernel);
}

static void an_event_that_is_read_after_the_look_is_the_same_connect(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	find(attempts, 64, START + 500 * MS);
	begin(attempts, 64, START);
	assert_int_equal(attempts_totals(attempts).connects, 1);
	turn(attempts, &seen, START + 600 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_STALLED], 1);
	assert_int_equal(seen.last.start_ns, START);
	assert_false(seen.last.before_start);
	end(attempts, 64, START + 700 * MS, TCP_STATE_CLOSE, ETIMEDOUT);
	turn(attempts, &seen, START + 700 * MS + ATTEMPTS_RETURN_NS);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 1);
	assert_int_equal(attempts_totals(attempts).reported, 1);
	attempts_free(attempts);
}

static void the_end_of_an_earlier_connect_of_that_socket_does_not_end_it(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	find(attempts, 64, START + 500 * MS);
	begin(attempts, 64, START);
	end(attempts, 64, START + 100 * MS, TCP_STATE_CLOSE, ECONNREFUSED);
	begin(attempts, 64, START + 200 * MS);
	turn(attempts, &seen, START + 600 * MS);
	assert_int_equal(seen.reports[STALL_UPDATE_STALLED], 1);
	assert_int_equal(seen.reports[STALL_UPDATE_ENDED], 0);
	assert_int_equal(seen.last.start_ns, START + 200 * MS);
	attempts_free(attempts);
}

static void a_connect_after_the_look_is_another(void **state)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);

	find(attempts, 64, START);
	begin(attempts, 64, START + MS);
	assert_int_equal(attempts_totals(attempts).connects, 2);
	attempts_free(attempts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_that_is_read_after_the_look_is_the_same_connect),
		cmocka_unit_test(the_end_of_an_earlier_connect_of_that_socket_does_not_end_it),
		cmocka_unit_test(a_connect_after_the_look_is_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
