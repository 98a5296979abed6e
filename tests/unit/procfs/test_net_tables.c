/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of dev, if_inet6, igmp, igmp6, snmp and ip_masquerade, and the order of interfaces. */
#include <errno.h>

#include "base/cleanup.h"
#include "procfs/igmp.h"
#include "procfs/interface_name.h"
#include "procfs/masquerade.h"
#include "procfs/net_device.h"
#include "procfs/snmp.h"
#include "unit/unit.h"

static int device(const char *line, struct interface_row *row)
{
	return net_device_parse(line, strlen(line), row);
}

static void device_gives_every_counter(void **state)
{
	struct interface_row row;

	assert_int_equal(device("  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", &row), 0);
	assert_string_equal(row.name, "eth0");
	assert_true(row.has_counters);
	assert_int_equal(row.rx.bytes, 1);
	assert_int_equal(row.rx.fifo, 5);
	assert_int_equal(row.frame, 6);
	assert_int_equal(row.rx.compressed, 7);
	assert_int_equal(row.multicast, 8);
	assert_int_equal(row.tx.bytes, 9);
	assert_int_equal(row.collisions, 14);
	assert_int_equal(row.carrier, 15);
	assert_int_equal(row.tx.compressed, 16);
}

/* The reference shows the counters of such an interface as 0. */
static void device_of_fifteen_characters_keeps_its_counters(void **state)
{
	struct interface_row row;

	assert_int_equal(device("abcdefghijklmno: 1 2 3", &row), 0);
	assert_string_equal(row.name, "abcdefghijklmno");
	assert_int_equal(row.rx.errors, 3);
	assert_int_equal(row.tx.bytes, 0);
}

static void lines_that_name_no_device_are_refused(void **state)
{
	static const char *const lines[] = {"",	      "eth0", ":1 2", "   ", "abcdefghijklmnop: 1",
					    "a b: 1", "\xff"};
	struct interface_row row;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(device(lines[i], &row), -EINVAL);
}

static void address_line_gives_prefix_and_scope(void **state)
{
	static const char good[] = "fe800000000000009c3566fffe5b5f0c 05 40 20 80       v1";
	static const char *const bad[] = {"", "fe80",
					  "fe800000000000009c3566fffe5b5f0c 05 40 20 80",
					  "ge800000000000009c3566fffe5b5f0c 05 40 20 80 v1"};
	struct interface_address6 row;

	assert_int_equal(net_address6_parse(good, strlen(good), &row), 0);
	assert_int_equal(row.prefix, 64);
	assert_int_equal(row.scope, 0x20);
	assert_string_equal(row.interface, "v1");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(net_address6_parse(bad[i], strlen(bad[i]), &row), -EINVAL);
}

static void interfaces_are_in_the_order_of_the_reference(void **state)
{
	static const char *const names[] = {
		"001",	  "01",	      "1",	"2",	       "12",	"10a",	 "1a",	  "A1",
		"B",	  "a",	      "a0",	"a001",	       "a01",	"a1",	 "a9",	  "a10",
		"a-1",	  "a.1",      "a.2",	"a.10",	       "a1.1",	"a1.10", "a10b",  "a1b2",
		"a1b10",  "eth0",     "eth1",	"eth2",	       "eth10", "v0",	 "v0:0",  "v0:01",
		"v0:1",	  "v0:2",     "v0:12",	"v0:99999",    "v1",	"v1:5",	 "v10",	  "v0::7",
		"v0:1:5", "v0:1:1:1", "v0:1:x", "v0:1a:6",     "v0:1x", "v0::",	 "v0:::", "v0:web",
		"v0p",	  "v10:abc",  "z0",	"z4294967296", "z1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
			int order = interface_name_compare(names[i], names[k]);

			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
		}
	}
}

static enum igmp_line igmp(const char *line, struct group_row *row)
{
	return igmp_parse(line, strlen(line), row);
}

static void group_belongs_to_the_interface_above_it(void **state)
{
	struct group_row row = {0};

	assert_int_equal(
		igmp("Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter", &row),
		IGMP_NO_ROW);
	assert_int_equal(igmp("4\teth0      :     1      V3", &row), IGMP_NO_ROW);
	assert_int_equal(igmp("\t\t\t\t010000E0     1 0:00000000\t\t0", &row), IGMP_ROW);
	assert_string_equal(row.interface, "eth0");
	assert_memory_equal(row.group, "\xe0\x00\x00\x01", 4);
	assert_int_equal(igmp("5\tabcdefghijklmno:     1      V3", &row), IGMP_NO_ROW);
	assert_string_equal(row.interface, "abcdefghijklmno");
}

static void bogus_group_lines_are_told(void **state)
{
	static const char *const bad4[] = {"",	       "bogus",	 "x\ty",      "7",
					   "\t\t\t\t", "\tzz 1", "\t010000E0"};
	static const char *const bad6[] = {
		"",
		"1 lo",
		"x lo ff020000000000000000000000000001 1",
		"1 averyveryverylongname ff020000000000000000000000000001 1",
		"1 lo ff02000000000000000000000000000z 1",
		"1 lo ff020000000000000000000000000001"};
	struct group_row row = {0};

	for (size_t i = 0; i < ARRAY_SIZE(bad4); i++)
		assert_int_equal(igmp(bad4[i], &row), IGMP_BOGUS);
	for (size_t i = 0; i < ARRAY_SIZE(bad6); i++)
		assert_int_equal(igmp6_parse(bad6[i], strlen(bad6[i]), &row), -EINVAL);
}

static void sections_pair_names_and_values(void **state)
{
	static const char names[] = "Ip: A B C D", values[] = "Ip: 5 -1 99999999999999999999x";
	static const uint64_t expected[] = {5, UINT64_MAX, UINT64_MAX, 0};
	struct snmp_section section;
	struct snmp_counter counter;
	size_t count = 0;

	assert_int_equal(snmp_section_parse(names, strlen(names), values, strlen(values), &section),
			 0);
	assert_int_equal(section.name_size, 2);
	while (snmp_section_next(&section, &counter)) {
		assert_true(counter.value == expected[count]);
		count++;
	}
	assert_int_equal(count, 4);
	assert_int_equal(snmp_section_parse(names, strlen(names), "5 6", 3, &section), -EINVAL);
	assert_int_equal(snmp_section_parse("A B", 3, values, strlen(values), &section), -EINVAL);
	assert_int_equal(snmp_section_parse("", 0, "", 0, &section), -EINVAL);
}

static void counter_lines_need_a_value(void **state)
{
	struct snmp_counter counter;

	assert_int_equal(snmp_line_parse("Ip6InReceives \t5", 16, &counter), 0);
	assert_int_equal(counter.name_size, 13);
	assert_int_equal(counter.value, 5);
	assert_int_equal(snmp_line_parse("Ip6InReceives", 13, &counter), -EINVAL);
	assert_int_equal(snmp_line_parse("", 0, &counter), -EINVAL);
}

static void masquerade_lines_are_checked(void **state)
{
	static const char good[] = "TCP 0A000001:04D2 C0A80101:0050 EA60 00000001 2 -3 86400";
	struct masquerade_row row;

	assert_int_equal(masquerade_parse(good, strlen(good), true, &row), 0);
	assert_int_equal(row.source_port, 1234);
	assert_int_equal(row.masquerade_port, 60000);
	assert_int_equal(row.previous_delta, -3);
	assert_int_equal(row.expires, 86400);
	assert_int_equal(
		masquerade_parse("FOO 0A000001:04D2 C0A80101:0050 EA60 1 2 -3 8", 45, true, &row),
		-EPROTONOSUPPORT);
	assert_int_equal(masquerade_parse("TCP 0A000001 04D2", 17, true, &row), -EINVAL);
	assert_int_equal(masquerade_parse("", 0, false, &row), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_gives_every_counter),
		cmocka_unit_test(device_of_fifteen_characters_keeps_its_counters),
		cmocka_unit_test(lines_that_name_no_device_are_refused),
		cmocka_unit_test(address_line_gives_prefix_and_scope),
		cmocka_unit_test(interfaces_are_in_the_order_of_the_reference),
		cmocka_unit_test(group_belongs_to_the_interface_above_it),
		cmocka_unit_test(bogus_group_lines_are_told),
		cmocka_unit_test(sections_pair_names_and_values),
		cmocka_unit_test(counter_lines_need_a_value),
		cmocka_unit_test(masquerade_lines_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
