/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a watch adds: drops, retransmissions, resets, ends, counters, and which of them are asked for. */
#include <errno.h>

#include "unit/findings/scene.h"

static uint32_t chosen_netns;
static uint16_t chosen_port;

static bool is_of_netns(void *context, const struct flow *flow, const struct socket_detail *socket)
{
	return flow->netns == chosen_netns;
}

static bool is_of_port(void *context, const struct flow *flow, const struct socket_detail *socket)
{
	return flow->local.port == chosen_port || flow->remote.port == chosen_port;
}

static void choose_netns(uint32_t netns)
{
	chosen_netns = netns;
	scene.choice.wanted = is_of_netns;
	scene_judge(&scene);
}

static void choose_port(uint16_t port)
{
	chosen_port = port;
	scene.choice.wanted = is_of_port;
	scene_explain(&scene);
}

static void give_reason(struct evidence_event *event, const char *reason)
{
	snprintf(event->reason, sizeof(event->reason), "%s", reason);
}

/* ---------------------------------------------------------------- path MTU */

/* Full-size segments that repeat; the peer was heard 3 s after the first was sent. */
static struct socket_detail *full_segments(unsigned int repeats, uint32_t length)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);

	socket->flags |= SOCKET_RETRANSMIT;
	socket->retransmits = (uint8_t)repeats;
	socket->unacked = 50000;
	socket->packets_out = 10;
	socket->hang_ms = 5000;
	socket->heard_ms = 2000;
	for (unsigned int i = 0; i < repeats; i++)
		scene_event(&scene, EVIDENCE_RETRANSMIT, socket, 4000 - i * 500)->value = length;
	return socket;
}

static void expect_black_hole(unsigned int confidence)
{
	const struct finding *finding;

	scene_judge(&scene);
	finding = must_find(&scene, FINDING_MTU_BLACK_HOLE, FINDING_WARN);
	assert_int_equal(finding->confidence, confidence);
	assert_null(found(&scene, FINDING_UNACKNOWLEDGED));
}

static void expect_no_black_hole(void)
{
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_MTU_BLACK_HOLE));
	assert_non_null(found(&scene, FINDING_UNACKNOWLEDGED));
}

static void a_drop_as_too_big_is_a_certain_black_hole(void **state)
{
	struct socket_detail *socket = full_segments(3, 1448);
	struct evidence_event *drop = scene_event(&scene, EVIDENCE_DROP, socket, 500);

	give_reason(drop, "PKT_TOO_BIG");
	drop->netns = QB;
	expect_black_hole(FINDING_HIGH);
	assert_true(says(found(&scene, FINDING_MTU_BLACK_HOLE),
			 "namespace qb drops them: PKT_TOO_BIG"));
	assert_true(says(found(&scene, FINDING_MTU_BLACK_HOLE), "3 retransmissions seen"));
}

static void a_narrow_device_makes_a_black_hole_likely(void **state)
{
	struct evidence_device *device = &scene.spaces[1].devices[0];

	full_segments(3, 1448);
	scene.spaces[1].settings[SPACE_FORWARDS] = 1;
	scene.spaces[1].device_count = 1;
	*device = (struct evidence_device){.name = "rb", .mtu = 1300, .prefix = 120};
	memcpy(device->addr, end_of(254, 0).addr, sizeof(device->addr));
	expect_black_hole(FINDING_MEDIUM);
	device->mtu = 1500;
	expect_no_black_hole();
}

static void full_segments_alone_with_a_live_peer_are_a_guess(void **state)
{
	full_segments(4, 1448);
	expect_black_hole(FINDING_LOW);
}

static void three_repeats_are_not_enough_for_a_guess(void **state)
{
	full_segments(3, 1448);
	expect_no_black_hole();
}

static void small_segments_that_repeat_are_no_black_hole(void **state)
{
	full_segments(4, 1448);
	scene.events[2].value = 20;
	expect_no_black_hole();
}

static void a_peer_that_is_silent_since_is_no_black_hole(void **state)
{
	full_segments(4, 1448)->heard_ms = 5100;
	expect_no_black_hole();
}

static void segments_that_any_path_carries_are_no_black_hole(void **state)
{
	full_segments(4, 1220)->mss = 1220;
	expect_no_black_hole();
}

/* ---------------------------------------------------------------- drops */

static void a_firewalls_drop_names_namespace_place_and_reason(void **state)
{
	struct evidence_event *drop = scene_event(&scene, EVIDENCE_DROP, full_segments(5, 20), 500);
	const struct finding *finding;

	give_reason(drop, "NETFILTER_DROP");
	snprintf(drop->place, sizeof(drop->place), "nf_hook_slow");
	drop->netns = QB;
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_DROPPED_HERE, FINDING_WARN);
	assert_int_equal(finding->confidence, FINDING_HIGH);
	assert_true(says(finding, "this host drops what is sent in namespace qb at nf_hook_slow: "
				  "NETFILTER_DROP, 0.5 s ago"));
	drop->value2 = EVIDENCE_INCOMING;
	scene_judge(&scene);
	assert_true(says(found(&scene, FINDING_DROPPED_HERE), "this host drops what comes back"));
}

static void expect_not_dropped(void)
{
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_DROPPED_HERE));
	assert_non_null(found(&scene, FINDING_UNACKNOWLEDGED));
}

static void a_drop_that_explains_nothing_is_not_told(void **state)
{
	struct evidence_event *drop = scene_event(&scene, EVIDENCE_DROP, full_segments(5, 20), 500);

	give_reason(drop, "TCP_OLD_ACK");
	expect_not_dropped();
	give_reason(drop, "NOT_SPECIFIED"); /* nowhere that is known for a verdict */
	expect_not_dropped();
	give_reason(drop, "NETFILTER_DROP");
	drop->ktime_ns = NOW_NS - 60000000000; /* long before it hung */
	expect_not_dropped();
	drop->ktime_ns = NOW_NS;
	drop->cookie++; /* another socket's */
	expect_not_dropped();
}

static void without_reasons_the_place_of_a_verdict_decides(void **state)
{
	struct evidence_event *drop = scene_event(&scene, EVIDENCE_DROP, full_segments(5, 20), 500);

	snprintf(drop->place, sizeof(drop->place), "nf_hook_slow+0x9b");
	scene_judge(&scene);
	must_find(&scene, FINDING_DROPPED_HERE, FINDING_WARN);
}

/* ---------------------------------------------------------------- resets */

/* The server resets a connection from QA. */
static struct evidence_event *server_resets(const char *reason)
{
	struct socket_detail socket = *add_served(&scene, TCP_STATE_ESTABLISHED, 40000, SERVER);
	struct evidence_event *reset = scene_event(&scene, EVIDENCE_RESET_SENT, &socket, 2000);

	scene.sockets_count = 0; /* they ended meanwhile */
	give_reason(reset, reason);
	return reset;
}

static void the_client_sees_its_end(void)
{
	struct socket_detail socket = *add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);

	scene.sockets_count = 0;
	socket.flow.cookie = 7;
	scene_event(&scene, EVIDENCE_RESET_CAME, &socket, 1999);
	scene_event(&scene, EVIDENCE_ENDED, &socket, 1998)->value = ECONNRESET;
}

static void expect_reset(const char *title, unsigned int severity)
{
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_RESET, severity), title));
}

static void a_reset_says_who_sent_it_and_why(void **state)
{
	struct evidence_event *reset = server_resets("TCP_ABORT_ON_CLOSE");

	expect_reset("1 connection reset by server (pid 42): closed with unread data",
		     FINDING_NOTE);
	give_reason(reset, "TCP_STATE");
	expect_reset("aborted on close (SO_LINGER 0)", FINDING_NOTE);
	give_reason(reset, "TCP_ABORT_ON_MEMORY");
	expect_reset("too little memory or too many orphans", FINDING_WARN);
	give_reason(reset, "SOMETHING_NEW");
	expect_reset("SOMETHING_NEW", FINDING_NOTE);
}

static void a_reset_without_a_reason_is_told_weaker(void **state)
{
	struct evidence_event *reset = server_resets("");

	expect_reset("in answer to a packet, no reason is given", FINDING_NOTE);
	assert_int_equal(found(&scene, FINDING_RESET)->confidence, FINDING_MEDIUM);
	reset->value2 = EVIDENCE_ACTIVE;
	expect_reset("aborted by its process or the kernel", FINDING_NOTE);
}

static void a_listeners_reset_is_an_overflow_where_the_setting_is_on(void **state)
{
	server_resets("")->value2 = EVIDENCE_LISTENER;
	scene.spaces[1].settings[SPACE_ABORT_ON_OVERFLOW] = 1;
	expect_reset("the accept queue overflows (tcp_abort_on_overflow)", FINDING_WARN);
	scene.spaces[1].settings[SPACE_ABORT_ON_OVERFLOW] = 0;
	expect_reset("no reason is given", FINDING_NOTE);
}

static void an_answer_to_a_strangers_packet_is_no_finding(void **state)
{
	server_resets("NO_SOCKET")->cookie = 0;
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
}

static void an_end_names_the_reset_behind_it_and_that_is_told_once(void **state)
{
	server_resets("TCP_ABORT_ON_CLOSE");
	the_client_sees_its_end();
	expect_reset("server (pid 42) sent the reset in namespace qb: closed with unread data",
		     FINDING_NOTE);
	assert_int_equal(scene.findings.count, 1);
	assert_int_equal(scene.findings.list[0].netns, QA);
}

/* ---------------------------------------------------------------- what is asked for */

static void of_a_chosen_namespace_each_side_of_a_reset_is_told(void **state)
{
	server_resets("TCP_ABORT_ON_CLOSE");
	the_client_sees_its_end();
	choose_netns(QA);
	assert_int_equal(scene.findings.count, 1);
	assert_true(says(must_find(&scene, FINDING_RESET, FINDING_NOTE), "sent the reset"));
	assert_int_equal(scene.findings.list[0].netns, QA);
	choose_netns(QB); /* the end is not asked for: so the reset itself is told */
	assert_int_equal(scene.findings.count, 1);
	assert_true(says(must_find(&scene, FINDING_RESET, FINDING_NOTE), "reset by server"));
	assert_int_equal(scene.findings.list[0].netns, QB);
	choose_netns(300);
	assert_int_equal(scene.findings.count, 0);
}

static void an_end_is_told_where_its_connection_is_asked_for(void **state)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);
	struct evidence_event *end = scene_event(&scene, EVIDENCE_ENDED, socket, 1000);

	end->value = ETIMEDOUT;
	end->timeout = (struct timeout){.cause = TIMEOUT_KEEPALIVE,
					.idle_ms = 1000,
					.interval_ms = 1000,
					.probes = 3,
					.probes_max = 3};
	scene.sockets_count = 0;
	choose_netns(QB);
	assert_int_equal(scene.findings.count, 0);
	choose_netns(QA);
	must_find(&scene, FINDING_KEEPALIVE_KILLED, FINDING_WARN);
	choose_port(40000);
	must_find(&scene, FINDING_KEEPALIVE_KILLED, FINDING_WARN);
	choose_port(40001);
	assert_int_equal(scene.findings.count, 0);
}

static void counters_are_told_of_namespaces_with_a_chosen_socket(void **state)
{
	scene.watch_ns = 10000000000;
	scene.spaces[1].before[SPACE_COOKIES_SENT] = 480;
	scene.spaces[1].counters[SPACE_COOKIES_SENT] = 500;
	choose_netns(QA);
	assert_int_equal(scene.findings.count, 0);
	choose_netns(QB); /* it has no socket */
	must_find(&scene, FINDING_SYN_COOKIES, FINDING_WARN);
	add_listener(&scene, 0, 64);
	choose_port(80);
	must_find(&scene, FINDING_SYN_COOKIES, FINDING_WARN);
	choose_port(81);
	assert_int_equal(scene.findings.count, 0);
}

static void a_limit_is_told_of_a_chosen_namespace(void **state)
{
	scene.spaces[1].settings[SPACE_CT_COUNT] = 92;
	scene.spaces[1].settings[SPACE_CT_MAX] = 100;
	choose_netns(QA);
	assert_int_equal(scene.findings.count, 0);
	choose_netns(QB);
	must_find(&scene, FINDING_CONNTRACK_FULL, FINDING_WARN);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_drop_as_too_big_is_a_certain_black_hole),
		CASE(a_narrow_device_makes_a_black_hole_likely),
		CASE(full_segments_alone_with_a_live_peer_are_a_guess),
		CASE(three_repeats_are_not_enough_for_a_guess),
		CASE(small_segments_that_repeat_are_no_black_hole),
		CASE(a_peer_that_is_silent_since_is_no_black_hole),
		CASE(segments_that_any_path_carries_are_no_black_hole),
		CASE(a_firewalls_drop_names_namespace_place_and_reason),
		CASE(a_drop_that_explains_nothing_is_not_told),
		CASE(without_reasons_the_place_of_a_verdict_decides),
		CASE(a_reset_says_who_sent_it_and_why),
		CASE(a_reset_without_a_reason_is_told_weaker),
		CASE(a_listeners_reset_is_an_overflow_where_the_setting_is_on),
		CASE(an_answer_to_a_strangers_packet_is_no_finding),
		CASE(an_end_names_the_reset_behind_it_and_that_is_told_once),
		CASE(of_a_chosen_namespace_each_side_of_a_reset_is_told),
		CASE(an_end_is_told_where_its_connection_is_asked_for),
		CASE(counters_are_told_of_namespaces_with_a_chosen_socket),
		CASE(a_limit_is_told_of_a_chosen_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
