/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Mistyped words and what was meant. */
#include "base/cleanup.h"
#include "base/suggest.h"
#include "unit/unit.h"

static const char *const names[] = {"doctor", "live", "list", "stalls", "trace", "explain"};

static const char *nearest(const char *word)
{
	return suggest_nearest(word, names, ARRAY_SIZE(names));
}

static void typing_errors_lead_to_the_word(void **state)
{
	static const char *const typed[][2] = {
		{"tracee", "trace"},	{"trce", "trace"},   {"rtace", "trace"},
		{"Trace", "trace"},	{"stall", "stalls"}, {"stals", "stalls"},
		{"lsit", "list"},	{"lists", "list"},   {"docter", "doctor"},
		{"exlpain", "explain"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(typed); i++)
		assert_string_equal(nearest(typed[i][0]), typed[i][1]);
}

static void abbreviations_lead_to_the_word(void **state)
{
	assert_string_equal(nearest("tr"), "trace");
	assert_string_equal(nearest("EXP"), "explain");
}

static void other_words_lead_nowhere(void **state)
{
	static const char *const typed[] = {
		"",	      "x",
		"zzzzz",      "connections",
		"traceroute", "a word that is longer than any that is compared"};

	for (size_t i = 0; i < ARRAY_SIZE(typed); i++)
		assert_null(nearest(typed[i]));
}

static void no_names_no_suggestion(void **state)
{
	assert_null(suggest_nearest("trace", names, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(typing_errors_lead_to_the_word),
		cmocka_unit_test(abbreviations_lead_to_the_word),
		cmocka_unit_test(other_words_lead_nowhere),
		cmocka_unit_test(no_names_no_suggestion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
