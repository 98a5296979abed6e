/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Seeding the table from the kernel's lists, healing it, and the owners of shared sockets. */
#include "base/cleanup.h"
#include "unit/connections/lives.h"

static void a_list_seeds_the_table_and_later_events_go_on(void **state)
{
	struct conn_table *table = *state;
	struct conn_pass pass;

	conn_table_pass_begin(table, 101000 * MS);
	list(table, listed_of(flow_of(1), ESTABLISHED, 101001));
	list(table, waiting_of(flow_of(2), TIME_WAIT, 101001, 131001));
	pass = conn_table_pass_end(table);
	assert_int_equal(pass.listed, 2);
	assert_int_equal(pass.added, 2);
	assert_int_equal(pass.removed + pass.changed, 0);
	assert_int_equal(conn_table_find(table, 1)->flags,
			 CONNECTION_LISTED | CONNECTION_SINCE_UNKNOWN | CONNECTION_QUEUES);
	/* the time left tells since when */
	assert_int_equal(conn_table_find(table, 2)->flags,
			 CONNECTION_LISTED | CONNECTION_MINISOCKET);
	assert_true(conn_table_find(table, 2)->expires_ns == 131001 * MS);
	go(table, flow_of(1), ESTABLISHED, CLOSE_WAIT, 101500);
	assert_state(table, 1, CLOSE_WAIT);
	assert_int_equal(conn_table_find(table, 1)->flags, 0);
	assert_int_equal(conn_table_find(table, 1)->flow.pid, 101);
}

static void events_that_were_buffered_during_the_scan_neither_lose_nor_double(void **state)
{
	struct conn_table *table = *state;
	const struct connection *row;

	conn_table_pass_begin(table, 1000 * MS);
	list(table, listed_of(flow_of(1), ESTABLISHED, 1040));
	list(table, waiting_of(flow_of(3), TIME_WAIT, 1040, 61020));
	conn_table_pass_end(table);
	go(table, flow_of(1), CLOSE, SYN_SENT, 1005); /* began before it was read */
	go(table, flow_of(1), SYN_SENT, ESTABLISHED, 1006);
	go(table, flow_of(2), CLOSE, SYN_SENT, 1007); /* began and ended during the scan */
	go(table, flow_of(2), SYN_SENT, CLOSE, 1008);
	go_waiting(table, flow_of(3), FIN_WAIT2, TIME_WAIT, 1020);
	go(table, flow_of(4), CLOSE, SYN_SENT, 1060); /* came after its place was read */
	assert_int_equal(conn_table_size(table), 3);
	row = conn_table_find(table, 1);
	assert_int_equal(row->state, ESTABLISHED);
	assert_int_equal(row->since_ns, 1006 * MS);
	assert_int_equal(row->previous, SYN_SENT);
	assert_int_equal(row->flow.pid, 101);
	assert_int_equal(row->flags & CONNECTION_SINCE_UNKNOWN, 0);
	assert_int_equal(row->history_count, 2);
	assert_int_equal(conn_table_find(table, 3)->flow.pid, 103);
	assert_state(table, 4, SYN_SENT);
}

static void an_event_of_the_moment_before_its_row_was_read_still_counts(void **state)
{
	struct conn_table *table = *state;

	conn_table_pass_begin(table, 1000 * MS);
	list(table, listed_of(flow_of(1), ESTABLISHED, 1040));
	conn_table_pass_end(table);
	go(table, flow_of(1), ESTABLISHED, CLOSE_WAIT, 1039); /* clock read, state not stored yet */
	assert_state(table, 1, CLOSE_WAIT);
}

static void what_ended_while_its_row_was_on_the_way_does_not_come_back(void **state)
{
	struct conn_table *table = *state;

	/* All are older than the table; the events are applied before the rows that were read. */
	conn_table_pass_begin(table, 1000 * MS);
	go(table, flow_of(1), LAST_ACK, CLOSE, 1040);
	go_waiting(table, flow_of(2), FIN_WAIT2, TIME_WAIT, 1040);
	go(table, flow_of(3), LAST_ACK, CLOSE, 1040);
	go_waiting(table, flow_of(4), FIN_WAIT2, TIME_WAIT, 1040);
	list(table, listed_of(flow_of(1), LAST_ACK, 1039));
	list(table, listed_of(flow_of(2), FIN_WAIT2, 1039));
	list(table, listed_of(flow_of(3), LAST_ACK, 1041)); /* read before the state was stored */
	list(table, listed_of(flow_of(4), FIN_WAIT2, 1041));
	assert_int_equal(conn_table_size(table), 2);
	assert_state(table, 1, 0);
	assert_state(table, 2, TIME_WAIT);
	assert_state(table, 3, 0);
	assert_state(table, 4, TIME_WAIT);
	/* A socket that was used again while its minisocket waits is listed beside it. */
	list(table, listed_of(flow_of(4), SYN_SENT, 1100));
	assert_int_equal(conn_table_size(table), 3);
}

static void a_row_that_is_older_than_an_event_does_not_undo_it(void **state)
{
	struct conn_table *table = *state;
	struct conn_pass pass;

	go(table, flow_of(1), CLOSE, SYN_SENT, 10);
	go(table, flow_of(2), CLOSE, SYN_SENT, 10);
	go(table, flow_of(3), CLOSE, SYN_SENT, 1020);
	conn_table_pass_begin(table, 1000 * MS);
	go(table, flow_of(1), SYN_SENT, ESTABLISHED, 1010);
	go(table, flow_of(2), SYN_SENT, CLOSE, 1012);
	list(table, listed_of(flow_of(1), SYN_SENT, 1009));
	list(table, listed_of(flow_of(2), SYN_SENT, 1009));
	pass = conn_table_pass_end(table);
	assert_int_equal(pass.added + pass.changed + pass.removed, 0);
	assert_state(table, 1, ESTABLISHED);
	assert_state(table, 2, 0);
	assert_state(table, 3, SYN_SENT); /* heard of since the pass began */
}

static void a_pass_heals_what_a_loss_left_wrong(void **state)
{
	struct connection_owner owners[CONN_TABLE_OWNERS];
	struct conn_table *table = *state;
	struct conn_pass pass;
	const struct connection *row;

	for (uint64_t n = 1; n <= 4; n++) {
		go(table, flow_of(n), CLOSE, SYN_SENT, 10);
		go(table, flow_of(n), SYN_SENT, ESTABLISHED, 11);
	}
	conn_table_pass_begin(table, 5000 * MS);
	list(table, listed_of(flow_of(1), ESTABLISHED, 5001));
	list(table, listed_of(flow_of(2), CLOSE_WAIT, 5001));
	list(table, waiting_of(flow_of(3), TIME_WAIT, 5001, 64001)); /* 4 is gone, 5 is new */
	list(table, listed_of(flow_of(5), ESTABLISHED, 5001));
	pass = conn_table_pass_end(table);
	assert_int_equal(pass.changed, 2);
	assert_int_equal(pass.removed, 1);
	assert_int_equal(pass.added, 1);
	assert_int_equal(conn_table_find(table, 1)->since_ns, 11 * MS);
	assert_state(table, 2, CLOSE_WAIT);
	assert_int_equal(conn_table_find(table, 2)->previous, ESTABLISHED);
	row = conn_table_find(table, 3);
	assert_int_equal(row->state, TIME_WAIT);
	assert_int_equal(row->flow.pid, 103); /* who closed it was lost: who had it */
	assert_int_equal(row->flow.owner, FLOW_OWNER_CONNECT);
	assert_int_equal(conn_table_owners(table, row, owners), 0);
	assert_int_equal(row->since_ns, 4001 * MS);
	assert_state(table, 4, 0);
	/* what lay in the ring meanwhile is older than the list and brings nothing back */
	go(table, flow_of(4), ESTABLISHED, FIN_WAIT1, 4000);
	go(table, flow_of(6), SYN_SENT, ESTABLISHED, 4000);
	assert_state(table, 4, 0);
	assert_state(table, 6, 0);
}

static void half_open_rows_come_and_go_by_lists_and_belong_to_the_listener(void **state)
{
	struct conn_table *table = *state;
	struct flow listener = flow_of(1), child = flow_of(2);
	struct listed_connection half;
	const struct connection *row;

	memset(&listener.remote, 0, sizeof(listener.remote));
	listener.remote.addr[10] = listener.remote.addr[11] = 0xff;
	listener.owner = FLOW_OWNER_LISTEN;
	go(table, listener, CLOSE, LISTEN, 10);
	child.local = listener.local;
	child.remote.port = 5555;
	half = listed_of(child, SYN_RECV, 1001);
	half.minisocket = 1;
	half.retries = 3;

	conn_table_pass_begin(table, 1000 * MS);
	list(table, listed_of(listener, LISTEN, 1001));
	list(table, half);
	half.flow.cookie = 3;
	half.flow.remote.port = 5556;
	half.listener = 1;
	list(table, half);
	conn_table_pass_end(table);
	row = conn_table_find(table, 2);
	assert_int_equal(row->state, SYN_RECV);
	assert_int_equal(row->retries, 3);
	assert_int_equal(row->flow.pid, 101);
	assert_int_equal(row->flow.owner, FLOW_OWNER_INHERITED);
	assert_int_equal(conn_table_find(table, 3)->flow.pid, 101);

	child.cookie = 77; /* the request's cookie was not asked for: the child has its own */
	go(table, child, LISTEN, SYN_RECV, 1500);
	go(table, child, SYN_RECV, ESTABLISHED, 1500);
	assert_state(table, 2, 0);
	assert_state(table, 77, ESTABLISHED);
	assert_int_equal(conn_table_find(table, 77)->flags, 0);
	go(table, child, ESTABLISHED, CLOSE_WAIT, 1600);
	assert_state(table, 77, CLOSE_WAIT);

	conn_table_pass_begin(table, 2000 * MS);
	list(table, listed_of(listener, LISTEN, 2001));
	list(table, listed_of(child, CLOSE_WAIT, 2001));
	assert_int_equal(conn_table_pass_end(table).removed, 0); /* half-open ones just end */
	assert_state(table, 3, 0);
	assert_int_equal(conn_table_size(table), 2);
}

static void a_listener_that_closes_takes_its_queue_along(void **state)
{
	struct conn_table *table = *state;

	go(table, flow_of(1), CLOSE, LISTEN, 10);
	for (uint64_t n = 2; n < 5; n++) {
		go(table, flow_of(n), LISTEN, SYN_RECV, 20);
		go(table, flow_of(n), SYN_RECV, ESTABLISHED, 20);
	}
	for (uint64_t n = 2; n < 5; n++)
		go(table, flow_of(n), ESTABLISHED, CLOSE, 30);
	go(table, flow_of(1), LISTEN, CLOSE, 31);
	assert_int_equal(conn_table_size(table), 0);
}

static void an_orphan_in_fin_wait2_becomes_time_wait_by_the_list(void **state)
{
	struct conn_table *table = *state;

	go_by(table, flow_of(1), ESTABLISHED, FIN_WAIT1, 9, 555, EVENT_SEEN_RELEASED);
	go(table, flow_of(1), FIN_WAIT1, FIN_WAIT2, 10);
	go_waiting(table, flow_of(1), FIN_WAIT2, FIN_WAIT2, 11);
	conn_table_pass_begin(table, 1000 * MS);
	list(table, waiting_of(flow_of(1), TIME_WAIT, 1001, 60500));
	assert_int_equal(conn_table_pass_end(table).changed, 0); /* no event tells this */
	assert_state(table, 1, TIME_WAIT);
	assert_int_equal(conn_table_find(table, 1)->since_ns, 500 * MS);
	assert_int_equal(conn_table_find(table, 1)->flow.pid, 555);
}

static void namespaces_that_could_not_be_read_are_kept(void **state)
{
	struct conn_table *table = *state;
	struct flow other = flow_of(2);

	other.netns = 8;
	go(table, flow_of(1), CLOSE, SYN_SENT, 10);
	go(table, other, CLOSE, SYN_SENT, 10);
	conn_table_pass_begin(table, 1000 * MS);
	conn_table_pass_keep(table, 8);
	assert_int_equal(conn_table_pass_end(table).removed, 1);
	assert_state(table, 1, 0);
	assert_state(table, 2, SYN_SENT);
}

static void minisockets_of_lists_without_cookies_are_found_by_their_ends(void **state)
{
	struct conn_table *table = *state;
	struct flow flow = flow_of(1);

	go(table, flow, CLOSE, SYN_SENT, 10);
	go_waiting(table, flow, FIN_WAIT2, TIME_WAIT, 20);
	flow.cookie = flow.sock = 0;
	for (uint64_t at = 1000; at < 3000; at += 1000) {
		conn_table_pass_begin(table, at * MS);
		list(table, waiting_of(flow, TIME_WAIT, at, 60020));
		conn_table_pass_end(table);
		assert_int_equal(conn_table_size(table), 1);
		assert_state(table, 1, TIME_WAIT);
	}
}

static void rows_and_descriptors_are_taken_together_as_one_by_one(void **state)
{
	enum { COUNT = 40, ROWS = COUNT - 1 };
	struct conn_table *table = *state;
	struct listed_connection listed[COUNT];
	struct held_socket held[COUNT];
	size_t numbers[COUNT];
	struct conn_pass pass;

	go(table, flow_of(3), CLOSE, SYN_SENT, 10);
	for (uint64_t n = 0; n < COUNT; n++) {
		listed[n] =
			listed_of(flow_of(n % ROWS + 1), ESTABLISHED, 1000); /* one of them twice */
		held[n] = (struct held_socket){.cookie = n + 1,
					       .netns = 7,
					       .owner.pid = 700 + (uint32_t)n,
					       .owner.owner = FLOW_OWNER_SCAN};
	}
	conn_table_pass_begin(table, 900 * MS);
	conn_table_pass_rows(table, listed, COUNT, numbers);
	conn_table_owners_begin(table);
	conn_table_owners_add_all(table, held, COUNT);
	conn_table_owners_end(table);
	pass = conn_table_pass_end(table);
	assert_int_equal(pass.listed, COUNT);
	assert_int_equal(pass.added, ROWS - 1);
	assert_int_equal(pass.changed, 1);
	assert_int_equal(numbers[COUNT - 1], numbers[0]);
	for (uint64_t n = 0; n < ROWS; n++) {
		size_t position = numbers[n] - 1;
		const struct connection *row = conn_table_next(table, &position);

		assert_ptr_equal(row, conn_table_find(table, n + 1));
		assert_int_equal(row->state, ESTABLISHED);
		assert_int_equal(row->flow.pid, 700 + n);
	}
}

static void a_minisocket_that_followed_another_between_the_same_ends_is_its_own_row(void **state)
{
	struct conn_table *table = *state;
	struct flow next = flow_of(1);

	go(table, flow_of(1), CLOSE, SYN_SENT, 10);
	go_waiting(table, flow_of(1), FIN_WAIT2, TIME_WAIT, 20);
	next.cookie = 77; /* its events were lost, and so was the end of the first */
	next.sock = 0;
	conn_table_pass_begin(table, 1000 * MS);
	list(table, waiting_of(next, TIME_WAIT, 1001, 60500));
	conn_table_pass_end(table);
	assert_int_equal(conn_table_size(table), 1);
	assert_state(table, 1, 0);
	assert_state(table, 77, TIME_WAIT);
	assert_int_equal(conn_table_find(table, 77)->flow.owner, FLOW_OWNER_NONE);
	assert_int_equal(conn_table_find(table, 77)->since_ns, 500 * MS);
	next.cookie = 78; /* that one was replaced after the list was read */
	conn_table_pass_begin(table, 2000 * MS);
	list(table, waiting_of(next, TIME_WAIT, 400, 60400));
	assert_state(table, 77, TIME_WAIT);
	assert_state(table, 78, 0);
}

static void listeners_that_share_a_port_are_rows_of_their_own_without_cookies(void **state)
{
	struct conn_table *table = *state;
	struct flow flow = flow_of(1);

	flow.cookie = 0;
	memset(&flow.remote, 0, sizeof(flow.remote));
	for (uint64_t at = 1000; at < 3000; at += 1000) {
		conn_table_pass_begin(table, at * MS);
		for (uint64_t n = 1; n <= 5; n++) {
			flow.sock = 0xffff000000000000ULL + n * 64;
			list(table, listed_of(flow, LISTEN, at));
		}
		conn_table_pass_end(table);
		assert_int_equal(conn_table_size(table), 5);
	}
	flow.cookie = 7; /* by a list that gives cookies and no addresses */
	flow.sock = 0;
	conn_table_pass_begin(table, 4000 * MS);
	list(table, listed_of(flow, LISTEN, 4000));
	conn_table_pass_end(table);
	assert_int_equal(conn_table_size(table), 1);
	assert_state(table, 7, LISTEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		table_test(a_list_seeds_the_table_and_later_events_go_on),
		table_test(events_that_were_buffered_during_the_scan_neither_lose_nor_double),
		table_test(an_event_of_the_moment_before_its_row_was_read_still_counts),
		table_test(what_ended_while_its_row_was_on_the_way_does_not_come_back),
		table_test(a_row_that_is_older_than_an_event_does_not_undo_it),
		table_test(a_pass_heals_what_a_loss_left_wrong),
		table_test(half_open_rows_come_and_go_by_lists_and_belong_to_the_listener),
		table_test(a_listener_that_closes_takes_its_queue_along),
		table_test(an_orphan_in_fin_wait2_becomes_time_wait_by_the_list),
		table_test(namespaces_that_could_not_be_read_are_kept),
		table_test(minisockets_of_lists_without_cookies_are_found_by_their_ends),
		table_test(listeners_that_share_a_port_are_rows_of_their_own_without_cookies),
		table_test(rows_and_descriptors_are_taken_together_as_one_by_one),
		table_test(a_minisocket_that_followed_another_between_the_same_ends_is_its_own_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
