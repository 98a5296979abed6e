/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/net/sockstat -> how many sockets there are, to choose how to read them. */
#ifndef PROCFS_SOCKSTAT_H
#define PROCFS_SOCKSTAT_H

#include <stdint.h>

struct sockstat {
	uint64_t tcp;  /* in any state, TIME_WAIT included */
	uint64_t udp;
};

/* Sums a line in: "TCP: inuse 9 orphan 0 tw 2 alloc 9 mem 1", "TCP6: inuse 4". `line` ends with '\n' or '\0'. Pure. */
void sockstat_line(const char *line, struct sockstat *stat);

/* Files that are not there count nothing. */
void sockstat_read(const char *net, struct sockstat *ret_stat);

/* Open files of the whole system, from /proc/sys/fs/file-nr; 0 where that is not there. */
uint64_t open_files_read(const char *proc);

#endif
