/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc -> processes, by the number of their descriptors. */
#include "kernel/processes_left.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/list_grow.h"
#include "base/number.h"

static int by_descriptors(const void *a, const void *b)
{
	const struct process_left *left = a, *right = b;

	if (left->descriptors != right->descriptors)
		return left->descriptors < right->descriptors ? -1 : 1;
	return (left->pid > right->pid) - (left->pid < right->pid);
}

/* Since 6.2 the size of the folder. */
static uint64_t count_descriptors(int proc, uint32_t pid)
{
	struct stat folder;
	char path[32];

	snprintf(path, sizeof(path), "%u/fd", pid);
	return fstatat(proc, path, &folder, 0) ? 0 : (uint64_t)folder.st_size;
}

static int add(struct processes_left *left, const struct process_left *process)
{
	if (LIST_GROW(left->list, left->count, left->room))
		return -ENOMEM;
	left->list[left->count++] = *process;
	return 0;
}

int processes_left_list(struct processes_left *ret_left, uint32_t behind)
{
	const struct dirent *entry;
	uint64_t pid;
	DIR *folder;
	int err = 0;

	*ret_left = (struct processes_left){};
	folder = opendir("/proc");
	if (!folder)
		return -errno;
	while (!err && (entry = readdir(folder))) {
		if (number_parse(entry->d_name, INT32_MAX, &pid) || pid <= behind)
			continue;
		err = add(ret_left,
			  &(struct process_left){(uint32_t)pid,
						 count_descriptors(dirfd(folder), (uint32_t)pid)});
	}
	closedir(folder);
	if (ret_left->count)
		qsort(ret_left->list, ret_left->count, sizeof(*ret_left->list), by_descriptors);
	return err;
}

void processes_left_release(struct processes_left *left)
{
	free(left->list);
	*left = (struct processes_left){};
}
