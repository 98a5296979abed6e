/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <limits.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "procfs/fields.h"
#include "unit/unit.h"

static struct fields fields_text(const char *text)
{
	return fields_of(text, strlen(text));
}

static void numbers_are_what_scanf_makes_of_them(void **state)
{
	static const char *const texts[] = {"0",
					    " 7",
					    "-1",
					    "+5",
					    "2147483648",
					    "4294967295",
					    "4294967294",
					    "99999999999",
					    "9223372036854775808",
					    "-9223372036854775809",
					    "18446744073709551616",
					    "12x",
					    "\t\n8",
					    "-",
					    "+",
					    "",
					    "x",
					    "- 1",
					    "--1"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct fields fields = fields_text(texts[i]);
		int expected = 0, got = 0;
		bool is_number = sscanf(texts[i], "%d", &expected) == 1;

		assert_int_equal(field_i32(&fields, &got), is_number);
		assert_int_equal(got, expected);
	}
}

static void unsigned_numbers_are_what_scanf_makes_of_them(void **state)
{
	static const char *const texts[] = {"0",
					    "18446744073709551615",
					    "18446744073709551616",
					    "-1",
					    "-9",
					    "x",
					    "99999999999999999999999",
					    "1 2"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct fields fields = fields_text(texts[i]);
		unsigned long long expected = 0;
		uint64_t got = 0;
		bool is_number = sscanf(texts[i], "%llu", &expected) == 1;

		assert_int_equal(field_u64(&fields, &got), is_number);
		assert_true(got == expected);
	}
}

static void hexadecimal_numbers_keep_to_their_width(void **state)
{
	static const struct {
		const char *text;
		unsigned int width;
		bool good;
		uint64_t value;
		size_t taken;
	} cases[] = {
		{"ff", 0, true, 255, 2},
		{"0x1F", 0, true, 31, 4},
		{"12345", 2, true, 0x12, 2},
		{"0x", 0, true, 0, 1},
		{"g", 0, false, 0, 0},
		{"", 0, false, 0, 0},
		{"fffffffffffffffff", 0, true, UINT64_MAX, 17},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fields fields = fields_text(cases[i].text);
		uint64_t value = 0;

		assert_int_equal(field_hex(&fields, cases[i].width, &value), cases[i].good);
		assert_true(value == cases[i].value);
		assert_int_equal(fields.at - cases[i].text, cases[i].taken);
	}
}

static void hex_bytes_need_all_their_digits(void **state)
{
	struct fields fields = fields_text(" 0aFF00zz");
	uint8_t bytes[3] = {0};

	assert_false(field_hex_bytes(&fields, bytes, 4));
	assert_true(field_hex_bytes(&fields, bytes, 3));
	assert_memory_equal(bytes, "\x0a\xff\x00", 3);
	assert_int_equal(*fields.at, 'z');
}

static void a_long_word_leaves_its_rest(void **state)
{
	struct fields fields = fields_text("abcdef ghi");
	char word[4];

	assert_true(field_copy(&fields, word, sizeof(word)));
	assert_string_equal(word, "abc");
	assert_true(field_copy(&fields, word, sizeof(word)));
	assert_string_equal(word, "def");
	assert_true(field_copy(&fields, word, sizeof(word)));
	assert_string_equal(word, "ghi");
	assert_false(field_copy(&fields, word, sizeof(word)));
}

static void nothing_is_read_behind_the_end(void **state)
{
	char *exact = malloc(5);
	struct fields fields;
	uint64_t value;
	int32_t number;

	memcpy(exact, "12345", 5); /* the sanitizer sees one byte too many */
	fields = fields_of(exact, 5);
	assert_true(field_i32(&fields, &number));
	assert_int_equal(number, 12345);
	assert_false(field_hex(&fields, 0, &value));
	assert_false(field_skip_words(&fields, 1));
	assert_false(field_byte(&fields, ':'));
	free(exact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_what_scanf_makes_of_them),
		cmocka_unit_test(unsigned_numbers_are_what_scanf_makes_of_them),
		cmocka_unit_test(hexadecimal_numbers_keep_to_their_width),
		cmocka_unit_test(hex_bytes_need_all_their_digits),
		cmocka_unit_test(a_long_word_leaves_its_rest),
		cmocka_unit_test(nothing_is_read_behind_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
