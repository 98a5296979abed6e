/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table as `netstat -antp` lists sockets, to a file: what SIGUSR1 asks for. */
#ifndef TABLE_DUMP_H
#define TABLE_DUMP_H

#include "table/handovers.h"
#include "connections/conn_table.h"

/* To `fd`, which safe_open_output() opened at `path`, or (negative) failed to; it is closed. path NULL: to stderr.
 * What fails is said. */
void dump_table(const struct conn_table *table, const char *path, int fd);

/*
 * The same for a command without a table: from the kernel's lists, with the processes of `seen`. The
 * file is opened here.
 */
void dump_handovers(const struct handovers *seen, const char *path, bool force);

#endif
