/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/fd of all processes -> who has a tun or tap device open. */
#include "procfs/tun_holders.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/descriptor_scan.h"

#define FDINFO_MAX 511

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
	int32_t last;		 /* that has it */
	int32_t inside, outside; /* processes in that namespace, and in others; 0: none */
	bool more_inside, more_outside;
};

static bool is_it(const struct descriptor_seen *seen, const char *name)
{
	char path[32], text[FDINFO_MAX + 1];
	_cleanup_(cleanup_close) int fd = -1;
	ssize_t size;

	if (strlen(seen->name) > 12)
		return false;
	snprintf(path, sizeof(path), "../fdinfo/%.12s", seen->name);
	fd = openat(seen->folder, path, O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? -1 : read(fd, text, FDINFO_MAX);
	if (size <= 0)
		return false;
	text[size] = '\0';
	return is_device(text, name);
}

/* Of /dev/net/tun, wherever that file is; macvtap's devices are others. */
static bool leads_to_tun(const struct descriptor_seen *seen)
{
	char link[32];
	ssize_t size = readlinkat(seen->folder, seen->name, link, sizeof(link));

	return size >= 4 && size < (ssize_t)sizeof(link) && !memcmp(link + size - 4, "/tun", 4);
}

static void on_descriptor(void *context, const struct descriptor_seen *seen)
{
	struct search *search = context;
	struct stat space;
	int32_t *first;
	bool inside;

	if (search->last == (int32_t)seen->pid || !leads_to_tun(seen) || !is_it(seen, search->name))
		return;
	search->last = (int32_t)seen->pid;
	inside = !fstatat(seen->folder, "../ns/net", &space, 0) && space.st_ino == search->netns;
	first = inside ? &search->inside : &search->outside;
	if (*first && *first != search->last)
		*(inside ? &search->more_inside : &search->more_outside) = true;
	else
		*first = search->last;
}

int tun_holder_find(const char *proc, const char *name, uint32_t netns,
		    struct tun_holder *ret_holder)
{
	_cleanup_(cleanup_close) int folder = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct search search = {.name = name, .netns = netns};
	struct tun_holder holder = {};
	bool denied;
	int err = folder < 0 ? -errno : descriptor_scan(proc, on_descriptor, &search, &denied);

	if (err)
		return err;
	if (search.inside && !search.more_inside)
		holder.pid = search.inside;
	else if (!search.inside && !search.more_outside)
		holder.pid = search.outside;
	if (holder.pid && process_read_comm(folder, holder.pid, holder.comm))
		holder.pid = 0; /* gone */
	*ret_holder = holder;
	return 0;
}
