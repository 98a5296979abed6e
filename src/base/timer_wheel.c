/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/timer_wheel.h"

/* kernel/time/timer.c */
#define LEVEL_CLK_SHIFT 3
#define LEVEL_SIZE 64
#define LEVELS 8 /* the ninth of fast clocks begins after three hours */

/* The shift of the level that holds a timer which expires in so many jiffies. */
static unsigned int level_shift(uint64_t delta)
{
	unsigned int level = 0;

	while (level + 1 < LEVELS && delta >= (uint64_t)(LEVEL_SIZE - 1)
						      << (level * LEVEL_CLK_SHIFT))
		level++;
	return level * LEVEL_CLK_SHIFT;
}

uint64_t timer_wheel_fires(const struct timer_wheel *wheel, uint64_t set_ns, uint64_t wait_ns)
{
	uint64_t set, wait;
	unsigned int shift;

	if (!wheel->tick_ns)
		return set_ns + wait_ns;
	set = (set_ns - wheel->zero_ns) / wheel->tick_ns;
	wait = (wait_ns + wheel->tick_ns - 1) / wheel->tick_ns;
	shift = level_shift(wait);
	return wheel->zero_ns + ((((set + wait) >> shift) + 1) << shift) * wheel->tick_ns;
}

uint64_t timer_wheel_pending(const struct timer_wheel *wheel, uint64_t now_ns, uint64_t wait_ns,
			     int64_t left_ns)
{
	int64_t ran = (int64_t)wait_ns > left_ns ? (int64_t)wait_ns - left_ns : 0;
	uint64_t fires =
		timer_wheel_fires(wheel, now_ns - (uint64_t)ran, (uint64_t)(ran + left_ns));

	return fires > now_ns ? fires : now_ns;
}
