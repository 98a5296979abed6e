/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Data, windows, ends: a finding for each stuck state, and for its healthy neighbour none. */
#include "base/cleanup.h"
#include "unit/findings/scene.h"

/* ---------------------------------------------------------------- unacknowledged */

static struct socket_detail *hanging(unsigned int retransmits)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);

	socket->flags |= SOCKET_RETRANSMIT;
	socket->retransmits = (uint8_t)retransmits;
	socket->unacked = 20;
	socket->packets_out = 1;
	socket->hang_ms = 5000;
	socket->heard_ms = 5200;
	socket->timer_ms = 3000;
	socket->rto_ms = 200u << retransmits;
	return socket;
}

static void data_that_is_not_acknowledged_says_when_the_kernel_gives_up(void **state)
{
	const struct finding *finding;

	hanging(5);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN);
	assert_int_equal(finding->since_ms, 5000);
	assert_true(says(finding, "20 B unacknowledged, retransmitted 5 times, next in 3.0 s"));
	/* the timer fires 920 s after the first retransmission, 4.6 s too early, and again at 1,040 */
	assert_true(says(finding, "17m15s"));
	assert_true(says(finding, "no TCP_USER_TIMEOUT"));
}

static void a_user_timeout_ends_it_earlier(void **state)
{
	hanging(5)->user_timeout_ms = 30000;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN),
			 "25.0 s (TCP_USER_TIMEOUT"));
}

static void a_loss_that_is_being_repaired_is_a_note(void **state)
{
	hanging(1);
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
}

static void the_other_end_tells_which_direction_is_lost(void **state)
{
	struct socket_detail *socket = hanging(5);
	struct socket_detail *peer = add_served(&scene, TCP_STATE_ESTABLISHED, 40000, SERVER);

	socket->snd_una = peer->rcv_nxt = 1000;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN),
			 "the data is lost on the way"));
	peer->rcv_nxt = 1020;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN),
			 "acknowledgements are lost"));
}

static void a_narrow_device_on_the_way_is_a_path_mtu_black_hole(void **state)
{
	struct socket_detail *socket = hanging(4);
	const struct finding *finding;

	socket->unacked = 50000;
	space_init(&scene.spaces[2], 300, "qr");
	scene.spaces_count = 3;
	scene.spaces[2].settings[SPACE_FORWARDS] = 1;
	scene.spaces[2].device_count = 1;
	scene.spaces[2].devices[0] =
		(struct evidence_device){.name = "rb",
					 .mtu = 1300,
					 .prefix = 120,
					 .addr = {[10] = 0xff, 0xff, 10, 9, 0, 254}};
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_MTU_BLACK_HOLE, FINDING_WARN);
	assert_true(says(finding, "rb with MTU 1300"));
	assert_true(says(finding, "tcp_mtu_probing is 0"));
	scene.spaces[2].settings[SPACE_FORWARDS] = SPACE_FORWARDS_V6;
	scene_judge(&scene);
	must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN);
	memset(socket->flow.remote.addr, 1, 16); /* of IPv6 */
	memset(scene.spaces[2].devices[0].addr, 1, 15);
	scene_judge(&scene);
	must_find(&scene, FINDING_MTU_BLACK_HOLE, FINDING_WARN);
	scene.spaces[2].devices[0].mtu = 1500;
	scene_judge(&scene);
	must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN);
}

/* ---------------------------------------------------------------- windows */

static void closed_window(uint32_t limited_ms)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);

	socket->flags |= SOCKET_PROBE | SOCKET_RWND_LIMITED;
	socket->limited_ms = limited_ms;
	socket->snd_wnd = 0;
	socket->unacked = socket->not_sent = 200000;
	socket->backoff = 4;
}

static struct socket_detail *reader(uint32_t read_ms, bool never)
{
	struct socket_detail *socket = add_served(&scene, TCP_STATE_ESTABLISHED, 40000, SERVER);

	socket->unread = 16000;
	socket->read_ms = read_ms;
	socket->never_read = never;
	socket->rcv_wnd = 0;
	return socket;
}

static void a_reader_that_never_reads_is_named_from_the_senders_side(void **state)
{
	const struct finding *finding;

	closed_window(2500);
	reader(2800, true);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_ZERO_WINDOW, FINDING_WARN);
	assert_true(says(finding, "server (pid 42) has never read"));
	assert_int_equal(finding->since_ms, 2500);
	assert_null(found(&scene, FINDING_RECEIVER_DOES_NOT_READ));
}

/* What tcp_retransmit_timer() makes of a window that was taken back: tries that it does not count. */
static void a_window_that_is_taken_back_is_closed_too(void **state)
{
	const struct finding *finding;

	closed_window(2500);
	scene.sockets[0].flags &= ~(SOCKET_PROBE | SOCKET_RWND_LIMITED);
	scene.sockets[0].packets_out = 1;
	scene.sockets[0].hang_ms = 40000;
	reader(40000, true);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_ZERO_WINDOW, FINDING_WARN);
	assert_true(says(finding, "window 0, 200 kB wait, retransmission 4"));
	assert_int_equal(finding->since_ms, 40000);
	scene.sockets[0].snd_wnd = 65536;
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_ZERO_WINDOW));
}

/* As Linux 5.10 and 6.1 do it: they discard without an answer. */
static void what_a_full_buffer_of_a_stuck_reader_discards_is_no_dead_path(void **state)
{
	const struct finding *finding;
	struct socket_detail *peer;

	closed_window(2500);
	scene.sockets[0].flags &= ~(SOCKET_PROBE | SOCKET_RWND_LIMITED);
	scene.sockets[0].flags |= SOCKET_RETRANSMIT;
	scene.sockets[0].snd_wnd = 65536;
	scene.sockets[0].packets_out = 1;
	scene.sockets[0].retransmits = 4;
	scene.sockets[0].hang_ms = 40000;
	scene.sockets[0].snd_una = 700;
	peer = reader(40000, true);
	peer->rcvbuf = 2304;
	peer->rcv_nxt = 700;
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_ZERO_WINDOW, FINDING_WARN);
	assert_true(says(finding, "server (pid 42) has never read"));
	assert_true(says(finding, "limited to 2304 B:"));
	assert_int_equal(finding->since_ms, 40000);
	assert_null(found(&scene, FINDING_UNACKNOWLEDGED));
	peer->rcvbuf = 16001; /* there is room: something else loses it */
	scene_judge(&scene);
	must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN);
	peer->rcvbuf = 2304;
	peer->rcv_nxt = 800; /* it has arrived: the acknowledgement is lost */
	scene_judge(&scene);
	must_find(&scene, FINDING_UNACKNOWLEDGED, FINDING_WARN);
}

static void a_slow_reader_is_a_note(void **state)
{
	closed_window(30000);
	reader(1500, false);
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
}

static void a_window_of_a_far_peer_is_a_note_until_it_lasts(void **state)
{
	closed_window(30000);
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
	scene.sockets[0].limited_ms = 90000;
	scene_judge(&scene);
	must_find(&scene, FINDING_ZERO_WINDOW, FINDING_WARN);
}

static void a_full_receive_buffer_of_a_far_sender_names_the_reader(void **state)
{
	reader(20000, true);
	scene_judge(&scene);
	must_find(&scene, FINDING_RECEIVER_DOES_NOT_READ, FINDING_WARN);
}

/* ---------------------------------------------------------------- ends */

static void an_orphan_with_a_dead_peer_tells_its_end(void **state)
{
	struct socket_detail *socket = hanging(4);
	const struct finding *finding;

	socket->state = TCP_STATE_FIN_WAIT1;
	socket->flow.pid = 0;
	socket->flags = SOCKET_DETAILS | SOCKET_ORPHAN | SOCKET_RETRANSMIT;
	socket->unacked = 500;
	socket->fin_unacked = 1;
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_CLOSING_UNACKNOWLEDGED, FINDING_WARN);
	assert_true(says(finding, "500 B and the FIN unacknowledged"));
	assert_true(says(finding, "1m39s (tcp_orphan_retries)"));
}

static void a_close_under_way_is_no_finding(void **state)
{
	struct socket_detail *socket = hanging(0);

	socket->state = TCP_STATE_LAST_ACK;
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
}

static void orphans_in_fin_wait2_tell_their_time_and_the_peers_process(void **state)
{
	const struct finding *finding;

	for (uint16_t i = 0; i < 5; i++) {
		struct socket_detail *socket =
			add_client(&scene, TCP_STATE_FIN_WAIT2, (uint16_t)(40000 + i), 0);

		socket->form = SOCKET_TIME_WAIT;
		socket->timer_ms = 58500;
		add_served(&scene, TCP_STATE_CLOSE_WAIT, (uint16_t)(40000 + i), SERVER);
	}
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_FIN_WAIT2_ORPHAN, FINDING_NOTE);
	assert_int_equal(finding->count, 5);
	assert_int_equal(finding->since_ms, 1500);
	assert_true(says(finding, "dropped in 58.5 s"));
	assert_true(says(finding, "server (pid 42)"));
}

static void fin_wait2_of_an_open_descriptor_has_no_limit(void **state)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_FIN_WAIT2, 40000, CLIENT);

	socket->heard_ms = 600000;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_FIN_WAIT2_HELD, FINDING_WARN),
			 "half closed by client (pid 43)"));
	socket->heard_ms = 1000;
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
}

/* ---------------------------------------------------------------- idle and healthy */

static void an_idle_connection_is_explained_where_it_is_asked_for(void **state)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);

	socket->sent_ms = socket->received_ms = socket->heard_ms = 3 * 3600 * 1000;
	scene_judge(&scene);
	assert_int_equal(scene.findings.count, 0);
	scene_explain(&scene);
	assert_true(says(must_find(&scene, FINDING_IDLE_NO_KEEPALIVE, FINDING_NOTE),
			 "idle for 3h00m, keepalive off"));
	socket->flags |= SOCKET_KEEPALIVE;
	socket->keep_timer_ms = 5000;
	scene_explain(&scene);
	assert_true(says(must_find(&scene, FINDING_IDLE, FINDING_NOTE), "keepalive acts in 5.0 s"));
}

static void keepalive_probes_without_an_answer(void **state)
{
	struct socket_detail *socket = add_client(&scene, TCP_STATE_ESTABLISHED, 40000, CLIENT);

	socket->flags |= SOCKET_KEEPALIVE;
	socket->probes_out = 1;
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
	socket->probes_out = 2;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_KEEPALIVE_UNANSWERED, FINDING_WARN),
			 "2 keepalive probes"));
}

static void a_busy_server_in_all_states_has_no_finding(void **state)
{
	static const unsigned int states[] = {
		TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED,
		TCP_STATE_CLOSE_WAIT,  TCP_STATE_FIN_WAIT1,   TCP_STATE_LAST_ACK,
		TCP_STATE_CLOSING,     TCP_STATE_TIME_WAIT,   TCP_STATE_FIN_WAIT2,
	};

	add_listener(&scene, 3, 4096);
	for (unsigned int i = 0; i < 5000; i++) {
		unsigned int at = i % ARRAY_SIZE(states);
		struct socket_detail *socket =
			add_served(&scene, states[at], (uint16_t)(1024 + i), at < 4 ? SERVER : 0);

		socket->unacked = at == 1 ? 30000 : 0;
		socket->unread = at == 2 ? 5000 : 0;
		socket->flags |= at > 3 ? SOCKET_ORPHAN : 0;
		socket->form = states[at] == TCP_STATE_TIME_WAIT ? SOCKET_TIME_WAIT : SOCKET_FULL;
	}
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
}

static void every_kind_has_a_word_of_its_own(void **state)
{
	for (unsigned int i = 0; i < FINDING_KINDS; i++) {
		assert_non_null(finding_word(i));
		assert_non_null(finding_meaning(i));
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(finding_word(i), finding_word(j));
	}
	assert_null(finding_word(FINDING_KINDS));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(data_that_is_not_acknowledged_says_when_the_kernel_gives_up),
		CASE(a_user_timeout_ends_it_earlier),
		CASE(a_loss_that_is_being_repaired_is_a_note),
		CASE(the_other_end_tells_which_direction_is_lost),
		CASE(a_narrow_device_on_the_way_is_a_path_mtu_black_hole),
		CASE(a_reader_that_never_reads_is_named_from_the_senders_side),
		CASE(a_window_that_is_taken_back_is_closed_too),
		CASE(what_a_full_buffer_of_a_stuck_reader_discards_is_no_dead_path),
		CASE(a_slow_reader_is_a_note),
		CASE(a_window_of_a_far_peer_is_a_note_until_it_lasts),
		CASE(a_full_receive_buffer_of_a_far_sender_names_the_reader),
		CASE(an_orphan_with_a_dead_peer_tells_its_end),
		CASE(a_close_under_way_is_no_finding),
		CASE(orphans_in_fin_wait2_tell_their_time_and_the_peers_process),
		CASE(fin_wait2_of_an_open_descriptor_has_no_limit),
		CASE(an_idle_connection_is_explained_where_it_is_asked_for),
		CASE(keepalive_probes_without_an_answer),
		CASE(a_busy_server_in_all_states_has_no_finding),
		CASE(every_kind_has_a_word_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
