/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/fd -> who holds a socket. */
#include "procfs/socket_holders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "procfs/owners.h"
#include "procfs/process.h"

struct scan {
	const uint64_t *inodes;
	size_t count;
	socket_holder_fn handle;
	void *context;
	bool denied;
};

static bool is_wanted(const struct scan *scan, uint64_t inode)
{
	size_t low = 0, high = scan->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (scan->inodes[middle] < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < scan->count && scan->inodes[low] == inode;
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

static void scan_table(struct scan *scan, int proc, const char *path, uint32_t pid)
{
	DIR *folder = open_folder(scan, proc, path);
	const struct dirent *entry;

	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		char link[64];
		ssize_t size = readlinkat(dirfd(folder), entry->d_name, link, sizeof(link));
		uint64_t inode = size > 0 ? owners_link_inode(link, (size_t)size) : 0;

		if (inode && is_wanted(scan, inode))
			scan->handle(scan->context, inode, pid);
	}
	closedir(folder);
}

/* Threads mostly share their leader's table: kcmp(2) decides, where it may be used. */
static bool has_own_table(uint32_t pid, uint32_t tid)
{
	return tid != pid && syscall(SYS_kcmp, pid, tid, KCMP_FILES, 0, 0) > 0;
}

static void scan_threads(struct scan *scan, int proc, uint32_t pid)
{
	const struct dirent *entry;
	char path[64];
	DIR *folder;

	snprintf(path, sizeof(path), "%u/task", pid);
	folder = open_folder(scan, proc, path);
	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		int32_t tid = process_id(entry->d_name);

		if (tid < 0 || !has_own_table(pid, (uint32_t)tid))
			continue;
		snprintf(path, sizeof(path), "%u/task/%d/fd", pid, tid);
		scan_table(scan, proc, path, pid);
	}
	closedir(folder);
}

static void scan_process(struct scan *scan, int proc, uint32_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "%u/fd", pid);
	scan_table(scan, proc, path, pid);
	scan_threads(scan, proc, pid);
}

static void note_holder(void *context, uint64_t inode, uint32_t pid)
{
	*(bool *)context = true;
}

bool socket_holders_has(const char *proc, uint32_t pid, uint64_t inode)
{
	bool found = false;
	struct scan scan = {.inodes = &inode, .count = 1, .handle = note_holder, .context = &found};
	_cleanup_(cleanup_close) int fd = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		scan_process(&scan, fd, pid);
	return found;
}

int socket_holders_scan(const char *proc, const uint64_t *inodes, size_t count,
			socket_holder_fn handle, void *context, bool *ret_denied)
{
	struct scan scan = {.inodes = inodes, .count = count, .handle = handle, .context = context};
	DIR *folder = opendir(proc);
	const struct dirent *entry;

	if (!folder)
		return -errno;
	while ((entry = readdir(folder))) {
		int32_t pid = process_id(entry->d_name);

		if (pid > 0)
			scan_process(&scan, dirfd(folder), (uint32_t)pid);
	}
	closedir(folder);
	*ret_denied = scan.denied;
	return 0;
}
