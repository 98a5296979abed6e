/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/cleanup.h"
#include "unit/unit.h"
#include "view/frame_chooser.h"
#include "view/live_settings.h"

static void what_is_written_is_read_again(void **state)
{
	_cleanup_(buf_release) struct buf out = {0};
	struct live_settings settings = {
		.sort = ROW_RTT_US, .descending = true, .group = FRAME_GROUP_UNIT, .names = true};
	struct live_settings again;

	assert_int_equal(row_columns_parse("state,rtt,sent_rate", &settings.columns), 0);
	live_settings_format(&settings, &out);
	buf_putc(&out, '\0');
	live_settings_parse(out.data, &again);
	assert_int_equal(again.columns.count, 3);
	assert_memory_equal(again.columns.ids, settings.columns.ids, 3);
	assert_int_equal(again.sort, ROW_RTT_US);
	assert_true(again.descending && again.names);
	assert_int_equal(again.group, FRAME_GROUP_UNIT);
}

static void what_is_wrong_is_not_set(void **state)
{
	static const char *const texts[] = {
		"",
		"\n\n=\n==\ncolumns\ncolumns=\n",
		"columns=state,nothing\nsort=nothing\nsort=-\ngroup=all\nnames=yes\n",
		"column=state\ncolumnss=state\n#columns=state\n columns=state\n",
		"columns=state",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct live_settings settings;

		live_settings_parse(texts[i], &settings);
		assert_int_equal(settings.columns.count, i == 4 ? 1 : 0);
		assert_int_equal(settings.sort, -1);
		assert_int_equal(settings.group, FRAME_GROUP_NONE);
		assert_false(settings.names);
	}
}

static void a_line_of_any_length_is_passed_over(void **state)
{
	_cleanup_(buf_release) struct buf text = {0};
	struct live_settings settings;

	buf_puts(&text, "columns=");
	buf_fill(&text, 'x', 5000);
	buf_puts(&text, "\ncolumns=comm\n");
	buf_putc(&text, '\0');
	live_settings_parse(text.data, &settings);
	assert_int_equal(settings.columns.count, 1);
	assert_int_equal(settings.columns.ids[0], ROW_COMM);
}

static void a_picked_column_goes_and_comes_back_as_the_last(void **state)
{
	struct frame_choice choice = {0};
	unsigned int count;

	assert_int_equal(row_columns_parse("state,local,comm", &choice.columns), 0);
	count = frame_chooser_count(&choice.columns);
	choice.pick = 1;
	frame_chooser_toggle(&choice);
	assert_int_equal(choice.columns.count, 2);
	assert_int_equal(choice.columns.ids[1], ROW_COMM);
	assert_true(choice.pick >= 2); /* it is still picked */
	assert_int_equal(frame_chooser_count(&choice.columns), count);
	frame_chooser_toggle(&choice);
	assert_int_equal(choice.columns.count, 3);
	assert_int_equal(choice.columns.ids[2], ROW_LOCAL);
	assert_int_equal(choice.pick, 2);
	frame_chooser_move(&choice, -1);
	assert_int_equal(choice.columns.ids[1], ROW_LOCAL);
	frame_chooser_move(&choice, -1);
	frame_chooser_move(&choice, -1); /* the first stays the first */
	assert_int_equal(choice.columns.ids[0], ROW_LOCAL);
	assert_int_equal(choice.pick, 0);
}

static void the_last_column_stays(void **state)
{
	struct frame_choice choice = {0};

	assert_int_equal(row_columns_parse("state", &choice.columns), 0);
	frame_chooser_toggle(&choice);
	assert_int_equal(choice.columns.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(what_is_wrong_is_not_set),
		cmocka_unit_test(a_line_of_any_length_is_passed_over),
		cmocka_unit_test(a_picked_column_goes_and_comes_back_as_the_last),
		cmocka_unit_test(the_last_column_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
