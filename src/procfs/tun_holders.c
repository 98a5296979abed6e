/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/fd of all processes -> who has a tun or tap device open. */
#include "procfs/tun_holders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define FDINFO_MAX 511
#define DESCRIPTORS_MAX 65536 /* of one process: those behind are not looked at */

/* The device that /proc/PID/fdinfo/FD is about ("iff:\tNAME") is that one. Pure. */
static int is_device(const char *fdinfo, const char *name)
{
	static const char key[] = "iff:\t";
	size_t size = strlen(name);

	for (const char *at = fdinfo; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (!strncmp(at, key, sizeof(key) - 1) &&
		    !strncmp(at + sizeof(key) - 1, name, size) &&
		    at[sizeof(key) - 1 + size] == '\n')
			return 1;
	}
	return 0;
}

struct search {
	const char *name;
	uint32_t netns;
	int32_t inside, outside; /* processes in that namespace, and in others; 0: none */
	bool more_inside, more_outside;
};

static bool is_it(int process, const char *descriptor, const char *name)
{
	char path[32], text[FDINFO_MAX + 1];
	_cleanup_(cleanup_close) int fd = -1;
	ssize_t size;

	if (strlen(descriptor) > 12)
		return false;
	snprintf(path, sizeof(path), "fdinfo/%.12s", descriptor);
	fd = openat(process, path, O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? -1 : read(fd, text, FDINFO_MAX);
	if (size <= 0)
		return false;
	text[size] = '\0';
	return is_device(text, name);
}

/* Of /dev/net/tun, wherever that file is; macvtap's devices are others. */
static bool leads_to_tun(int descriptors, const char *name)
{
	char link[32];
	ssize_t size = readlinkat(descriptors, name, link, sizeof(link));

	return size >= 4 && size < (ssize_t)sizeof(link) && !memcmp(link + size - 4, "/tun", 4);
}

static bool has_it(int process, const char *name)
{
	int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool found = false;

	if (!folder && fd >= 0)
		close(fd);
	for (int i = 0; folder && !found && i < DESCRIPTORS_MAX && (entry = readdir(folder)); i++)
		found = leads_to_tun(fd, entry->d_name) && is_it(process, entry->d_name, name);
	if (folder)
		closedir(folder);
	return found;
}

static void note(struct search *search, int process, int32_t pid)
{
	struct stat space;
	bool inside = !fstatat(process, "ns/net", &space, 0) && space.st_ino == search->netns;
	int32_t *first = inside ? &search->inside : &search->outside;

	if (*first)
		*(inside ? &search->more_inside : &search->more_outside) = true;
	else
		*first = pid;
}

static void look(struct search *search, int proc, const char *folder)
{
	int32_t pid = process_id(folder);
	_cleanup_(cleanup_close) int process =
		pid < 0 ? -1 : openat(proc, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (process >= 0 && has_it(process, search->name))
		note(search, process, pid);
}

int tun_holder_find(const char *proc, const char *name, uint32_t netns,
		    struct tun_holder *ret_holder)
{
	struct search search = {.name = name, .netns = netns};
	struct tun_holder holder = {};
	DIR *folder = opendir(proc);
	const struct dirent *entry;

	if (!folder)
		return -errno;
	while ((entry = readdir(folder)))
		look(&search, dirfd(folder), entry->d_name);
	if (search.inside && !search.more_inside)
		holder.pid = search.inside;
	else if (!search.inside && !search.more_outside)
		holder.pid = search.outside;
	if (holder.pid && process_read_comm(dirfd(folder), holder.pid, holder.comm))
		holder.pid = 0; /* gone */
	closedir(folder);
	*ret_holder = holder;
	return 0;
}
