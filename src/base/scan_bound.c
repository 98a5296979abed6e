/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Time that a scan of descriptors takes -> whether the rest of them is looked at. */
#include "base/scan_bound.h"

#include <time.h>

#include "base/clock.h"

#define WALL_SHARE 5
#define NS_PER_MS 1000000

/* Once one scan was cut short the next ones, which meet the same processes, are shorter. */
#define SHORT_FOR_NS UINT64_C(60000000000)
#define SHORT_SHARE 4

static size_t left_out;
static uint64_t cut_ns; /* 0: never */

static uint64_t cpu_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now))
		return 0;
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void scan_bound_begin(struct scan_bound *bound, uint32_t cpu_ms)
{
	uint64_t now_ns = clock_monotonic_ns(), max_ns = (uint64_t)cpu_ms * NS_PER_MS;

	if (cut_ns && now_ns - cut_ns < SHORT_FOR_NS)
		max_ns /= SHORT_SHARE;
	*bound = (struct scan_bound){
		.began_ns = now_ns,
		.cpu_ns = cpu_ns(),
		.cpu_max_ns = max_ns,
		.wall_max_ns = max_ns * WALL_SHARE,
	};
}

bool scan_bound_over(const struct scan_bound *bound)
{
	return cpu_ns() - bound->cpu_ns > bound->cpu_max_ns ||
	       clock_monotonic_ns() - bound->began_ns > bound->wall_max_ns;
}

void scan_bound_note(size_t processes)
{
	if (processes)
		cut_ns = clock_monotonic_ns();
	if (processes > left_out)
		left_out = processes;
}

size_t scan_bound_left_out(void)
{
	return left_out;
}

size_t scan_bound_take(void)
{
	size_t taken = left_out;

	left_out = 0;
	return taken;
}
