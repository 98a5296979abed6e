/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/cleanup.h"
#include "procfs/counts.h"
#include "unit/unit.h"

static void lines_are_summed_up(void **state)
{
	static const char *const lines[] = {
		"sockets: used 209011\n", "TCP: inuse 7 orphan 110 tw 5 alloc 209122 mem 100\n",
		"UDP: inuse 3 mem 0\n",	  "UDPLITE: inuse 4\n",
		"TCP6: inuse 30\n",	  "UDP6: inuse 2\n",
	};
	struct socket_counts counts = {0};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		socket_counts_line(lines[i], &counts);
	assert_int_equal(counts.tcp, 42);
	assert_int_equal(counts.tcp6, 30);
	assert_int_equal(counts.udp, 5);
}

static void other_lines_count_nothing(void **state)
{
	static const char *const lines[] = {"",
					    "\n",
					    "TCP:",
					    "TCP: inuse",
					    "TCP: inuse x",
					    "TCP: tw",
					    "xTCP: inuse 1 tw 2",
					    "\xff\xfe"};
	struct socket_counts counts = {0};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		socket_counts_line(lines[i], &counts);
	assert_int_equal(counts.tcp + counts.tcp6 + counts.udp, 0);
}

static void open_files_of_this_machine_are_some(void **state)
{
	struct socket_counts counts;

	assert_true(open_files_read("/proc") > 2);
	assert_int_equal(open_files_read("/nowhere"), 0);
	socket_counts_read("/nowhere", &counts);
	assert_int_equal(counts.tcp, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_summed_up),
		cmocka_unit_test(other_lines_count_nothing),
		cmocka_unit_test(open_files_of_this_machine_are_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
