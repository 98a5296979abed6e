/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What came of a listener: backlog, accepts, drops, its group; who made TIME_WAITs; orphans. */
#include <errno.h>

#include "evidence/tallies.h"
#include "unit/findings/scene.h"

#define WORKER 44

static int setup(void **state)
{
	scene_init(&scene);
	add_process(&scene, WORKER, "worker");
	return 0;
}

static struct evidence_event *add_event(unsigned int kind, const struct socket_detail *socket,
					uint64_t ms_ago)
{
	struct evidence_event *event = &scene.events[scene.events_count++];

	*event = (struct evidence_event){
		.kind = (uint8_t)kind,
		.ktime_ns = 1000000000000 - ms_ago * 1000000,
		.flow = socket->flow,
		.cookie = socket->flow.cookie,
		.netns = socket->flow.netns,
	};
	return event;
}

static const struct finding *listening(void)
{
	scene_explain(&scene);
	return must_find(&scene, FINDING_LISTENING, FINDING_NOTE);
}

static void the_backlog_that_was_asked_for_is_told_where_it_was_watched(void **state)
{
	const struct socket_detail *listener = add_listener(&scene, 0, 1);

	scene.spaces[1].settings[SPACE_SOMAXCONN] = 1;
	assert_true(says(listening(), "listen() may have asked for more"));
	add_event(EVIDENCE_LISTEN, listener, 5000)->value = 1000;
	assert_true(says(listening(), "listen(1000) was asked for, net.core.somaxconn allows 1"));
	scene.events[0].value = UINT32_MAX;
	assert_true(says(listening(), "listen(-1) was asked for"));
	scene.events[0].cookie = 5; /* of another listener */
	assert_true(says(listening(), "listen() may have asked for more"));
}

static void accepts_are_counted_and_their_last_error_is_named(void **state)
{
	struct socket_detail *listener = add_listener(&scene, 2, 128), *other;
	const struct finding *finding;

	scene.watch_ns = 10000000000;
	assert_true(says(listening(), "no connection was accepted in the 10.0 s"));
	add_event(EVIDENCE_ACCEPT, listener, 6000)->value2 = 25;
	*add_event(EVIDENCE_ACCEPT, listener, 4000) =
		(struct evidence_event){.kind = EVIDENCE_ACCEPT,
					.ktime_ns = 996000000000,
					.netns = QB,
					.flow = listener->flow,
					.cookie = listener->flow.cookie,
					.value = EMFILE,
					.value2 = 3};
	other = add_listener(&scene, 0, 128);
	other->flow.local.port = 81;
	add_event(EVIDENCE_ACCEPT, other, 1000)->value2 = 900;
	scene.sockets_count--;
	finding = listening();
	assert_true(
		says(finding, "25 connections accepted in 10.0 s (2.5/s), the last one 6.0 s ago"));
	assert_true(says(finding, "the last failed accept(): EMFILE 4.0 s ago, 3 in all"));
}

static void a_listener_tells_its_own_drops_deferred_clients_and_group(void **state)
{
	struct socket_detail *listener = add_listener(&scene, 0, 128), *other;
	const struct finding *finding;

	listener->drops = 7;
	listener->defer_accept = 1;
	listener->requests = 1;
	listener->flags |= SOCKET_REUSEPORT;
	other = add_served(&scene, TCP_STATE_SYN_RECV, 40000, 0);
	other->form = SOCKET_REQUEST;
	other->flags |= SOCKET_DEFERRED;
	finding = listening();
	assert_false(
		says(finding, "dropped by this socket")); /* ACKs that were ignored count, too */
	assert_true(says(finding, "1 of the half-open have finished the handshake"));
	assert_false(says(finding, "SO_REUSEPORT"));
	other = add_socket(&scene, QB, TCP_STATE_LISTEN, end_of(2, 80),
			   (struct endpoint){.addr = {[10] = 0xff, 0xff}}, WORKER);
	other->flags |= SOCKET_REUSEPORT;
	other->unread = 1;
	other = add_served(&scene, TCP_STATE_ESTABLISHED, 40003, 0);
	other->flags &= (uint16_t)~SOCKET_ACCEPTED;
	assert_false(says(listening(), "has waited"));
	listener->unread = 1;
	assert_true(
		says(listening(), "the oldest connection in the queues of the group has waited"));
	listener->unread = 0;
	add_served(&scene, TCP_STATE_ESTABLISHED, 40001, WORKER);
	add_served(&scene, TCP_STATE_ESTABLISHED, 40002, SERVER);
	listener->defer_accept = 0;
	assert_true(says(listening(), "7 connection requests dropped by this socket"));
	assert_true(says(listening(),
			 "one of 2 sockets of a SO_REUSEPORT group: its process has 1 of "
			 "the 2 open"));
}

static void
half_open_beyond_three_quarters_of_the_syn_backlog_is_critical_without_cookies(void **state)
{
	add_listener(&scene, 0, 128);
	for (uint16_t i = 0; i < 48; i++) {
		struct socket_detail *request =
			add_served(&scene, TCP_STATE_SYN_RECV, (uint16_t)(40000 + i), 0);

		request->form = SOCKET_REQUEST;
		request->retransmits = 1;
	}
	scene.spaces[1].settings[SPACE_SYN_BACKLOG] = 64;
	scene.spaces[1].settings[SPACE_SYNCOOKIES] = 1;
	scene_judge(&scene);
	must_find(&scene, FINDING_HALF_OPEN_FLOOD, FINDING_WARN);
	scene.spaces[1].settings[SPACE_SYNCOOKIES] = 0;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_HALF_OPEN_FLOOD, FINDING_CRITICAL),
			 "48 half-open of 48, then SYNs are dropped"));
	scene_explain(&scene);
	must_find(&scene, FINDING_HALF_OPEN_FLOOD, FINDING_CRITICAL);
	assert_null(found(&scene, FINDING_HALF_OPEN)); /* told with the flood */
}

static void time_waits_name_who_made_them(void **state)
{
	struct evidence_event *made;

	scene.watch_ns = 10000000000;
	scene.spaces[0].settings[SPACE_PORT_LOW] = 40000;
	scene.spaces[0].settings[SPACE_PORT_HIGH] = 40019;
	for (uint16_t i = 0; i < 19; i++)
		add_client(&scene, TCP_STATE_TIME_WAIT, (uint16_t)(40000 + i), 0)->form =
			SOCKET_TIME_WAIT;
	made = add_event(EVIDENCE_STATE, &scene.sockets[0], 100);
	made->value = TCP_STATE_TIME_WAIT;
	made->value2 = 12;
	made->flow.pid = CLIENT;
	memcpy(made->flow.comm, "client", sizeof("client"));
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_PORTS_RUN_OUT, FINDING_CRITICAL),
			 "client (pid 43) made 12 of the TIME_WAITs"));
	assert_int_equal(found(&scene, FINDING_PORTS_RUN_OUT)->pid, CLIENT);
}

static void orphans_are_told_of_the_namespace_that_has_most(void **state)
{
	const struct finding *finding;

	scene.spaces[0].settings[SPACE_ORPHANS] = 10; /* one limit, which the first alone shows */
	for (uint16_t i = 0; i < 8; i++) {
		struct socket_detail *orphan =
			i < 2 ? add_client(&scene, TCP_STATE_FIN_WAIT1, (uint16_t)(40000 + i), 0)
			      : add_served(&scene, TCP_STATE_LAST_ACK, (uint16_t)(41000 + i), 0);

		orphan->flags |= SOCKET_ORPHAN;
	}
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_ORPHAN_LIMIT, FINDING_WARN);
	assert_int_equal(finding->netns, QB);
	assert_true(says(finding, "8 of 10"));
	assert_true(says(finding, "6 of them here"));
}

static void like_events_become_one_row_with_their_number(void **state)
{
	struct tallies *tallies = tallies_new();
	struct evidence_store store = {};
	struct evidence_event event = {.kind = EVIDENCE_ACCEPT, .netns = QB};

	for (uint32_t i = 0; i < 20000; i++) {
		event.flow.local.port = (uint16_t)(80 + i % 2);
		event.flow.remote.port = (uint16_t)i; /* of an accept it makes no difference */
		event.ktime_ns = i;
		tallies_add(tallies, &event);
	}
	tallies_store(tallies, &store);
	assert_int_equal(store.event_count, 2);
	assert_int_equal(store.events[0].value2 + store.events[1].value2, 20000);
	assert_true(store.events[0].ktime_ns >= 19998);
	for (uint32_t i = 0; i < 20000; i++) {
		event.kind = EVIDENCE_STATE;
		event.flow.remote.port = (uint16_t)i;
		tallies_add(tallies, &event);
	}
	evidence_store_clear(&store);
	tallies_store(tallies, &store);
	assert_int_equal(store.event_count + store.left_out, 20002);
	assert_true(store.left_out > 0);
	evidence_store_release(&store);
	tallies_free(tallies);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_backlog_that_was_asked_for_is_told_where_it_was_watched),
		CASE(accepts_are_counted_and_their_last_error_is_named),
		CASE(a_listener_tells_its_own_drops_deferred_clients_and_group),
		CASE(half_open_beyond_three_quarters_of_the_syn_backlog_is_critical_without_cookies),
		CASE(time_waits_name_who_made_them),
		CASE(orphans_are_told_of_the_namespace_that_has_most),
		CASE(like_events_become_one_row_with_their_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
