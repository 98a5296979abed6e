/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * When a timer of the kernel really fires. The timer wheel (kernel/time/timer.c, calc_wheel_index())
 * has levels of coarser grain for longer waits, and rounds up: with 250 ticks a second a timer of
 * 4 s fires up to 256 ms late, one of 32 s up to 2 s. Pure; nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef BASE_TIMER_WHEEL_H
#define BASE_TIMER_WHEEL_H

#include <stdint.h>

struct timer_wheel {
	uint64_t tick_ns; /* one jiffy; 0: not known, timers then count as punctual */
	uint64_t zero_ns; /* when jiffies was 0, modulo 2^64 */
};

/* When a timer that is set at `set_ns` for `wait_ns` later fires. */
uint64_t timer_wheel_fires(const struct timer_wheel *wheel, uint64_t set_ns, uint64_t wait_ns);

/*
 * When a pending timer fires that was set for `wait_ns`, was read at `now_ns`, and expires `left_ns`
 * later; negative: it has expired, and the wheel has not come to it yet. Never before `now_ns`.
 */
uint64_t timer_wheel_pending(const struct timer_wheel *wheel, uint64_t now_ns, uint64_t wait_ns,
			     int64_t left_ns);

#endif
