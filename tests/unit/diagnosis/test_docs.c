/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* docs/stalls.md says what the tables of causes and rules say. Its part between the marks is what
 * this program expects. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "diagnosis/causes.h"
#include "diagnosis/facts.h"
#include "unit/unit.h"

#define BEGIN "<!-- causes: kept by tests/unit/diagnosis/test_docs.c -->\n"
#define END "<!-- end of causes -->\n"

/* What the rules name together. */
static fact_set put_groups(struct buf *out, fact_set facts, const char *between, bool *first)
{
	static const struct {
		fact_set facts;
		const char *text;
	} groups[] = {
		{FACTS_DECIDED, "sk_err shows that something else decided"},
		{FACTS_ANSWERED, "an answer of any kind came"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		if ((facts & groups[i].facts) != groups[i].facts)
			continue;
		buf_printf(out, "%s%s", *first ? "" : between, groups[i].text);
		*first = false;
		facts &= ~groups[i].facts;
	}
	return facts;
}

static void put_facts(struct buf *out, fact_set facts, const char *between)
{
	bool first = true;

	facts = put_groups(out, facts, between, &first);

	for (unsigned int i = 0; i < FACT_COUNT; i++) {
		if (!(facts & FACT_BIT(i)))
			continue;
		buf_printf(out, "%s%s", first ? "" : between, stall_fact_text(i));
		first = false;
	}
}

static void put_rules(struct buf *out, unsigned int cause)
{
	bool first = true;

	for (size_t i = 0; i < cause_rule_count; i++) {
		const struct cause_rule *rule = &cause_rules[i];

		if (rule->cause != cause)
			continue;
		buf_puts(out, first ? "" : "<br>");
		first = false;
		buf_printf(out, "*%s*", stall_confidence_name(rule->confidence));
		if (rule->alone != rule->confidence)
			buf_printf(out, " (else *%s*)", stall_confidence_name(rule->alone));
		buf_puts(out, ": ");
		put_facts(out, rule->needs, "; ");
		if (rule->without) {
			buf_puts(out, "; but not: ");
			put_facts(out, rule->without, ", ");
		}
	}
}

static void put_table(struct buf *out)
{
	buf_puts(
		out, BEGIN
		"| verdict | meaning | evidence required, by confidence | what to do next |\n|---|---|---|---|\n");
	for (unsigned int i = 0; i < CAUSE_COUNT; i++) {
		buf_printf(out, "| `%s` | %s | ", cause_rows[i].word, cause_rows[i].meaning);
		put_rules(out, i);
		buf_printf(out, " | %s |\n", cause_rows[i].advice);
	}
	buf_puts(out, END);
	buf_putc(out, '\0');
}

static char *read_file(const char *path)
{
	char *text = calloc(1, 1 << 18);
	FILE *file = fopen(path, "r");

	assert_non_null(text);
	assert_non_null(file);
	assert_true(fread(text, 1, (1 << 18) - 1, file) > 0);
	fclose(file);
	return text;
}

static void the_page_says_what_the_tables_say(void **state)
{
	struct buf expected = {};
	char *page = read_file("docs/stalls.md");
	const char *begin = strstr(page, BEGIN), *end = strstr(page, END);

	put_table(&expected);
	if (!begin || !end || (size_t)(end - begin) + strlen(END) != strlen(expected.data) ||
	    strncmp(begin, expected.data, strlen(expected.data))) {
		printf("# docs/stalls.md must have:\n%s", expected.data);
		fail();
	}
	buf_release(&expected);
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_page_says_what_the_tables_say)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
