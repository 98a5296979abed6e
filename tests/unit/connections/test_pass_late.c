/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A list's row that was read before its socket ended, and comes after. */
#include "unit/connections/lives.h"

/* What a list read before an end or a hand-over, and told after it, does not come back. */
static void a_row_that_came_too_late_brings_nothing_back(void **state)
{
	struct conn_table *table = *state;
	struct flow waiting = flow_of(1), early = flow_of(2), ended = flow_of(3);
	struct flow unnamed = ended;

	unnamed.cookie = 0;
	go(table, waiting, SYN_SENT, ESTABLISHED, 10);
	go(table, early, SYN_SENT, ESTABLISHED, 10);
	go(table, unnamed, SYN_SENT, ESTABLISHED, 10);
	go_waiting(table, waiting, FIN_WAIT2, TIME_WAIT, 1010);
	go(table, early, ESTABLISHED, CLOSE, 1010);
	go(table, ended, ESTABLISHED, CLOSE, 1010); /* has got its cookie with its last event */
	for (uint64_t n = 10; n < 5010; n++) {
		go(table, flow_of(n), CLOSE, SYN_SENT, 1011);
		go(table, flow_of(n), SYN_SENT, CLOSE, 1012);
	}
	conn_table_pass_begin(table, 900 * MS);
	waiting.sock = early.sock = ended.sock = 0; /* as sock_diag tells them */
	list(table, listed_of(waiting, FIN_WAIT1, 1000));
	list(table, listed_of(early, ESTABLISHED, 1000));
	list(table, listed_of(ended, ESTABLISHED, 1000));
	conn_table_pass_end(table);
	assert_int_equal(conn_table_size(table), 1);
	assert_state(table, 1, TIME_WAIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		table_test(a_row_that_came_too_late_brings_nothing_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
