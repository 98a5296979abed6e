/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* CLOCK_MONOTONIC of an event -> the texts of its time. Pure. */
#include "view/clock.h"

#include <string.h>

#include "base/format.h"

#define NS_PER_S 1000000000
#define S_PER_DAY 86400
#define DAYS_PER_400_YEARS 146097
#define DAYS_TO_1970 719468 /* since 1 March of the year 0 */

static char *put_date(char *to, int64_t days_since_1970)
{
	/* years that begin in March: the leap day is the last one, and the months' lengths repeat
	 * every five */
	int64_t days = days_since_1970 + DAYS_TO_1970;
	int64_t era = (days >= 0 ? days : days - (DAYS_PER_400_YEARS - 1)) / DAYS_PER_400_YEARS;
	unsigned int day = (unsigned int)(days - era * DAYS_PER_400_YEARS);
	unsigned int year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	unsigned int of_year = day - (365 * year + year / 4 - year / 100);
	unsigned int month = (5 * of_year + 2) / 153;

	day = of_year - (153 * month + 2) / 5 + 1;
	month = month < 10 ? month + 3 : month - 9;
	to = format_fixed(to, (uint64_t)((int64_t)year + era * 400 + (month <= 2)), 4);
	*to++ = '-';
	to = format_fixed(to, month, 2);
	*to++ = '-';
	return format_fixed(to, day, 2);
}

static char *put_clock(char *to, unsigned int of_day)
{
	to = format_fixed(to, of_day / 3600, 2);
	*to++ = ':';
	to = format_fixed(to, of_day / 60 % 60, 2);
	*to++ = ':';
	return format_fixed(to, of_day % 60, 2);
}

static int64_t split_day(int64_t second, unsigned int *ret_of_day)
{
	int64_t of_day = second % S_PER_DAY;

	if (of_day < 0)
		of_day += S_PER_DAY;
	*ret_of_day = (unsigned int)of_day;
	return (second - of_day) / S_PER_DAY;
}

/* The day where the clock that is shown goes. */
static int64_t shown_day(struct view *view, int64_t second, unsigned int *ret_of_day)
{
	if (view->time == VIEW_TIME_LOCAL && view->utc_offset)
		second += view->utc_offset(second);
	return split_day(second, ret_of_day);
}

static void cache_second(struct view *view, int64_t second)
{
	struct view_cache *cache = &view->cache;
	unsigned int of_day, ignored;
	int64_t day = split_day(second, &of_day);
	char *to = put_date(cache->date_clock, day);

	*to++ = 'T';
	put_clock(to, of_day);
	day = shown_day(view, second, &of_day);
	to = cache->clock;
	if (view->today && day != shown_day(view, view->today, &ignored)) {
		to = put_date(to, day);
		*to++ = ' ';
	}
	cache->clock_size = (uint8_t)(put_clock(to, of_day) - cache->clock);
	cache->second = second;
	cache->has_second = true;
}

bool view_adds_date(struct view *view, uint64_t ktime_ns)
{
	int64_t wall = (int64_t)(ktime_ns + (uint64_t)view->wall_offset_ns);
	int64_t second = wall / NS_PER_S - (wall % NS_PER_S < 0);
	unsigned int ignored;

	if (!view->begun || view->today || view->cache.dated_second == second ||
	    (view->time != VIEW_TIME_LOCAL && view->time != VIEW_TIME_UTC))
		return false;
	view->cache.dated_second = second;
	if (shown_day(view, second, &ignored) == shown_day(view, view->begun, &ignored))
		return false;
	view->today = view->begun;
	view->cache.has_second = false; /* its text has no date */
	return true;
}

/* Puts the event's second into the cache and returns the nanoseconds behind it. */
static unsigned int enter_second(struct view *view, uint64_t ktime_ns)
{
	int64_t wall = (int64_t)(ktime_ns + (uint64_t)view->wall_offset_ns);
	int64_t second = wall / NS_PER_S;
	int64_t ns = wall % NS_PER_S;

	if (ns < 0) {
		ns += NS_PER_S;
		second--;
	}
	if (!view->cache.has_second || view->cache.second != second)
		cache_second(view, second);
	return (unsigned int)ns;
}

char *clock_rfc3339(struct view *view, uint64_t ktime_ns, char *to)
{
	unsigned int ns = enter_second(view, ktime_ns);

	memcpy(to, view->cache.date_clock, 19);
	to[19] = '.';
	to = format_fixed(to + 20, ns, 9);
	*to++ = 'Z';
	return to;
}

static char *put_relative(struct view *view, uint64_t ktime_ns, char *to)
{
	struct view_cache *cache = &view->cache;
	uint64_t us;

	if (!cache->has_first) {
		cache->has_first = true;
		cache->first_ktime_ns = ktime_ns;
	}
	if (ktime_ns < cache->first_ktime_ns)
		*to++ = '-';
	us = (ktime_ns < cache->first_ktime_ns ? cache->first_ktime_ns - ktime_ns
					       : ktime_ns - cache->first_ktime_ns) /
	     1000;
	to = format_u64(to, us / 1000000);
	*to++ = '.';
	return format_fixed(to, us % 1000000, 6);
}

char *clock_text(struct view *view, uint64_t ktime_ns, char *to)
{
	unsigned int ns;

	if (view->time == VIEW_TIME_NS)
		return format_u64(to, ktime_ns);
	if (view->time == VIEW_TIME_REL)
		return put_relative(view, ktime_ns, to);
	ns = enter_second(view, ktime_ns);
	memcpy(to, view->cache.clock, view->cache.clock_size);
	to += view->cache.clock_size;
	*to++ = '.';
	return format_fixed(to, ns / 1000, 6);
}

static char *put_tenths(char *to, uint64_t tenths, const char *unit)
{
	to = format_u64(to, tenths / 10);
	*to++ = '.';
	*to++ = (char)('0' + tenths % 10);
	while (*unit)
		*to++ = *unit++;
	return to;
}

static char *put_pair(char *to, uint64_t big, char big_unit, uint64_t small, char small_unit)
{
	to = format_u64(to, big);
	*to++ = big_unit;
	to = format_fixed(to, small, 2);
	*to++ = small_unit;
	return to;
}

char *clock_span(uint64_t ns, char *to)
{
	uint64_t seconds = ns / NS_PER_S;

	if (ns < 1000000) {
		to = format_u64(to, ns < 1000 ? ns : ns / 1000);
		*to++ = ns < 1000 ? 'n' : 'u';
		*to++ = 's';
		return to;
	}
	if (ns < NS_PER_S)
		return put_tenths(to, ns / 100000, "ms");
	if (seconds < 60)
		return put_tenths(to, ns / 100000000, "s");
	if (seconds < 3600)
		return put_pair(to, seconds / 60, 'm', seconds % 60, 's');
	if (seconds < S_PER_DAY)
		return put_pair(to, seconds / 3600, 'h', seconds / 60 % 60, 'm');
	return put_pair(to, seconds / S_PER_DAY, 'd', seconds / 3600 % 24, 'h');
}
