/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Forms of ss(8) that other filters do not need. */
#include "unit/filter/samples.h"

/* What ss(8) takes beside these: families, words for any address, devices, marks. */
static void forms_of_ss_are_taken(void **state)
{
	static const struct row rows[] = {
		{"src inet:10.0.0.5", 1 | 16 | 32},
		{"src inet6:192.168.1.9", 4},
		{"src inet:192.168.1.9", 0},
		{"src inet6:[2001:db8::5]", 8},
		{"src inet:10.0.0.5:443", 16},
		{"src inet:*", 1 | 16 | 32},
		{"sport = inet6:22", 2},
		{"sport = inet:22", 0},
		{"dport inet:443", 1},
		{"src inet6:*:80", 4},
		{"src 2001:db8::/32:50001", 8},
		{"src 2001:db8::/32:50002", 0},
		{"src [2001:db8::]/32:50001", 8},
		{"src 10.0.0.0/8:443", 16},
		{"dst any", EVERY},
		{"src all", EVERY},
		{"dst default", EVERY},
		{"dst any:443", 1},
		{"dev eth0", 2},
		{"dev = eth0", 2},
		{"dev != eth0", 1},
		{"dev lo", 0},
		{"fwmark 0", 1},
		{"fwmark = 0x12", 2},
		{"fwmark 18", 2},
		{"fwmark 0x10/0xf0", 2},
		{"fwmark != 0x12", 1},
		{"autobound", 1},
		{"not autobound", 2},
		{"autobound and dport = 443", 1},
	};

	check(rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_of_ss_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
