/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The inode of a network namespace -> a descriptor, by whatever task or mount holds it now. */
#include "namespaces/another_way.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/number.h"
#include "namespaces/namespaces.h"
#include "namespaces/netns_file.h"

#define SECOND_NS 1000000000u

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* The link's text is compared first: it opens nothing. */
static int open_by_link(const char *path, uint32_t inode)
{
	char wanted[32], text[64];
	ssize_t size = readlink(path, text, sizeof(text) - 1);

	if (size < 0)
		return -ENOENT;
	text[size] = '\0';
	snprintf(wanted, sizeof(wanted), "net:[%" PRIu32 "]", inode);
	return strcmp(text, wanted) ? -ENOENT : netns_file_open(path, inode);
}

/* FOLDER/NUMBER/ns/net of each number in the folder. */
static int open_by_tasks(const char *folder, uint32_t inode)
{
	_cleanup_(cleanup_closedir) DIR *dir = opendir(folder);
	struct dirent *entry;
	uint64_t number;
	int fd = -ENOENT;

	while (dir && fd < 0 && (entry = readdir(dir))) {
		char path[80];

		if (number_parse(entry->d_name, INT_MAX, &number))
			continue;
		snprintf(path, sizeof(path), "%s/%d/ns/net", folder, (int)number);
		fd = open_by_link(path, inode);
	}
	return fd;
}

static int open_by_threads(uint32_t inode)
{
	_cleanup_(cleanup_closedir) DIR *dir = opendir("/proc");
	struct dirent *entry;
	uint64_t number;
	int fd = -ENOENT;

	while (dir && fd < 0 && (entry = readdir(dir))) {
		char folder[40];

		if (number_parse(entry->d_name, INT_MAX, &number))
			continue;
		snprintf(folder, sizeof(folder), "/proc/%d/task", (int)number);
		fd = open_by_tasks(folder, inode);
	}
	return fd;
}

static int open_by_mounts(uint32_t inode)
{
	struct namespaces mounts = {};
	int fd = -ENOENT;

	namespaces_add_mounts(&mounts);
	for (size_t i = 0; i < mounts.count && fd < 0; i++) {
		if (mounts.list[i].inode == inode)
			fd = netns_file_open_mount(mounts.list[i].path, inode);
	}
	namespaces_release(&mounts);
	return fd;
}

static bool too_many_searches(void)
{
	static uint64_t second_began_ns;
	static unsigned int searches;
	uint64_t now_ns = clock_monotonic_ns();

	if (now_ns - second_began_ns >= SECOND_NS) {
		second_began_ns = now_ns;
		searches = 0;
	}
	return ++searches > ANOTHER_WAY_SEARCHES_MAX;
}

static int open_any(uint32_t inode)
{
	int fd = open_by_tasks("/proc", inode);

	if (fd < 0)
		fd = open_by_mounts(inode);
	return fd < 0 ? open_by_threads(inode) : fd;
}

int another_way_if_gone(int fd, uint32_t inode)
{
	int other;

	if (fd >= 0 || !namespace_is_gone(fd))
		return fd;
	if (too_many_searches())
		return -EAGAIN;
	other = open_any(inode);
	return other < 0 ? fd : other;
}
