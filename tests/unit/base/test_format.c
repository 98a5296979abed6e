/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <arpa/inet.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/format.h"
#include "unit/unit.h"

static void format_ip6_writes_what_inet_ntop_writes(void **state)
{
	static const char *const texts[] = {"::",
					    "::1",
					    "1::",
					    "::1.2.3.4",
					    "::ffff:1.2.3.4",
					    "64:ff9b::102:304",
					    "2001:db8::1:0:0:1",
					    "fe80::77:7007",
					    "1:2:3:4:5:6:7:8",
					    "1:0:0:2::3",
					    "0:1::",
					    "::fffe:1.2.3.4",
					    "1:2:3:4:5:6:7::",
					    "0:0:1::",
					    "2001:db8:0:1:1:1:1:1"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		uint8_t addr[16];
		char expected[INET6_ADDRSTRLEN], got[FORMAT_IP6_MAX + 1];

		assert_int_equal(inet_pton(AF_INET6, texts[i], addr), 1);
		assert_non_null(inet_ntop(AF_INET6, addr, expected, sizeof(expected)));
		*format_ip6(got, addr) = '\0';
		assert_string_equal(got, expected);
	}
}

static void format_ip6_equals_inet_ntop_for_every_pattern_of_zero_words(void **state)
{
	for (unsigned int pattern = 0; pattern < 6561;
	     pattern++) { /* 3^8: 0, ffff or other in each word */
		static const uint16_t values[] = {0, 0xffff, 0x0a1b};
		uint8_t addr[16];
		char expected[INET6_ADDRSTRLEN], got[FORMAT_IP6_MAX + 1];

		for (unsigned int i = 0, rest = pattern; i < 8; i++, rest /= 3) {
			addr[2 * i] = (uint8_t)(values[rest % 3] >> 8);
			addr[2 * i + 1] = (uint8_t)values[rest % 3];
		}
		inet_ntop(AF_INET6, addr, expected, sizeof(expected));
		*format_ip6(got, addr) = '\0';
		assert_string_equal(got, expected);
	}
}

static void format_u64_writes_all_lengths(void **state)
{
	uint64_t value = 0;

	for (int i = 0; i < 21; i++) {
		char expected[32], got[FORMAT_U64_MAX + 1];

		snprintf(expected, sizeof(expected), "%llu", (unsigned long long)value);
		*format_u64(got, value) = '\0';
		assert_string_equal(got, expected);
		value = i == 19 ? UINT64_MAX : value * 10 + (uint64_t)(i % 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(format_ip6_writes_what_inet_ntop_writes),
		cmocka_unit_test(format_ip6_equals_inet_ntop_for_every_pattern_of_zero_words),
		cmocka_unit_test(format_u64_writes_all_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
