/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A second thread that reads a long file of /proc while the first one works on what has come: the
 * kernel makes the text during read(2), which takes several times as long as parsing and printing
 * it.
 */
#ifndef PROCFS_READ_AHEAD_H
#define PROCFS_READ_AHEAD_H

#include <stddef.h>
#include <sys/types.h>

struct read_ahead;

/* `fd` stays the caller's, and open until read_ahead_stop(). 0 or -errno: then reading without is
 * as good. */
int read_ahead_start(int fd, struct read_ahead **ret_ahead);
void read_ahead_stop(struct read_ahead *ahead);

/* As read(2), but -errno where that failed. */
ssize_t read_ahead_read(struct read_ahead *ahead, char *to, size_t size);

#endif
