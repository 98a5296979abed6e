/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The picture of the live table, read as text. */
#include "unit/view/frame_scene.h"

static void the_head_counts_and_the_rows_follow(void **state)
{
	struct scene *scene = *state;

	scene->data.transitions_per_s = 1234;
	draw(scene);
	assert_string_equal(line(scene, 0),
			    "netstate  00:00:10  40 connections  1,234 transitions/s"
			    "  lost 0  reconciled 0");
	assert_string_equal(line(scene, 1), "EST 30  T_WAIT 10  ");
	assert_string_equal(line(scene, 2), "filter none  sort state  group none  1 of 40");
	assert_non_null(strstr(line(scene, 3), " STATE^      LADDR:LPORT "));
	assert_non_null(strstr(line(scene, 4), "ESTABLISHED 10.0.0.1:1001 "));
	assert_int_equal(scene->frame.lines[4].style, FRAME_SELECTED);
	assert_int_equal(scene->frame.lines[5].style, FRAME_PLAIN);
	assert_int_equal(scene->frame.lines[23].style, FRAME_HINT);
	scene->choice.narrowed = true;
	draw(scene);
	assert_string_equal(line(scene, 2), "filter none  sort state  group none  1 of 40"
					    " that the command line selects");
	scene->data.filling = true;
	draw(scene);
	assert_string_equal(line(scene, 0), "netstate  00:00:10  40 connections"
					    "  reading the kernel's sockets ...");
	scene->data.filling = false;
	scene->data.no_events = true;
	draw(scene);
	assert_string_equal(line(scene, 0),
			    "netstate  00:00:10  40 connections  no events: read now and then"
			    "  reconciled 0");
	scene->data.no_events = false;
	scene->data.lost = 7;
	draw(scene);
	assert_int_equal(scene->frame.lines[0].style, FRAME_WARNING);
}

static void new_and_dying_rows_are_marked(void **state)
{
	struct scene *scene = *state;

	scene->data.now_ns = 1000 * MS;
	scene->rows[1].dying = true;
	draw(scene);
	assert_int_equal(line(scene, 5)[0], '-');
	assert_int_equal(scene->frame.lines[5].style, FRAME_DYING);
	assert_int_equal(line(scene, 6)[0], '+');
	assert_int_equal(scene->frame.lines[6].style, FRAME_NEW);
}

static void the_selection_stays_on_the_page(void **state)
{
	struct scene *scene = *state;
	unsigned int page;

	draw(scene);
	page = frame_page(&scene->frame, &scene->choice);
	assert_int_equal(page, 19);
	scene->choice.selected = 30;
	draw(scene);
	assert_int_equal(scene->choice.first, 12);
	assert_int_equal(scene->frame.lines[4 + 18].style, FRAME_SELECTED);
	scene->choice.selected = 1000000;
	draw(scene);
	assert_int_equal(scene->choice.selected, ROWS - 1);
	scene->data.count = 3; /* a filter */
	draw(scene);
	assert_int_equal(scene->choice.first, 0);
	assert_int_equal(scene->choice.selected, 2);
	scene->data.count = 0;
	draw(scene);
	assert_int_equal(scene->choice.selected, 0);
}

static void the_pane_tells_the_history(void **state)
{
	struct scene *scene = *state;

	scene->choice.pane = true;
	draw(scene);
	assert_string_equal(line(scene, 12), " HISTORY");
	assert_string_equal(line(scene, 13), " owners 101 prog (connect)");
	assert_non_null(strstr(line(scene, 14), "SYN_SENT    for 10.0ms"));
	assert_non_null(strstr(line(scene, 15), "ESTABLISHED for 9.9s"));
	assert_string_equal(line(scene, 16),
			    " netns 7 cookie 1 uid 0 opened_by 101/prog holding process");
}

static void what_the_kernel_tells_of_a_connection_takes_the_lines_it_needs(void **state)
{
	const struct connection_detail detail = {.rtt_us = 70, .bytes_sent = 123456789};
	struct scene *scene = *state;

	scene->rows[0].detail = &detail;
	scene->choice.pane = true;
	draw(scene);
	assert_string_equal(line(scene, 16),
			    " netns 7 cookie 1 uid 0 opened_by 101/prog holding process rtt 70us");
	assert_string_equal(line(scene, 17),
			    " retransmits 0 bytes_sent 123456789 bytes_received 0");
}

static void a_finding_marks_its_row_and_its_verdict_comes_before_the_history(void **state)
{
	struct scene *scene = *state;

	scene->rows[1].finding = 1;
	scene->choice.pane = true;
	scene->data.explanation = "warn: close_wait_leak (high confidence)\n  left\n  who x\n"
				  "  evidence  one\n";
	draw(scene);
	assert_int_equal(line(scene, 5)[0], '!');
	assert_int_equal(scene->frame.lines[5].style, FRAME_TROUBLE);
	assert_string_equal(line(scene, 11), " HISTORY");
	assert_string_equal(line(scene, 12), "warn: close_wait_leak (high confidence)");
	assert_int_equal(scene->frame.lines[12].style, FRAME_TROUBLE);
	assert_string_equal(line(scene, 14), "  who x");
	assert_string_equal(line(scene, 15), " owners 101 prog (connect)");
	assert_string_equal(line(scene, 19), "  evidence  one");
}

static void groups_are_counted_and_give_their_filter(void **state)
{
	struct scene *scene = *state;

	scene->choice.group = FRAME_GROUP_STATE;
	draw(scene);
	assert_string_equal(line(scene, 4), "     30       0      30       0       0 ESTABLISHED");
	assert_string_equal(line(scene, 5), "     10       0       0      10       0 TIME_WAIT");
	assert_string_equal(scene->choice.group_filter, "state ESTABLISHED");
	scene->choice.group = FRAME_GROUP_REMOTE;
	draw(scene);
	assert_string_equal(scene->choice.group_filter, "dst 10.0.0.2");
	scene->choice.group = FRAME_GROUP_PROCESS;
	draw(scene);
	assert_string_equal(scene->choice.group_filter, "pid 101");
	scene->choice.group = FRAME_GROUP_LISTENER;
	draw(scene);
	assert_non_null(strstr(line(scene, 4), "40       0      30      10       0 outgoing"));
	assert_string_equal(scene->choice.group_filter, "");
}

static void the_group_of_nobody_and_a_history_that_began_before(void **state)
{
	struct scene *scene = *state;
	struct connection old = *scene->rows[0].row;

	old.flow.owner = FLOW_OWNER_NONE;
	old.flags |= CONNECTION_SINCE_UNKNOWN;
	old.history_count = 1;
	scene->rows[0].row = &old;
	scene->data.count = 1;
	scene->choice.pane = true;
	draw(scene);
	assert_non_null(strstr(line(scene, 14), " or before  SYN_SENT    for 9.9s or longer"));
	scene->choice.group = FRAME_GROUP_PROCESS;
	draw(scene);
	assert_string_equal(scene->choice.group_filter, "not pid > 0");
}

static void a_listener_has_what_came_in_and_what_went_out_has_none(void **state)
{
	struct scene *scene = *state;
	struct flow listener = flow_of(100), child = flow_of(101), out = flow_of(102);

	listener.local = (struct endpoint){{[10] = 0xff, 0xff}, 80};
	listener.remote = (struct endpoint){{[10] = 0xff, 0xff}, 0};
	listener.owner = FLOW_OWNER_SCAN;
	child.local.port = 80;
	child.owner = FLOW_OWNER_ACCEPT;
	out.owner = FLOW_OWNER_SCAN; /* older than netstate: only that nobody listens there tells */
	go(scene->table, listener, CLOSE, LISTEN, 10);
	go(scene->table, child, LISTEN, SYN_RECV, 11);
	go(scene->table, out, CLOSE, SYN_SENT, 12);
	scene->rows[0].row = conn_table_find(scene->table, 100);
	scene->rows[1].row = conn_table_find(scene->table, 101);
	scene->rows[2].row = conn_table_find(scene->table, 102);
	scene->data.count = 3;
	scene->choice.group = FRAME_GROUP_LISTENER;
	draw(scene);
	assert_string_equal(line(scene, 4), "      2       1       0       0       1 "
					    "0.0.0.0:80 prog  netns 7");
	assert_string_equal(line(scene, 5), "      1       0       0       0       1 outgoing");
	assert_string_equal(scene->choice.group_filter, "netns 7 and sport = :80");
	go(scene->table, listener, LISTEN, CLOSE, 20);
	scene->rows[0] = scene->rows[1];
	scene->data.count = 2;
	draw(scene);
	assert_non_null(strstr(line(scene, 4), " port 80, closed  netns 7"));
	assert_string_equal(scene->choice.group_filter, "netns 7 and sport = :80");
}

static void the_history_of_what_has_ended_has_an_end(void **state)
{
	struct scene *scene = *state;
	struct connection ended = *scene->rows[0].row;

	ended.since_ns = 5000 * MS;
	ended.state = CLOSE;
	scene->rows[0] = (struct frame_row){.row = &ended, .dying = true};
	scene->choice.pane = true;
	draw(scene);
	assert_string_equal(line(scene, 13), " owners 101 prog (connect)");
	assert_non_null(strstr(line(scene, 15), "ESTABLISHED for 4.9s"));
	assert_string_equal(line(scene, 16), " 00:00:05.000000  CLOSE");
}

static void every_size_is_drawn(void **state)
{
	struct scene *scene = *state;
	static const unsigned int sizes[] = {1, 2, 3, 4, 5, 10, 11, 24, 60, 512, 1000};

	for (size_t w = 0; w < ARRAY_SIZE(sizes); w++) {
		for (size_t h = 0; h < ARRAY_SIZE(sizes); h++) {
			for (unsigned int what = 0; what < 8; what++) {
				scene->frame.width = sizes[w];
				scene->frame.height = sizes[h];
				scene->choice.pane = what & 1;
				scene->choice.help = what & 2;
				scene->choice.group = what & 4 ? FRAME_GROUP_STATE : 0;
				draw(scene);
			}
		}
	}
}

static void a_question_stands_in_the_place_of_the_hints(void **state)
{
	struct scene *scene = *state;

	scene->data.dialog = "End this connection?\n  y  yes\n  any other key: cancel";
	draw(scene);
	assert_string_equal(line(scene, 21), "End this connection?");
	assert_string_equal(line(scene, 22), "  y  yes");
	assert_string_equal(line(scene, 23), "  any other key: cancel");
	assert_int_equal(scene->frame.lines[21].style, FRAME_DIALOG);
	scene->frame.height = 6; /* low: the rows give way */
	draw(scene);
	assert_string_equal(line(scene, 5), "  any other key: cancel");
}

static void nothing_steers_the_terminal(void **state)
{
	struct scene *scene = *state;
	struct flow flow = flow_of(1);

	flow.owner = FLOW_OWNER_ACCEPT;
	memcpy(flow.comm, "a\033[2J\nb\xff", 9);
	go(scene->table, flow, ESTABLISHED, CLOSE_WAIT, 50);
	scene->choice.filter = "comm \033[2J";
	scene->choice.pane = true;
	draw(scene);
	scene->choice.group = FRAME_GROUP_PROCESS;
	draw(scene);
	for (size_t i = 0; i < scene->frame.text.len; i++)
		assert_true((unsigned char)scene->frame.text.data[i] >= ' ' &&
			    (unsigned char)scene->frame.text.data[i] < 127);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_head_counts_and_the_rows_follow, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(new_and_dying_rows_are_marked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_selection_stays_on_the_page, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_pane_tells_the_history, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_finding_marks_its_row_and_its_verdict_comes_before_the_history, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_the_kernel_tells_of_a_connection_takes_the_lines_it_needs, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(groups_are_counted_and_give_their_filter, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_group_of_nobody_and_a_history_that_began_before,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_listener_has_what_came_in_and_what_went_out_has_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_history_of_what_has_ended_has_an_end, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(every_size_is_drawn, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_question_stands_in_the_place_of_the_hints, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(nothing_steers_the_terminal, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
