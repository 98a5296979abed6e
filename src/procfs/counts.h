/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts that the kernel keeps anyway, to choose how to read what they count. */
#ifndef PROCFS_COUNTS_H
#define PROCFS_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

struct socket_counts {
	uint64_t tcp;  /* both families, TIME_WAIT included */
	uint64_t tcp6; /* without TIME_WAIT */
	uint64_t udp;  /* both families */
	bool known;    /* a line with numbers was read */
};

/* A line of /proc/net/sockstat or sockstat6, which ends with '\n' or '\0', summed in. Pure. */
void socket_counts_line(const char *line, struct socket_counts *counts);

/* Files that are not there count nothing. */
void socket_counts_read(const char *net, struct socket_counts *ret_counts);

/* Open files of the whole system; 0 where `proc` does not say. */
uint64_t open_files_read(const char *proc);

#endif
