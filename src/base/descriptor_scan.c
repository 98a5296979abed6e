/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/fd of all processes, in turn. */
#include "base/descriptor_scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/list_grow.h"
#include "base/number.h"
#include "base/scan_bound.h"

#define FIRST_TURN 1024 /* descriptors of a process that are read before another's */
#define LATER_TURN 8192

/* A table of descriptors of which not all are read yet. */
struct rest {
	uint32_t pid;
	uint32_t tid; /* 0: the process's own */
	long at;      /* in its folder */
};

struct scan {
	descriptor_fn visit;
	void *context;
	bool denied;
	struct rest *rest;
	size_t rest_count, rest_room;
};

static uint32_t number_of(const char *name)
{
	uint64_t number;

	return number_parse(name, INT32_MAX, &number) ? 0 : (uint32_t)number;
}

/* NULL: gone, or not allowed, which is noted. */
static DIR *open_folder(struct scan *scan, int at, const char *path)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder;

	if (fd < 0) {
		scan->denied |= errno == EACCES || errno == EPERM;
		return NULL;
	}
	folder = fdopendir(fd);
	if (!folder)
		close(fd);
	return folder;
}

static void look(const struct scan *scan, int folder, const char *name, uint32_t pid)
{
	const struct descriptor_seen seen = {folder, name, pid};

	if (name[0] >= '0' && name[0] <= '9')
		scan->visit(scan->context, &seen);
}

/* At most `max` of its descriptors. False: there are more. */
static bool scan_table(struct scan *scan, int proc, struct rest *table, unsigned int max)
{
	const struct dirent *entry = NULL;
	unsigned int count = 0;
	char path[64];
	DIR *folder;

	if (table->tid)
		snprintf(path, sizeof(path), "%u/task/%u/fd", table->pid, table->tid);
	else
		snprintf(path, sizeof(path), "%u/fd", table->pid);
	folder = open_folder(scan, proc, path);
	if (!folder)
		return true;
	if (table->at)
		seekdir(folder, table->at);
	while (count++ < max && (entry = readdir(folder)))
		look(scan, dirfd(folder), entry->d_name, table->pid);
	table->at = telldir(folder);
	closedir(folder);
	return !entry;
}

/* 0 or -ENOMEM. */
static int put_off(struct scan *scan, const struct rest *table)
{
	if (LIST_GROW(scan->rest, scan->rest_count, scan->rest_room))
		return -ENOMEM;
	scan->rest[scan->rest_count++] = *table;
	return 0;
}

/* Threads mostly share their leader's table: kcmp(2) decides, where it may be used. */
static bool has_own_table(uint32_t pid, uint32_t tid)
{
	return tid != pid && syscall(SYS_kcmp, pid, tid, KCMP_FILES, 0, 0) > 0;
}

static int find_threads(struct scan *scan, int proc, uint32_t pid)
{
	const struct dirent *entry;
	char path[64];
	DIR *folder;
	int err = 0;

	snprintf(path, sizeof(path), "%u/task", pid);
	folder = open_folder(scan, proc, path);
	if (!folder)
		return 0;
	while (!err && (entry = readdir(folder))) {
		uint32_t tid = number_of(entry->d_name);

		if (tid && has_own_table(pid, tid))
			err = put_off(scan, &(struct rest){.pid = pid, .tid = tid});
	}
	closedir(folder);
	return err;
}

static int scan_process(struct scan *scan, int proc, uint32_t pid)
{
	struct rest table = {.pid = pid};
	int err = 0;

	if (!scan_table(scan, proc, &table, FIRST_TURN))
		err = put_off(scan, &table);
	return err ? err : find_threads(scan, proc, pid);
}

/* In turn, so that one with very many does not keep the others from being read. */
static void scan_rest(struct scan *scan, int proc)
{
	struct scan_bound bound;

	scan_bound_begin(&bound, SCAN_BOUND_REST);
	while (scan->rest_count) {
		size_t left = 0;

		for (size_t i = 0; i < scan->rest_count; i++) {
			struct rest *table = &scan->rest[i];

			if (scan_bound_over(&bound) || !scan_table(scan, proc, table, LATER_TURN))
				scan->rest[left++] = *table;
		}
		scan->rest_count = left;
		if (scan_bound_over(&bound))
			return;
	}
}

static size_t count_rest(const struct scan *scan)
{
	size_t count = 0;

	for (size_t i = 0; i < scan->rest_count; i++)
		count += !i || scan->rest[i].pid != scan->rest[i - 1].pid;
	return count;
}

/* How many were not looked into for want of time, or -ENOMEM. */
static ssize_t scan_each(struct scan *scan, DIR *folder)
{
	const struct dirent *entry;
	struct scan_bound bound;
	ssize_t beyond = 0;

	scan_bound_begin(&bound, SCAN_BOUND_EACH);
	while ((entry = readdir(folder))) {
		uint32_t pid = number_of(entry->d_name);

		if (!pid)
			continue;
		if (beyond || scan_bound_over(&bound))
			beyond++;
		else if (scan_process(scan, dirfd(folder), pid))
			return -ENOMEM;
	}
	return beyond;
}

int descriptor_scan(const char *proc, descriptor_fn visit, void *context, bool *ret_denied)
{
	struct scan scan = {.visit = visit, .context = context};
	DIR *folder = opendir(proc);
	ssize_t left_out;

	if (!folder)
		return -errno;
	left_out = scan_each(&scan, folder);
	if (left_out >= 0) {
		scan_rest(&scan, dirfd(folder));
		left_out += (ssize_t)count_rest(&scan);
		scan_bound_note((size_t)left_out);
	}
	closedir(folder);
	free(scan.rest);
	*ret_denied = scan.denied || left_out;
	return left_out < 0 ? -ENOMEM : 0;
}

void descriptor_scan_process(const char *proc, uint32_t pid, descriptor_fn visit, void *context)
{
	struct scan scan = {.visit = visit, .context = context};
	_cleanup_(cleanup_close) int fd = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && !scan_process(&scan, fd, pid))
		scan_rest(&scan, fd);
	free(scan.rest);
}
