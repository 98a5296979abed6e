/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every descriptor of every process, through /proc, in turns: a process with very many does not keep the others from being
 * read. For a bounded time (scan_bound.h): what was not read then is noted there.
 */
#ifndef BASE_DESCRIPTOR_SCAN_H
#define BASE_DESCRIPTOR_SCAN_H

#include <stdbool.h>
#include <stdint.h>

struct descriptor_seen {
	int folder;	  /* /proc/PID/fd, open */
	const char *name; /* in it: a number */
	uint32_t pid;
};

typedef void (*descriptor_fn)(void *context, const struct descriptor_seen *descriptor);

/*
 * Of threads with a table of their own, too. 0 or -errno; *ret_denied: some process could not be looked into, or not to
 * its end.
 */
int descriptor_scan(const char *proc, descriptor_fn visit, void *context, bool *ret_denied);

/* Of one process alone. */
void descriptor_scan_process(const char *proc, uint32_t pid, descriptor_fn visit, void *context);

#endif
