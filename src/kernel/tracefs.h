/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Classic tracepoints by name, whether or not tracefs is mounted anywhere: a mount of our own that
 * nobody else sees. */
#ifndef KERNEL_TRACEFS_H
#define KERNEL_TRACEFS_H

/* Descriptor of tracefs' root directory, or -errno. */
int tracefs_open(void);

/* Number of "group/name" for perf_event_open, or -errno: -ENOENT where the kernel has no such
 * tracepoint. */
int tracefs_event_id(int tracefs_fd, const char *event);

#endif
