/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cgroup v2: id <-> path. A cgroup's id is its directory's inode number and file handle
 * (fs/kernfs/mount.c). */
#include "kernel/cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/detached_mount.h"

#define FILEID_KERNFS 0xfe /* include/linux/exportfs.h */
/* a power of two; a machine with more live cgroups looks some up again */
#define CGROUPS_SLOTS 4096
#define CGROUPS_PATH_MAX 512 /* longer ones are not worth remembering whole; they are cut */

struct cgroup_name {
	uint64_t id; /* 0: free */
	char *path;  /* NULL: looked for and not found */
	size_t by_root;
};

struct cgroups {
	int root_fd; /* -1: unavailable, or not asked for yet */
	bool tried;
	uint64_t root_id;
	struct cgroup_name slots[CGROUPS_SLOTS];
};

int cgroups_new(struct cgroups **ret_cgroups)
{
	struct cgroups *cgroups = calloc(1, sizeof(*cgroups));

	if (!cgroups)
		return -ENOMEM;
	cgroups->root_fd = -1;
	*ret_cgroups = cgroups;
	return 0;
}

void cgroups_free(struct cgroups *cgroups)
{
	if (!cgroups)
		return;
	for (size_t i = 0; i < CGROUPS_SLOTS; i++)
		free(cgroups->slots[i].path);
	if (cgroups->root_fd >= 0)
		close(cgroups->root_fd);
	free(cgroups);
}

/* Mounted when the first path is wanted: it takes milliseconds, which no start should wait for. */
static int root_of(struct cgroups *cgroups)
{
	struct stat info;

	if (!cgroups->tried)
		cgroups->root_fd = detached_mount("cgroup2");
	if (!cgroups->tried && cgroups->root_fd >= 0 && !fstat(cgroups->root_fd, &info))
		cgroups->root_id = info.st_ino;
	cgroups->tried = true;
	return cgroups->root_fd;
}

/* In a cgroup namespace the root is its own, and of what lies outside the kernel gives "/", too. */
static char *read_path(const struct cgroups *cgroups, uint64_t id)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + sizeof(uint64_t)];
	} kernfs = {.handle = {.handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS}};
	char link[64], path[CGROUPS_PATH_MAX];
	ssize_t size;

	memcpy(kernfs.handle.f_handle, &id, sizeof(id));
	_cleanup_(cleanup_close) int fd =
		open_by_handle_at(cgroups->root_fd, &kernfs.handle, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, sizeof(path) - 1);
	if (size <= 0)
		return NULL;
	path[size] = '\0';
	if (!strcmp(path, "/") && id != cgroups->root_id)
		return NULL;
	return strdup(path);
}

static struct cgroup_name *slot_of(struct cgroups *cgroups, uint64_t id)
{
	return &cgroups->slots[(id * 0x9e3779b97f4a7c15u >> 32) % CGROUPS_SLOTS];
}

/* Who owns a folder names what is below it. */
size_t cgroups_by_root(struct cgroups *cgroups, const char *path)
{
	char prefix[CGROUPS_PATH_MAX];
	size_t end = 0;
	struct stat info;

	if (root_of(cgroups) < 0)
		return 0;
	while (end < sizeof(prefix) && path[end] == '/') {
		end += 1 + strcspn(path + end + 1, "/");
		if (end > sizeof(prefix))
			return 0;
		memcpy(prefix, path + 1, end - 1);
		prefix[end - 1] = '\0';
		if (end > 1 && fstatat(cgroups->root_fd, prefix, &info, AT_SYMLINK_NOFOLLOW))
			return 0;
		if (end > 1 && info.st_uid)
			return end;
	}
	return end;
}

size_t cgroups_id_by_root(struct cgroups *cgroups, uint64_t id)
{
	return cgroups_path(cgroups, id) ? slot_of(cgroups, id)->by_root : 0;
}

const char *cgroups_path(struct cgroups *cgroups, uint64_t id)
{
	struct cgroup_name *slot = slot_of(cgroups, id);

	if (!id || root_of(cgroups) < 0)
		return NULL;
	if (slot->id != id) {
		free(slot->path);
		*slot = (struct cgroup_name){.id = id, .path = read_path(cgroups, id)};
		slot->by_root = slot->path ? cgroups_by_root(cgroups, slot->path) : 0;
	}
	return slot->path;
}

static bool is_cgroup2(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

int cgroups_id(struct cgroups *cgroups, const char *path, uint64_t *ret_id)
{
	struct stat info;

	if (is_cgroup2(path)) {
		if (stat(path, &info))
			return -errno;
	} else {
		while (*path == '/')
			path++;
		if (root_of(cgroups) < 0)
			return cgroups->root_fd;
		if (fstatat(cgroups->root_fd, *path ? path : ".", &info, 0))
			return -errno;
	}
	if (!S_ISDIR(info.st_mode))
		return -ENOTDIR;
	*ret_id = info.st_ino;
	return 0;
}
