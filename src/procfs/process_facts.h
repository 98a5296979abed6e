/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/{stat,limits,wchan,cgroup,fd} -> what a process is doing and may do. */
#ifndef PROCFS_PROCESS_FACTS_H
#define PROCFS_PROCESS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procfs/command_line.h"

#define PROCESS_WCHAN_MAX 48
#define PROCESS_CGROUP_MAX 1024
#define PROCESS_NO_LIMIT UINT64_MAX

struct process_stat {
	uint32_t parent;
	uint32_t threads;
	char state;	      /* R S D T t Z ... */
	uint64_t start_ticks; /* after boot; 1/_SC_CLK_TCK s */
};

/* The text ends in NUL. 0 or -EINVAL. Pure. */
int process_stat_parse(const char *text, struct process_stat *ret_stat);
/* Soft limit of open files in the text of /proc/PID/limits. 0 or -EINVAL. Pure. */
int process_nofile_parse(const char *text, uint64_t *ret_soft);
/* The path of the cgroup v2 hierarchy ("0::/path"), else that of the line whose path is longest;
 * "" where there is none. Pure. */
void process_cgroup_parse(const char *text, char path[PROCESS_CGROUP_MAX]);
/* systemd put it into a cgroup of version 1, and it is in the root of version 2. Pure. */
bool process_cgroup_is_v1(const char *text);

/* The real user id in the text of /proc/PID/status. 0 or -EINVAL. Pure. */
int process_uid_parse(const char *text, uint32_t *ret_uid);

/* `proc` is the open folder /proc. 0 or -errno. */
int process_read_stat(int proc, uint32_t pid, struct process_stat *ret_stat);
int process_read_uid(int proc, uint32_t pid, uint32_t *ret_uid);
/*
 * Of a process whose first thread has ended while others go on: one of these. That thread has neither
 * descriptors nor a command line any more. Else `pid`.
 */
uint32_t process_living_thread(int proc, uint32_t pid);
/* The command line, blanks between its words; "" of a kernel thread. */
int process_read_command(struct command_reader *reader, int proc, uint32_t pid, char *ret_text,
			 size_t room);
int process_read_nofile(int proc, uint32_t pid, uint64_t *ret_soft);
int process_read_wchan(int proc, uint32_t pid, char wchan[PROCESS_WCHAN_MAX]);
int process_read_cgroup(int proc, uint32_t pid, char path[PROCESS_CGROUP_MAX]);
int process_read_cgroup_is_v1(int proc, uint32_t pid, bool *ret_is_v1);
/* Of the v2 hierarchy alone; -ENOENT: it is in none. */
int process_read_cgroup_v2(int proc, uint32_t pid, char path[PROCESS_CGROUP_MAX]);
int process_count_descriptors(int proc, uint32_t pid, uint32_t *ret_count);

#endif
