/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The field table: whole, ready to be written, and what docs/json.md says. */
#include <stdio.h>

#include "base/cleanup.h"
#include "unit/unit.h"
#include "view/event_columns.h"

static void every_field_is_whole(void **state)
{
	for (size_t i = 0; i < FIELD_MAX; i++) {
		const struct field *field = &fields[i];
		char key[64];

		assert_non_null(field->name);
		assert_non_null(field->header);
		assert_non_null(field->get);
		assert_true(strlen(field->help) > 10);
		assert_true(field->in != 0);
		assert_true(field->width > 0 && strlen(field->header) <= field->width);
		snprintf(key, sizeof(key), ",\"%s\":", field->name);
		assert_true(strlen(key) <= FIELD_KEY_SIZE);
		assert_int_equal(field->key_size, strlen(key));
		assert_memory_equal(field->key, key, strlen(key));
	}
}

static void names_are_found_and_are_not_shared(void **state)
{
	for (int i = 0; i < FIELD_MAX; i++)
		assert_int_equal(event_field_find(fields[i].name, strlen(fields[i].name)), i);
	assert_int_equal(event_field_find("nope", 4), -1);
	assert_int_equal(event_field_find("", 0), -1);
}

static const char *kinds_of(const struct field *field)
{
	switch (field->in & FIELD_IN_EVENTS) {
	case FIELD_IN_EVENTS:
		return "all";
	case FIELD_IN_FLOWS:
		return "state, connect, accept, bind, listen";
	case FIELD_IN_CALLS:
		return "connect, accept, bind, listen";
	case FIELD_IN_ASKED:
		return "connect, bind";
	case FIELD_IN_REFUSALS:
		return "bind, listen";
	case FIELD_IN_STATE:
		return "state";
	case FIELD_IN_GAP:
		return "gap";
	default:
		return "?";
	}
}

static void docs_have_every_key_in_order(void **state)
{
	static const char *const types[] = {[FIELD_JSON_NUMBER] = "number",
					    [FIELD_JSON_STRING] = "string",
					    [FIELD_JSON_OBJECT] = "object"};
	_cleanup_(cleanup_fclose) FILE *file = fopen("docs/json.md", "r");
	char page[65536], row[512];
	const char *at;

	assert_non_null(file);
	page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
	at = strstr(page, "|---|---|---|---|\n");
	assert_non_null(at);
	at += strlen("|---|---|---|---|\n");
	for (size_t i = 0; i < FIELD_MAX; i++) {
		const struct field *field = &fields[i];

		if (field->json == FIELD_JSON_NONE || !(field->in & FIELD_IN_EVENTS))
			continue;
		snprintf(row, sizeof(row), "| `%s` | %s | %s | %s |\n", field->name,
			 types[field->json], kinds_of(field), field->help);
		if (strncmp(at, row, strlen(row)))
			fail_msg("docs/json.md has\n%.*s\nnot\n%s", (int)strcspn(at, "\n"), at,
				 row);
		at += strlen(row);
	}
	assert_int_equal(*at, '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_whole),
		cmocka_unit_test(names_are_found_and_are_not_shared),
		cmocka_unit_test(docs_have_every_key_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
