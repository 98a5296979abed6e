/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts that the kernel keeps anyway, to choose how to read what they count. */
#ifndef PROCFS_COUNTS_H
#define PROCFS_COUNTS_H

#include <stdint.h>

struct tcp_counts {
	uint64_t all; /* TIME_WAIT included */
	uint64_t v6;  /* without TIME_WAIT */
};

/* A line of /proc/net/sockstat or sockstat6, which ends with '\n' or '\0', summed in. Pure. */
void tcp_counts_line(const char *line, struct tcp_counts *counts);

/* Files that are not there count nothing. */
void tcp_counts_read(const char *net, struct tcp_counts *ret_counts);

/* Open files of the whole system; 0 where `proc` does not say. */
uint64_t open_files_read(const char *proc);

#endif
