/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where netstat's sockets are read: the text in /proc, or the kernel's own lists by BPF iterators.
 */
#ifndef NETSTAT_MODES_SOURCE_H
#define NETSTAT_MODES_SOURCE_H

#include "netstat/modes/run.h"
#include "netstate/socket_row.h"

struct owners;

/*
 * Chooses once a run, and loads the iterators where they pay: --source=auto compares what they save
 * with what loading them costs. 0, or the exit status where --source=kernel cannot be had.
 */
int netstat_choose_source(struct netstat_run *run);

/* Whether the kernel's lists are to be used for this table, or for the owners. */
bool netstat_tcp_from_kernel(const struct netstat_run *run);
bool netstat_udp_from_kernel(const struct netstat_run *run);
bool netstat_owners_from_kernel(const struct netstat_run *run);

/* Rows of both families, mixed. 0 or -errno. */
int netstat_kernel_tcp(struct netstat_run *run,
		       int (*handle)(void *context, const struct inet_row *row), void *context);

/* All into part 1. 0 or -errno. */
int netstat_kernel_owners(struct socket_iterators *iterators, struct owners *owners);

void netstat_close_source(struct netstat_run *run);

#endif
