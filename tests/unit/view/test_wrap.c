/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of text -> lines that fit a terminal. */
#include "base/cleanup.h"
#include "unit/unit.h"
#include "view/wrap.h"

static void lines_break_at_blanks_and_keep_their_words(void **state)
{
	static const struct {
		const char *text, *expected;
		unsigned int width;
	} rows[] = {
		{"short\n", "short\n", 40},
		{"one two three four five\n", "one two three four\n    five\n", 20},
		{"one two three four five\n", "one two three four five\n", 0},
		{"one two three four five\n", "one two three four five\n", 12},
		{"waits still now 5.1 s, more\n", "waits still now\n    5.1 s, more\n", 20},
		{"waits still 5.1 ms\n", "waits still 5.1 ms\n", 20},
		{"a-word-that-is-longer-than-all x\n", "a-word-that-is-longer-than-all\n    x\n",
		 20},
		{"  label   text of some words\nnext\n",
		 "  label   text of\n    some words\nnext\n", 20},
		{"\033[1;31mred\033[0m of nineteen c\n", "\033[1;31mred\033[0m of nineteen c\n",
		 20},
		{"no end of line in this one", "no end of line in\n    this one", 20},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(buf_release) struct buf out = {};

		buf_puts(&out, "kept ");
		buf_puts(&out, rows[i].text);
		view_wrap(&out, 5, rows[i].width, 4);
		buf_putc(&out, '\0');
		assert_string_equal(out.data + 5, rows[i].expected);
		assert_memory_equal(out.data, "kept ", 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_break_at_blanks_and_keep_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
