/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets -> the processes that hold them: by the iterator over descriptors, or where there is none
 * through /proc. */
#include "evidence/socket_owner.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "procfs/owners.h"
#include "procfs/process.h"
#include "procfs/socket_holders.h"

/* Of one process; behind these, one pass over all descriptors is quicker. */
#define DESCRIPTORS_MAX 4096

/* ---------------------------------------------------------------- one pass for all */

struct search {
	struct socket_owner_row *owners; /* by sock */
	size_t count;
};

static int by_sock(const void *a, const void *b)
{
	const struct socket_owner_row *left = a, *right = b;

	return (left->sock > right->sock) - (left->sock < right->sock);
}

static struct socket_owner_row *find(const struct socket_owner_row *owners, size_t count,
				     uint64_t sock)
{
	struct socket_owner_row key = {.sock = sock};

	return count ? bsearch(&key, owners, count, sizeof(key), by_sock) : NULL;
}

const struct socket_owner_row *socket_owner_of(const struct socket_owner_row *rows, size_t count,
					       uint64_t sock)
{
	return find(rows, count, sock);
}

/* The first of several processes is named. */
static void on_holder(void *context, const struct held_socket *held)
{
	const struct search *search = context;
	struct socket_owner_row *found = find(search->owners, search->count, held->sock);

	if (search->count == 1 && !search->owners->sock)
		found = search->owners; /* only sockets of the inodes asked for are reported */
	if (!found || found->pid)
		return;
	found->pid = held->owner.pid;
	found->uid = held->owner.uid;
	memcpy(found->comm, held->owner.comm, sizeof(found->comm));
}

static void find_by_iterator(struct socket_reader *socket_reader, struct socket_owner_row *owners,
			     size_t count)
{
	struct search search = {.owners = owners, .count = count};
	_cleanup_(cleanup_free) uint64_t *inodes = calloc(count, sizeof(*inodes));
	size_t known = 0;

	for (size_t i = 0; inodes && i < count; i++) {
		if (owners[i].inode)
			inodes[known++] = owners[i].inode;
	}
	if (known)
		socket_reader_find_holders(socket_reader, inodes, known, on_holder, &search);
}

/* comm as /proc/PID/comm has it; owners.h gives the command line's name, which may differ. */
static void read_comm(struct socket_owner_row *owner)
{
	_cleanup_(cleanup_close) int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	_Static_assert(sizeof(owner->comm) == PROCESS_COMM_SIZE, "one is read into the other");
	if (proc >= 0)
		process_read_comm(proc, (int32_t)owner->pid, owner->comm);
}

struct inode_search {
	struct socket_owner_row *rows;
	size_t count;
};

/* socket_holder_fn */
static void on_inode(void *context, uint64_t inode, uint32_t pid)
{
	const struct inode_search *search = context;

	for (size_t i = 0; i < search->count; i++) {
		struct socket_owner_row *row = &search->rows[i];

		if (row->inode == inode && (!row->pid || pid < row->pid))
			row->pid = pid;
	}
}

static int compare_inodes(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static void find_by_inode(struct socket_owner_row *rows, size_t count)
{
	_cleanup_(cleanup_free) uint64_t *inodes = calloc(count, sizeof(*inodes));
	struct inode_search search = {rows, count};
	size_t known = 0;
	bool denied;

	for (size_t i = 0; inodes && i < count; i++) {
		if (rows[i].inode)
			inodes[known++] = rows[i].inode;
	}
	if (!known)
		return;
	qsort(inodes, known, sizeof(*inodes), compare_inodes);
	socket_holders_scan("/proc", inodes, known, on_inode, &search, &denied);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].pid && !rows[i].comm[0])
			read_comm(&rows[i]);
	}
}

void socket_owner_find(struct socket_reader *socket_reader, struct socket_owner_row *rows,
		       size_t count)
{
	if (!count)
		return;
	qsort(rows, count, sizeof(*rows), by_sock);
	if (socket_reader)
		find_by_iterator(socket_reader, rows, count);
	else
		find_by_inode(rows, count);
}

/* ---------------------------------------------------------------- one process */

/* -1: there is none. */
static int open_descriptors(uint32_t pid, DIR **ret_dir)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	*ret_dir = opendir(path);
	return *ret_dir ? dirfd(*ret_dir) : -1;
}

bool socket_owner_is(uint32_t pid, struct socket_owner_row *row)
{
	const struct dirent *entry;
	bool found = false;
	int descriptors;
	DIR *dir;

	if (!pid || !row->inode)
		return false;
	descriptors = open_descriptors(pid, &dir);
	if (descriptors < 0)
		return false;
	for (int i = 0; !found && i < DESCRIPTORS_MAX && (entry = readdir(dir)); i++) {
		char link[64];
		ssize_t size = readlinkat(descriptors, entry->d_name, link, sizeof(link));

		found = size > 0 && owners_link_inode(link, (size_t)size) == row->inode;
	}
	closedir(dir);
	if (!found)
		return false;
	row->pid = pid;
	read_comm(row);
	return true;
}
