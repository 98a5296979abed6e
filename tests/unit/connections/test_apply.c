/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lives of connections as events tell them. */
#include "base/cleanup.h"
#include "connections/handover.h"
#include "unit/connections/lives.h"

static void active_close_leaves_a_time_wait_row_with_its_closer(void **state)
{
	struct conn_table *table = *state;
	struct connection_owner owners[CONN_TABLE_OWNERS];
	const struct connection *row;
	struct flow flow = flow_of(1), early = flow;

	early.local.port = 0;
	go(table, early, CLOSE, SYN_SENT, 100);
	assert_state(table, 1, SYN_SENT);
	go(table, flow, SYN_SENT, ESTABLISHED, 101);
	go_by(table, flow, ESTABLISHED, FIN_WAIT1, 200, 555, EVENT_SEEN_RELEASED);
	go(table, flow, FIN_WAIT1, FIN_WAIT2, 201);
	flow.pid = 0;
	flow.owner = FLOW_OWNER_NONE;
	go_waiting(table, flow, FIN_WAIT2, TIME_WAIT, 202);

	row = conn_table_find(table, 1);
	assert_non_null(row);
	assert_int_equal(row->state, TIME_WAIT);
	assert_int_equal(row->previous, FIN_WAIT2);
	assert_int_equal(row->flow.pid, 555); /* who closed it, not who opened it */
	assert_int_equal(row->flow.owner, FLOW_OWNER_CLOSE);
	assert_string_equal(row->flow.comm, "closer");
	assert_int_equal(row->opener.pid, 101);
	assert_int_equal(conn_table_owners(table, row, owners), 0);
	assert_int_equal(row->flow.local.port, 1001);
	assert_int_equal(row->flags, CONNECTION_MINISOCKET);
	assert_int_equal(row->since_ns, 202 * MS);
	assert_int_equal(row->expires_ns, 60202 * MS);
	assert_int_equal(row->history_count, 5);
	assert_int_equal(connection_history_state(row->history[0]), SYN_SENT);
	assert_int_equal(connection_history_ns(row->history[3]), 201 * MS);
	assert_int_equal(conn_table_counters(table)->jumped, 0);
	assert_int_equal(conn_table_counters(table)->by_state[TIME_WAIT], 1);
	assert_int_equal(conn_table_counters(table)->by_state[FIN_WAIT2], 0);
}

static void passive_close_ends_the_row(void **state)
{
	struct conn_table *table = *state;

	go(table, flow_of(2), LISTEN, SYN_RECV, 10);
	go(table, flow_of(2), SYN_RECV, ESTABLISHED, 10);
	go(table, flow_of(2), ESTABLISHED, CLOSE_WAIT, 20);
	go(table, flow_of(2), CLOSE_WAIT, LAST_ACK, 30);
	assert_state(table, 2, LAST_ACK);
	go(table, flow_of(2), LAST_ACK, CLOSE, 31);
	assert_state(table, 2, 0);
	assert_int_equal(conn_table_size(table), 0);
	go(table, flow_of(2), ESTABLISHED, CLOSE_WAIT, 20); /* comes late */
	assert_state(table, 2, 0);
}

static void simultaneous_close_waits_too(void **state)
{
	struct conn_table *table = *state;

	go(table, flow_of(3), CLOSE, SYN_SENT, 10);
	go(table, flow_of(3), SYN_SENT, SYN_RECV, 11);
	go(table, flow_of(3), SYN_RECV, ESTABLISHED, 12);
	go(table, flow_of(3), ESTABLISHED, FIN_WAIT1, 20);
	go(table, flow_of(3), FIN_WAIT1, CLOSING, 21);
	go_waiting(table, flow_of(3), CLOSING, TIME_WAIT, 22);
	assert_state(table, 3, TIME_WAIT);
	assert_int_equal(conn_table_find(table, 3)->history_count, CONNECTION_HISTORY);
}

static void reset_ends_the_row_in_each_state(void **state)
{
	static const unsigned int states[] = {SYN_SENT,	 SYN_RECV,   ESTABLISHED, FIN_WAIT1,
					      FIN_WAIT2, CLOSE_WAIT, LAST_ACK,	  CLOSING};
	struct conn_table *table = *state;

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		struct event reset = event_of(flow_of(10 + i), states[i], CLOSE, 50);

		go(table, flow_of(10 + i), CLOSE, SYN_SENT, 10);
		if (states[i] != SYN_SENT)
			go(table, flow_of(10 + i), SYN_SENT, states[i], 20);
		assert_state(table, 10 + i, states[i]);
		reset.err = 104;
		conn_table_apply(table, &reset);
		assert_state(table, 10 + i, 0);
	}
	assert_int_equal(conn_table_size(table), 0);
}

static void a_refused_connect_may_try_again_on_the_same_socket(void **state)
{
	struct conn_table *table = *state;

	for (uint64_t at = 100; at < 500; at += 100) {
		go(table, flow_of(4), CLOSE, SYN_SENT, at);
		assert_state(table, 4, SYN_SENT);
		go(table, flow_of(4), SYN_SENT, CLOSE, at + 1);
		assert_state(table, 4, 0);
	}
}

static void a_new_connection_replaces_the_time_wait_row_of_the_same_ends(void **state)
{
	struct conn_table *table = *state;
	struct flow again = flow_of(5), early;

	go(table, flow_of(5), CLOSE, SYN_SENT, 10);
	go_waiting(table, flow_of(5), FIN_WAIT2, TIME_WAIT, 20);
	again.cookie = 6;
	early = again;
	early.local.port = 0;
	go(table, early, CLOSE, SYN_SENT, 1000);
	assert_state(table, 5, TIME_WAIT);
	go(table, again, SYN_SENT, ESTABLISHED, 1001);
	assert_state(table, 5, 0);
	assert_state(table, 6, ESTABLISHED);

	go_waiting(table, again, FIN_WAIT2, TIME_WAIT, 1010);
	again.cookie = 7;
	go(table, again, LISTEN, SYN_RECV, 2000); /* the server's side: reused by a SYN */
	assert_state(table, 6, 0);
	assert_state(table, 7, SYN_RECV);
	assert_int_equal(conn_table_counters(table)->reused, 2);
}

static void a_socket_connects_again_while_its_minisocket_lives(void **state)
{
	struct conn_table *table = *state;
	struct flow other = flow_of(8);
	const struct connection *row;
	size_t position = 0, waiting = 0;

	go(table, flow_of(8), CLOSE, SYN_SENT, 10);
	go_waiting(table, flow_of(8), FIN_WAIT2, TIME_WAIT, 20);
	other.local.port = 4444;
	go(table, other, CLOSE, SYN_SENT, 30);
	go(table, other, SYN_SENT, ESTABLISHED, 31);
	assert_int_equal(conn_table_size(table), 2);
	assert_state(table, 8, ESTABLISHED);
	while ((row = conn_table_next(table, &position)))
		waiting += row->state == TIME_WAIT && row->flow.local.port == 1008;
	assert_int_equal(waiting, 1);
}

static void an_orphan_in_fin_wait2_is_kept_as_such(void **state)
{
	struct conn_table *table = *state;

	go(table, flow_of(9), ESTABLISHED, FIN_WAIT1, 10);
	go(table, flow_of(9), FIN_WAIT1, FIN_WAIT2, 11);
	go_waiting(table, flow_of(9), FIN_WAIT2, FIN_WAIT2, 11);
	assert_state(table, 9, FIN_WAIT2);
	assert_int_equal(conn_table_find(table, 9)->flags, CONNECTION_MINISOCKET);
	assert_int_equal(conn_table_expire(table, 60000 * MS, 0), 0);
	assert_int_equal(conn_table_expire(table, 61000 * MS, 0), 1);
	assert_state(table, 9, 0);
}

static void without_a_cookie_the_address_tells_sockets_apart(void **state)
{
	struct conn_table *table = *state;
	struct flow one = flow_of(20), two = flow_of(21);
	struct event closed;

	one.cookie = two.cookie = 0;
	go(table, one, CLOSE, SYN_SENT, 10);
	go(table, two, CLOSE, SYN_SENT, 10);
	go(table, one, SYN_SENT, ESTABLISHED, 11);
	assert_int_equal(conn_table_size(table), 2);
	go(table, one, ESTABLISHED, FIN_WAIT1, 12);
	go(table, one, FIN_WAIT1, FIN_WAIT2, 13);
	closed = event_of(one, FIN_WAIT2, CLOSE, 14);
	closed.evidence = EVENT_SEEN_FIN;
	conn_table_apply(table, &closed);
	assert_int_equal(conn_table_counters(table)->by_state[TIME_WAIT], 1);
	go(table, one, CLOSE, SYN_SENT, 20); /* the same address, a new socket */
	assert_int_equal(conn_table_size(table), 3);
	one.cookie = 77; /* somebody asked for its cookie */
	go(table, one, SYN_SENT, ESTABLISHED, 21);
	assert_int_equal(conn_table_size(table), 2); /* and it replaced the minisocket */
	assert_state(table, 77, ESTABLISHED);
	go(table, one, ESTABLISHED, CLOSE, 22);
	go(table, two, SYN_SENT, CLOSE, 22);
	assert_int_equal(conn_table_size(table), 0);
}

static void a_pointer_that_is_used_again_begins_a_new_life(void **state)
{
	struct conn_table *table = *state;
	struct flow flow = flow_of(22);

	flow.cookie = 0;
	go(table, flow, CLOSE, SYN_SENT, 10);
	go(table, flow, SYN_SENT, ESTABLISHED, 11); /* its end was lost */
	flow.pid = 999;
	go(table, flow, CLOSE, SYN_SENT, 500);
	assert_int_equal(conn_table_size(table), 1);
	assert_int_equal(conn_table_counters(table)->jumped, 1);
	assert_int_equal(conn_table_next(table, &(size_t){0})->flow.pid, 999);
	assert_int_equal(conn_table_next(table, &(size_t){0})->history_count, 1);
}

static void late_events_change_no_state_but_complete_the_history(void **state)
{
	struct conn_table *table = *state;
	const struct connection *row;

	go(table, flow_of(23), SYN_SENT, ESTABLISHED, 20);
	go(table, flow_of(23), CLOSE, SYN_SENT, 10);
	assert_state(table, 23, ESTABLISHED);
	row = conn_table_find(table, 23);
	assert_int_equal(row->history_count, 2);
	assert_int_equal(connection_history_state(row->history[0]), SYN_SENT);
	assert_int_equal(row->first_ns, 10 * MS);
	go(table, flow_of(23), ESTABLISHED, CLOSE, 30);
	go(table, flow_of(23), ESTABLISHED, CLOSE_WAIT, 25);
	assert_state(table, 23, 0);
	assert_int_equal(conn_table_counters(table)->late, 2);
}

static void duplicates_count_once(void **state)
{
	struct conn_table *table = *state;

	for (int i = 0; i < 2; i++)
		go(table, flow_of(24), CLOSE, SYN_SENT, 10);
	for (int i = 0; i < 2; i++)
		go(table, flow_of(24), SYN_SENT, ESTABLISHED, 20);
	assert_int_equal(conn_table_find(table, 24)->history_count, 2);
	for (int i = 0; i < 2; i++)
		go_waiting(table, flow_of(24), FIN_WAIT2, TIME_WAIT, 30);
	assert_int_equal(conn_table_size(table), 1);
	assert_int_equal(conn_table_counters(table)->duplicate, 3);
	assert_int_equal(conn_table_counters(table)->handovers, 1);
}

static void transitions_of_one_nanosecond_stay_in_order(void **state)
{
	struct conn_table *table = *state;

	go(table, flow_of(25), LISTEN, SYN_RECV, 10);
	go(table, flow_of(25), SYN_RECV, ESTABLISHED, 10);
	go(table, flow_of(25), ESTABLISHED, CLOSE_WAIT, 10);
	assert_state(table, 25, CLOSE_WAIT);
}

static void a_gap_is_jumped_over(void **state)
{
	struct conn_table *table = *state;

	go(table, flow_of(26), CLOSE, SYN_SENT, 10);
	go(table, flow_of(26), CLOSE_WAIT, LAST_ACK, 90);
	assert_state(table, 26, LAST_ACK);
	assert_int_equal(conn_table_find(table, 26)->previous, CLOSE_WAIT);
	assert_int_equal(conn_table_counters(table)->jumped, 1);
}

static void accept_and_connect_bring_the_owner(void **state)
{
	struct conn_table *table = *state;
	struct flow flow = flow_of(27);
	struct event call = {.kind = EVENT_ACCEPT, .ktime_ns = 30 * MS, .fd = 5, .ret = 5};

	flow.owner = FLOW_OWNER_INHERITED;
	go(table, flow, LISTEN, SYN_RECV, 10);
	go(table, flow, SYN_RECV, ESTABLISHED, 10);
	call.flow = flow_of(27);
	call.flow.owner = FLOW_OWNER_ACCEPT;
	call.flow.pid = 4321;
	conn_table_apply(table, &call);
	assert_int_equal(conn_table_find(table, 27)->flow.pid, 4321);
	go(table, flow, ESTABLISHED, CLOSE_WAIT, 40); /* still says inherited: worth less */
	assert_int_equal(conn_table_find(table, 27)->flow.owner, FLOW_OWNER_ACCEPT);
	call.flow.cookie = 28;
	conn_table_apply(table, &call); /* reset before accept: nothing to own */
	assert_state(table, 28, 0);
}

static void a_full_table_refuses_and_counts(void **state)
{
	struct conn_table *table;

	assert_int_equal(conn_table_new(3, &table), 0);
	for (uint64_t n = 1; n <= 5; n++)
		go(table, flow_of(n), CLOSE, SYN_SENT, 10);
	assert_int_equal(conn_table_size(table), 3);
	assert_int_equal(conn_table_limit(table), 3);
	assert_int_equal(conn_table_counters(table)->refused, 2);
	go(table, flow_of(5), SYN_SENT, ESTABLISHED, 12); /* the same connection */
	assert_int_equal(conn_table_counters(table)->refused, 2);
	for (uint64_t pass = 1; pass <= 2; pass++) {
		conn_table_pass_begin(table, 1000 * pass * MS);
		for (uint64_t n = 1; n <= 5; n++)
			list(table, listed_of(flow_of(n), SYN_SENT, 1000 * pass + 1));
		assert_int_equal(conn_table_pass_end(table).refused, 2);
		assert_int_equal(conn_table_counters(table)->left_out, 2);
	}
	go(table, flow_of(1), SYN_SENT, CLOSE, 3020);
	go(table, flow_of(6), CLOSE, SYN_SENT, 3030);
	assert_state(table, 6, SYN_SENT);
	conn_table_free(table);
}

static void churn_takes_no_more_memory(void **state)
{
	struct conn_table *table = *state;
	size_t memory = 0;

	for (uint64_t n = 1; n < 200000; n++) {
		struct flow flow = flow_of(n);

		go(table, flow, CLOSE, SYN_SENT, 10 * n);
		go(table, flow, SYN_SENT, ESTABLISHED, 10 * n + 1);
		go_waiting(table, flow, FIN_WAIT2, TIME_WAIT, 10 * n + 2);
		if (n % 1000 == 0)
			conn_table_expire(table, (10 * n + 70000) * MS, 0);
		if (n == 2000)
			memory = conn_table_memory(table);
	}
	assert_int_equal(conn_table_memory(table), memory);
}

static void circumstances_decide_where_there_is_no_cookie(void **state)
{
	static const struct {
		unsigned int old_state, evidence;
		int err;
		unsigned int expected;
	} rows[] = {
		{FIN_WAIT2, EVENT_SEEN_FIN, 0, TIME_WAIT},
		{FIN_WAIT2, EVENT_SEEN_FIN | EVENT_SEEN_DEAD, 0, TIME_WAIT},
		{FIN_WAIT2, EVENT_SEEN_DEAD, 0, FIN_WAIT2},
		{FIN_WAIT2, 0, 0, 0},
		{FIN_WAIT2, EVENT_SEEN_DEAD, 104, 0},
		{FIN_WAIT2, EVENT_SEEN_FIN | EVENT_SEEN_RST_SENT, 0, 0},
		{CLOSING, EVENT_SEEN_FIN, 0, TIME_WAIT},
		{CLOSING, EVENT_SEEN_FIN, 104, 0},
		{LAST_ACK, EVENT_SEEN_FIN, 0, 0},
		{FIN_WAIT1, EVENT_SEEN_DEAD, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct event event = event_of(flow_of(0), rows[i].old_state, CLOSE, 1);

		event.evidence = (uint8_t)rows[i].evidence;
		event.err = rows[i].err;
		assert_int_equal(handover_state(&event), rows[i].expected);
		event.flow.cookie = 1; /* then the kernel side would have seen it */
		assert_int_equal(handover_state(&event), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		table_test(active_close_leaves_a_time_wait_row_with_its_closer),
		table_test(passive_close_ends_the_row),
		table_test(simultaneous_close_waits_too),
		table_test(reset_ends_the_row_in_each_state),
		table_test(a_refused_connect_may_try_again_on_the_same_socket),
		table_test(a_new_connection_replaces_the_time_wait_row_of_the_same_ends),
		table_test(a_socket_connects_again_while_its_minisocket_lives),
		table_test(an_orphan_in_fin_wait2_is_kept_as_such),
		table_test(without_a_cookie_the_address_tells_sockets_apart),
		table_test(a_pointer_that_is_used_again_begins_a_new_life),
		table_test(late_events_change_no_state_but_complete_the_history),
		table_test(duplicates_count_once),
		table_test(transitions_of_one_nanosecond_stay_in_order),
		table_test(a_gap_is_jumped_over),
		table_test(accept_and_connect_bring_the_owner),
		cmocka_unit_test(a_full_table_refuses_and_counts),
		table_test(churn_takes_no_more_memory),
		cmocka_unit_test(circumstances_decide_where_there_is_no_cookie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
