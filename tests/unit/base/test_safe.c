/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Characters that steer a terminal or are not seen on it, and what is let through at the sink. */
#include "base/cleanup.h"
#include "base/safe.h"
#include "unit/unit.h"

static void characters_that_nobody_sees_are_unsafe(void **state)
{
	static const uint32_t unsafe[] = {
		0,	0x1b,	0x7f,	0x85,	 0x9b,	  0xad,	   0x34f,   0x61c,   0x115f,
		0x1160, 0x17b4, 0x180e, 0x200b,	 0x200d,  0x200e,  0x202a,  0x202e,  0x2028,
		0x2029, 0x2060, 0x2066, 0x2069,	 0x206f,  0x3164,  0xfe0f,  0xfeff,  0xffa0,
		0xfff9, 0xfffb, 0xffff, 0x1d173, 0xe0001, 0xe0041, 0xe007f, 0xe01ef,
	};
	static const uint32_t good[] = {' ',	    '~',    0xa0,   0xe9,   0x300,   0x4e2d,
					0x1160 + 1, 0x2027, 0x202f, 0xfffd, 0x1f600, 0xdffff};

	for (size_t i = 0; i < ARRAY_SIZE(unsafe); i++) {
		if (safe_rune(unsafe[i]))
			fail_msg("U+%04X is let through", unsafe[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		if (!safe_rune(good[i]))
			fail_msg("U+%04X is refused", good[i]);
	}
}

static void only_colours_and_line_ends_pass_the_sink(void **state)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{"a\tb\n", "a\tb\n"},
		{"\033[1;31mred\033[0m\033[m", "\033[1;31mred\033[0m?[m"},
		{"\033[8mhidden", "?[8mhidden"},
		{"\033[30;40mblack", "?[30;40mblack"},
		{"\033[31;8m", "?[31;8m"},
		{"\033[2J\033[H", "?[2J?[H"},
		{"\033[?25l", "?[?25l"},
		{"\033]0;title\a", "?]0;title?"},
		{"\033[31", "?[31"},
		{"\033[", "?["},
		{"\033", "?"},
		{"\033[3\xc2\x9bm", "?[3??m"},
		{"a\rb\bc", "a?b?c"},
		{"\xf3\xa0\x81\x81", "????"},
		{"\xe2\x80\x8b|\xc2\xad|\xe3\x85\xa4", "???|\?\?|???"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[64];

		strcpy(text, rows[i].text);
		safe_terminal(text, strlen(text));
		assert_string_equal(text, rows[i].shown);
	}
}

static void a_text_without_colours_keeps_no_escape(void **state)
{
	char text[] = "a\tb\033[31mc\n\xc2\xad"
		      "d\r\n";

	safe_plain(text, strlen(text));
	assert_string_equal(text, "a\tb?[31mc\n\?\?d?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_that_nobody_sees_are_unsafe),
		cmocka_unit_test(only_colours_and_line_ends_pass_the_sink),
		cmocka_unit_test(a_text_without_colours_keeps_no_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
