/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The machine's clocks. */
#include "base/clock.h"

#include <time.h>

#define TRIES 5
#define QUICK_NS 1000

static int64_t read_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_wall_s(void)
{
	return (int64_t)time(NULL);
}

uint64_t clock_monotonic_ns(void)
{
	return (uint64_t)read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_boottime_ns(void)
{
	return (uint64_t)read_ns(CLOCK_BOOTTIME);
}

int64_t clock_wall_offset(void)
{
	int64_t best = INT64_MAX, offset = 0;

	/* between the two readings the process may lose the processor: then once more */
	for (int i = 0; i < TRIES && best > QUICK_NS; i++) {
		int64_t before = read_ns(CLOCK_MONOTONIC);
		int64_t wall = read_ns(CLOCK_REALTIME);
		int64_t took = read_ns(CLOCK_MONOTONIC) - before;

		if (took >= best)
			continue;
		best = took;
		offset = wall - (before + took / 2);
	}
	return offset;
}

int32_t clock_utc_offset(int64_t unix_seconds)
{
	time_t seconds = (time_t)unix_seconds;
	struct tm local;

	return localtime_r(&seconds, &local) ? (int32_t)local.tm_gmtoff : 0;
}
