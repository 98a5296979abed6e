/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes -> a JSON string; text -> what a terminal can be shown. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/json_string.h"
#include "base/safe.h"
#include "unit/unit.h"

static void every_byte_alone_is_plain_escaped_or_replaced(void **state)
{
	for (unsigned int byte = 0; byte < 256; byte++) {
		_cleanup_(buf_release) struct buf out = {0};
		char c = (char)byte, expected[16];

		if (byte == '"' || byte == '\\')
			snprintf(expected, sizeof(expected), "\"\\%c\"", c);
		else if (byte < 0x20 || byte == 0x7f)
			snprintf(expected, sizeof(expected), "\"\\u%04x\"", byte);
		else if (byte >= 0x80)
			snprintf(expected, sizeof(expected), "\"\\ufffd\"");
		else
			snprintf(expected, sizeof(expected), "\"%c\"", c);
		json_string(&out, &c, 1);
		assert_int_equal(out.len, strlen(expected));
		assert_memory_equal(out.data, expected, out.len);
	}
}

static size_t encode(uint32_t rune, char *to)
{
	if (rune < 0x80) {
		to[0] = (char)rune;
		return 1;
	}
	if (rune < 0x800) {
		to[0] = (char)(0xc0 | rune >> 6);
		to[1] = (char)(0x80 | (rune & 0x3f));
		return 2;
	}
	if (rune < 0x10000) {
		to[0] = (char)(0xe0 | rune >> 12);
		to[1] = (char)(0x80 | (rune >> 6 & 0x3f));
		to[2] = (char)(0x80 | (rune & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | rune >> 18);
	to[1] = (char)(0x80 | (rune >> 12 & 0x3f));
	to[2] = (char)(0x80 | (rune >> 6 & 0x3f));
	to[3] = (char)(0x80 | (rune & 0x3f));
	return 4;
}

static void every_character_is_decoded_and_no_surrogate(void **state)
{
	for (uint32_t rune = 0; rune < 0x110100; rune++) {
		char text[4];
		size_t size = encode(rune, text), length;
		uint32_t got = 0;

		length = safe_decode(text, size, &got);
		if ((rune >= 0xd800 && rune <= 0xdfff) || rune > 0x10ffff) {
			assert_int_equal(length, 0);
			continue;
		}
		assert_int_equal(length, size);
		assert_int_equal(got, rune);
		if (size > 1)
			assert_int_equal(safe_decode(text, size - 1, &got), 0);
	}
}

static void what_steers_a_terminal_is_not_shown(void **state)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{"plain", "plain"},
		{"\x1b[31mred", "?[31mred"},
		{"\xc2\x9b"
		 "31m",
		 "??31m"},
		{"a\rb\tc\x7f", "a?b?c?"},
		{"two\nlines", "two\nlines"},
		{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
		{"\xe2\x80\xae"
		 "evil",
		 "???evil"},
		{"\xff\xc3", "??"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[64];

		strcpy(text, rows[i].text);
		safe_text(text);
		assert_string_equal(text, rows[i].shown);
	}
}

static void a_name_stays_on_its_line(void **state)
{
	char text[] = "two\nlines\x1b";

	safe_name(text, 8);
	assert_string_equal(text, "two?line"
				  "s\x1b");
	safe_name(text, strlen(text));
	assert_string_equal(text, "two?lines?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_alone_is_plain_escaped_or_replaced),
		cmocka_unit_test(every_character_is_decoded_and_no_surrogate),
		cmocka_unit_test(what_steers_a_terminal_is_not_shown),
		cmocka_unit_test(a_name_stays_on_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
