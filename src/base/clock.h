/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The machine's clocks, for the pure stages that get their readings as parameters. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_REALTIME minus CLOCK_MONOTONIC, now. */
int64_t clock_wall_offset(void);

/* CLOCK_REALTIME, in seconds. */
int64_t clock_wall_s(void);

/* CLOCK_MONOTONIC. */
uint64_t clock_monotonic_ns(void);

/* CLOCK_BOOTTIME: with the time that the machine slept, as processes' ages have it. */
uint64_t clock_boottime_ns(void);

/* Seconds east of UTC in the local time zone at that moment. */
int32_t clock_utc_offset(int64_t unix_seconds);

#endif
