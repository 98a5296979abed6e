/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every network namespace of this machine that can be reached: by a task, a mount, a descriptor of
 * it, or a descriptor of a socket in it (a namespace lives on in its sockets). Only ways to it are
 * remembered; an open descriptor would keep it alive.
 */
#ifndef NAMESPACES_NAMESPACES_H
#define NAMESPACES_NAMESPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMESPACES_MAX 16384
/* Of more, the inodes alone are kept, to count each once; a machine has no more than this. */
#define NAMESPACES_BEYOND_MAX (1u << 20)

enum namespace_way {
	NAMESPACE_OF_TASK,   /* /proc/PID/task/NUMBER/ns/net */
	NAMESPACE_BY_FILE,   /* /proc/PID/fd/NUMBER */
	NAMESPACE_BY_SOCKET, /* the socket that is descriptor NUMBER of PID */
	NAMESPACE_BY_MOUNT,  /* path */
	NAMESPACE_OWN,	     /* this process's, by a descriptor that it keeps */
};

struct namespace
{
	uint32_t inode;
	uint8_t way; /* enum namespace_way */
	uint32_t pid;
	uint32_t number;
	char path[128];
};

/* Zero-initialise; sorted by inode. */
struct namespaces {
	struct namespace *list;
	size_t count, room;
	uint32_t *beyond; /* inodes of those that the list had no room for, ascending */
	size_t beyond_count;
};

void namespaces_release(struct namespaces *spaces);

/* Adds it where its inode is not there yet; beyond NAMESPACES_MAX it is counted in beyond_count. */
void namespaces_add(struct namespaces *spaces, const struct namespace *space);
bool namespaces_have(const struct namespaces *spaces, uint32_t inode);
/* Those of `all` that neither a task is in nor a mount holds. */
void namespaces_keep_hidden(struct namespaces *hidden, const struct namespaces *all);
/*
 * This process's own, which needs no way to it: in a pid namespace of one's own /proc may show none.
 * To be called before anything else is entered, and before other ways are added.
 */
void namespaces_add_own(struct namespaces *spaces);
void namespaces_add_mounts(struct namespaces *spaces);
/* A line of mountinfo. 0, or -ENOENT where it mounts no network namespace, or at too long a path. Pure. */
int namespace_parse_mount(const char *line, struct namespace *ret_space);
/* From /proc alone, where there are no iterators. */
void namespaces_add_tasks(struct namespaces *spaces);
/* Those that a descriptor of them holds (not one of a socket there), likewise: a readlink each. */
void namespaces_add_descriptors(struct namespaces *spaces);

/* A descriptor of it, or -errno: -ESTALE where the way leads to another one by now. */
int namespace_open(const struct namespace *space);

/*
 * As namespace_open(); where that way is gone, by another task or mount that holds the namespace:
 * the process that was found first may be one of many. -EAGAIN: not looked for, too many were.
 */
int namespace_open_any(const struct namespace *space);

/* Of an -errno of these: what led to it is gone, and mostly the namespace with it. */
bool namespace_is_gone(int err);

/* The thread enters it, by any way; without privilege one's own alone. 0 or -errno. */
int namespace_enter(const struct namespace *space);

/*
 * Calls `read` for each namespace of `spaces`, which it enters by itself, and comes back to this
 * thread's own. Where it fails, `unread` gets the inode and why; after ten seconds in all, -ETIME of
 * each that was not begun: sock_diag walks the whole hash of the kernel for each namespace, and a user may make
 * thousands. One's own is read first. 0, or -errno where nothing could be read.
 */
int namespaces_read_each(const struct namespaces *spaces,
			 int (*read)(void *context, const struct namespace *space), void *context,
			 void (*unread)(void *context, uint32_t netns, int err),
			 void *unread_context);

/* Instead of the ten seconds. */
void namespaces_set_read_time(uint64_t ns);

/* This thread's own, to come back to. */
int namespace_open_own(void);

#endif
