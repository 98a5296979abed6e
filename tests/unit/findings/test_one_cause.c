/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One cause is one finding, with its consequences; the clients of one service are one, too. */
#include "unit/findings/scene.h"

static size_t worse_than_notes(void)
{
	size_t count = 0;

	for (size_t i = 0; i < scene.findings.count; i++) {
		count += scene.findings.list[i].severity > FINDING_NOTE;
		print_message("# %s: %s\n", finding_word(scene.findings.list[i].kind),
			      scene.findings.list[i].title);
	}
	return count;
}

static void hang(struct socket_detail *socket)
{
	socket->flags |= SOCKET_RETRANSMIT;
	socket->retransmits = 5;
	socket->unacked = 500;
	socket->packets_out = 1;
	socket->hang_ms = socket->heard_ms = 5000;
}

/* So many connections of the service, each to another client. */
static void add_hanging_clients(unsigned int count, unsigned int state, uint32_t pid)
{
	for (unsigned int i = 0; i < count; i++) {
		struct socket_detail *socket =
			add_socket(&scene, QB, state, end_of(2, 80),
				   end_of(50 + i, (uint16_t)(40000 + i)), pid);

		hang(socket);
		if (!pid)
			socket->flags |= SOCKET_ORPHAN;
	}
}

/* ---------------------------------------------------------------- many clients */

static void clients_of_one_service_that_do_not_answer_are_one_finding(void **state)
{
	const struct finding *finding;

	add_listener(&scene, 0, 128);
	add_hanging_clients(40, TCP_STATE_ESTABLISHED, SERVER);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN);
	assert_int_equal(worse_than_notes(), 1);
	assert_int_equal(finding->count, 40);
	assert_true(says(finding, "and other clients of port 80"));
	assert_string_equal(finding->command, "ip netns exec qb ss -tnoi sport = :80");
}

static void clients_of_a_server_that_is_gone_are_one_finding(void **state)
{
	const struct finding *finding;

	add_hanging_clients(40, TCP_STATE_FIN_WAIT1, 0);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_CLOSING_UNACKNOWLEDGED, FINDING_WARN);
	assert_int_equal(worse_than_notes(), 1);
	assert_int_equal(finding->count, 40);
}

static void sockets_of_a_namespace_that_was_removed_are_a_note_without_a_command(void **state)
{
	const struct finding *finding;

	add_hanging_clients(2, TCP_STATE_LAST_ACK, 0);
	for (int i = 0; i < 2; i++)
		scene.sockets[i].flow.netns = 300;
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_CLOSING_UNACKNOWLEDGED, FINDING_NOTE);
	assert_int_equal(finding->count, 2);
	assert_string_equal(finding->command, "");
	assert_true(says(finding, "nobody lives in namespace 300 any more"));
	add_process(&scene, 77, "lives")->netns = 300;
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSING_UNACKNOWLEDGED, FINDING_WARN);
}

static void services_that_do_not_answer_are_told_one_by_one(void **state)
{
	for (unsigned int i = 0; i < 3; i++)
		hang(add_socket(&scene, QA, TCP_STATE_ESTABLISHED, end_of(1, 40000),
				end_of(50 + i, 5432), CLIENT));
	scene_judge(&scene);
	assert_int_equal(worse_than_notes(), 3);
}

static void many_services_that_do_not_answer_are_one_finding(void **state)
{
	const struct finding *finding;

	for (unsigned int i = 0; i < 60; i++) {
		struct socket_detail *socket = add_socket(&scene, QA, TCP_STATE_ESTABLISHED,
							  end_of(1, (uint16_t)(40000 + i)),
							  end_of(50 + i / 2, 443), CLIENT);

		hang(socket);
		socket->hang_ms += i == 7 ? 1000 : 0;
	}
	hang(add_client(&scene, TCP_STATE_ESTABLISHED, 45000, SERVER)); /* of another process */
	scene_judge(&scene);
	assert_int_equal(worse_than_notes(), 2);
	for (size_t i = 0; i < 2; i++) {
		finding = &scene.findings.list[i];
		if (finding->pid == SERVER)
			continue;
		assert_int_equal(finding->count, 60);
		assert_int_equal(finding->since_ms, 6000);
		assert_true(says(finding, "2 connections to 10.9.0.53:443"));
		assert_true(says(finding, "the same of 29 other destinations (58 connections)"));
		assert_int_equal(finding->connection_count, FINDING_CONNECTIONS_MAX);
	}
}

/* More than are printed one by one. */
static void very_many_services_are_joined_before_any_is_left_out(void **state)
{
	static const uint16_t services[] = {443, 5432, 6379};

	for (unsigned int i = 0; i < 600; i++)
		hang(add_socket(&scene, QA, TCP_STATE_ESTABLISHED, end_of(1, (uint16_t)(40000 + i)),
				end_of(50 + i / 3, services[i % 3]), CLIENT));
	scene_judge(&scene);
	assert_int_equal(worse_than_notes(), 1);
	assert_int_equal(scene.findings.list[0].count, 600);
	assert_true(says(&scene.findings.list[0], "the same of 599 other destinations"));
	assert_int_equal(scene.findings.left_out, 0);
}

static void a_port_outside_the_range_is_a_service_only_where_the_peers_is_inside(void **state)
{
	hang(add_socket(&scene, QA, TCP_STATE_ESTABLISHED, end_of(1, 700), end_of(50, 2049),
			CLIENT));
	hang(add_socket(&scene, QA, TCP_STATE_ESTABLISHED, end_of(1, 701), end_of(50, 2049),
			CLIENT));
	scene_judge(&scene);
	assert_int_equal(worse_than_notes(), 1);
	assert_true(says(found(&scene, FINDING_UNACKNOWLEDGED), "2 connections to 10.9.0.50:2049"));
}

static void packets_dropped_at_two_places_are_two_findings(void **state)
{
	add_listener(&scene, 0, 128);
	add_hanging_clients(4, TCP_STATE_ESTABLISHED, SERVER);
	for (int i = 0; i < 4; i++) {
		struct evidence_event *drop =
			scene_event(&scene, EVIDENCE_DROP, &scene.sockets[1 + i], 100);

		memcpy(drop->reason, i % 2 ? "NETFILTER_DROP" : "IP_OUTNOROUTES", 15);
	}
	scene.watch_ns = 10000000000;
	scene_judge(&scene);
	assert_int_equal(worse_than_notes(), 2);
}

/* ---------------------------------------------------------------- a process that cannot accept */

static void add_waiting(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct socket_detail *socket =
			add_served(&scene, TCP_STATE_ESTABLISHED, (uint16_t)(50000 + i), 0);

		socket->never_read = 1;
		socket->read_ms = 3000;
	}
}

static void what_waits_for_a_stopped_process_is_told_with_it(void **state)
{
	const struct finding *finding;

	add_listener(&scene, 7, 128);
	add_waiting(7);
	scene.processes[0].state = 'T';
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_LISTENER_STOPPED, FINDING_WARN);
	assert_int_equal(worse_than_notes(), 1);
	assert_true(says(finding, "7 connections in the queue never accepted"));
	assert_int_equal(finding->since_ms, 3000);
	assert_string_equal(finding->command, "kill -CONT 42");
	scene_explain(&scene); /* each is explained where it was asked for */
	assert_string_equal(found(&scene, FINDING_NEVER_ACCEPTED)->advice, "continue the process");
}

static void a_full_queue_of_a_stopped_process_is_helped_by_continuing_it(void **state)
{
	add_listener(&scene, 8, 7);
	add_waiting(8);
	scene.processes[0].state = 'T';
	scene_judge(&scene);
	assert_int_equal(worse_than_notes(), 1);
	assert_string_equal(must_find(&scene, FINDING_ACCEPT_QUEUE_FULL, FINDING_CRITICAL)->command,
			    "kill -CONT 42");
}

static bool of_server(void *context, const struct flow *flow, const struct socket_detail *socket)
{
	return flow->pid == SERVER;
}

static void a_process_that_does_not_accept_is_told_where_it_is_asked_for(void **state)
{
	const struct finding *finding;

	add_listener(&scene, 3, 128);
	add_waiting(3);
	scene.choice.wanted = of_server; /* what waits is no process's */
	scene_explain(&scene);
	finding = must_find(&scene, FINDING_NEVER_ACCEPTED, FINDING_WARN);
	assert_int_equal(finding->since_ms, 3000);
	assert_true(says(finding, "3 connections in the queue never accepted"));
	for (int i = 1; i <= 3; i++)
		scene.sockets[i].read_ms = 80;
	scene_explain(&scene);
	must_find(&scene, FINDING_LISTENING, FINDING_NOTE);
	assert_null(found(&scene, FINDING_NEVER_ACCEPTED));
}

/* ---------------------------------------------------------------- descriptors */

static void add_leak(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct socket_detail *socket =
			add_served(&scene, TCP_STATE_CLOSE_WAIT, (uint16_t)(40000 + i), SERVER);

		socket->state_ms = 120000 + i;
		socket->fin_unread = 1;
	}
}

static void a_leak_that_uses_the_descriptors_up_is_told_with_that(void **state)
{
	const struct finding *finding;

	add_listener(&scene, 5, 128);
	add_waiting(5);
	add_leak(12);
	scene.processes[0].nofile = scene.processes[0].descriptors = 20;
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_CRITICAL);
	assert_int_equal(worse_than_notes(), 1);
	assert_true(says(finding, "accept() fails with EMFILE on 10.9.0.2:80"));
	assert_true(says(finding, "5 connections in the queue never accepted"));
	assert_true(says(finding, "accept queue 5 of 128"));
}

static void a_leak_that_is_not_why_the_descriptors_are_used_up_is_its_own(void **state)
{
	add_listener(&scene, 0, 128);
	add_leak(12);
	scene.processes[0].nofile = scene.processes[0].descriptors = 1024;
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_CRITICAL);
	must_find(&scene, FINDING_DESCRIPTORS_USED_UP, FINDING_CRITICAL);
}

/* ---------------------------------------------------------------- retransmissions */

static void count_retransmissions(uint64_t count)
{
	scene.watch_ns = 10000000000;
	scene.spaces[1].before[SPACE_RETRANS] = 0;
	scene.spaces[1].counters[SPACE_RETRANS] = count;
	scene.spaces[1].before[SPACE_OUT_SEGS] = 0;
	scene.spaces[1].counters[SPACE_OUT_SEGS] = 1000;
}

static void retransmissions_of_connections_that_hang_are_told_with_these(void **state)
{
	const struct finding *finding;

	add_listener(&scene, 0, 128);
	add_hanging_clients(4, TCP_STATE_ESTABLISHED, SERVER);
	for (int i = 0; i < 8; i++)
		scene_event(&scene, EVIDENCE_RETRANSMIT, &scene.sockets[1 + i % 4], 100);
	count_retransmissions(200);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN);
	assert_int_equal(worse_than_notes(), 1);
	assert_true(says(finding, "200 segments retransmitted"));
}

static void retransmissions_of_others_are_a_finding_beside_one_that_hangs(void **state)
{
	struct socket_detail *lossy;

	add_listener(&scene, 0, 128);
	add_hanging_clients(1, TCP_STATE_ESTABLISHED, SERVER);
	lossy = add_served(&scene, TCP_STATE_ESTABLISHED, 45000, SERVER);
	scene_event(&scene, EVIDENCE_RETRANSMIT, &scene.sockets[1], 100);
	for (int i = 0; i < 8; i++)
		scene_event(&scene, EVIDENCE_RETRANSMIT, lossy, 100);
	count_retransmissions(200);
	scene_judge(&scene);
	must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN);
	must_find(&scene, FINDING_RETRANSMITS_RISE, FINDING_WARN);
}

/* ---------------------------------------------------------------- both ends */

static bool of_qb(void *context, const struct flow *flow, const struct socket_detail *socket)
{
	return flow->netns == QB;
}

static void a_connection_on_which_nothing_passes_is_told_by_one_end(void **state)
{
	add_listener(&scene, 0, 128);
	hang(add_served(&scene, TCP_STATE_ESTABLISHED, 40000, SERVER));
	hang(add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT));
	scene_judge(&scene);
	assert_int_equal(worse_than_notes(), 1);
	assert_true(says(must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN),
			 "nothing passes the other way either"));
	assert_int_equal(found(&scene, FINDING_UNACKNOWLEDGED)->pid, SERVER);
	memcpy(scene_event(&scene, EVIDENCE_DROP, &scene.sockets[2], 100)->reason, "NETFILTER_DROP",
	       15);
	scene.watch_ns = 10000000000;
	scene_judge(&scene); /* of the client's packets it is known why */
	assert_int_equal(worse_than_notes(), 1);
	must_find(&scene, FINDING_DROPPED_HERE, FINDING_WARN);
	scene.choice.wanted = of_qb; /* the client is not asked for */
	scene_judge(&scene);
	must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN);
}

static void a_receiver_whose_sender_was_not_asked_for_is_told(void **state)
{
	struct socket_detail *reader, *writer;

	add_listener(&scene, 0, 128);
	reader = add_served(&scene, TCP_STATE_ESTABLISHED, 40000, SERVER);
	writer = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);
	reader->unread = 4344;
	reader->never_read = 1;
	reader->read_ms = 5000;
	writer->unacked = 43000;
	writer->snd_wnd = 0;
	writer->flags |= SOCKET_PROBE | SOCKET_RWND_LIMITED;
	writer->limited_ms = 5000;
	scene_judge(&scene);
	must_find(&scene, FINDING_ZERO_WINDOW, FINDING_WARN);
	assert_null(found(&scene, FINDING_RECEIVER_DOES_NOT_READ));
	scene.choice.wanted = of_qb;
	scene_judge(&scene);
	assert_non_null(found(&scene, FINDING_RECEIVER_DOES_NOT_READ));
}

/* ---------------------------------------------------------------- what passes */

static void what_is_so_for_a_moment_is_told_where_it_was_asked_for(void **state)
{
	add_listener(&scene, 1, 128);
	add_waiting(1);
	scene.sockets[1].read_ms = 80;
	add_served(&scene, TCP_STATE_CLOSE_WAIT, 40000, SERVER);
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
	scene_explain(&scene);
	assert_non_null(found(&scene, FINDING_NEVER_ACCEPTED));
	assert_non_null(found(&scene, FINDING_CLOSE_WAIT));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(clients_of_one_service_that_do_not_answer_are_one_finding),
		CASE(clients_of_a_server_that_is_gone_are_one_finding),
		CASE(sockets_of_a_namespace_that_was_removed_are_a_note_without_a_command),
		CASE(services_that_do_not_answer_are_told_one_by_one),
		CASE(many_services_that_do_not_answer_are_one_finding),
		CASE(very_many_services_are_joined_before_any_is_left_out),
		CASE(a_port_outside_the_range_is_a_service_only_where_the_peers_is_inside),
		CASE(packets_dropped_at_two_places_are_two_findings),
		CASE(what_waits_for_a_stopped_process_is_told_with_it),
		CASE(a_full_queue_of_a_stopped_process_is_helped_by_continuing_it),
		CASE(a_process_that_does_not_accept_is_told_where_it_is_asked_for),
		CASE(a_leak_that_uses_the_descriptors_up_is_told_with_that),
		CASE(a_leak_that_is_not_why_the_descriptors_are_used_up_is_its_own),
		CASE(retransmissions_of_connections_that_hang_are_told_with_these),
		CASE(retransmissions_of_others_are_a_finding_beside_one_that_hangs),
		CASE(a_connection_on_which_nothing_passes_is_told_by_one_end),
		CASE(a_receiver_whose_sender_was_not_asked_for_is_told),
		CASE(what_is_so_for_a_moment_is_told_where_it_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
