/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Columns that characters take. */
#include <string.h>

#include "base/cleanup.h"
#include "base/rune_width.h"
#include "unit/unit.h"

static void characters_take_none_one_or_two_columns(void **state)
{
	static const struct {
		uint32_t rune;
		unsigned int width;
	} rows[] = {
		{'a', 1},     {0xe9, 1},     {0x2ff, 1},   {0x300, 0},	 {0x36f, 0},   {0x370, 1},
		{0x10ff, 1},  {0x1100, 2},   {0x115f, 2},  {0x1160, 1},	 {0x200d, 0},  {0x2028, 1},
		{0x303f, 1},  {0x3042, 2},   {0x65e5, 2},  {0xac00, 2},	 {0xd7a3, 2},  {0xfe0f, 0},
		{0xff21, 2},  {0xff61, 1},   {0x1f600, 2}, {0x20000, 2}, {0x3fffd, 2}, {0x3fffe, 1},
		{0xe0100, 0}, {0x10ffff, 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(rune_width(rows[i].rune), rows[i].width);
}

static void text_is_cut_between_characters(void **state)
{
	static const struct {
		const char *text;
		size_t width, bytes, columns;
	} rows[] = {
		{"abc", 2, 2, 2},
		{"abc", 9, 3, 3},
		{"", 9, 0, 0},
		{"\xe6\x97\xa5\xe6\x9c\xac", 3, 3, 2},
		{"\xe6\x97\xa5\xe6\x9c\xac", 4, 6, 4},
		{"e\xcc\x81x", 1, 3, 1}, /* with its accent */
		{"\xff\xfe", 1, 1, 1},
		{"\xe6\x97", 9, 2, 2},
	};
	size_t columns;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(
			text_fitting(rows[i].text, strlen(rows[i].text), rows[i].width, &columns),
			rows[i].bytes);
		assert_int_equal(columns, rows[i].columns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_take_none_one_or_two_columns),
		cmocka_unit_test(text_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
