/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether this process runs under a seccomp filter, as services do (SystemCallFilter=, containers). */
#ifndef BASE_SECCOMP_H
#define BASE_SECCOMP_H

#include <stdbool.h>

/*
 * True under a filter, which may end the process for a system call that others of its kind do not
 * make. Read from /proc/self/status, once; true where that cannot be read.
 */
bool seccomp_filtered(void);

#endif
