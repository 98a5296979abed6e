/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/fd -> who holds a socket. */
#include "procfs/socket_holders.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/descriptor_scan.h"
#include "procfs/owners.h"

#define SEEN 1024 /* sockets that were reported last: a power of two */

struct seen {
	uint64_t inode;
	uint32_t pid;
};

struct search {
	const uint64_t *inodes;
	size_t count;
	socket_holder_fn handle;
	void *context;
	struct seen seen[SEEN];
};

static struct search *search_new(const uint64_t *inodes, size_t count, socket_holder_fn handle,
				 void *context)
{
	struct search *search = calloc(1, sizeof(*search));

	if (!search)
		return NULL;
	search->inodes = inodes;
	search->count = count;
	search->handle = handle;
	search->context = context;
	return search;
}

static bool is_wanted(const struct search *search, uint64_t inode)
{
	size_t low = 0, high = search->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (search->inodes[middle] < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < search->count && search->inodes[low] == inode;
}

/* Most descriptors of a process that has very many lead to the same few sockets. */
static bool was_seen(struct search *search, uint64_t inode, uint32_t pid)
{
	struct seen *seen = &search->seen[inode & (SEEN - 1)];

	if (seen->inode == inode && seen->pid == pid)
		return true;
	*seen = (struct seen){inode, pid};
	return false;
}

static void on_descriptor(void *context, const struct descriptor_seen *descriptor)
{
	struct search *search = context;
	char link[64];
	ssize_t size = readlinkat(descriptor->folder, descriptor->name, link, sizeof(link));
	uint64_t inode = size > 0 ? owners_link_inode(link, (size_t)size) : 0;

	if (inode && is_wanted(search, inode) && !was_seen(search, inode, descriptor->pid))
		search->handle(search->context, inode, descriptor->pid);
}

static void note_holder(void *context, uint64_t inode, uint32_t pid)
{
	*(bool *)context = true;
}

bool socket_holders_has(const char *proc, uint32_t pid, uint64_t inode)
{
	bool found = false;
	_cleanup_(cleanup_free) struct search *search = search_new(&inode, 1, note_holder, &found);

	if (search)
		descriptor_scan_process(proc, pid, on_descriptor, search);
	return found;
}

int socket_holders_scan(const char *proc, const uint64_t *inodes, size_t count,
			socket_holder_fn handle, void *context, bool *ret_denied)
{
	_cleanup_(cleanup_free) struct search *search = search_new(inodes, count, handle, context);

	return search ? descriptor_scan(proc, on_descriptor, search, ret_denied) : -ENOMEM;
}
