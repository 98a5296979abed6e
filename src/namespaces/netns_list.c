/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The machine's network namespaces. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "namespaces/netns_file.h"
#include "namespaces/netns_list.h"

enum { RANK_OWN, RANK_NAMED, RANK_OTHER };

/* Where names are kept: iproute2's place, and docker's. */
static const char *const name_folders[] = {"/run/netns", "/run/docker/netns"};

static void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Takes path and name, also where it fails. */
static int add(struct netns_list *list, struct netns netns)
{
	struct netns *items = list->items;

	if (!(list->count & (list->count - 1)))
		items = reallocarray(items, list->count ? list->count * 2 : 1, sizeof(*items));
	list->items = items ? items : list->items;
	if (!items || (!netns.path && !netns.way.inode)) {
		free(netns.path);
		free(netns.name);
		return -ENOMEM;
	}
	items[list->count++] = netns;
	return 0;
}

static char *join(const char *folder, const char *name, const char *rest)
{
	char *path;

	return asprintf(&path, "%s/%s%s", folder, name, rest) < 0 ? NULL : path;
}

static int add_own(struct netns_list *list, const char *proc)
{
	struct netns own = {.rank = RANK_OWN, .path = join(proc, "self", "/ns/net")};
	struct stat info;

	if (!own.path)
		return -ENOMEM;
	if (stat(own.path, &info)) {
		int err = -errno;

		free(own.path);
		return err;
	}
	own.inode = info.st_ino;
	return add(list, own);
}

static int add_named(struct netns_list *list, const char *folder)
{
	_cleanup_(cleanup_closedir) DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct netns netns = {.rank = RANK_NAMED};
		uint32_t inode;

		if (entry->d_name[0] == '.' || netns_file_inode(dirfd(dir), entry->d_name, &inode))
			continue;
		netns.inode = inode;
		netns.path = join(folder, entry->d_name, "");
		netns.name = strdup(entry->d_name);
		if (add(list, netns))
			return -ENOMEM;
	}
	return 0;
}

/* Of a process that ends meanwhile the kernel says EACCES; the next time ENOENT. */
static int stat_link(DIR *dir, const char *path, struct stat *ret_info)
{
	int failed = fstatat(dirfd(dir), path, ret_info, 0);

	if (failed && errno == EACCES)
		failed = fstatat(dirfd(dir), path, ret_info, 0);
	return failed ? -errno : 0;
}

/* Neighbours in /proc are mostly in one namespace: `last` saves those entries. */
static int add_process(struct netns_list *list, DIR *dir, const char *proc, const char *pid,
		       uint64_t *last)
{
	struct netns netns = {.rank = RANK_OTHER};
	char path[NAME_MAX + 16];
	struct stat info;
	int err;

	snprintf(path, sizeof(path), "%s/ns/net", pid);
	err = stat_link(dir, path, &info);
	if (err) {
		list->unreadable += err == -EACCES || err == -EPERM;
		return 0;
	}
	if (info.st_ino == *last)
		return 0;
	*last = netns.inode = info.st_ino;
	netns.path = join(proc, pid, "/ns/net");
	return add(list, netns);
}

static int add_processes(struct netns_list *list, const char *proc)
{
	_cleanup_(cleanup_closedir) DIR *dir = opendir(proc);
	uint64_t last = list->items[0].inode;
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		if (add_process(list, dir, proc, entry->d_name, &last))
			return -ENOMEM;
	}
	return 0;
}

static int by_inode(const void *left, const void *right)
{
	const struct netns *a = left, *b = right;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return a->rank - b->rank;
}

static int by_rank(const void *left, const void *right)
{
	const struct netns *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank - b->rank;
	if (a->rank == RANK_NAMED)
		return strcmp(a->name, b->name);
	return a->inode < b->inode ? -1 : a->inode > b->inode;
}

/* Of several ways to one namespace the first by rank stays; the own one takes a name over. */
static void keep_one_each(struct netns_list *list)
{
	size_t kept = 0;

	qsort(list->items, list->count, sizeof(*list->items), by_inode);
	for (size_t i = 0; i < list->count; i++) {
		struct netns *item = &list->items[i];
		struct netns *before = kept ? &list->items[kept - 1] : NULL;

		if (!before || before->inode != item->inode) {
			list->items[kept++] = *item;
			continue;
		}
		if (!before->name) {
			before->name = item->name;
			item->name = NULL;
		}
		free(item->path);
		free(item->name);
	}
	list->count = kept;
	qsort(list->items, list->count, sizeof(*list->items), by_rank);
}

int netns_list_read(const char *proc, struct netns_list *ret_list)
{
	struct netns_list list = {0};
	int err = add_own(&list, proc);

	for (size_t i = 0; !err && i < ARRAY_SIZE(name_folders); i++)
		err = add_named(&list, name_folders[i]);
	if (!err)
		err = add_processes(&list, proc);
	if (err) {
		netns_list_release(&list);
		return err;
	}
	keep_one_each(&list);
	*ret_list = list;
	return 0;
}

bool netns_list_has(const struct netns_list *list, uint64_t inode)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].inode == inode)
			return true;
	}
	return false;
}

int netns_list_add(struct netns_list *list, const struct namespaces *spaces)
{
	for (size_t i = 0; i < spaces->count; i++) {
		const struct namespace *way = &spaces->list[i];
		struct netns netns = {.rank = RANK_OTHER, .inode = way->inode, .way = *way};

		if (!netns_list_has(list, way->inode) && add(list, netns))
			return -ENOMEM;
	}
	return 0;
}

void netns_list_release(struct netns_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].path);
		free(list->items[i].name);
	}
	free(list->items);
	*list = (struct netns_list){0};
}
