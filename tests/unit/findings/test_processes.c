/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* CLOSE_WAIT, accept queues: a finding for each fault, and for its healthy neighbour none. */
#include "unit/findings/scene.h"

/* ---------------------------------------------------------------- CLOSE_WAIT */

static void close_waits(unsigned int count, uint32_t age_ms, bool unread)
{
	add_listener(&scene, 0, 128);
	for (unsigned int i = 0; i < count; i++) {
		struct socket_detail *socket =
			add_served(&scene, TCP_STATE_CLOSE_WAIT, (uint16_t)(40000 + i), SERVER);

		/* they came one after the other */
		socket->state_ms = socket->heard_ms = age_ms - age_ms / count * i;
		socket->fin_unread = unread;
		socket->never_read = unread;
	}
}

static void close_wait_leak_tells_who_how_fast_and_the_limit(void **state)
{
	const struct finding *finding;

	close_waits(5, 2000, true);
	clients_are_gone(&scene);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN);
	assert_int_equal(finding->count, 5);
	assert_int_equal(finding->pid, SERVER);
	assert_int_equal(finding->rate_milli, 2500);
	assert_int_equal(finding->limit.max, 1024);
	assert_int_equal(finding->limit.eta_ms, 1012 * 1000 / 5 * 2);
	assert_true(says(finding, "the end is unread"));
	assert_true(says(finding, "never read"));
	assert_true(finding->since_at_least);
}

static void close_wait_that_was_read_and_not_closed_says_so(void **state)
{
	close_waits(5, 2000, false);
	clients_are_gone(&scene);
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN),
			 "the end was read, the descriptor was not closed"));
}

static void close_wait_near_the_limit_of_descriptors_is_critical(void **state)
{
	close_waits(5, 2000, false);
	clients_are_gone(&scene);
	scene.processes[0].descriptors = 1000;
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_CRITICAL);
}

static void a_few_young_close_waits_of_a_busy_server_are_a_note(void **state)
{
	close_waits(5, 2000, true);
	for (uint16_t i = 0; i < 1000; i++)
		add_served(&scene, TCP_STATE_ESTABLISHED, (uint16_t)(50000 + i), SERVER);
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
}

static void clients_that_are_not_seen_may_wait_for_the_answer(void **state)
{
	close_waits(5, 9000, false);
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
	for (int i = 1; i < 6; i++)
		scene.sockets[i].state_ms += 2000;
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN);
}

static void a_process_at_work_has_not_come_round_to_the_ends(void **state)
{
	close_waits(5, 9000, true);
	for (int i = 1; i < 6; i++)
		scene.sockets[i].never_read = 0;
	clients_are_gone(&scene);
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
	for (int i = 1; i < 6; i++)
		scene.sockets[i].state_ms += 2000;
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN);
}

static void a_half_close_whose_client_waits_for_the_answer_is_no_finding(void **state)
{
	close_waits(5, 120000, false);
	for (uint16_t i = 0; i < 5; i++)
		add_client(&scene, TCP_STATE_FIN_WAIT2, (uint16_t)(40000 + i), CLIENT);
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
	assert_null(found(&scene, FINDING_CLOSE_WAIT_LEAK));
}

static void close_wait_of_a_stopped_process_is_told_as_that(void **state)
{
	close_waits(1, 2000, true);
	scene.processes[0].state = 'T';
	scene_judge(&scene);
	assert_true(
		says(must_find(&scene, FINDING_CLOSE_WAIT_STOPPED, FINDING_WARN), "is stopped"));
}

static void close_wait_held_by_two_processes_names_both(void **state)
{
	const struct finding *finding;

	close_waits(3, 2000, false);
	for (size_t i = 1; i < 4; i++) {
		scene.holders[scene.holders_count] = scene.holders[scene.holders_count - 1];
		scene.holders_count++;
	}
	/* by cookie: server and client hold each of the three */
	for (size_t i = 0; i < 3; i++) {
		uint64_t cookie = scene.sockets[1 + i].flow.cookie;

		scene.holders[1 + 2 * i] = (struct evidence_holder){
			.cookie = cookie, .sock = cookie, .pid = SERVER, .comm = "server"};
		scene.holders[2 + 2 * i] = (struct evidence_holder){
			.cookie = cookie, .sock = cookie, .pid = CLIENT, .comm = "helper"};
	}
	clients_are_gone(&scene);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_CLOSE_WAIT_INHERITED, FINDING_WARN);
	assert_true(says(finding, "2 processes hold the descriptor"));
	assert_true(says(finding, "helper (pid 43)"));
}

/* ---------------------------------------------------------------- accept queue */

static void waiting_in_the_queue(unsigned int state, uint32_t age_ms)
{
	add_listener(&scene, 3, 128);
	for (uint16_t i = 0; i < 3; i++) {
		struct socket_detail *socket = add_served(&scene, state, (uint16_t)(40000 + i), 0);

		socket->read_ms = age_ms;
		socket->never_read = 1;
	}
}

static void connections_that_nobody_accepted_name_the_listener(void **state)
{
	const struct finding *finding;

	waiting_in_the_queue(TCP_STATE_CLOSE_WAIT, 1200);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_NEVER_ACCEPTED, FINDING_WARN);
	assert_int_equal(finding->count, 3);
	assert_int_equal(finding->pid, SERVER);
	assert_true(says(finding, "(3 of 128)"));
	assert_null(found(&scene, FINDING_CLOSE_WAIT_LEAK));
}

static void connections_that_just_came_are_a_note(void **state)
{
	waiting_in_the_queue(TCP_STATE_ESTABLISHED, 20);
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
}

static void a_full_queue_is_critical_and_one_short_of_it_is_not(void **state)
{
	add_listener(&scene, 2, 1);
	scene_judge(&scene);
	must_find(&scene, FINDING_ACCEPT_QUEUE_FULL, FINDING_CRITICAL);
	scene.sockets[0].unread = 1;
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
}

static void a_listener_without_descriptors_left_fails_with_emfile(void **state)
{
	add_listener(&scene, 1, 128);
	scene.processes[0].descriptors = 1024;
	scene_judge(&scene);
	assert_true(
		says(must_find(&scene, FINDING_DESCRIPTORS_USED_UP, FINDING_CRITICAL), "EMFILE"));
}

static void a_listener_of_a_stopped_process(void **state)
{
	add_listener(&scene, 1, 128);
	scene.processes[0].state = 'T';
	scene_judge(&scene);
	must_find(&scene, FINDING_LISTENER_STOPPED, FINDING_WARN);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

static void an_idle_listener_of_a_stopped_process_is_told_with_what_waits_for_it(void **state)
{
	struct socket_detail *sender, *reader;
	const struct finding *finding;

	add_listener(&scene, 0, 128);
	scene.processes[0].state = 'T';
	reader = add_served(&scene, TCP_STATE_ESTABLISHED, 5000, SERVER);
	reader->unread = 100000;
	reader->rcv_wnd = 0;
	reader->read_ms = 9000;
	reader->never_read = 1;
	sender = add_client(&scene, TCP_STATE_ESTABLISHED, 5000, CLIENT);
	sender->snd_wnd = 0;
	sender->unacked = 34000;
	sender->flags |= SOCKET_PROBE;
	sender->backoff = 4;
	sender->limited_ms = 9000;
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_ZERO_WINDOW, FINDING_WARN);
	assert_null(found(&scene, FINDING_LISTENER_STOPPED));
	assert_true(says(finding, "connections are not accepted"));
	assert_string_equal(finding->command, "kill -CONT 42");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_idle_listener_of_a_stopped_process_is_told_with_what_waits_for_it),
		CASE(close_wait_leak_tells_who_how_fast_and_the_limit),
		CASE(close_wait_that_was_read_and_not_closed_says_so),
		CASE(close_wait_near_the_limit_of_descriptors_is_critical),
		CASE(a_few_young_close_waits_of_a_busy_server_are_a_note),
		CASE(clients_that_are_not_seen_may_wait_for_the_answer),
		CASE(a_process_at_work_has_not_come_round_to_the_ends),
		CASE(a_half_close_whose_client_waits_for_the_answer_is_no_finding),
		CASE(close_wait_of_a_stopped_process_is_told_as_that),
		CASE(close_wait_held_by_two_processes_names_both),
		CASE(connections_that_nobody_accepted_name_the_listener),
		CASE(connections_that_just_came_are_a_note),
		CASE(a_full_queue_is_critical_and_one_short_of_it_is_not),
		CASE(a_listener_without_descriptors_left_fails_with_emfile),
		CASE(a_listener_of_a_stopped_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
