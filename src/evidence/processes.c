/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What /proc reports about the processes that a finding may name. */
#include "evidence/processes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "procfs/process.h"
#include "procfs/process_facts.h"

/* The end of a path says more than its beginning. */
static void keep_unit(char unit[EVIDENCE_UNIT_SIZE], const char *path)
{
	size_t size = strlen(path);

	if (size >= EVIDENCE_UNIT_SIZE)
		path += size - (EVIDENCE_UNIT_SIZE - 1);
	memcpy(unit, path, strlen(path) + 1);
}

/* When the sockets were read: /proc may be read seconds later, where the machine is busy. */
static uint32_t age_of(const struct process_stat *stat, uint64_t now_ns)
{
	long ticks = sysconf(_SC_CLK_TCK);
	uint64_t now = (clock_boottime_ns() - (clock_monotonic_ns() - now_ns)) / 1000000;
	uint64_t start = ticks > 0 ? stat->start_ticks * 1000 / (uint64_t)ticks : now;

	return start < now && now - start < EVIDENCE_UNKNOWN32 ? (uint32_t)(now - start) : 0;
}

static uint32_t read_netns(int proc, uint32_t pid)
{
	struct stat info;
	char path[32];

	snprintf(path, sizeof(path), "%u/ns/net", pid);
	return fstatat(proc, path, &info, 0) ? 0 : (uint32_t)info.st_ino;
}

bool evidence_process_exists(const char *proc, uint32_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%u", proc, pid);
	return !access(path, F_OK);
}

void evidence_read_command(uint32_t pid, char *ret_text, size_t room)
{
	_cleanup_(cleanup_close) int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct command_reader reader = {};

	if (folder < 0 || process_read_command(&reader, folder, pid, ret_text, room) < 0)
		*ret_text = '\0';
	command_reader_end(&reader);
}

int evidence_read_process(struct evidence_store *store, const char *proc, uint32_t pid)
{
	_cleanup_(cleanup_close) int folder = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct evidence_process row = {.pid = pid,
				       .nofile = EVIDENCE_UNKNOWN64,
				       .descriptors = EVIDENCE_UNKNOWN32,
				       .close_waits_before = EVIDENCE_UNKNOWN32,
				       .age_ms = EVIDENCE_UNKNOWN32};
	char cgroup[PROCESS_CGROUP_MAX];
	struct process_stat stat;
	uint32_t thread;

	if (folder < 0)
		return -errno;
	if (process_read_stat(folder, pid, &stat))
		return 0;
	row.ppid = stat.parent;
	row.threads = stat.threads;
	row.state = stat.state;
	row.age_ms = age_of(&stat, store->now_ns);
	process_read_comm(folder, (int32_t)pid, row.comm);
	thread = stat.state == 'Z' ? process_living_thread(folder, pid) : pid;
	if (thread != pid && !process_read_stat(folder, thread, &stat)) {
		row.state = stat.state;
		row.threads = stat.threads - 1; /* without the first, which has ended */
	}
	row.netns = read_netns(folder, thread);
	process_read_nofile(folder, thread, &row.nofile);
	process_count_descriptors(folder, thread, &row.descriptors);
	process_read_wchan(folder, thread, row.wchan);
	if (!process_read_cgroup(folder, thread, cgroup))
		keep_unit(row.unit, cgroup);
	return evidence_store_process(store, &row);
}
