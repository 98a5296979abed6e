/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID -> the process's name as netstat shows it, its SELinux context. */
#ifndef PROCFS_PROCESS_H
#define PROCFS_PROCESS_H

#include <stddef.h>
#include <stdint.h>

#include "procfs/command_line.h"

#define PROCESS_NAME_MAX 511
#define PROCESS_CONTEXT_MAX 255
#define PROCESS_COMM_SIZE 17 /* as FLOW_COMM_SIZE */

/* cmdline -> the part that is the name: up to the first NUL and, where it begins with '/', behind
 * the last '/'. Pure. */
size_t process_name(const char *cmdline, size_t size, const char **ret_name);

/* Number that a folder of /proc is named by, or -1. Pure. */
int32_t process_id(const char *name);

/* Size of what was read into `name`, or -errno; its comm where the command line cannot be read now. `proc` is the open folder /proc. */
int process_read_name(struct command_reader *reader, int proc, int32_t pid,
		      char name[PROCESS_NAME_MAX]);
/* What the process calls itself, which the command line need not say. 0, or -errno. */
int process_read_comm(int proc, int32_t pid, char comm[PROCESS_COMM_SIZE]);
int process_read_context(int proc, int32_t pid, char context[PROCESS_CONTEXT_MAX]);

#endif
