/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A line that is typed. */
#include "unit/unit.h"
#include "view/line_edit.h"

static void type(struct line_edit *edit, const char *text)
{
	for (; *text; text++)
		line_edit_type(edit, *text);
}

static void the_cursor_moves_by_characters_and_text_goes_in_there(void **state)
{
	struct line_edit edit = {};

	line_edit_begin(&edit, "src 10");
	line_edit_act(&edit, LINE_EDIT_HOME);
	type(&edit, "not \xc3\xa9");
	assert_string_equal(edit.text, "not \xc3\xa9src 10");
	line_edit_act(&edit, LINE_EDIT_LEFT);
	assert_int_equal(edit.cursor, 4);
	line_edit_act(&edit, LINE_EDIT_DELETE);
	assert_string_equal(edit.text, "not src 10");
	line_edit_act(&edit, LINE_EDIT_END);
	line_edit_act(&edit, LINE_EDIT_BACKSPACE);
	line_edit_act(&edit, LINE_EDIT_RIGHT);
	assert_string_equal(edit.text, "not src 1");
}

static void words_and_halves_are_deleted(void **state)
{
	struct line_edit edit = {};

	line_edit_begin(&edit, "state listen  ");
	line_edit_act(&edit, LINE_EDIT_WORD_BACK);
	assert_string_equal(edit.text, "state ");
	line_edit_act(&edit, LINE_EDIT_LEFT);
	line_edit_act(&edit, LINE_EDIT_KILL_BEHIND);
	assert_string_equal(edit.text, "state");
	line_edit_act(&edit, LINE_EDIT_KILL_BEFORE);
	assert_string_equal(edit.text, "");
	line_edit_act(&edit, LINE_EDIT_WORD_BACK);
	line_edit_act(&edit, LINE_EDIT_BACKSPACE);
	line_edit_act(&edit, LINE_EDIT_DELETE);
	line_edit_act(&edit, LINE_EDIT_LEFT);
	assert_int_equal(edit.cursor, 0);
}

static void the_history_is_walked_and_gives_the_typed_line_back(void **state)
{
	struct line_edit edit = {};

	for (int i = 0; i < LINE_EDIT_HISTORY + 3; i++) {
		line_edit_begin(&edit, (char[]){(char)('a' + i), '\0'});
		line_edit_keep(&edit);
		line_edit_keep(&edit); /* the same again is no second line */
	}
	assert_int_equal(edit.count, LINE_EDIT_HISTORY);
	line_edit_begin(&edit, "new");
	line_edit_act(&edit, LINE_EDIT_NEWER);
	line_edit_act(&edit, LINE_EDIT_OLDER);
	assert_string_equal(edit.text, "s");
	line_edit_act(&edit, LINE_EDIT_OLDER);
	assert_string_equal(edit.text, "r");
	line_edit_act(&edit, LINE_EDIT_NEWER);
	line_edit_act(&edit, LINE_EDIT_NEWER);
	assert_string_equal(edit.text, "new");
	for (int i = 0; i < 2 * LINE_EDIT_HISTORY; i++)
		line_edit_act(&edit, LINE_EDIT_OLDER);
	assert_string_equal(edit.text, "d");
}

static void a_word_is_completed_as_far_as_its_candidates_agree(void **state)
{
	static const char *const words[] = {"state", "ESTABLISHED", "sport", "src", NULL};
	struct line_edit edit = {};
	char rest[64];

	line_edit_begin(&edit, "st");
	line_edit_complete(&edit, words, rest, sizeof(rest));
	assert_string_equal(edit.text, "state ");
	assert_string_equal(rest, "");
	type(&edit, "est");
	line_edit_complete(&edit, words, rest, sizeof(rest));
	assert_string_equal(edit.text, "state ESTABLISHED ");
	type(&edit, "s");
	line_edit_complete(&edit, words, rest, sizeof(rest));
	assert_string_equal(edit.text, "state ESTABLISHED s");
	assert_string_equal(rest, "state sport src ");
	line_edit_complete(&edit, words, rest, 14);
	assert_string_equal(rest, "state sport ");
}

static void a_full_line_takes_no_more(void **state)
{
	struct line_edit edit = {};

	for (int i = 0; i < 2 * LINE_EDIT_MAX; i++)
		line_edit_type(&edit, 'x');
	assert_int_equal(edit.cursor, LINE_EDIT_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cursor_moves_by_characters_and_text_goes_in_there),
		cmocka_unit_test(words_and_halves_are_deleted),
		cmocka_unit_test(the_history_is_walked_and_gives_the_typed_line_back),
		cmocka_unit_test(a_word_is_completed_as_far_as_its_candidates_agree),
		cmocka_unit_test(a_full_line_takes_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
