/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/ns/net and /run/netns -> who lives in which network namespace. */
#include "namespaces/residents.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "namespaces/netns_file.h"

static void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Takes `name`, also where it fails. */
static int add(struct residents *residents, uint32_t netns, pid_t pid, char *name)
{
	struct resident *list = residents->list;

	if (!(residents->count & (residents->count - 1)))
		list = reallocarray(list, residents->count ? residents->count * 2 : 1,
				    sizeof(*list));
	if (!list) {
		free(name);
		return -ENOMEM;
	}
	residents->list = list;
	list[residents->count++] = (struct resident){netns, pid, name};
	return 0;
}

/* "net:[4026531840]": the link's text has the inode; nothing is opened. */
static uint32_t inode_of_link(const char *text)
{
	uint64_t inode = 0;

	return sscanf(text, "net:[%" SCNu64 "]", &inode) == 1 && inode <= UINT32_MAX
		       ? (uint32_t)inode
		       : 0;
}

static int add_processes(struct residents *residents, const char *proc)
{
	_cleanup_(cleanup_dir) DIR *dir = opendir(proc);
	struct dirent *entry;
	int err = 0;

	while (!err && dir && (entry = readdir(dir))) {
		char path[64], text[64];
		uint64_t pid;
		ssize_t size;

		if (!isdigit((unsigned char)*entry->d_name) ||
		    number_parse(entry->d_name, INT32_MAX, &pid))
			continue;
		snprintf(path, sizeof(path), "%u/ns/net", (unsigned int)pid);
		size = readlinkat(dirfd(dir), path, text, sizeof(text) - 1);
		if (size <= 0)
			continue;
		text[size] = '\0';
		if (inode_of_link(text))
			err = add(residents, inode_of_link(text), (pid_t)pid, NULL);
	}
	return err;
}

/* A file whose mount is gone is no namespace. */
static uint32_t inode_of_file(int folder, const char *name)
{
	uint32_t inode;

	return netns_file_inode(folder, name, &inode) ? 0 : inode;
}

static int add_names(struct residents *residents, const char *names)
{
	_cleanup_(cleanup_dir) DIR *dir = opendir(names);
	struct dirent *entry;
	int err = 0;

	while (!err && dir && (entry = readdir(dir))) {
		uint32_t inode;
		char *name;

		if (*entry->d_name == '.')
			continue;
		inode = inode_of_file(dirfd(dir), entry->d_name);
		if (!inode)
			continue;
		name = strdup(entry->d_name);
		err = name ? add(residents, inode, 0, name) : -ENOMEM;
	}
	return err;
}

/* Names first, in their own order, then pids in theirs. */
static int compare(const void *a, const void *b)
{
	const struct resident *left = a, *right = b;

	if (left->netns != right->netns)
		return left->netns < right->netns ? -1 : 1;
	if (!left->name != !right->name)
		return left->name ? -1 : 1;
	if (left->name)
		return strcmp(left->name, right->name);
	return (left->pid > right->pid) - (left->pid < right->pid);
}

/* One entry a namespace: its first name, its lowest pid. */
static void merge(struct residents *residents)
{
	struct resident *list = residents->list;
	size_t kept = 0;

	for (size_t i = 0; i < residents->count; i++) {
		struct resident *last = kept ? &list[kept - 1] : NULL;

		if (!last || last->netns != list[i].netns) {
			list[kept++] = list[i];
			continue;
		}
		if (!last->pid)
			last->pid = list[i].pid;
		free(list[i].name);
	}
	residents->count = kept;
}

int residents_read(const char *proc, const char *names, struct residents *ret_residents)
{
	struct residents residents = {};
	int err = add_processes(&residents, proc);

	if (!err)
		err = add_names(&residents, names);
	if (err) {
		residents_release(&residents);
		return err;
	}
	if (residents.count)
		qsort(residents.list, residents.count, sizeof(*residents.list), compare);
	merge(&residents);
	*ret_residents = residents;
	return 0;
}

void residents_release(struct residents *residents)
{
	for (size_t i = 0; i < residents->count; i++)
		free(residents->list[i].name);
	free(residents->list);
	*residents = (struct residents){};
}

const struct resident *residents_find(const struct residents *residents, uint32_t netns)
{
	size_t low = 0, high = residents->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (residents->list[middle].netns == netns)
			return &residents->list[middle];
		if (residents->list[middle].netns < netns)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool resident_read(const char *proc, pid_t pid, const char *file, char *text, size_t size)
{
	char path[512];
	ssize_t count;

	snprintf(path, sizeof(path), "%s/%d/%s", proc, (int)pid, file);
	_cleanup_(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);

	count = fd < 0 ? -1 : read(fd, text, size - 1);
	if (count <= 0)
		return false;
	text[count] = '\0';
	return true;
}

bool residents_is(uint32_t netns, const char *path, bool link)
{
	char text[64];
	ssize_t size;

	if (!link)
		return inode_of_file(AT_FDCWD, path) == netns;
	size = readlink(path, text, sizeof(text) - 1);
	if (size <= 0)
		return false;
	text[size] = '\0';
	return inode_of_link(text) == netns;
}
