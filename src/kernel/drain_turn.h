/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How much of a ring is taken at once. A producer may be faster than its reader, who would not see
 * signals, timers and keys then.
 */
#ifndef KERNEL_DRAIN_TURN_H
#define KERNEL_DRAIN_TURN_H

#include <errno.h>

#define DRAIN_TURN 4096	   /* records */
#define DRAIN_TURNS_MAX 64 /* at the end: together more than a ring of the default size holds */

/* For a ring's callback: counts this record; -EAGAIN ends the turn with it. */
static inline int drain_turn(unsigned int *taken)
{
	return ++*taken < DRAIN_TURN ? 0 : -EAGAIN;
}

#endif
