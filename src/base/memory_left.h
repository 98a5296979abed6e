/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the memory cgroups of this process still leave it (memory.max of version 2, limit_in_bytes of
 * version 1, of its cgroup and those above). The kernel kills who takes more; whoever knows beforehand
 * what it takes asks here first.
 */
#ifndef BASE_MEMORY_LEFT_H
#define BASE_MEMORY_LEFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory_left {
	bool limited;
	uint64_t max;  /* bytes: the limit that leaves least */
	uint64_t left; /* page cache, which the kernel gives back, is not counted as used */
};

/* `root`: in front of /proc and /sys, "" for this machine's. What cannot be read limits nothing. */
struct memory_left memory_left_read(const char *root);

/* The same of this process, read when it is first asked for: before it used much. */
const struct memory_left *memory_left(void);

/* How many objects of `each` bytes fit behind `reserve` bytes, at most `max`, at least `least`. */
uint32_t memory_left_count(const struct memory_left *memory, uint64_t reserve, uint64_t each,
			   uint32_t least, uint32_t max);

/* Whether it leaves less than `takes` bytes. Then ret_text is "WHAT takes 32 MB, and the memory cgroup
 * leaves ...". */
bool memory_is_short(uint64_t takes, const char *what, char *ret_text, size_t size);

/* "the memory cgroup leaves 12 of 64 MB"; in a buffer of its own. */
const char *memory_left_text(void);

#endif
