/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Times of events -> text. */
#include <stdio.h>
#include <time.h>

#include "base/cleanup.h"
#include "unit/unit.h"
#include "view/clock.h"

static void rfc3339_is_what_gmtime_says_over_centuries(void **state)
{
	struct view view = {.time = VIEW_TIME_UTC};
	uint64_t random = 88172645463325252;

	for (int i = 0; i < 20000; i++) {
		char expected[64], got[CLOCK_TEXT_MAX];
		int64_t wall;
		struct tm tm;
		time_t second;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		wall = (int64_t)random; /* 1677 to 2262 */
		second = wall / 1000000000 - (wall % 1000000000 < 0);
		gmtime_r(&second, &tm);
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S", &tm);
		view.wall_offset_ns = wall - 12345;
		*clock_rfc3339(&view, 12345, got) = '\0';
		assert_int_equal(strlen(got), 30);
		assert_memory_equal(got, expected, 19);
		snprintf(expected, sizeof(expected), ".%09dZ", (int)(wall - second * 1000000000));
		assert_string_equal(got + 19, expected);
	}
}

static void rfc3339_knows_leap_days_and_year_ends(void **state)
{
	static const struct {
		int64_t second;
		const char *expected;
	} rows[] = {
		{0, "1970-01-01T00:00:00.000000000Z"},
		{951782400, "2000-02-29T00:00:00.000000000Z"},
		{951868799, "2000-02-29T23:59:59.000000000Z"},
		{951868800, "2000-03-01T00:00:00.000000000Z"},
		{1735689599, "2024-12-31T23:59:59.000000000Z"},
		{1735689600, "2025-01-01T00:00:00.000000000Z"},
		{4107542399, "2100-02-28T23:59:59.000000000Z"},
		{4107542400, "2100-03-01T00:00:00.000000000Z"},
		{-1, "1969-12-31T23:59:59.000000000Z"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct view view = {.wall_offset_ns = rows[i].second * 1000000000};
		char got[CLOCK_TEXT_MAX];

		*clock_rfc3339(&view, 0, got) = '\0';
		assert_string_equal(got, rows[i].expected);
	}
}

static unsigned int asked;

static int32_t east(int64_t unix_seconds)
{
	asked++;
	return unix_seconds < 7200 ? 5 * 3600 + 1800 : -3600;
}

static void local_time_asks_for_the_offset_once_a_second(void **state)
{
	struct view view = {.time = VIEW_TIME_LOCAL, .utc_offset = east};
	char got[CLOCK_TEXT_MAX];

	asked = 0;
	*clock_text(&view, 1999999, got) = '\0';
	assert_string_equal(got, "05:30:00.001999");
	*clock_text(&view, 999999999, got) = '\0';
	assert_string_equal(got, "05:30:00.999999");
	assert_int_equal(asked, 1);
	*clock_text(&view, 7199999999999, got) = '\0';
	assert_string_equal(got, "07:29:59.999999");
	*clock_text(&view, 7200000000000, got) = '\0';
	assert_string_equal(got, "01:00:00.000000");
	assert_int_equal(asked, 3);
	view.wall_offset_ns = -7200000000000; /* the clock was set */
	*clock_text(&view, 7200000000000, got) = '\0';
	assert_string_equal(got, "05:30:00.000000");
}

static void spans_keep_to_seven_characters(void **state)
{
	static const struct {
		uint64_t ns;
		const char *expected;
	} rows[] = {
		{0, "0ns"},
		{999, "999ns"},
		{1000, "1us"},
		{250999, "250us"},
		{999999, "999us"},
		{1000000, "1.0ms"},
		{11399999, "11.3ms"},
		{999999999, "999.9ms"},
		{1000000000, "1.0s"},
		{2199999999, "2.1s"},
		{59999999999, "59.9s"},
		{60000000000, "1m00s"},
		{192000000000, "3m12s"},
		{3599999999999, "59m59s"},
		{3600000000000, "1h00m"},
		{7500000000000, "2h05m"},
		{86399999999999, "23h59m"},
		{86400000000000, "1d00h"},
		{356400000000000, "4d03h"},
		{UINT64_MAX, "213503d23h"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char got[CLOCK_TEXT_MAX];

		*clock_span(rows[i].ns, got) = '\0';
		assert_string_equal(got, rows[i].expected);
	}
}

static void events_after_midnight_have_their_date(void **state)
{
	const int64_t begun = 1763681400; /* 2025-11-20 23:30:00 UTC */
	struct view view = {
		.time = VIEW_TIME_UTC, .begun = begun, .wall_offset_ns = begun * 1000000000};
	char got[CLOCK_TEXT_MAX];

	assert_false(view_adds_date(&view, 1799000000000ULL));
	*clock_text(&view, 1799000000000ULL, got) = '\0';
	assert_string_equal(got, "23:59:59.000000");
	assert_true(view_adds_date(&view, 1800000000000ULL));
	*clock_text(&view, 1800000000000ULL, got) = '\0';
	assert_string_equal(got, "2025-11-21 00:00:00.000000");
	assert_false(view_adds_date(&view, 1801000000000ULL));
	*clock_text(&view, 1799000000000ULL, got) = '\0'; /* a late one, of the day before */
	assert_string_equal(got, "23:59:59.000000");
}

static void a_time_without_a_day_gets_no_date(void **state)
{
	static const enum view_time times[] = {VIEW_TIME_REL, VIEW_TIME_NS};

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		struct view view = {.time = times[i], .begun = 1763681400};

		assert_false(view_adds_date(&view, 90000000000000ULL));
	}
	struct view never = {.time = VIEW_TIME_UTC};

	assert_false(view_adds_date(&never, 90000000000000ULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc3339_is_what_gmtime_says_over_centuries),
		cmocka_unit_test(rfc3339_knows_leap_days_and_year_ends),
		cmocka_unit_test(local_time_asks_for_the_offset_once_a_second),
		cmocka_unit_test(spans_keep_to_seven_characters),
		cmocka_unit_test(events_after_midnight_have_their_date),
		cmocka_unit_test(a_time_without_a_day_gets_no_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
