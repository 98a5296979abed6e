/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses and their text. */
#include <arpa/inet.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "unit/unit.h"

static void an_address_is_v4_by_its_whole_prefix(void **state)
{
	static const struct {
		const char *text;
		bool v4;
	} rows[] = {
		{"::ffff:10.0.0.1", true},	{"::ffff:0.0.0.0", true},   {"::10.0.0.1", false},
		{"fe80::ffff:10.0.0.1", false}, {"::fffe:10.0.0.1", false}, {"::", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t addr[16];

		assert_int_equal(inet_pton(AF_INET6, rows[i].text, addr), 1);
		assert_int_equal(address_is_v4(addr), rows[i].v4);
	}
}

static void any_address_is_that_of_either_family(void **state)
{
	static const char *const any[] = {"::", "::ffff:0.0.0.0"}, *const some[] = {
									   "::1", "::ffff:0.0.0.1",
									   "::fffe:0.0.0.0"};
	uint8_t addr[16];

	for (size_t i = 0; i < ARRAY_SIZE(any); i++) {
		inet_pton(AF_INET6, any[i], addr);
		assert_true(address_is_any(addr));
	}
	for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
		inet_pton(AF_INET6, some[i], addr);
		assert_false(address_is_any(addr));
	}
}

static void loopback_is_a_network_and_one_address(void **state)
{
	static const char *const here[] = {"::1", "::ffff:127.0.0.1", "::ffff:127.255.1.2"};
	static const char *const elsewhere[] = {"::", "::2", "::7f00:1", "::ffff:10.0.0.127"};
	uint8_t addr[16];

	for (size_t i = 0; i < ARRAY_SIZE(here); i++) {
		inet_pton(AF_INET6, here[i], addr);
		assert_true(address_is_loopback(addr));
	}
	for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++) {
		inet_pton(AF_INET6, elsewhere[i], addr);
		assert_false(address_is_loopback(addr));
	}
}

static void an_address_that_is_set_is_v4(void **state)
{
	static const uint8_t v4[4] = {192, 0, 2, 1};
	uint8_t addr[16], wanted[16];

	memset(addr, 0x55, sizeof(addr));
	address_set_v4(addr, v4);
	inet_pton(AF_INET6, "::ffff:192.0.2.1", wanted);
	assert_memory_equal(addr, wanted, sizeof(addr));
}

static void text_has_brackets_where_colons_are_ambiguous(void **state)
{
	static const char *const rows[][3] = {
		{"::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1:65535"},
		{"::1", "::1", "[::1]:65535"},
		{"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
		 "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:65535"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[ADDRESS_PORT_TEXT_MAX + 1];
		uint8_t addr[16];

		inet_pton(AF_INET6, rows[i][0], addr);
		*address_format(text, addr) = '\0';
		assert_string_equal(text, rows[i][1]);
		*address_format_port(text, addr, 65535) = '\0';
		assert_string_equal(text, rows[i][2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_v4_by_its_whole_prefix),
		cmocka_unit_test(any_address_is_that_of_either_family),
		cmocka_unit_test(loopback_is_a_network_and_one_address),
		cmocka_unit_test(an_address_that_is_set_is_v4),
		cmocka_unit_test(text_has_brackets_where_colons_are_ambiguous),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
