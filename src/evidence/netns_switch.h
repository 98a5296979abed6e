/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Going into a network namespace and back, by its inode number. For a program with one thread. */
#ifndef EVIDENCE_NETNS_SWITCH_H
#define EVIDENCE_NETNS_SWITCH_H

#include <stdint.h>

#include "kernel/socket_lists.h"

struct netns_switch {
	struct socket_lists *lists; /* NULL: namespaces are found through /proc */
	struct namespaces spaces;
	struct namespaces hidden; /* those of `spaces` that only a descriptor holds */
	int own_fd;
	uint32_t own_inode;
	uint64_t read_ns;   /* when `spaces` was read; CLOCK_MONOTONIC */
	uint64_t search_ns; /* no search among all descriptors before */
};

/* `lists` is the caller's. 0 or -errno. */
int netns_switch_init(struct netns_switch *netns, struct socket_lists *lists);
void netns_switch_release(struct netns_switch *netns);

/* Reads the namespaces of this machine anew. */
void netns_switch_refresh(struct netns_switch *netns);

/* -ENOENT: it cannot be reached. After 0 comes netns_switch_leave(). */
int netns_switch_enter(struct netns_switch *netns, uint32_t inode);
void netns_switch_leave(struct netns_switch *netns);

#endif
