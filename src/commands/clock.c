/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The machine's clocks. */
#include "commands/clock.h"

#include <time.h>

static int64_t read_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

uint64_t clock_monotonic_ns(void)
{
	return (uint64_t)read_ns(CLOCK_MONOTONIC);
}

int64_t clock_wall_offset(void)
{
	return read_ns(CLOCK_REALTIME) - read_ns(CLOCK_MONOTONIC);
}

int32_t clock_utc_offset(int64_t unix_seconds)
{
	time_t seconds = (time_t)unix_seconds;
	struct tm local;

	return localtime_r(&seconds, &local) ? (int32_t)local.tm_gmtoff : 0;
}
