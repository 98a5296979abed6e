/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finds the network namespaces of this machine, and opens them. */
#include "namespaces/namespaces.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <linux/sockios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/descriptor_scan.h"
#include "base/list_grow.h"
#include "base/number.h"
#include "namespaces/another_way.h"
#include "namespaces/netns_file.h"

void namespaces_release(struct namespaces *spaces)
{
	free(spaces->list);
	free(spaces->beyond);
	*spaces = (struct namespaces){};
}

static size_t place_of(const struct namespaces *spaces, uint32_t inode)
{
	size_t low = 0, high = spaces->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (spaces->list[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int grow(struct namespaces *spaces)
{
	if (spaces->count >= NAMESPACES_MAX)
		return -E2BIG;
	return LIST_GROW(spaces->list, spaces->count, spaces->room);
}

/* Room grows by powers of two, which `count` tells. */
static void add_beyond(struct namespaces *spaces, uint32_t inode)
{
	size_t count = spaces->beyond_count, at = count;
	uint32_t *list = spaces->beyond;

	while (at && list[at - 1] > inode)
		at--;
	if ((at && list[at - 1] == inode) || count == NAMESPACES_BEYOND_MAX)
		return;
	if (!(count & (count - 1)))
		list = reallocarray(list, count ? count * 2 : 1, sizeof(*list));
	if (!list)
		return;
	memmove(&list[at + 1], &list[at], (count - at) * sizeof(*list));
	list[at] = inode;
	spaces->beyond = list;
	spaces->beyond_count++;
}

void namespaces_add(struct namespaces *spaces, const struct namespace *space)
{
	size_t at = place_of(spaces, space->inode);

	if (!space->inode || (at < spaces->count && spaces->list[at].inode == space->inode))
		return;
	if (grow(spaces)) {
		add_beyond(spaces, space->inode);
		return;
	}
	memmove(&spaces->list[at + 1], &spaces->list[at],
		(spaces->count - at) * sizeof(*spaces->list));
	spaces->list[at] = *space;
	spaces->count++;
}

bool namespaces_have(const struct namespaces *spaces, uint32_t inode)
{
	size_t at = place_of(spaces, inode);

	return at < spaces->count && spaces->list[at].inode == inode;
}

void namespaces_keep_hidden(struct namespaces *hidden, const struct namespaces *all)
{
	hidden->count = 0;
	for (size_t i = 0; i < all->count; i++) {
		if (all->list[i].way == NAMESPACE_BY_FILE ||
		    all->list[i].way == NAMESPACE_BY_SOCKET)
			namespaces_add(hidden, &all->list[i]);
	}
}

/* The kernel writes space, tab, newline and backslash in paths as \ooo. */
static bool is_octal(const char *text)
{
	return text[0] >= '0' && text[0] <= '3' && text[1] >= '0' && text[1] <= '7' &&
	       text[2] >= '0' && text[2] <= '7';
}

static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '\\' && is_octal(text + 1)) {
			*to++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
				       (text[3] - '0'));
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/* proc(5): "36 35 0:4 net:[4026532284] /run/netns/x rw shared:7 - nsfs nsfs rw" */
int namespace_parse_mount(const char *line, struct namespace *ret_space)
{
	struct namespace space = {.way = NAMESPACE_BY_MOUNT};
	const char *root = strstr(line, " net:[");

	if (!root || !strstr(line, " - nsfs "))
		return -ENOENT;
	if (sscanf(root, " net:[%u] %127s", &space.inode, space.path) != 2 ||
	    strlen(space.path) == sizeof(space.path) - 1)
		return -ENOENT;
	unescape(space.path);
	if (!space.path[0])
		return -ENOENT;
	*ret_space = space;
	return 0;
}

void namespaces_add_mounts(struct namespaces *spaces)
{
	_cleanup_(cleanup_fclose) FILE *file = fopen("/proc/self/mountinfo", "re");
	_cleanup_(cleanup_free) char *line = NULL;
	size_t room = 0;

	while (file && getline(&line, &room, file) > 0) {
		struct namespace space;

		if (!namespace_parse_mount(line, &space))
			namespaces_add(spaces, &space);
	}
}

static void add_link(struct namespaces *spaces, const char *path, struct namespace space)
{
	char link[64];
	ssize_t size = readlink(path, link, sizeof(link) - 1);

	if (size < 0)
		return;
	link[size] = '\0';
	if (sscanf(link, "net:[%u]", &space.inode) == 1)
		namespaces_add(spaces, &space);
}

static void add_task(struct namespaces *spaces, uint32_t pid, uint32_t tid)
{
	const struct namespace space = {.way = NAMESPACE_OF_TASK, .pid = pid, .number = tid};
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/task/%u/ns/net", pid, tid);
	add_link(spaces, path, space);
}

static void add_descriptor(void *context, const struct descriptor_seen *seen)
{
	struct namespace space = {.way = NAMESPACE_BY_FILE, .pid = seen->pid};
	uint64_t number;
	char link[64];
	ssize_t size = readlinkat(seen->folder, seen->name, link, sizeof(link) - 1);

	if (size < 0 || number_parse(seen->name, INT_MAX, &number))
		return;
	link[size] = '\0';
	space.number = (uint32_t)number;
	if (sscanf(link, "net:[%u]", &space.inode) == 1)
		namespaces_add(context, &space);
}

/* Calls each(spaces, pid, number) for the numbers that are names in the folder. */
static void walk_numbers(const char *folder, struct namespaces *spaces, uint32_t pid,
			 void (*each)(struct namespaces *spaces, uint32_t pid, uint32_t number))
{
	DIR *directory = opendir(folder);
	struct dirent *entry;
	uint64_t number;

	while (directory && (entry = readdir(directory))) {
		if (!number_parse(entry->d_name, INT_MAX, &number))
			each(spaces, pid, (uint32_t)number);
	}
	if (directory)
		closedir(directory);
}

static void add_threads(struct namespaces *spaces, uint32_t unused, uint32_t pid)
{
	char folder[64];

	snprintf(folder, sizeof(folder), "/proc/%u/task", pid);
	walk_numbers(folder, spaces, pid, add_task);
}

void namespaces_add_descriptors(struct namespaces *spaces)
{
	bool denied;

	descriptor_scan("/proc", add_descriptor, spaces, &denied);
}

void namespaces_add_tasks(struct namespaces *spaces)
{
	walk_numbers("/proc", spaces, 0, add_threads);
}

static int own_namespace = -1; /* kept for the life of the process */

static int open_own_again(void)
{
	int fd = fcntl(own_namespace, F_DUPFD_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

void namespaces_add_own(struct namespaces *spaces)
{
	struct namespace space = {.way = NAMESPACE_OWN};
	struct stat info;

	if (own_namespace < 0)
		own_namespace = namespace_open_own();
	if (own_namespace < 0 || fstat(own_namespace, &info))
		return;
	space.inode = (uint32_t)info.st_ino;
	namespaces_add(spaces, &space);
}

int namespace_open(const struct namespace *space)
{
	char path[160];

	switch (space->way) {
	case NAMESPACE_OWN:
		return open_own_again();
	case NAMESPACE_BY_SOCKET:
		return netns_file_of_socket(space->pid, space->number, space->inode);
	case NAMESPACE_OF_TASK:
		snprintf(path, sizeof(path), "/proc/%u/task/%u/ns/net", space->pid, space->number);
		return netns_file_open(path, space->inode);
	case NAMESPACE_BY_FILE:
		snprintf(path, sizeof(path), "/proc/%u/fd/%u", space->pid, space->number);
		return netns_file_open(path, space->inode);
	default:
		return netns_file_open_mount(space->path, space->inode);
	}
}

bool namespace_is_gone(int err)
{
	return err == -ENOENT || err == -ESRCH || err == -ESTALE || err == -EINVAL;
}

int namespace_open_any(const struct namespace *space)
{
	return another_way_if_gone(namespace_open(space), space->inode);
}

/* Without /proc a socket leads to the namespace that it was made in. */
static int open_own_by_socket(void)
{
	_cleanup_(cleanup_close) int socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	int fd = socket_fd < 0 ? -1 : ioctl(socket_fd, SIOCGSKNS);

	return fd < 0 ? -errno : fd;
}

int namespace_open_own(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return open_own_by_socket();
	return fd < 0 ? -errno : fd;
}

static bool is_own(int fd)
{
	_cleanup_(cleanup_close) int own = namespace_open_own();
	struct stat there, here;

	return own >= 0 && !fstat(fd, &there) && !fstat(own, &here) && there.st_ino == here.st_ino;
}

int namespace_enter(const struct namespace *space)
{
	_cleanup_(cleanup_close) int fd = namespace_open_any(space);
	int err;

	if (fd < 0)
		return fd;
	if (!setns(fd, CLONE_NEWNET))
		return 0;
	err = -errno;
	return err == -EPERM && is_own(fd) ? 0 : err;
}

struct each {
	int (*read)(void *context, const struct namespace *space);
	void *context;
	void (*unread)(void *context, uint32_t netns, int err);
	void *unread_context;
	uint64_t until_ns;
	size_t good;
	int err;
};

static uint64_t read_time_ns = 10ull * 1000000000;

void namespaces_set_read_time(uint64_t ns)
{
	read_time_ns = ns;
}

static void read_one(struct each *each, const struct namespace *space)
{
	bool in_time = space->way == NAMESPACE_OWN || clock_monotonic_ns() < each->until_ns;
	int err = in_time ? each->read(each->context, space) : -ETIME;

	each->good += !err;
	if (!err)
		return;
	each->err = err;
	each->unread(each->unread_context, space->inode, err);
}

/* One's own first: the others may be any number, made by any user. */
static void read_all(struct each *each, const struct namespaces *spaces)
{
	for (size_t i = 0; i < spaces->count; i++) {
		if (spaces->list[i].way == NAMESPACE_OWN)
			read_one(each, &spaces->list[i]);
	}
	for (size_t i = 0; i < spaces->count; i++) {
		if (spaces->list[i].way != NAMESPACE_OWN)
			read_one(each, &spaces->list[i]);
	}
}

int namespaces_read_each(const struct namespaces *spaces,
			 int (*read)(void *context, const struct namespace *space), void *context,
			 void (*unread)(void *context, uint32_t netns, int err),
			 void *unread_context)
{
	struct each each = {
		.read = read,
		.context = context,
		.unread = unread,
		.unread_context = unread_context,
		.until_ns = clock_monotonic_ns() + read_time_ns,
	};
	_cleanup_(cleanup_close) int own = namespace_open_own();

	if (own < 0)
		return own;
	read_all(&each, spaces);
	if (setns(own, CLONE_NEWNET) && errno != EPERM) /* EPERM: it could not leave it, either */
		return -errno;
	return each.good ? 0 : each.err;
}
