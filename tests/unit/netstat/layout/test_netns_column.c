/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "netstat/layout/netns_column.h"
#include "unit/unit.h"

static void expect(struct netns_column column, const char *lines, const char *wanted)
{
	struct buf in = {0}, out = {0};

	buf_puts(&in, lines);
	netns_column_put(&out, &column, &in);
	buf_putc(&out, '\0');
	assert_string_equal(out.data, wanted);
	buf_release(&in);
	buf_release(&out);
}

static void text_rows_get_the_name_and_titles_come_once(void **state)
{
	struct netns_column column = {
		.inode = 7, .name = "blue", .width = 6, .titles = 2, .first = true};

	expect(column, "Title\nProto\nrow 1\nrow 2\n",
	       "Title\nNetns  Proto\nblue   row 1\nblue   row 2\n");
	column.first = false;
	expect(column, "Title\nProto\nrow 1\n", "blue   row 1\n");
	expect(column, "", "");
}

static void a_line_under_the_titles_is_no_row(void **state)
{
	struct netns_column column = {.name = "blue", .width = 5, .titles = 3, .first = true};

	expect(column, "Title\nGroup\n-----\nrow\n",
	       "Title\nNetns Group\n      -----\nblue  row\n");
}

static void a_namespace_without_name_shows_its_number(void **state)
{
	struct netns_column column = {.inode = 4026531840, .width = 5, .titles = 0};

	expect(column, "row\n", "4026531840 row\n");
}

static void names_cannot_steer_a_terminal(void **state)
{
	struct netns_column column = {.name = "a\x1b[2J\nb", .width = 5};

	expect(column, "row\n", "a?[2J?b row\n");
}

static void json_rows_get_two_keys_in_front(void **state)
{
	struct netns_column column = {.json = true, .inode = 7, .name = "b\"\x1b", .titles = 2};

	expect(column, "{\"kind\":\"inet\"}\n{\"kind\":\"unix\"}\n",
	       "{\"netns\":7,\"netns_name\":\"b\\\"\\u001b\",\"kind\":\"inet\"}\n"
	       "{\"netns\":7,\"netns_name\":\"b\\\"\\u001b\",\"kind\":\"unix\"}\n");
	column.name = NULL;
	expect(column, "{\"kind\":\"inet\"}\n",
	       "{\"netns\":7,\"netns_name\":null,\"kind\":\"inet\"}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_rows_get_the_name_and_titles_come_once),
		cmocka_unit_test(a_line_under_the_titles_is_no_row),
		cmocka_unit_test(a_namespace_without_name_shows_its_number),
		cmocka_unit_test(names_cannot_steer_a_terminal),
		cmocka_unit_test(json_rows_get_two_keys_in_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
