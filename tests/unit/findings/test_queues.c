/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Accept queues by the age of what waits in them; who closed an orphan; usual and unusual resets. */
#include <errno.h>

#include "unit/findings/scene.h"

/* Connections that no process has accepted, for so long. */
static void add_waiting(unsigned int count, uint16_t port, uint32_t age_ms)
{
	for (unsigned int i = 0; i < count; i++) {
		struct socket_detail *socket =
			add_served(&scene, TCP_STATE_ESTABLISHED, (uint16_t)(port + i), 0);

		socket->never_read = 1;
		socket->read_ms = age_ms;
	}
}

/* ---------------------------------------------------------------- one listener */

static void a_queue_that_has_just_filled_up_is_a_note(void **state)
{
	add_listener(&scene, 2, 1);
	add_waiting(2, 40000, 80);
	scene_judge(&scene);
	must_find(&scene, FINDING_ACCEPT_QUEUE_FULL, FINDING_NOTE);
	assert_int_equal(worst(&scene), FINDING_NOTE);
}

static void a_queue_that_stays_full_is_critical_and_says_how_long(void **state)
{
	const struct finding *finding;

	add_listener(&scene, 2, 1);
	add_waiting(1, 40000, 80);
	add_waiting(1, 40001, 3200);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_ACCEPT_QUEUE_FULL, FINDING_CRITICAL);
	assert_true(says(finding, "has waited for 3.2 s"));
	assert_int_equal(finding->since_ms, 3200);
}

static size_t worse_than_notes(void)
{
	size_t count = 0;

	for (size_t i = 0; i < scene.findings.count; i++)
		count += scene.findings.list[i].severity > FINDING_NOTE;
	return count;
}

static void a_full_queue_and_what_it_holds_up_is_one_finding(void **state)
{
	struct socket_detail *client, *request;
	const struct finding *finding;

	add_listener(&scene, 2, 1);
	add_waiting(2, 40000, 3200);
	scene.sockets[1].state = TCP_STATE_CLOSE_WAIT;
	scene.sockets[2].unread = 100;
	request = add_served(&scene, TCP_STATE_SYN_RECV, 41000, 0);
	request->form = SOCKET_REQUEST;
	client = add_client(&scene, TCP_STATE_ESTABLISHED, 41000, CLIENT);
	client->flags |= SOCKET_RETRANSMIT;
	client->retransmits = 5;
	client->unacked = 100;
	scene.watch_ns = 10000000000;
	scene.spaces[1].before[SPACE_LISTEN_DROPS] = 3;
	scene.spaces[1].counters[SPACE_LISTEN_DROPS] = 10;
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_ACCEPT_QUEUE_FULL, FINDING_CRITICAL);
	assert_int_equal(worse_than_notes(), 1);
	assert_true(says(finding,
			 "2 connections in the queue never accepted, 1 of them closed by the"));
	assert_true(says(finding, "1 client sent data that is not acknowledged"));
	assert_true(says(finding, "client (pid 43)"));
	assert_true(says(finding, "ListenDrops of namespace qb rose by 7 in 10.0 s"));
	scene_explain(&scene); /* each is explained where it was asked for */
	assert_non_null(found(&scene, FINDING_NEVER_ACCEPTED));
	assert_non_null(found(&scene, FINDING_UNACKNOWLEDGED));
}

static void drops_in_a_namespace_whose_queues_have_room_are_told(void **state)
{
	add_listener(&scene, 0, 128);
	scene.watch_ns = 10000000000;
	scene.spaces[1].before[SPACE_LISTEN_DROPS] = 3;
	scene.spaces[1].counters[SPACE_LISTEN_DROPS] = 10;
	scene_judge(&scene);
	must_find(&scene, FINDING_LISTEN_DROPS, FINDING_WARN);
}

static void a_queue_whose_connections_are_in_no_table_is_critical(void **state)
{
	add_listener(&scene, 129, 128); /* reset by their clients while they waited */
	add_waiting(2, 40000, 80);
	scene_judge(&scene);
	must_find(&scene, FINDING_ACCEPT_QUEUE_FULL, FINDING_CRITICAL);
}

static void one_that_waits_tells_its_place_in_the_queue(void **state)
{
	add_listener(&scene, 3, 128);
	add_waiting(1, 40000, 5000);
	add_waiting(1, 40001, 4000);
	add_waiting(1, 40002, 3000);
	scene_explain(&scene);
	for (size_t i = 0; i < scene.findings.count; i++) {
		const struct finding *finding = &scene.findings.list[i];

		if (finding->kind == FINDING_NEVER_ACCEPTED && finding->since_ms == 4000) {
			assert_true(says(finding, "place 2 of 3 in the queue"));
			return;
		}
	}
	fail_msg("the second in the queue was not explained");
}

static void a_process_that_is_traced_has_stopped_only_where_connections_wait(void **state)
{
	struct socket_detail *listener = add_listener(&scene, 0, 128);

	scene.processes[0].state = 't';
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_LISTENER_STOPPED));
	listener->unread = 1;
	add_waiting(1, 40000, 2000);
	scene_judge(&scene);
	must_find(&scene, FINDING_LISTENER_STOPPED, FINDING_WARN);
	assert_null(found(&scene, FINDING_NEVER_ACCEPTED)); /* told with it */
}

static void the_disk_wait_of_one_thread_of_many_stops_no_process(void **state)
{
	struct socket_detail *socket = add_served(&scene, TCP_STATE_CLOSE_WAIT, 40000, SERVER);

	socket->state_ms = 2000;
	scene.processes[0].state = 'D';
	scene.processes[0].threads = 8;
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
	scene.processes[0].threads = 1;
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSE_WAIT_STOPPED, FINDING_WARN);
}

/* ---------------------------------------------------------------- SO_REUSEPORT */

#define WORKER 44

static struct socket_detail *add_member(uint32_t queue, uint32_t pid)
{
	struct socket_detail *member = add_listener(&scene, queue, 128);

	member->flags |= SOCKET_REUSEPORT;
	member->flow.pid = pid;
	scene.holders[scene.holders_count - 1].pid = pid;
	return member;
}

static void a_member_with_a_fresh_burst_in_its_queue_is_not_dead(void **state)
{
	add_process(&scene, WORKER, "worker");
	add_member(0, SERVER);
	add_member(4, WORKER);
	for (uint16_t i = 0; i < 6; i++)
		add_served(&scene, TCP_STATE_ESTABLISHED, (uint16_t)(50000 + i), SERVER);
	add_waiting(4, 40000, 120);
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_REUSEPORT_DEAD_MEMBER));
	assert_int_equal(worst(&scene), FINDING_NOTE);
}

static void a_member_that_leaves_its_queue_is_told_once_with_a_command(void **state)
{
	const struct finding *finding;

	add_process(&scene, WORKER, "worker");
	add_member(0, SERVER);
	add_member(4, WORKER);
	for (uint16_t i = 0; i < 6; i++)
		add_served(&scene, TCP_STATE_ESTABLISHED, (uint16_t)(50000 + i), SERVER);
	add_waiting(4, 40000, 2500);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_REUSEPORT_DEAD_MEMBER, FINDING_WARN);
	assert_int_equal(finding->pid, WORKER);
	assert_true(says(finding, "open connections: 6, a member has 0 to 6"));
	assert_non_null(strstr(finding->command, "/proc/44/stack"));
	assert_null(found(&scene, FINDING_NEVER_ACCEPTED));
}

static void the_connections_of_a_process_with_several_members_are_counted_once(void **state)
{
	const struct finding *finding;

	add_member(0, SERVER);
	add_member(4, SERVER)->flow.cookie += 500;
	scene.holders[scene.holders_count - 1].cookie += 500;
	for (uint16_t i = 0; i < 6; i++)
		add_served(&scene, TCP_STATE_ESTABLISHED, (uint16_t)(50000 + i), SERVER);
	add_waiting(4, 40000, 2500);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_REUSEPORT_DEAD_MEMBER, FINDING_WARN);
	assert_true(says(finding, "6 open of all its sockets"));
	assert_true(says(finding, "from one of its sockets"));
}

/* ---------------------------------------------------------------- events */

static struct evidence_event *add_event(unsigned int kind, const struct socket_detail *socket,
					uint32_t times)
{
	struct evidence_event *event = &scene.events[scene.events_count++];

	*event = (struct evidence_event){.kind = (uint8_t)kind,
					 .ktime_ns = 999000000000,
					 .flow = socket->flow,
					 .cookie = socket->flow.cookie,
					 .netns = socket->flow.netns,
					 .value2 = times};
	return event;
}

static void an_orphan_names_who_closed_it(void **state)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_FIN_WAIT2, 40000, 0);
	struct evidence_event *closed = add_event(EVIDENCE_CLOSED, socket, 0);
	const struct finding *finding;

	socket->form = SOCKET_TIME_WAIT;
	socket->timer_ms = 59000;
	closed->flow.pid = 4711;
	memcpy(closed->flow.comm, "dial", 5);
	closed->value = 1;
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_FIN_WAIT2_ORPHAN, FINDING_NOTE);
	assert_true(says(finding, "closed by dial (pid 4711), which is gone"));
	assert_int_equal(finding->pid, 4711);
}

/* So many connections of the service were reset, of so many that were accepted. */
static const struct finding *reset_of(uint32_t accepted, const char *reason)
{
	struct socket_detail *socket = add_served(&scene, TCP_STATE_ESTABLISHED, 40000, SERVER);
	struct evidence_event *reset;

	scene.watch_ns = 10000000000;
	add_event(EVIDENCE_ACCEPT, socket, accepted);
	reset = add_event(EVIDENCE_RESET_SENT, socket, EVIDENCE_ACTIVE);
	reset->flow.local = socket->flow.remote;
	reset->flow.remote = socket->flow.local;
	reset->flow.pid = CLIENT;
	memcpy(reset->reason, reason, strlen(reason) + 1);
	for (int i = 0; i < 12; i++)
		add_event(EVIDENCE_ENDED, socket, 0)->value = ECONNRESET;
	scene_judge(&scene);
	return found(&scene, FINDING_RESET);
}

static void some_resets_of_a_busy_service_are_a_note(void **state)
{
	assert_int_equal(reset_of(5000, "TCP_ABORT_ON_CLOSE")->severity, FINDING_NOTE);
}

static void resets_of_most_connections_are_a_warning(void **state)
{
	assert_int_equal(reset_of(14, "TCP_ABORT_ON_CLOSE")->severity, FINDING_WARN);
}

static void resets_that_the_client_asked_for_are_a_note(void **state)
{
	assert_int_equal(reset_of(14, "TCP_STATE")->severity, FINDING_NOTE);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_queue_that_has_just_filled_up_is_a_note),
		CASE(a_queue_that_stays_full_is_critical_and_says_how_long),
		CASE(a_full_queue_and_what_it_holds_up_is_one_finding),
		CASE(drops_in_a_namespace_whose_queues_have_room_are_told),
		CASE(a_queue_whose_connections_are_in_no_table_is_critical),
		CASE(one_that_waits_tells_its_place_in_the_queue),
		CASE(a_process_that_is_traced_has_stopped_only_where_connections_wait),
		CASE(the_disk_wait_of_one_thread_of_many_stops_no_process),
		CASE(a_member_with_a_fresh_burst_in_its_queue_is_not_dead),
		CASE(a_member_that_leaves_its_queue_is_told_once_with_a_command),
		CASE(the_connections_of_a_process_with_several_members_are_counted_once),
		CASE(an_orphan_names_who_closed_it),
		CASE(some_resets_of_a_busy_service_are_a_note),
		CASE(resets_of_most_connections_are_a_warning),
		CASE(resets_that_the_client_asked_for_are_a_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
