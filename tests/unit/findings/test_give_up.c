/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What gets no answer, or does not leave this host, and when the kernel gives it up. */
#include "unit/findings/scene.h"

static void few_retries_end_when_the_timer_fires_behind_their_time(void **state)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);

	socket->flags |= SOCKET_RETRANSMIT;
	socket->retransmits = 4;
	socket->unacked = 20;
	socket->packets_out = 1;
	socket->rto_ms = 3200;
	scene.spaces[0].settings[SPACE_RETRIES2] = 4; /* 6.2 s */
	socket->hang_ms = 2800;
	socket->timer_ms = 3200;
	scene_judge(&scene);
	/* at 6.0 s it is too early by 0.2 s, but for the timer's grain */
	assert_true(says(must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN),
			 "about 3.2 s or, one try later, 9.6 s"));
	socket->timer_ms = 2600; /* by 0.8 s */
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN), "about 9.0 s"));
}

/* Nothing is on its way, and the window is open: as where a rule of its own namespace drops it. */
static struct socket_detail *unsent(unsigned int state)
{
	struct socket_detail *socket = add_client(&scene, state, 40000, CLIENT);

	socket->flags |= SOCKET_PROBE;
	socket->unacked = socket->not_sent = 20;
	socket->probes_out = socket->backoff = 4;
	socket->timer_ms = 1200;
	socket->heard_ms = 9000;
	return socket;
}

static void what_does_not_leave_this_host_is_no_closed_window(void **state)
{
	const struct finding *finding;

	unsent(TCP_STATE_ESTABLISHED);
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_ZERO_WINDOW));
	finding = must_find(&scene, FINDING_DROPPED_HERE, FINDING_WARN);
	assert_int_equal(finding->confidence, FINDING_MEDIUM);
	assert_int_equal(finding->since_ms, 5000); /* 0.2 + 0.4 + 0.8 + 1.6 + 3.2 - 1.2 s */
	assert_true(says(finding, "window of 64000 bytes is open: tried 5 times, next in 1.2 s"));
	assert_true(strstr(finding->command, "ip route get 10.9.0.2"));
}

static void a_fin_that_does_not_leave_this_host_says_so(void **state)
{
	struct socket_detail *socket = unsent(TCP_STATE_LAST_ACK);

	socket->unacked = socket->not_sent = 0;
	socket->fin_unacked = 1;
	socket->flags |= SOCKET_ORPHAN;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_CLOSING_UNACKNOWLEDGED, FINDING_WARN),
			 "the FIN cannot leave this host, tried 5 times"));
}

static void a_closed_window_whose_probes_go_unanswered_is_a_dead_peer(void **state)
{
	const struct finding *finding;
	struct socket_detail *socket;

	socket = unsent(TCP_STATE_ESTABLISHED);
	socket->flags |= SOCKET_RWND_LIMITED;
	socket->limited_ms = 9000;
	socket->heard_ms = 8000;
	socket->snd_wnd = 0;
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_ZERO_WINDOW));
	finding = must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN);
	assert_int_equal(finding->since_ms, 8000);
	assert_true(says(finding, "4 window probes are not answered"));
	socket->probes_out = 1; /* it is still on its way */
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_ZERO_WINDOW, FINDING_NOTE), "it is alive"));
}

static struct socket_detail *closed_here(int32_t keep_timer_ms)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_FIN_WAIT2, 40000, 0);

	socket->flags |= SOCKET_ORPHAN;
	socket->keep_timer_ms = keep_timer_ms;
	return socket;
}

static void a_long_tcp_fin_timeout_runs_twice(void **state)
{
	const struct finding *finding;

	scene.spaces[0].settings[SPACE_FIN_TIMEOUT] = 90;
	closed_here(25000);
	scene_judge(&scene);
	/* 30 s as a socket, 30 s as a minisocket */
	finding = must_find(&scene, FINDING_FIN_WAIT2_ORPHAN, FINDING_NOTE);
	assert_true(says(finding, "dropped in 55.0 s (tcp_fin_timeout)"));
	assert_int_equal(finding->since_ms, 5000);
}

static void tcp_linger2_is_told_instead_of_the_setting(void **state)
{
	closed_here(8000)->linger2_ms = 10000;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_FIN_WAIT2_ORPHAN, FINDING_NOTE),
			 "dropped in 8.0 s (TCP_LINGER2)"));
	assert_int_equal(found(&scene, FINDING_FIN_WAIT2_ORPHAN)->since_ms, 2000);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(few_retries_end_when_the_timer_fires_behind_their_time),
		CASE(what_does_not_leave_this_host_is_no_closed_window),
		CASE(a_fin_that_does_not_leave_this_host_says_so),
		CASE(a_closed_window_whose_probes_go_unanswered_is_a_dead_peer),
		CASE(a_long_tcp_fin_timeout_runs_twice),
		CASE(tcp_linger2_is_told_instead_of_the_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
