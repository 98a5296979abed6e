/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text -> number, and nothing else. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "unit/unit.h"

static void numbers_are_digits_within_their_bounds(void **state)
{
	static const struct {
		const char *text;
		uint64_t max, value;
		int err;
	} rows[] = {
		{"0", 0, 0, 0},
		{"1", 0, 0, -ERANGE},
		{"65535", 65535, 65535, 0},
		{"65536", 65535, 0, -ERANGE},
		{"000065535", 65535, 65535, 0},
		{"18446744073709551615", UINT64_MAX, UINT64_MAX, 0},
		{"18446744073709551616", UINT64_MAX, 0, -ERANGE},
		{"99999999999999999999999999", UINT64_MAX, 0, -ERANGE},
		{"", 9, 0, -EINVAL},
		{" 1", 9, 0, -EINVAL},
		{"1 ", 9, 0, -EINVAL},
		{"+1", 9, 0, -EINVAL},
		{"-1", 9, 0, -EINVAL},
		{"0x1", 99, 0, -EINVAL},
		{"1e3", 9999, 0, -EINVAL},
		{"\xd9\xa1", 9, 0, -EINVAL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = 77;
		int err = number_parse(rows[i].text, rows[i].max, &value);

		if (err != rows[i].err || value != (err ? 77 : rows[i].value))
			fail_msg("\"%s\" up to %llu gives %d", rows[i].text,
				 (unsigned long long)rows[i].max, err);
	}
}

static void durations_have_units_and_fractions(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = {
		{"10", 10000000000},
		{"10s", 10000000000},
		{"0", 0},
		{"100ms", 100000000},
		{"250us", 250000},
		{"7ns", 7},
		{"1.5s", 1500000000},
		{"0.25ms", 250000},
		{"2m", 120000000000},
		{"2min", 120000000000},
		{"1h", 3600000000000},
		{"1d", 86400000000000},
		{"1.000000001", 1000000001},
		{"0.1ns", 0},
		{"4000000000", 4000000000000000000},
	};
	static const char *const bad[] = {
		"",	  "s", ".5", "1.", "1.s", "-1", "1 s", "1S", "1x", "1e9", "99999999999999",
		"106752d"};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		uint64_t ns = 77;

		if (number_parse_duration(good[i].text, &ns) || ns != good[i].ns)
			fail_msg("\"%s\" gives %llu", good[i].text, (unsigned long long)ns);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint64_t ns = 77;

		if (!number_parse_duration(bad[i], &ns) || ns != 77)
			fail_msg("\"%s\" is taken for %llu", bad[i], (unsigned long long)ns);
	}
}

static void hexadecimal_digits(void **state)
{
	static const char *const bad[] = {"", "0x1", "g", "1 ", "-1", "\x11", "10000000000000000"};
	uint64_t value;

	assert_int_equal(number_parse_hex("0", &value), 0);
	assert_true(value == 0);
	assert_int_equal(number_parse_hex("1aF", &value), 0);
	assert_true(value == 0x1af);
	assert_int_equal(number_parse_hex("ffffffffffffffff", &value), 0);
	assert_true(value == UINT64_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		value = 77;
		assert_true(number_parse_hex(bad[i], &value) < 0);
		assert_true(value == 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hexadecimal_digits),
		cmocka_unit_test(numbers_are_digits_within_their_bounds),
		cmocka_unit_test(durations_have_units_and_fractions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
