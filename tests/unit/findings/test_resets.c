/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Resets are told once: by the end they came to, by who sent them, or by the counter that rose. */
#include <errno.h>

#include "unit/findings/scene.h"

static void count_resets(uint64_t count)
{
	scene.watch_ns = 10000000000;
	scene.spaces[1].before[SPACE_OUT_RSTS] = 0;
	scene.spaces[1].counters[SPACE_OUT_RSTS] = count;
	scene.spaces[1].before[SPACE_OUT_SEGS] = 0;
	scene.spaces[1].counters[SPACE_OUT_SEGS] = 1000;
}

static void resets_that_a_counter_shows_are_told_once(void **state)
{
	struct socket_detail *socket = add_served(&scene, TCP_STATE_ESTABLISHED, 40000, SERVER);

	for (int i = 0; i < 8; i++)
		memcpy(scene_event(&scene, EVIDENCE_RESET_SENT, socket, 100)->reason,
		       "TCP_ABORT_ON_CLOSE", 19);
	count_resets(200);
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_RESETS_RISE, FINDING_WARN),
			 "8 by server (pid 42): closed with unread data"));
	assert_null(found(&scene, FINDING_RESET));
}

static void resets_of_no_connection_are_said_to_be(void **state)
{
	count_resets(200);
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_RESETS_RISE, FINDING_WARN),
			 "about 200 of them are of no connection"));
}

static void resets_before_their_hook_are_told_with_the_later_ones(void **state)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);
	const struct finding *finding;

	scene.watch_ns = 10000000000;
	for (int i = 0; i < 6; i++)
		scene_event(&scene, EVIDENCE_ENDED, socket, 9000)->value = ECONNRESET;
	for (int i = 0; i < 5; i++) {
		struct evidence_event *reset =
			scene_event(&scene, EVIDENCE_RESET_SENT, socket, 200);

		reset->flow.local = socket->flow.remote;
		reset->flow.remote = socket->flow.local;
		reset->flow.pid = SERVER;
		memcpy(reset->reason, "TCP_ABORT_ON_CLOSE", 19);
		scene_event(&scene, EVIDENCE_ENDED, socket, 100)->value = ECONNRESET;
	}
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_RESET, FINDING_WARN);
	assert_int_equal(scene.findings.count, 1);
	assert_int_equal(finding->count, 11);
	assert_true(says(finding, "of 6 of them the reset was not watched yet"));
}

static void resets_that_the_other_end_tells_are_no_second_finding(void **state)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);

	for (int i = 0; i < 12; i++) {
		struct evidence_event *reset =
			scene_event(&scene, EVIDENCE_RESET_SENT, socket, 200);

		reset->flow.local = socket->flow.remote;
		reset->flow.remote = socket->flow.local;
		reset->flow.pid = SERVER;
		reset->flow.netns = reset->netns = QB;
		memcpy(reset->reason, "TCP_ABORT_ON_CLOSE", 19);
		scene_event(&scene, EVIDENCE_ENDED, socket, 100)->value = ECONNRESET;
	}
	count_resets(200);
	scene_judge(&scene);
	must_find(&scene, FINDING_RESETS_RISE, FINDING_WARN); /* most are of something else */
	count_resets(15);
	scene.spaces[1].counters[SPACE_OUT_SEGS] = 100;
	scene.watch_ns = 1000000000;
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_RESETS_RISE));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(resets_that_a_counter_shows_are_told_once),
		CASE(resets_of_no_connection_are_said_to_be),
		CASE(resets_before_their_hook_are_told_with_the_later_ones),
		CASE(resets_that_the_other_end_tells_are_no_second_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
