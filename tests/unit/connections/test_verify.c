/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What --verify finds: every kind of difference, and none where there is none. */
#include "connections/verify.h"
#include "unit/connections/lives.h"

static struct conn_verify *look(struct conn_table *table, const struct listed_connection *rows,
				size_t count)
{
	struct conn_verify *verify;

	assert_int_equal(conn_verify_new(table, &verify), 0);
	for (size_t i = 0; i < count; i++)
		conn_verify_row(verify, &rows[i]);
	conn_verify_end(verify);
	assert_int_equal(conn_verify_listed(verify), count);
	return verify;
}

static struct listed_connection by_cookie(struct flow flow, unsigned int state)
{
	flow.sock = 0; /* sock_diag tells no addresses in the kernel */
	return listed_of(flow, state, 100);
}

static void equal_tables_have_no_difference(void **state)
{
	struct conn_table *table = *state;
	struct listed_connection rows[3] = {by_cookie(flow_of(1), ESTABLISHED),
					    by_cookie(flow_of(2), TIME_WAIT),
					    by_cookie(flow_of(3), SYN_SENT)};
	struct flow third = flow_of(3);
	struct conn_verify *verify;

	rows[1].minisocket = 1;
	third.cookie = 0; /* 5.10: only sock_diag gave it one */
	go(table, flow_of(1), SYN_SENT, ESTABLISHED, 10);
	go_waiting(table, flow_of(2), FIN_WAIT2, TIME_WAIT, 10);
	go(table, third, CLOSE, SYN_SENT, 10);
	verify = look(table, rows, 3);
	assert_int_equal(conn_verify_count(verify), 0);
	assert_null(conn_verify_get(verify, 0));
	conn_verify_free(verify);
}

static void each_kind_of_difference_is_found(void **state)
{
	struct conn_table *table = *state;
	struct listed_connection rows[3] = {by_cookie(flow_of(1), CLOSE_WAIT),
					    by_cookie(flow_of(2), ESTABLISHED),
					    by_cookie(flow_of(4), TIME_WAIT)};
	struct conn_verify *first, *second;

	rows[2].minisocket = 1;
	go(table, flow_of(1), SYN_SENT, ESTABLISHED, 10);
	go(table, flow_of(3), SYN_SENT, ESTABLISHED, 10);
	go(table, flow_of(4), SYN_SENT, ESTABLISHED, 10); /* a socket is no minisocket */
	first = look(table, rows, 3);
	assert_int_equal(conn_verify_count(first), 5);
	assert_int_equal(conn_verify_get(first, 0)->table_state, ESTABLISHED);
	assert_int_equal(conn_verify_get(first, 0)->kernel_state, CLOSE_WAIT);
	assert_int_equal(conn_verify_get(first, 1)->table_state, 0);
	assert_int_equal(conn_verify_get(first, 1)->flow.cookie, 2);
	assert_int_equal(conn_verify_get(first, 2)->kernel_state, TIME_WAIT);
	assert_int_equal(conn_verify_get(first, 3)->kernel_state, 0);
	assert_int_equal(conn_verify_get(first, 3)->flow.cookie, 3);

	go(table, flow_of(1), ESTABLISHED, CLOSE_WAIT, 20);
	second = look(table, rows, 3);
	assert_int_equal(conn_verify_count(second), 4);
	for (size_t i = 0; i < 4; i++)
		assert_true(conn_verify_has(first, conn_verify_get(second, i)));
	assert_false(conn_verify_has(second, conn_verify_get(first, 0)));
	conn_verify_free(first);
	conn_verify_free(second);
}

static void namespaces_that_could_not_be_read_do_not_count(void **state)
{
	struct conn_table *table = *state;
	struct conn_verify *verify;

	go(table, flow_of(1), SYN_SENT, ESTABLISHED, 10);
	assert_int_equal(conn_verify_new(table, &verify), 0);
	conn_verify_keep(verify, 7);
	conn_verify_end(verify);
	assert_int_equal(conn_verify_count(verify), 0);
	conn_verify_free(verify);
}

/* As /proc/net/tcp tells them. */
static struct listed_connection by_ends(struct flow flow, unsigned int state)
{
	flow.cookie = flow.sock = 0;
	return listed_of(flow, state, 100);
}

static void lists_without_cookies_are_compared_by_both_ends(void **state)
{
	struct conn_table *table = *state;
	struct flow connecting = flow_of(3), shared = flow_of(4), twin = flow_of(5);
	struct listed_connection rows[6] = {
		by_ends(flow_of(1), ESTABLISHED), by_ends(flow_of(2), TIME_WAIT),
		by_ends(connecting, SYN_SENT),	  by_ends(shared, LISTEN),
		by_ends(shared, LISTEN),	  by_ends(flow_of(6), FIN_WAIT1)};
	struct conn_verify *verify;

	rows[1].minisocket = 1;
	connecting.local.port = 0; /* nobody has told the table yet */
	twin.local = shared.local;
	twin.remote = shared.remote;
	go(table, flow_of(1), SYN_SENT, ESTABLISHED, 10);
	go_waiting(table, flow_of(2), FIN_WAIT2, TIME_WAIT, 10);
	go(table, connecting, CLOSE, SYN_SENT, 10);
	go(table, shared, CLOSE, LISTEN, 10);
	go(table, twin, CLOSE, LISTEN, 10);
	go(table, flow_of(6), SYN_SENT, ESTABLISHED, 10);
	verify = look(table, rows, 6);
	assert_int_equal(conn_verify_count(verify), 1);
	assert_int_equal(conn_verify_get(verify, 0)->table_state, ESTABLISHED);
	assert_int_equal(conn_verify_get(verify, 0)->kernel_state, FIN_WAIT1);
	conn_verify_free(verify);

	rows[5].state = ESTABLISHED;
	rows[4] = rows[5]; /* one listener is gone, and there is one connection too many */
	verify = look(table, rows, 6);
	assert_int_equal(conn_verify_count(verify), 2);
	assert_int_equal(conn_verify_get(verify, 0)->table_state, 0);
	assert_int_equal(conn_verify_get(verify, 1)->kernel_state, 0);
	assert_int_equal(conn_verify_get(verify, 1)->table_state, LISTEN);
	conn_verify_free(verify);
}

static void a_table_that_is_all_wrong_is_counted_whole(void **state)
{
	struct conn_table *table = *state;
	struct conn_verify *verify;

	for (uint64_t n = 1; n <= 20000; n++)
		go(table, flow_of(n), SYN_SENT, ESTABLISHED, 10);
	verify = look(table, NULL, 0);
	assert_int_equal(conn_verify_count(verify), 20000);
	assert_non_null(conn_verify_get(verify, 4000));
	assert_null(conn_verify_get(verify, 19999));
	conn_verify_free(verify);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		table_test(equal_tables_have_no_difference),
		table_test(each_kind_of_difference_is_found),
		table_test(namespaces_that_could_not_be_read_do_not_count),
		table_test(lists_without_cookies_are_compared_by_both_ends),
		table_test(a_table_that_is_all_wrong_is_counted_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
