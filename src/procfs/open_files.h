/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/sys/fs/file-nr -> how many files are open, to choose how to look through them. */
#ifndef PROCFS_OPEN_FILES_H
#define PROCFS_OPEN_FILES_H

#include <stdint.h>

/* Of the whole system; 0 where `proc` does not say. */
uint64_t open_files_read(const char *proc);

#endif
