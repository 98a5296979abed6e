/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat's socket tables, of one network namespace or of all. */
#ifndef NETSTAT_MODES_NETNS_H
#define NETSTAT_MODES_NETNS_H

#include "netstat/modes/run.h"

struct socket_table {
	int (*list)(struct netstat_run *run);
	size_t titles; /* lines that the text form begins with, where it prints anything */
};

/* Each table for every namespace, our own first. Status as of the tables; 1 where a namespace could
 * not be looked into. */
int netstat_all_netns(struct netstat_run *run, const struct socket_table *tables, size_t count);

#endif
