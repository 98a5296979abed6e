/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long a scan of the descriptors of all processes may take. One user's processes can have any number of them, since
 * descriptors that lead to the same file cost next to nothing: who looks for an owner must not pay for that.
 */
#ifndef BASE_SCAN_BOUND_H
#define BASE_SCAN_BOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan_bound {
	uint64_t began_ns, cpu_ns; /* when it began */
	uint64_t cpu_max_ns, wall_max_ns;
};

#define SCAN_BOUND_EACH 8000 /* ms of processor time: a few descriptors of every process */
#define SCAN_BOUND_REST 2000 /* the others, or all by a BPF iterator, which is ten times as quick */
#define SCAN_BOUND_ONE 100   /* one process's by a BPF iterator, while others wait */

/* On a machine that has other work it may take five times as long. A quarter, where one was cut short a moment ago. */
void scan_bound_begin(struct scan_bound *bound, uint32_t cpu_ms);
/* It took too long already. */
bool scan_bound_over(const struct scan_bound *bound);

/* So many processes have descriptors that were not looked at. */
void scan_bound_note(size_t processes);
/* The most that one scan left out since scan_bound_take(). */
size_t scan_bound_left_out(void);
/* The same, and forgets it. */
size_t scan_bound_take(void);

#endif
