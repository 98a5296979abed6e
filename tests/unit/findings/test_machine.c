/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one socket does not show: proxies, ports, floods, groups, counters. */
#include <errno.h>

#include "base/cleanup.h"
#include "unit/findings/scene.h"

/* ---------------------------------------------------------------- ports */

static void client_ports(unsigned int count, unsigned int time_waits)
{
	scene.spaces[0].settings[SPACE_PORT_LOW] = 40000;
	scene.spaces[0].settings[SPACE_PORT_HIGH] = 40099;
	for (unsigned int i = 0; i < count; i++) {
		bool waiting = i < time_waits;
		struct socket_detail *socket =
			add_client(&scene, waiting ? TCP_STATE_TIME_WAIT : TCP_STATE_ESTABLISHED,
				   (uint16_t)(40000 + i), waiting ? 0 : CLIENT);

		socket->form = waiting ? SOCKET_TIME_WAIT : SOCKET_FULL;
		socket->timer_ms = 55000;
	}
}

static void ports_that_run_out_are_counted_by_destination(void **state)
{
	const struct finding *finding;

	client_ports(90, 60);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_PORTS_RUN_OUT, FINDING_WARN);
	assert_int_equal(finding->count, 90);
	assert_int_equal(finding->limit.max, 100);
	assert_int_equal(finding->pid, CLIENT);
	assert_true(says(finding, "60 in TIME_WAIT"));
	assert_int_equal(finding->limit.eta_ms, 10 * 10000 / 60);
}

static void ports_that_are_all_used_are_critical(void **state)
{
	client_ports(100, 100);
	scene_judge(&scene);
	must_find(&scene, FINDING_PORTS_RUN_OUT, FINDING_CRITICAL);
}

static void half_the_ports_are_no_finding(void **state)
{
	client_ports(60, 30);
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
}

/* ---------------------------------------------------------------- half-open */

static void half_open(unsigned int count, unsigned int retries, uint32_t flags)
{
	add_listener(&scene, 0, 64)->requests = count;
	scene.spaces[1].settings[SPACE_SYNCOOKIES] = 1;
	for (unsigned int i = 0; i < count; i++) {
		struct socket_detail *socket =
			add_served(&scene, TCP_STATE_SYN_RECV, (uint16_t)(20000 + i), 0);

		socket->form = SOCKET_REQUEST;
		socket->retransmits = (uint8_t)retries;
		socket->flags = flags;
	}
}

static void a_half_open_flood_counts_clients_and_retries(void **state)
{
	const struct finding *finding;

	half_open(30, 2, 0);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_HALF_OPEN_FLOOD, FINDING_WARN);
	assert_true(says(finding, "30 half-open from 1 address (10.9.0.1)"));
	assert_true(says(finding, "sent 3 times"));
	assert_true(says(finding, "30 half-open of 64"));
}

static void a_short_backlog_that_forged_clients_fill_is_a_flood(void **state)
{
	half_open(5, 2, 0);
	scene.sockets[0].unacked = 4;
	scene_judge(&scene);
	assert_int_equal(must_find(&scene, FINDING_HALF_OPEN_FLOOD, FINDING_WARN)->limit.max, 4);
}

static void half_open_connections_that_a_removed_namespace_left_are_a_note(void **state)
{
	half_open(30, 2, 0);
	for (size_t i = 1; i < scene.sockets_count; i++)
		scene.sockets[i].flow.netns = 300;
	scene_judge(&scene);
	must_find(&scene, FINDING_HALF_OPEN_FLOOD, FINDING_NOTE);
}

static void handshakes_under_way_are_no_flood(void **state)
{
	half_open(30, 0, 0);
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
}

static void connections_that_defer_accept_holds_are_no_flood(void **state)
{
	half_open(30, 2, SOCKET_DEFERRED);
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
}

/* ---------------------------------------------------------------- SO_REUSEPORT */

static void group_of_two(uint32_t queue, uint32_t limit)
{
	struct socket_detail *first = add_listener(&scene, 0, 128);
	struct socket_detail *second = add_listener(&scene, queue, limit);

	first->flags |= SOCKET_REUSEPORT;
	second->flags |= SOCKET_REUSEPORT;
	second->flow.pid = CLIENT;
	for (uint16_t i = 0; i < 5; i++)
		add_served(&scene, TCP_STATE_ESTABLISHED, (uint16_t)(40000 + i), SERVER);
}

static void a_dead_member_of_a_group_is_named(void **state)
{
	const struct finding *finding;

	group_of_two(2, 1);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_REUSEPORT_DEAD_MEMBER, FINDING_CRITICAL);
	assert_int_equal(finding->pid, CLIENT);
	assert_true(says(finding, "1 of 2 new connections hang"));
	assert_true(says(finding, "server (pid 42): 5 open"));
	assert_null(found(&scene, FINDING_ACCEPT_QUEUE_FULL));
}

static void a_group_whose_members_all_accept_is_no_finding(void **state)
{
	group_of_two(0, 128);
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
}

/* ---------------------------------------------------------------- limits and counters */

static void a_conntrack_table_that_is_nearly_full(void **state)
{
	scene.spaces[1].settings[SPACE_CT_COUNT] = 92;
	scene.spaces[1].settings[SPACE_CT_MAX] = 100;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_CONNTRACK_FULL, FINDING_WARN), "92 of 100"));
	scene.spaces[1].settings[SPACE_CT_COUNT] = 50;
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
}

static void a_counter_is_a_finding_where_it_rose_while_watched(void **state)
{
	struct evidence_space *space = &scene.spaces[1];

	space->counters[SPACE_COOKIES_SENT] = 500;
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
	scene.watch_ns = 10000000000;
	space->before[SPACE_COOKIES_SENT] = 500;
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
	space->before[SPACE_COOKIES_SENT] = 480;
	add_listener(&scene, 0, 64)->requests = 64;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_SYN_COOKIES, FINDING_WARN), "20 SYN cookies"));
	assert_true(says(found(&scene, FINDING_SYN_COOKIES), "server (pid 42)"));
}

static void a_few_retransmissions_of_much_traffic_are_no_finding(void **state)
{
	struct evidence_space *space = &scene.spaces[1];

	scene.watch_ns = 10000000000;
	space->before[SPACE_RETRANS] = space->before[SPACE_OUT_SEGS] = 0;
	space->counters[SPACE_RETRANS] = 200;
	space->counters[SPACE_OUT_SEGS] = 100000;
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
	space->counters[SPACE_RETRANS] = 20000;
	scene_judge(&scene);
	must_find(&scene, FINDING_RETRANSMITS_RISE, FINDING_WARN);
}

/* ---------------------------------------------------------------- resets */

#define LISTENING 8080

/* From one end of a connection within this host to the other; times in ms. */
static struct evidence_event *reset_event(unsigned int kind, uint64_t ms, bool of_server)
{
	struct evidence_event *event = &scene.events[scene.events_count++];
	struct endpoint server = end_of(1, LISTENING), client = end_of(1, 40000);

	*event = (struct evidence_event){.ktime_ns = ms * 1000000, .netns = QA, .kind = kind};
	event->flow.local = of_server ? server : client;
	event->flow.remote = of_server ? client : server;
	event->flow.local.addr[12] = event->flow.remote.addr[12] = 127;
	event->flow.pid = of_server ? SERVER : CLIENT;
	event->flow.netns = QA;
	event->cookie = event->flow.cookie = of_server ? 2 : 1;
	return event;
}

/* The kernel tells of an abort once its packet has left: here after it arrived. */
static void an_abort_is_told_once_also_where_it_is_told_late(void **state)
{
	const struct finding *finding;

	scene.watch_ns = 10000000000;
	reset_event(EVIDENCE_RESET_CAME, 5000, false);
	reset_event(EVIDENCE_ENDED, 5001, false)->value = ECONNRESET;
	reset_event(EVIDENCE_RESET_SENT, 5003, true)->value2 = EVIDENCE_ACTIVE;
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 1);
	finding = must_find(&scene, FINDING_RESET, FINDING_NOTE);
	assert_int_equal(finding->pid, CLIENT);
	assert_true(says(finding, "pid 42) sent the reset"));
}

static void a_reset_over_loopback_is_not_from_outside(void **state)
{
	struct evidence_event *came = reset_event(EVIDENCE_RESET_CAME, 5000, false);

	scene.watch_ns = 10000000000;
	reset_event(EVIDENCE_ENDED, 5001, false)->value = ECONNRESET;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_RESET, FINDING_NOTE), "no socket of this host"));
	findings_release(&scene.findings);
	came->value2 = EVIDENCE_SENDERS_PARTIAL; /* a kernel before 6.10 */
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_RESET, FINDING_NOTE),
			 "sender of the reset unknown"));
}

/* ---------------------------------------------------------------- both ends */

static void nat_does_not_hide_the_other_end(void **state)
{
	struct socket_detail *client = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);
	struct socket_detail *server = add_socket(&scene, QB, TCP_STATE_ESTABLISHED,
						  end_of(9, 8080), end_of(1, 40000), SERVER);

	client->snd_una = server->rcv_nxt = 77000000;
	client->rcv_nxt = server->snd_una = 99000000;
	scene_explain(&scene);
	assert_true(says(must_find(&scene, FINDING_MOVING, FINDING_NOTE),
			 "the other end is on this host"));
	server->snd_una += 500000000;
	server->rcv_nxt += 500000000;
	scene_explain(&scene);
	assert_false(says(must_find(&scene, FINDING_MOVING, FINDING_NOTE),
			  "the other end is on this host"));
}

static bool are_joined(void)
{
	scene_explain(&scene);
	return says(must_find(&scene, FINDING_MOVING, FINDING_NOTE),
		    "the other end is on this host");
}

static void nat_of_both_ends_does_not_hide_the_other_end(void **state)
{
	struct socket_detail *client = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);
	struct socket_detail *server = add_socket(&scene, QB, TCP_STATE_ESTABLISHED,
						  end_of(9, 8080), end_of(7, 1024), SERVER);

	client->snd_una = server->rcv_nxt = 77000000;
	client->rcv_nxt = server->snd_una = 99000000;
	assert_true(are_joined());
	server->snd_una += 1000; /* it moves: then a port must have been left */
	assert_false(are_joined());
	server->flow.remote.port = 40000;
	assert_true(are_joined());
	server->snd_una += 1 << 20;
	assert_false(are_joined());
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(ports_that_run_out_are_counted_by_destination),
		CASE(ports_that_are_all_used_are_critical),
		CASE(half_the_ports_are_no_finding),
		CASE(a_half_open_flood_counts_clients_and_retries),
		CASE(a_short_backlog_that_forged_clients_fill_is_a_flood),
		CASE(half_open_connections_that_a_removed_namespace_left_are_a_note),
		CASE(handshakes_under_way_are_no_flood),
		CASE(connections_that_defer_accept_holds_are_no_flood),
		CASE(a_dead_member_of_a_group_is_named),
		CASE(a_group_whose_members_all_accept_is_no_finding),
		CASE(a_conntrack_table_that_is_nearly_full),
		CASE(a_counter_is_a_finding_where_it_rose_while_watched),
		CASE(a_few_retransmissions_of_much_traffic_are_no_finding),
		CASE(an_abort_is_told_once_also_where_it_is_told_late),
		CASE(a_reset_over_loopback_is_not_from_outside),
		CASE(nat_does_not_hide_the_other_end),
		CASE(nat_of_both_ends_does_not_hide_the_other_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
