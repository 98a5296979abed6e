/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdio.h>

#include "base/cleanup.h"
#include "procfs/unix.h"
#include "unit/unit.h"

static void assert_path(const struct unix_row *row, const char *path)
{
	assert_int_equal(row->path_length, strlen(path));
	assert_memory_equal(row->path, path, strlen(path));
}

static void line_gives_every_field(void **state)
{
	struct unix_row row;

	assert_true(unix_line_parse(
		"ffff88810abc: 0000000A 00000001 00030000 0002 03 12345 /run/x\n", true, &row));
	assert_int_equal(row.references, 10);
	assert_int_equal(row.protocol, 1);
	assert_int_equal(row.flags, 0x30000);
	assert_int_equal(row.type, 2);
	assert_int_equal(row.state, 3);
	assert_int_equal(row.inode, 12345);
	assert_true(row.has_inode);
	assert_path(&row, "/run/x");
}

static void path_is_the_first_word(void **state)
{
	static const struct {
		const char *rest, *path;
	} cases[] = {
		{" 1 /a b\n", "/a"},
		{" 1 \t /tab\there\n", "/tab"},
		{" 1\n", ""},
		{" 1 ", ""},
		{" 1 @abs@@\n", "@abs@@"},
		{"", ""},
		{" 1 /\xff\x1b[2J\n", "/\xff\x1b[2J"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char line[128];
		struct unix_row row;

		snprintf(line, sizeof(line),
			 "0000000000000000: 00000002 00000000 00000000 0001 01%s", cases[i].rest);
		assert_true(unix_line_parse(line, true, &row));
		assert_path(&row, cases[i].path);
	}
}

static void pointers_may_be_hidden(void **state)
{
	struct unix_row row;

	assert_true(unix_line_parse("(nil): 00000002 00000000 00000000 0001 01 7\n", true, &row));
	assert_true(unix_line_parse("0xffff: 00000002 00000000 00000000 0001 01 7\n", true, &row));
	assert_int_equal(row.inode, 7);
}

static void lines_with_too_few_fields_are_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"\n",
		"oops\n",
		"ff\n",
		"ff:\n",
		"ff: 1 2 3 4\n",
		"ff: 1 2 3 4 \n",
		"ff: 1 2 3 x 5 6\n",
		": 1 2 3 4 5 6\n",
		"\xff: 1 2 3 4 5 6\n",
	};
	struct unix_row row;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_false(unix_line_parse(lines[i], true, &row));
}

static void header_tells_of_the_inode_column(void **state)
{
	static const char with[] = "Num       RefCount Protocol Flags    Type St Inode Path";
	static const char without[] = "Num       RefCount Protocol Flags    Type St Path";

	assert_true(unix_header_has_inode(with, strlen(with)));
	assert_false(unix_header_has_inode(without, strlen(without)));
	assert_false(unix_header_has_inode("", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_gives_every_field),
		cmocka_unit_test(path_is_the_first_word),
		cmocka_unit_test(pointers_may_be_hidden),
		cmocka_unit_test(lines_with_too_few_fields_are_refused),
		cmocka_unit_test(header_tells_of_the_inode_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
