/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who holds a socket, by passes over descriptors. */
#include "base/cleanup.h"
#include "unit/connections/lives.h"

static void the_name_of_a_process_is_the_one_it_has(void **state)
{
	struct conn_table *table = *state;
	struct connection_owner owner = {.pid = 101, .comm = "nginx", .owner = FLOW_OWNER_SCAN};

	go(table, flow_of(1), CLOSE, SYN_SENT, 10);
	conn_table_owners_begin(table);
	conn_table_owners_add(table, 1, 0, 7, &owner);
	conn_table_owners_end(table);
	assert_string_equal(conn_table_find(table, 1)->flow.comm, "nginx");
	assert_int_equal(conn_table_find(table, 1)->flow.owner, FLOW_OWNER_CONNECT);
}

static void own(struct conn_table *table, uint64_t cookie, uint32_t pid)
{
	struct connection_owner owner = {.pid = pid, .comm = "held", .owner = FLOW_OWNER_SCAN};

	conn_table_owners_add(table, cookie, 0, 7, &owner);
}

static void a_shared_socket_names_all_who_hold_it(void **state)
{
	struct conn_table *table = *state;
	struct connection_owner owners[CONN_TABLE_OWNERS];

	for (uint64_t n = 1; n <= 3; n++)
		go(table, flow_of(n), CLOSE, SYN_SENT, 10);
	for (int twice = 0; twice < 2; twice++) {
		conn_table_owners_begin(table);
		own(table, 1, 500);
		own(table, 1, 101); /* the remembered one stays the first */
		own(table, 1, 500); /* by a second descriptor */
		own(table, 2, 600); /* 102 gave it away */
		own(table, 2, 601);
		own(table, 99, 1);
		conn_table_owners_end(table);
		assert_int_equal(conn_table_owners(table, conn_table_find(table, 1), owners), 2);
		assert_int_equal(owners[0].pid, 101);
		assert_int_equal(owners[0].owner, FLOW_OWNER_CONNECT);
		assert_int_equal(owners[1].pid, 500);
		assert_int_equal(conn_table_owners(table, conn_table_find(table, 2), owners), 2);
		assert_int_equal(owners[0].pid, 600);
		assert_int_equal(owners[0].owner, FLOW_OWNER_SCAN);
		assert_int_equal(owners[1].pid, 601);
		assert_int_equal(conn_table_owners(table, conn_table_find(table, 3), owners), 0);
		assert_int_equal(conn_table_find(table, 3)->opener.pid, 103);
	}
	conn_table_owners_begin(table);
	for (uint32_t pid = 1000; pid < 1100; pid++)
		own(table, 3, pid);
	conn_table_owners_end(table);
	assert_int_equal(conn_table_owners(table, conn_table_find(table, 3), owners),
			 CONN_TABLE_OWNERS);
}

static void a_look_at_some_processes_leaves_the_others_alone(void **state)
{
	static const uint32_t looked[] = {101, 500};
	struct conn_table *table = *state;
	struct connection_owner owners[CONN_TABLE_OWNERS];

	for (uint64_t n = 1; n <= 3; n++)
		go(table, flow_of(n), CLOSE, SYN_SENT, 10);
	conn_table_owners_begin(table);
	own(table, 1, 101);
	own(table, 1, 500);
	own(table, 2, 102);
	own(table, 2, 500);
	own(table, 3, 103);
	conn_table_owners_end(table);
	conn_table_owners_begin_of(table, looked, 2);
	own(table, 1, 500); /* 101 has closed it, 500 has closed 2 */
	own(table, 3, 101);
	conn_table_owners_end(table);
	assert_int_equal(conn_table_owners(table, conn_table_find(table, 1), owners), 1);
	assert_int_equal(owners[0].pid, 500);
	assert_int_equal(conn_table_owners(table, conn_table_find(table, 2), owners), 1);
	assert_int_equal(owners[0].pid, 102);
	assert_int_equal(conn_table_owners(table, conn_table_find(table, 3), owners), 2);
	assert_int_equal(owners[0].pid, 103);
	assert_int_equal(conn_table_find(table, 1)->opener.pid, 101);
}

static void an_event_amid_a_look_counts(void **state)
{
	struct conn_table *table = *state;
	struct event accepted = event_of(flow_of(1), 0, 0, 20);
	struct connection_owner owners[CONN_TABLE_OWNERS];
	struct flow child = flow_of(1);

	child.owner = FLOW_OWNER_INHERITED;
	go(table, child, LISTEN, SYN_RECV, 10);
	go(table, child, SYN_RECV, ESTABLISHED, 11);
	assert_int_equal(conn_table_owners(table, conn_table_find(table, 1), owners), 0);
	conn_table_owners_begin(table);
	accepted.kind = EVENT_ACCEPT; /* by a process that the look has passed already */
	accepted.flow.owner = FLOW_OWNER_ACCEPT;
	conn_table_apply(table, &accepted);
	conn_table_owners_end(table);
	assert_int_equal(conn_table_owners(table, conn_table_find(table, 1), owners), 1);
	assert_int_equal(owners[0].pid, 101);
	conn_table_owners_begin(table); /* it went into a message meanwhile */
	conn_table_owners_end(table);
	assert_int_equal(conn_table_owners(table, conn_table_find(table, 1), owners), 0);
	assert_true(conn_table_find(table, 1)->flags & CONNECTION_UNHELD);
}

/* Shut down by 101, which then has no descriptor: a look finds nobody. */
static void shut_down_and_give_away(struct conn_table *table)
{
	struct event shut = event_of(flow_of(1), ESTABLISHED, FIN_WAIT1, 20);

	go(table, flow_of(1), CLOSE, SYN_SENT, 10);
	go(table, flow_of(1), SYN_SENT, ESTABLISHED, 11);
	shut.closer = (struct actor){.pid = 101, .comm = "prog"};
	conn_table_apply(table, &shut);
	conn_table_owners_begin(table);
	own(table, 1, 101);
	conn_table_owners_end(table);
	conn_table_owners_begin(table);
	conn_table_owners_end(table);
	assert_int_equal(conn_table_find(table, 1)->holding, HOLDING_NONE);
	go(table, flow_of(1), FIN_WAIT1, FIN_WAIT2, 30);
}

static void list_once(struct conn_table *table, unsigned int holding)
{
	const struct listed_connection listed = {.flow = flow_of(1),
						 .ktime_ns = 40 * MS,
						 .state = FIN_WAIT2,
						 .holding = (uint8_t)holding};

	conn_table_pass_begin(table, 40 * MS);
	conn_table_pass_row(table, &listed);
	conn_table_pass_end(table);
}

static void what_was_shut_down_and_lies_in_a_message_is_told_by_the_next_list(void **state)
{
	struct conn_table *table = *state;
	const struct connection *row;

	shut_down_and_give_away(table);
	list_once(table, HOLDING_FILE);
	row = conn_table_find(table, 1);
	assert_int_equal(row->holding, HOLDING_FILE);
	assert_true(row->flags & CONNECTION_UNHELD);
	assert_int_equal(row->flow.pid, 0);
	assert_int_equal(row->closer.pid, 101);
	list_once(table, HOLDING_NONE); /* and the message is dropped */
	assert_int_equal(row->holding, HOLDING_NONE);
	list_once(table, HOLDING_FILE); /* which is final */
	assert_int_equal(row->holding, HOLDING_NONE);
}

static void who_receives_what_was_shut_down_is_its_owner(void **state)
{
	struct conn_table *table = *state;
	struct connection_owner owners[CONN_TABLE_OWNERS];

	shut_down_and_give_away(table);
	conn_table_owners_begin(table);
	own(table, 1, 300);
	conn_table_owners_end(table);
	assert_int_equal(conn_table_owners(table, conn_table_find(table, 1), owners), 1);
	assert_int_equal(owners[0].pid, 300);
	list_once(table, HOLDING_NONE);
	assert_int_equal(conn_table_owners(table, conn_table_find(table, 1), owners), 0);
	conn_table_owners_begin(table);
	own(table, 1, 300); /* was read before that */
	conn_table_owners_end(table);
	assert_int_equal(conn_table_owners(table, conn_table_find(table, 1), owners), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		table_test(the_name_of_a_process_is_the_one_it_has),
		table_test(a_shared_socket_names_all_who_hold_it),
		table_test(a_look_at_some_processes_leaves_the_others_alone),
		table_test(an_event_amid_a_look_counts),
		table_test(what_was_shut_down_and_lies_in_a_message_is_told_by_the_next_list),
		table_test(who_receives_what_was_shut_down_is_its_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
