/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Malformed FILTER texts: the caret stands under the offending word. */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "unit/filter/lookups.h"
#include "unit/unit.h"

static void errors_point_at_the_offending_word(void **state)
{
	static const struct {
		const char *text;
		const char *carets; /* "" at the end: the text ended too early */
		const char *says;
	} rows[] = {
		{"foo 1", "^^^", "expected a condition"},
		{"pid 1 foo", "      ^^^", "expected a condition"},
		{"pid", "   ", "expected a process id"},
		{"pid = ", "      ", "expected a process id"},
		{"pid x", "    ^", "invalid process id"},
		{"pid -1", "    ^^", "invalid process id"},
		{"pid 4294967296", "    ^^^^^^^^^^", "invalid process id"},
		{"pid and uid 0", "    ^^^", "expected a process id"},
		{"uid nobody1", "    ^^^^^^^", "no such user"},
		{"netns nope", "      ^^^^", "no such network namespace"},
		{"state", "     ", "expected a state"},
		{"state foo", "      ^^^", "no such state"},
		{"state established,foo", "      ^^^^^^^^^^^^^^^", "no such state"},
		{"state ,", "      ^", "expected a state"},
		{"state !=", "        ", "expected a state"},
		{"state < established", "      ^", "expected a state"},
		{"exclude != established", "        ^^", "expected a state"},
		{"exclude ne established", "        ^^", "expected a state"},
		{"state {established", "      ^", "not closed"},
		{"state {}", "       ^", "expected a state"},
		{"state established foo", "                  ^^^", "expected a condition"},
		{"src", "   ", "expected an address"},
		{"src localhost", "    ^^^^^^^^^", "invalid address"},
		{"src 1.2.3", "    ^^^^^", "invalid address"},
		{"src 1.2.3.4/33", "    ^^^^^^^^^^", "invalid address"},
		{"src 1.2.3.4/", "    ^^^^^^^^", "invalid address"},
		{"src /24", "    ^^^", "expected an address"},
		{"src ::1/129", "    ^^^^^^^", "invalid address"},
		{"src [::1", "    ^^^^", "expected an address"},
		{"src [::1]x", "    ^^^^^^", "expected an address"},
		{"dst [::1]80", "    ^^^^^^^", "expected an address"},
		{"dst [fe80::]1:80", "    ^^^^^^^^^^^^", "expected an address"},
		{"src ''", "    ^^", "expected an address"},
		{"dst 1.2.3.4:", "    ^^^^^^^^", "no such port"},
		{"dst 1.2.3.4:99999", "    ^^^^^^^^^^^^^", "port above 65535"},
		{"src < 1.2.3.4", "    ^", "expected an address"},
		{"sport = :65536", "        ^^^^^^", "port above 65535"},
		{"sport = :nope", "        ^^^^^", "no such port or service"},
		{"sport = = 5", "        ^", "expected a port"},
		{"comm", "    ", "name of a process"},
		{"comm < x", "     ^", "name of a process"},
		{"comm \"x", "     ^^", "no end"},
		{"cgroup", "      ", "path of a cgroup"},
		{"age > x", "      ^", "invalid time"},
		{"age >", "     ", "expected a time"},
		{"idle > x", "       ^", "invalid time"},
		{"keepalive maybe", "          ^^^^^", "expected on or off"},
		{"keepalive > on", "          ^", "expected on or off"},
		{"unacked x", "        ^", "invalid number"},
		{"dev", "   ", "name of a device"},
		{"fwmark x", "       ^", "expected a mark"},
		{"fwmark 1/", "       ^^", "expected a mark"},
		{"fwmark 0x1ffffffff", "       ^^^^^^^^^^^", "expected a mark"},
		{"fwmark < 1", "       ^", "expected a mark"},
		{"src netlink:x", "    ^^^^^^^^^", "only inet:, inet6: and unix:"},
		{"sport = unix:/x", "        ^^^^^^^", "has no port"},
		{"sport = vsock:5", "        ^^^^^^^", "only inet:, inet6: and unix:"},
		{"src inet:", "    ^^^^^", "expected an address"},
		{"src any/8", "    ^^^^^", "expected an address"},
		{"pid 1 and", "         ", "expected a condition"},
		{"pid 1 or or pid 2", "         ^^", "expected a condition"},
		{"and pid 1", "^^^", "expected a condition"},
		{"not", "   ", "expected a condition"},
		{"(pid 1", "^", "not closed"},
		{"pid 1)", "     ^", "never opened"},
		{"()", " ^", "expected a condition"},
		{"pid 1 'x", "      ^^", "no end"},
		{"pid 1 }", "      ^", "and, or, or a condition"},
		{"(pid 1 }", "       ^", "and, or, a condition or )"},
		{"\"pid\" 1", "^^^^^", "expected a condition"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct filter_error error = {.offset = 999};
		struct filter *filter = (struct filter *)1;
		char carets[128] = "";
		int err = filter_parse(rows[i].text, &test_lookups, &filter, &error);

		if (err != -EINVAL)
			fail_msg("\"%s\" gives %d", rows[i].text, err);
		assert_ptr_equal(filter, (struct filter *)1); /* written only on success */
		memset(carets, ' ', error.offset);
		memset(carets + error.offset, '^', error.length);
		carets[error.offset + error.length] = '\0';
		if (strcmp(carets, rows[i].carets) || !strstr(error.text, rows[i].says))
			fail_msg("\"%s\" is marked\n\"%s\", not\n\"%s\": %s", rows[i].text, carets,
				 rows[i].carets, error.text);
	}
}

static void age_is_refused_where_nothing_has_one(void **state)
{
	struct filter_lookups lookups = test_lookups;
	struct filter_error error;
	struct filter *filter;

	lookups.no_age = "none here";
	assert_int_equal(filter_parse("pid 1 and not age > 60s", &lookups, &filter, &error),
			 -EINVAL);
	assert_int_equal(error.offset, 14);
	assert_int_equal(error.length, 3);
	assert_string_equal(error.text, "none here");
}

static void names_need_lookups(void **state)
{
	static const char *const texts[] = {"sport = :ssh", "uid www-data", "netns blue"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct filter_error error;
		struct filter *filter;

		assert_int_equal(filter_parse(texts[i], NULL, &filter, &error), -EINVAL);
		assert_int_equal(filter_parse(texts[i], &test_lookups, &filter, &error), 0);
		filter_free(filter);
	}
}

/* `count` times `piece`, then `end`, then as often `close`. */
static char *repeated(const char *piece, size_t count, const char *end, const char *close)
{
	char *text = malloc(count * (strlen(piece) + strlen(close)) + strlen(end) + 1), *at = text;

	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, piece);
	at = stpcpy(at, end);
	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, close);
	return text;
}

static void size_and_depth_have_limits(void **state)
{
	static const struct {
		const char *piece;
		size_t count;
		const char *end, *close;
		int err;
	} rows[] = {
		{"(", 32, "pid 1", ")", 0},
		{"(", 33, "pid 1", ")", -EINVAL},
		{"(", 1000000, "", "", -EINVAL},
		{"not ", 1000000, "pid 1", "", 0}, /* no deeper for it */
		{"pid 1 or ", 1000, "pid 1", "", 0},
		{"pid 1 or ", 1100, "pid 1", "", -EINVAL},
		{"pid 1 ", 1100, "pid 1", "", -EINVAL},
		{"state established ", 100000, "", "", 0}, /* one set */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(cleanup_free) char *text =
			repeated(rows[i].piece, rows[i].count, rows[i].end, rows[i].close);
		struct filter_error error;
		struct filter *filter;
		int err = filter_parse(text, NULL, &filter, &error);

		assert_int_equal(err, rows[i].err);
		if (!err)
			filter_free(filter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_point_at_the_offending_word),
		cmocka_unit_test(age_is_refused_where_nothing_has_one),
		cmocka_unit_test(names_need_lookups),
		cmocka_unit_test(size_and_depth_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
