/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/cleanup.h"
#include "procfs/sctp.h"
#include "unit/unit.h"

static struct sctp_addresses lists;

static void endpoint_line_gives_every_field(void **state)
{
	static const uint8_t second[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	struct sctp_row row;

	assert_true(sctp_line_parse("ffff8881 ffff8882 2   10  29   7777   1000 12345 10.0.0.1 "
				    "2001:0db8:0000:0000:0000:0000:0000:0001 \n",
				    false, &lists, &row));
	assert_false(row.is_association);
	assert_int_equal(row.state, 10);
	assert_int_equal(row.local_port, 7777);
	assert_int_equal(row.uid, 1000);
	assert_int_equal(row.inode, 12345);
	assert_int_equal(row.local_count, 2);
	assert_int_equal(row.remote_count, 0);
	assert_true(endpoint_is_v4(&row.local[0]));
	assert_int_equal(row.local[0].port, 7777);
	assert_memory_equal(row.local[1].addr, second, 16);
}

static void association_line_gives_both_sides(void **state)
{
	struct sctp_row row;

	assert_true(sctp_line_parse(
		"ffff8881 ffff8882 2   1   3  44      1       7       8       0 22222 9000   9001   "
		"10.0.0.1 10.0.0.2 <-> *10.0.0.3 \t    7500    10    10   10\n",
		true, &lists, &row));
	assert_int_equal(row.state, 1);
	assert_int_equal(row.tx_queue, 7);
	assert_int_equal(row.rx_queue, 8);
	assert_int_equal(row.local_port, 9000);
	assert_int_equal(row.remote_port, 9001);
	assert_int_equal(row.inode, 22222);
	assert_int_equal(row.local_count, 2);
	assert_int_equal(row.remote_count, 1);
	assert_int_equal(row.remote[0].addr[15], 3);
	assert_int_equal(row.remote[0].port, 9001);
}

static void a_line_without_addresses_is_a_row_without_any(void **state)
{
	struct sctp_row row;

	assert_true(sctp_line_parse("a b 2 10 29 7777 0 12345\n", false, &lists, &row));
	assert_int_equal(row.local_count, 0);
	assert_true(sctp_line_parse("a b 2 1 3 44 1 7 8 0 22222 9000 9001", true, &lists, &row));
	assert_int_equal(row.local_count + row.remote_count, 0);
}

static void words_that_are_no_address_are_left_out(void **state)
{
	struct sctp_row row;

	assert_true(
		sctp_line_parse("a b 2 10 29 7777 0 1 * 300.1.1.1 1.2.3.4 x:y "
				"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb 5.6.7.8\n",
				false, &lists, &row));
	assert_int_equal(row.local_count, 2);
	assert_int_equal(row.local[1].addr[15], 8);
}

static void more_addresses_than_a_row_holds_are_left_out(void **state)
{
	char line[64 + 9 * (SCTP_ADDRESSES_MAX + 50)] = "a b 2 10 29 7777 0 1";
	struct sctp_row row;

	for (int i = 0; i < SCTP_ADDRESSES_MAX + 50; i++)
		strcat(line, " 1.2.3.4");
	assert_true(sctp_line_parse(line, false, &lists, &row));
	assert_int_equal(row.local_count, SCTP_ADDRESSES_MAX);
}

static void lines_with_too_few_columns_are_refused(void **state)
{
	static const char *const lines[] = {"", "\n", "bogus\n", "a b 2 10 29 7777 0\n",
					    "a b 2 10 29 7777 0 \n"};
	struct sctp_row row;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_false(sctp_line_parse(lines[i], false, &lists, &row));
		assert_false(sctp_line_parse(lines[i], true, &lists, &row));
	}
	assert_false(sctp_line_parse("a b 2 1 3 44 1 7 8 0 22222 9000\n", true, &lists, &row));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoint_line_gives_every_field),
		cmocka_unit_test(association_line_gives_both_sides),
		cmocka_unit_test(a_line_without_addresses_is_a_row_without_any),
		cmocka_unit_test(words_that_are_no_address_are_left_out),
		cmocka_unit_test(more_addresses_than_a_row_holds_are_left_out),
		cmocka_unit_test(lines_with_too_few_columns_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
