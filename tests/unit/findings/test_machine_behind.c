/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is behind a number: resets by reason and sender, counters that rise, CLOSE_WAIT that comes and goes. */
#include <errno.h>

#include "unit/findings/scene.h"

static int setup(void **state)
{
	scene_init(&scene);
	scene.watch_ns = 10000000000;
	return 0;
}

/* The server resets the connection of this port, and the client's end ends by it. */
static void reset(uint16_t port, const char *reason, uint32_t ago_ms)
{
	struct socket_detail served = *add_served(&scene, TCP_STATE_ESTABLISHED, port, SERVER);
	struct socket_detail client = *add_client(&scene, TCP_STATE_ESTABLISHED, port, CLIENT);

	scene.sockets_count = 0; /* they ended meanwhile */
	snprintf(scene_event(&scene, EVIDENCE_RESET_SENT, &served, ago_ms)->reason,
		 EVIDENCE_NAME_SIZE, "%s", reason);
	scene_event(&scene, EVIDENCE_ENDED, &client, ago_ms - 1)->value = ECONNRESET;
}

static void resets_for_several_reasons_are_told_one_by_one_in_time_order(void **state)
{
	reset(40000, "TCP_ABORT_ON_CLOSE", 3000);
	reset(40001, "TCP_STATE", 2000);
	reset(40002, "TCP_ABORT_ON_CLOSE", 1000);
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 2);
	assert_true(says(&scene.findings.list[0], "2 connections with 10.9.0.2:80: reset by the "
						  "peer: closed with unread data"));
	assert_true(says(&scene.findings.list[1], "1 connection with 10.9.0.2:80: reset by the "
						  "peer: aborted on close (SO_LINGER 0)"));
	assert_true(says(&scene.findings.list[1], "server (pid 42) sent the reset"));
}

static void many_resets_sent(const char *reason)
{
	struct evidence_space *space = &scene.spaces[1];

	for (uint16_t i = 0; i < 3; i++)
		reset((uint16_t)(40000 + i), i < 2 ? reason : "TCP_STATE", 3000 - i);
	space->before[SPACE_OUT_RSTS] = 0;
	space->counters[SPACE_OUT_RSTS] = 200;
	space->before[SPACE_OUT_SEGS] = 0;
	space->counters[SPACE_OUT_SEGS] = 400;
	scene_judge(&scene);
}

static void resets_that_rise_name_who_sends_them_and_why(void **state)
{
	const struct finding *finding;

	many_resets_sent("TCP_ABORT_ON_CLOSE");
	finding = must_find(&scene, FINDING_RESETS_RISE, FINDING_WARN);
	assert_true(says(finding, "2 by server (pid 42): closed with unread data, the last one "
				  "10.9.0.2:80 -> 10.9.0.1:40001"));
	assert_true(says(finding, "1 by server (pid 42): aborted on close (SO_LINGER 0)"));
}

static void resets_that_their_process_asked_for_are_a_note(void **state)
{
	many_resets_sent("TCP_STATE");
	must_find(&scene, FINDING_RESETS_RISE, FINDING_NOTE);
}

static void retransmissions_that_rise_name_the_connections(void **state)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);
	struct evidence_space *space = &scene.spaces[0];

	scene_event(&scene, EVIDENCE_RETRANSMIT, socket, 3000);
	scene_event(&scene, EVIDENCE_RETRANSMIT, socket, 2000);
	space->before[SPACE_RETRANS] = space->before[SPACE_OUT_SEGS] = 0;
	space->counters[SPACE_RETRANS] = 200;
	space->counters[SPACE_OUT_SEGS] = 400;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_RETRANSMITS_RISE, FINDING_WARN),
			 "2 of client (pid 43), to 10.9.0.2:80"));
	assert_int_equal(found(&scene, FINDING_RETRANSMITS_RISE)->connection_count, 1);
}

static void memory_pressure_names_the_largest_connection(void **state)
{
	struct evidence_space *space = &scene.spaces[0];

	add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT)->rmem = 10;
	add_client(&scene, TCP_STATE_ESTABLISHED, 40001, CLIENT)->wmem = 5000;
	space->before[SPACE_MEMORY_PRESSURES] = 0;
	space->counters[SPACE_MEMORY_PRESSURES] = 100;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_MEMORY_PRESSURE, FINDING_WARN),
			 "10.9.0.1:40001 -> 10.9.0.2:80 of client (pid 43), 0 B received, 5000 B "
			 "to send"));
}

static void a_full_limit_of_time_waits_says_with_whom(void **state)
{
	scene.spaces[0].settings[SPACE_TW_BUCKETS] = 10;
	for (uint16_t i = 0; i < 10; i++) {
		struct socket_detail *socket =
			add_client(&scene, TCP_STATE_TIME_WAIT, (uint16_t)(40000 + i), 0);

		socket->form = SOCKET_TIME_WAIT;
		socket->flow.remote.port = i % 4 ? 80 : (uint16_t)(81 + i);
	}
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_TIME_WAIT_LIMIT, FINDING_CRITICAL),
			 "7 of them with 10.9.0.2:80"));
}

/* ---------------------------------------------------------------- CLOSE_WAIT */

static void close_waits(unsigned int count, uint32_t age_ms)
{
	add_listener(&scene, 0, 128);
	for (unsigned int i = 0; i < count; i++) {
		struct socket_detail *socket =
			add_served(&scene, TCP_STATE_CLOSE_WAIT, (uint16_t)(40000 + i), SERVER);

		socket->state_ms = socket->heard_ms = age_ms;
		socket->fin_unread = 1;
	}
	clients_are_gone(&scene);
}

static void nothing_was_read(void)
{
	for (size_t i = 0; i < scene.sockets_count; i++)
		scene.sockets[i].never_read = 1;
}

static void a_process_that_closed_those_of_the_first_look_leaks_nothing(void **state)
{
	close_waits(5, 2000);
	nothing_was_read();
	scene.processes[0].close_waits_before = 4;
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
	scene.processes[0].close_waits_before = 1; /* they are growing */
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN);
	scene.watch_ns = 1000000000; /* the oldest was there before */
	scene.processes[0].close_waits_before = 5;
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN);
}

static void a_process_that_read_a_request_may_be_at_work_on_it(void **state)
{
	scene.watch_ns = 0;
	close_waits(5, 12000);
	scene_judge(&scene);
	assert_int_equal(must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN)->confidence,
			 FINDING_MEDIUM);
	nothing_was_read();
	scene_judge(&scene);
	assert_int_equal(must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN)->confidence,
			 FINDING_HIGH);
}

/* Clients that lost their patience while the server waits for its own servers. */
static void a_process_that_waits_for_as_many_answers_leaks_nothing_yet(void **state)
{
	scene.watch_ns = 0;
	close_waits(5, 3000);
	nothing_was_read();
	for (uint16_t i = 0; i < 5; i++) {
		struct socket_detail *asked =
			add_socket(&scene, QB, TCP_STATE_ESTABLISHED,
				   end_of(2, (uint16_t)(50000 + i)), end_of(3, 5432), SERVER);

		asked->bytes_sent = 100;
		asked->sent_ms = 3000;
		asked->received_ms = 9000;
	}
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
	assert_true(says(must_find(&scene, FINDING_CLOSE_WAIT, FINDING_NOTE),
			 "waits for answers on 5 connections that it made"));
	scene.sockets[scene.sockets_count - 1].received_ms = 2000; /* that one was answered */
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN);
	scene.sockets[scene.sockets_count - 1].received_ms = 9000;
	for (size_t i = 1; i <= 5; i++)
		scene.sockets[i].state_ms = scene.sockets[i].heard_ms = 90000;
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN);
}

/* Their server closed them while they were idle. */
static void a_pool_that_has_not_looked_leaks_nothing_yet(void **state)
{
	scene.watch_ns = 0;
	for (uint16_t i = 0; i < 5; i++) {
		struct socket_detail *pooled =
			add_client(&scene, TCP_STATE_CLOSE_WAIT, (uint16_t)(40000 + i), CLIENT);

		pooled->state_ms = pooled->heard_ms = 12000;
		pooled->fin_unread = 1;
	}
	scene_judge(&scene);
	assert_true(
		says(must_find(&scene, FINDING_CLOSE_WAIT, FINDING_NOTE), "a pool sees the end"));
	for (int i = 0; i < 5; i++)
		scene.sockets[i].fin_unread = 0; /* it has looked, and does not close */
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN);
	for (int i = 0; i < 5; i++)
		scene.sockets[i].fin_unread = 1;
	scene.sockets[2].state_ms = 90000;
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN);
}

/* When they rose is not known. */
static void counters_of_a_single_look_are_a_note(void **state)
{
	scene.watch_ns = 0;
	scene.spaces[1].counters[SPACE_CT_INSERT_FAILED] = 3;
	scene.spaces[1].counters[SPACE_CT_DROP] = 0;
	scene.spaces[1].counters[SPACE_CT_EARLY_DROP] = 2;
	scene.spaces[0].counters[SPACE_ABORT_ON_MEMORY] = 1;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_CONNTRACK_DROPS, FINDING_NOTE),
			 "insert_failed 3, early_drop 2"));
	assert_true(says(must_find(&scene, FINDING_MEMORY_PRESSURE, FINDING_NOTE),
			 "TCPAbortOnMemory 1"));
	scene.spaces[1].settings[SPACE_CT_COUNT] = 950;
	scene.spaces[1].settings[SPACE_CT_MAX] = 1000;
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_CONNTRACK_DROPS));
	assert_true(says(found(&scene, FINDING_CONNTRACK_FULL), "insert_failed 3, early_drop 2"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(resets_for_several_reasons_are_told_one_by_one_in_time_order),
		CASE(resets_that_rise_name_who_sends_them_and_why),
		CASE(resets_that_their_process_asked_for_are_a_note),
		CASE(retransmissions_that_rise_name_the_connections),
		CASE(memory_pressure_names_the_largest_connection),
		CASE(a_full_limit_of_time_waits_says_with_whom),
		CASE(a_process_that_closed_those_of_the_first_look_leaks_nothing),
		CASE(a_process_that_read_a_request_may_be_at_work_on_it),
		CASE(a_process_that_waits_for_as_many_answers_leaks_nothing_yet),
		CASE(a_pool_that_has_not_looked_leaks_nothing_yet),
		CASE(counters_of_a_single_look_are_a_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
