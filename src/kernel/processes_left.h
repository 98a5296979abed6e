/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Processes whose descriptors are still to be read -> in which order. */
#ifndef KERNEL_PROCESSES_LEFT_H
#define KERNEL_PROCESSES_LEFT_H

#include <stddef.h>
#include <stdint.h>

struct process_left {
	uint32_t pid;
	uint64_t descriptors; /* 0 before Linux 6.2 */
};

struct processes_left {
	struct process_left *list; /* those with few descriptors first */
	size_t count, room;
};

/* Those with higher numbers than `behind`. 0 or -errno; to be released in any case. */
int processes_left_list(struct processes_left *ret_left, uint32_t behind);
void processes_left_release(struct processes_left *left);

#endif
