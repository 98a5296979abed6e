/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What of the picture fits into which terminal. */
#include "unit/view/frame_scene.h"

static void go_long(struct scene *scene)
{
	struct flow flow = flow_of(200);

	memcpy(flow.local.addr, "\x20\x01\x0d\xb8\x11\x11\x22\x22\x33\x33\x44\x44\x55\x55\x66\x66",
	       16);
	flow.local.port = 44444;
	flow.remote = flow.local;
	memcpy(flow.comm, "\xe6\x97\xa5\xe6\x9c\xac", 7);
	flow.owner = FLOW_OWNER_ACCEPT;
	go(scene->table, flow, CLOSE, SYN_SENT, 10);
	scene->rows[1].row = conn_table_find(scene->table, 200);
}

static void a_long_address_keeps_both_its_ends_and_its_port(void **state)
{
	struct scene *scene = *state;

	go_long(scene);
	draw(scene);
	assert_non_null(
		strstr(line(scene, 5), " [2001:db~55:6666]:44444 [2001:db8~55:6666]:44444 "));
	scene->frame.width = 200;
	draw(scene);
	assert_non_null(strstr(line(scene, 5), " [2001:db8:1111:2222:3333:4444:5555:6666]:44444 "));
}

static void what_the_edge_cuts_off_is_marked(void **state)
{
	struct scene *scene = *state;

	scene->frame.width = 33;
	draw(scene);
	assert_string_equal(line(scene, 6), " ESTABLISHED 10.0.0.1:1003 10.0.~");
	scene->frame.width = 80;
	draw(scene);
	assert_null(strchr(line(scene, 6), '~'));
}

static void wide_characters_do_not_move_the_columns(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(row_columns_parse("comm,pid", &scene->choice.columns), 0);
	go_long(scene);
	draw(scene);
	assert_string_equal(line(scene, 4), " prog  101  ");
	assert_string_equal(line(scene, 5), "!\xe6\x97\xa5\xe6\x9c\xac  300  ");
}

static void columns_that_do_not_fit_are_left_out_but_for_the_first(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(
		row_columns_parse("state,local,remote,pid,comm,age,expires,recv_q,netns,cookie",
				  &scene->choice.columns),
		0);
	draw(scene);
	assert_int_equal(scene->choice.shown, 8);
	scene->frame.width = 40;
	draw(scene);
	assert_int_equal(scene->choice.shown, 6);
	scene->frame.width = 200;
	draw(scene);
	assert_int_equal(scene->choice.shown, 10);
	scene->frame.width = 40;
	scene->choice.all_columns = true;
	draw(scene);
	assert_int_equal(scene->choice.shown, 10);
}

static void large_numbers_lose_words_and_no_state(void **state)
{
	struct scene *scene = *state;

	scene->data.transitions_per_s = 123456789;
	scene->data.lost = 1234567;
	scene->data.reconciled = 7654321;
	draw(scene);
	assert_string_equal(line(scene, 0), "00:00:10  40 conn  123,456,789 trans/s"
					    "  lost 1,234,567  reconciled 7,654,321");
	scene->frame.width = 15;
	draw(scene);
	assert_string_equal(line(scene, 1), "EST 30  ");
	assert_string_equal(line(scene, 2), "T_WAIT 10  ");
	assert_int_equal(frame_page(&scene->frame, &scene->choice), 18);
}

static void a_low_terminal_shows_connections(void **state)
{
	struct scene *scene = *state;

	scene->frame.height = 5;
	draw(scene);
	assert_int_equal(frame_page(&scene->frame, &scene->choice), 3);
	assert_non_null(strstr(line(scene, 4), "ESTABLISHED"));
	scene->choice.filter = "pid 7";
	draw(scene);
	assert_non_null(strstr(line(scene, 1), "filter pid 7"));
	assert_int_equal(frame_page(&scene->frame, &scene->choice), 2);
}

static void the_end_of_a_long_filter_is_seen_while_it_is_typed(void **state)
{
	struct scene *scene = *state;

	scene->choice.filter = "state established and state established and state established and "
			       "state established and pid 4711";
	scene->choice.typing = true;
	scene->choice.cursor = strlen(scene->choice.filter);
	draw(scene);
	assert_non_null(strstr(line(scene, 2), "filter> ~"));
	assert_non_null(strstr(line(scene, 2), "pid 4711_"));
	scene->choice.filter_error = "nonsense";
	draw(scene);
	assert_non_null(strstr(line(scene, 2), "pid 4711_  nonsense"));
	scene->choice.filter_error = NULL;
	scene->choice.cursor = 6;
	draw(scene);
	assert_non_null(strstr(line(scene, 2), "filter> state _established and"));
	scene->choice.typing = false;
	draw(scene);
	assert_non_null(strstr(line(scene, 2), "filter state established and"));
	assert_non_null(strstr(line(scene, 2), "~  sort state  group none  1 of 40"));
}

static void the_help_fits_80_columns_and_24_lines(void **state)
{
	struct scene *scene = *state;
	unsigned int widest = 0;

	scene->choice.help = true;
	scene->frame.width = 200;
	draw(scene);
	for (unsigned int i = 0; i < scene->frame.count - 1; i++) /* the hints have more in 200 */
		widest = scene->frame.lines[i].size > widest
				 ? (unsigned int)scene->frame.lines[i].size
				 : widest;
	assert_true(widest <= 80);
	assert_int_equal(scene->frame.lines[22].size, 0); /* one is left */
}

static void an_empty_picture_says_why(void **state)
{
	struct scene *scene = *state;

	scene->data.count = 0;
	draw(scene);
	assert_string_equal(line(scene, 4), " no connection passes the filter");
	assert_string_equal(line(scene, 5), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_long_address_keeps_both_its_ends_and_its_port,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(wide_characters_do_not_move_the_columns, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_the_edge_cuts_off_is_marked, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			columns_that_do_not_fit_are_left_out_but_for_the_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(large_numbers_lose_words_and_no_state, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_help_fits_80_columns_and_24_lines, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_empty_picture_says_why, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_low_terminal_shows_connections, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_end_of_a_long_filter_is_seen_while_it_is_typed,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
