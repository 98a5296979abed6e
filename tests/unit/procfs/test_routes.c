/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>

#include "base/cleanup.h"
#include "procfs/route4.h"
#include "procfs/route6.h"
#include "unit/unit.h"

#define TITLE                                                                                      \
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT   "
#define ZERO "00000000000000000000000000000000"

static struct route4_columns columns_of(const char *title)
{
	struct route4_columns columns;
	const char *missing = NULL;

	assert_int_equal(route4_parse_title(title, strlen(title), false, &columns, &missing), 0);
	return columns;
}

static int parse(const struct route4_columns *columns, const char *line, struct route4_row *row)
{
	return route4_parse(columns, line, strlen(line), row);
}

static void route_gives_every_field(void **state)
{
	const struct route4_columns columns = columns_of(TITLE);
	struct route4_row row;

	assert_int_equal(parse(&columns,
			       "eth0\t0005A8C0\t0105A8C0\t0007\t1\t2\t100\t00FFFFFF\t1500\t7\t9  ",
			       &row),
			 0);
	assert_memory_equal(row.destination, "\xc0\xa8\x05\x00", 4);
	assert_memory_equal(row.gateway, "\xc0\xa8\x05\x01", 4);
	assert_memory_equal(row.mask, "\xff\xff\xff\x00", 4);
	assert_int_equal(row.flags, 7);
	assert_int_equal(row.references, 1);
	assert_int_equal(row.use, 2);
	assert_int_equal(row.metric, 100);
	assert_int_equal(row.mss, 1500);
	assert_int_equal(row.window, 7);
	assert_int_equal(row.irtt, 9);
	assert_string_equal(row.interface, "eth0");
}

static void unknown_columns_are_skipped(void **state)
{
	const struct route4_columns columns = columns_of(
		"New Iface Destination Gateway Other Flags RefCnt Use Metric Mask MTU Window IRTT More");
	struct route4_row row;

	assert_int_equal(
		parse(&columns, "x eth0 0005A8C0 0105A8C0 y 3 1 2 3 00FFFFFF 4 5 6 z", &row), 0);
	assert_int_equal(row.flags, 3);
	assert_int_equal(row.irtt, 6);
}

static void title_tells_the_first_missing_column(void **state)
{
	static const struct {
		const char *title, *missing;
	} cases[] = {
		{"", "Iface"},
		{"Iface", "Destination"},
		{"Ifaces Destination", "Iface"},
		{"Iface Gateway Destination Flags RefCnt Use Metric Mask MTU Window IRTT",
		 "Gateway"},
		{"Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window", "IRTT"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct route4_columns columns;
		const char *missing = NULL;

		assert_int_equal(route4_parse_title(cases[i].title, strlen(cases[i].title), false,
						    &columns, &missing),
				 -EINVAL);
		assert_string_equal(missing, cases[i].missing);
	}
}

static void lines_that_are_no_routes_are_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"eth0",
		"\xff\xfe\x80",
		"eth0 0005A8C0 0105A8C0 3 1 2 3 00FFFFFF 4",
		"e 5A8C0 0105A8C0 3 1 2 3 00FFFFFF 4 5",
		"e 0005A8CG 0105A8C0 3 1 2 3 00FFFFFF 4 5 6",
		"e 0005A8C0 0x05A8C0 3 1 2 3 00FFFFFF 4 5 6",
		"e 0005A8C0 0105A8C0 zz 1 2 3 00FFFFFF 4 5 6",
		"abcdefghijklmnopqrs 0 0005A8C0 3 1 2 3 00FFFFFF 4 5 6",
	};
	const struct route4_columns columns = columns_of(TITLE);
	struct route4_row row;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(parse(&columns, lines[i], &row), -EINVAL);
}

static void large_numbers_are_cut_as_the_reference_cuts_them(void **state)
{
	const struct route4_columns columns = columns_of(TITLE);
	struct route4_row row;

	assert_int_equal(
		parse(&columns,
		      "e 0005A8C0 0105A8C0 FFFFFFFF 99999999999999999999 2 4294967295 00FFFFFF 1 2",
		      &row),
		0);
	assert_int_equal(row.references, -1);
	assert_int_equal(row.metric, -1);
	assert_int_equal(row.flags, UINT32_MAX);
	assert_int_equal(row.irtt, 0);
}

static void route6_gives_every_field(void **state)
{
	static const char line[] =
		"20010db8000000000000000000000000 20 " ZERO " 00 fe800000000000000000000000000001 "
		"ffffffff 00000001 00000002 00200003     eth0";
	struct route6_row row;

	assert_int_equal(route6_parse(line, strlen(line), &row), 0);
	assert_memory_equal(row.destination, "\x20\x01\x0d\xb8", 4);
	assert_memory_equal(row.gateway, "\xfe\x80", 2);
	assert_int_equal(row.gateway[15], 1);
	assert_int_equal(row.prefix, 32);
	assert_int_equal(row.metric, -1);
	assert_int_equal(row.references, 1);
	assert_int_equal(row.use, 2);
	assert_int_equal(row.flags, 0x200003);
	assert_string_equal(row.interface, "eth0");
}

static void lines_that_are_no_ipv6_routes_are_refused(void **state)
{
	static const char *const lines[] = {
		"",
		ZERO,
		ZERO " 00 " ZERO " 00 " ZERO " 1 1 1 1",
		ZERO " 00 " ZERO " 00 0 1 1 1 1 eth0",
		ZERO " zz " ZERO " 00 " ZERO " 1 1 1 1 eth0",
		"\xff\xff",
	};
	struct route6_row row;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(route6_parse(lines[i], strlen(lines[i]), &row), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(route_gives_every_field),
		cmocka_unit_test(unknown_columns_are_skipped),
		cmocka_unit_test(title_tells_the_first_missing_column),
		cmocka_unit_test(lines_that_are_no_routes_are_refused),
		cmocka_unit_test(large_numbers_are_cut_as_the_reference_cuts_them),
		cmocka_unit_test(route6_gives_every_field),
		cmocka_unit_test(lines_that_are_no_ipv6_routes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
