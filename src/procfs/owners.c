/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/fd of all processes -> the owner of each socket, by inode. */
#include "procfs/owners.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/format.h"
#include "base/list_grow.h"
#include "base/safe.h"
#include "base/seccomp.h"
#include "procfs/owner_table.h"
#include "procfs/process.h"
#include "procfs/scan.h"

#define PROC_ROOT_INO 1 /* include/linux/proc_fs.h: the root of a real /proc */

#define ENTRIES_SIZE (32 * 1024) /* of a folder, read at a time */
#define COUNT_FROM 64		 /* descriptors */
#define HOLES_MAX 16		 /* in a table of descriptors, when its folder is not listed */
#define LINK_MAX_SIZE 64	 /* longer ones are no sockets' */

struct entry { /* what getdents64(2) writes */
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

struct part {
	struct owner_table table;
	struct socket_owner *owners; /* those of the processes that have a socket */
	uint32_t count;
	size_t room;
	bool denied;
	struct command_reader reader;
};

struct owners {
	int proc;
	bool has_sizes; /* of the folders of descriptors: 6.2, and not a folder made by a test */
	bool want_context;
	int32_t *pids;
	size_t pid_count;
	_Atomic size_t next;
	struct part parts[OWNERS_PARTS];
};

/* Calls `visit` with each name in the folder; 0, -errno, or what `visit` returned other than 0. */
static int for_each_entry(int folder, int (*visit)(void *context, const char *name), void *context)
{
	_Alignas(8) char entries[ENTRIES_SIZE];
	ssize_t size;

	while ((size = getdents64(folder, entries, sizeof(entries))) > 0) {
		for (ssize_t at = 0; at < size;) {
			const struct entry *entry = (const struct entry *)(entries + at);
			int err = visit(context, entry->name);

			if (err)
				return err;
			at += entry->size;
		}
	}
	return size < 0 ? -errno : 0;
}

static int add_pid(void *context, const char *name)
{
	struct owners *owners = context;
	int32_t pid = process_id(name);

	if (pid < 0)
		return 0;
	if (!(owners->pid_count &
	      (owners->pid_count - 1))) { /* full: room doubles at powers of two */
		size_t room = owners->pid_count ? 2 * owners->pid_count : 1;
		int32_t *pids = realloc(owners->pids, room * sizeof(*pids));

		if (!pids)
			return -ENOMEM;
		owners->pids = pids;
	}
	owners->pids[owners->pid_count++] = pid;
	return 0;
}

int owners_new(const char *proc, bool want_context, struct owners **ret_owners)
{
	struct owners *owners = calloc(1, sizeof(*owners));
	struct stat root, own;
	int err;

	if (!owners)
		return -ENOMEM;
	owners->want_context = want_context;
	for (unsigned int i = 0; i < OWNERS_PARTS; i++)
		owners->parts[i].reader.direct = seccomp_filtered();
	owners->proc = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = owners->proc < 0 ? -errno : for_each_entry(owners->proc, add_pid, owners);
	owners->has_sizes = !err && !fstat(owners->proc, &root) && root.st_ino == PROC_ROOT_INO &&
			    !fstatat(owners->proc, "self/fd", &own, 0) && own.st_size > 0;
	if (err) {
		owners_free(owners);
		return err;
	}
	*ret_owners = owners;
	return 0;
}

static void part_release(struct part *part)
{
	for (uint32_t i = 0; i < part->count; i++) {
		free((char *)part->owners[i].name);
		free((char *)part->owners[i].context);
	}
	free(part->owners);
	command_reader_end(&part->reader);
	owner_table_release(&part->table);
}

void owners_free(struct owners *owners)
{
	if (!owners)
		return;
	for (unsigned int i = 0; i < OWNERS_PARTS; i++)
		part_release(&owners->parts[i]);
	owners_seal(owners);
	free(owners->pids);
	free(owners);
}

uint64_t owners_link_inode(const char *link, size_t size)
{
	static const char *const begins[] = {"socket:[", "[0000]:"};

	for (size_t i = 0; i < ARRAY_SIZE(begins); i++) {
		size_t length = strlen(begins[i]);
		uint64_t inode = 0;

		if (size <= length || memcmp(link, begins[i], length) != 0)
			continue;
		for (size_t at = length; at < size && (unsigned int)(link[at] - '0') <= 9; at++)
			inode = inode * 10 + (unsigned int)(link[at] - '0');
		return inode;
	}
	return 0;
}

static struct socket_owner *new_owner(struct part *part)
{
	return LIST_GROW(part->owners, part->count, part->room) ? NULL : &part->owners[part->count];
}

static int read_context(const struct owners *owners, struct socket_owner *owner)
{
	char context[PROCESS_CONTEXT_MAX];
	int size = process_read_context(owners->proc, owner->pid, context);

	if (size < 0)
		return 0;
	owner->context = strndup(context, (size_t)size);
	return owner->context ? 0 : -ENOMEM;
}

/* 0, -ENOMEM, or -errno where the process has ended: then it owns nothing. */
static int add_owner(const struct owners *owners, struct part *part, int32_t pid)
{
	struct socket_owner *owner = new_owner(part);
	char name[PROCESS_NAME_MAX];
	int size, err;

	if (!owner)
		return -ENOMEM;
	size = process_read_name(&part->reader, owners->proc, pid, name);
	if (size < 0)
		return size;
	*owner = (struct socket_owner){.pid = pid, .name_length = (size_t)size};
	owner->name = strndup(name, (size_t)size);
	err = !owner->name ? -ENOMEM : owners->want_context ? read_context(owners, owner) : 0;
	if (err)
		free((char *)owner->name);
	else
		part->count++;
	return err;
}

int owners_add(struct owners *owners, unsigned int number, int32_t pid, uint64_t inode)
{
	struct part *part = &owners->parts[number];

	if (!part->count || part->owners[part->count - 1].pid != pid) {
		int err = add_owner(owners, part, pid);

		if (err)
			return err == -ENOMEM ? err : 0;
	}
	return owner_table_add(&part->table, inode, part->count - 1);
}

struct folder {
	struct owners *owners;
	unsigned int part;
	int32_t pid;
	int fd;
};

/* A filter made for others' netstat may not have readlinkat(). */
static ssize_t read_link(const struct folder *folder, const char *name, char *link, size_t size)
{
	char path[64];

	if (!seccomp_filtered())
		return readlinkat(folder->fd, name, link, size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", folder->fd, name);
	return readlink(path, link, size);
}

/* 1: a descriptor, 0: none of this number, or -errno. */
static int read_process(const struct folder *folder, const char *name)
{
	char link[LINK_MAX_SIZE];
	ssize_t size = read_link(folder, name, link, sizeof(link));
	uint64_t inode;
	int err;

	if (size <= 0)
		return 0;
	inode = owners_link_inode(link, (size_t)size);
	err = inode ? owners_add(folder->owners, folder->part, folder->pid, inode) : 0;
	return err ? err : 1;
}

static int visit_descriptor(void *context, const char *name)
{
	int found = name[0] >= '0' && name[0] <= '9' ? read_process(context, name) : 0;

	return found < 0 ? found : 0;
}

/*
 * Since 6.2 the folder's size is the number of descriptors. Most tables have no holes: then
 * counting up finds all of them without listing the folder, which costs a third of the whole. 1:
 * all found, 0: not so, or -errno.
 */
static int count_up(const struct folder *folder, int64_t size)
{
	int64_t found = 0, missed = 0;
	char name[FORMAT_U64_MAX + 1];

	for (int64_t number = 0; found < size; number++) {
		int step;

		*format_u64(name, (uint64_t)number) = '\0';
		step = read_process(folder, name);
		if (step < 0)
			return step;
		found += step;
		missed += !step;
		if (missed > HOLES_MAX + found / 8)
			return 0;
	}
	return 1;
}

/* A thread of the kernel has none, and a few are listed as quickly. */
static int read_processes(const struct folder *folder)
{
	struct stat stat;
	int done = 0;

	if (folder->owners->has_sizes && !fstat(folder->fd, &stat)) {
		if (!stat.st_size)
			return 0;
		if (stat.st_size >= COUNT_FROM)
			done = count_up(folder, stat.st_size);
	}
	return done ? done : for_each_entry(folder->fd, visit_descriptor, (void *)folder);
}

static int scan_process(struct owners *owners, unsigned int part, int32_t pid)
{
	_cleanup_(cleanup_close) int fd = -1;
	struct folder folder = {owners, part, pid, -1};
	char path[32];
	int done;

	snprintf(path, sizeof(path), "%d/fd", pid);
	fd = openat(owners->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		owners->parts[part].denied |= errno == EACCES;
		return 0;
	}
	folder.fd = fd;
	done = read_processes(&folder);
	return done == -ENOMEM ? done : 0;
}

int owners_scan(struct owners *owners, unsigned int part)
{
	size_t at;

	while ((at = atomic_fetch_add(&owners->next, 1)) < owners->pid_count) {
		int err = scan_process(owners, part, owners->pids[at]);

		if (err)
			return err;
	}
	command_reader_end(&owners->parts[part].reader);
	return 0;
}

void owners_seal(struct owners *owners)
{
	if (owners->proc >= 0)
		close(owners->proc);
	owners->proc = -1;
}

const struct socket_owner *owners_find(const struct owners *owners, uint64_t inode)
{
	const struct socket_owner *found = NULL;

	for (unsigned int i = 0; i < OWNERS_PARTS; i++) {
		const struct part *part = &owners->parts[i];
		uint32_t number = owner_table_find(&part->table, inode);

		if (number != OWNER_NONE && (!found || part->owners[number].pid < found->pid))
			found = &part->owners[number];
	}
	return found;
}

bool owners_denied(const struct owners *owners)
{
	bool denied = false;

	for (unsigned int i = 0; i < OWNERS_PARTS; i++)
		denied |= owners->parts[i].denied;
	return denied;
}

bool owners_found(const struct owners *owners)
{
	bool found = false;

	for (unsigned int i = 0; i < OWNERS_PARTS; i++)
		found |= owners->parts[i].table.count > 0;
	return found;
}

/* A name has no place for line ends either. */
static void make_safe(char *name, size_t size)
{
	safe_bytes(name, size);
	for (char *at = name; (at = memchr(at, '\n', size - (size_t)(at - name)));)
		*at = '?';
}

void owners_make_safe(struct owners *owners)
{
	for (unsigned int i = 0; i < OWNERS_PARTS; i++) {
		const struct part *part = &owners->parts[i];

		for (uint32_t at = 0; at < part->count; at++)
			make_safe((char *)part->owners[at].name, part->owners[at].name_length);
	}
}
