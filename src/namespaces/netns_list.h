/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The machine's network namespaces: those that processes are in (/proc/PID/ns/net), those that have
 * a name (/run/netns, docker's), and others that their caller found. And a way to read the files of one: a child that enters it, whose
 * /proc/PID/net is read.
 */
#ifndef NAMESPACES_NETNS_LIST_H
#define NAMESPACES_NETNS_LIST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "namespaces/namespaces.h"

struct netns {
	uint64_t inode;
	char *path; /* to open it by; NULL: by `way` */
	struct namespace way;
	char *name;   /* its file's name under /run/netns; NULL: it has none */
	uint8_t rank; /* own first, then named, then others */
};

struct netns_list {
	struct netns *items; /* own first, named ones by name, others by inode */
	size_t count;
	size_t unreadable; /* processes whose namespace we may not see */
};

/* `proc` is "/proc". 0 or -errno. */
int netns_list_read(const char *proc, struct netns_list *ret_list);
/* Those of `spaces` that the list has not, behind the others. 0 or -ENOMEM. */
int netns_list_add(struct netns_list *list, const struct namespaces *spaces);
bool netns_list_has(const struct netns_list *list, uint64_t inode);
void netns_list_release(struct netns_list *list);

#define NETNS_FOLDER_MAX 64

/* A scan of one namespace: `net` is the folder of its files. */
struct netns_handle {
	pid_t child; /* 0: it is our own */
	char net[NETNS_FOLDER_MAX];
};

/* 0; -ENOENT where the namespace is gone; -EPERM ... Give back with netns_close(). */
int netns_open(const char *proc, const struct netns *netns, struct netns_handle *ret_look);
void netns_close(struct netns_handle *handle);

#endif
