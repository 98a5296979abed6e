/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Going into a network namespace and back, by its inode number. For a program with one thread.
 *
 * A namespace in which a connect begins is held by a descriptor, so that it can be asked about the
 * connect after its last process is gone. It is let go after NETNS_HOLD_NS, unless a connect began
 * there meanwhile, or it was asked for and something else holds it, too: what was deleted lives on no
 * longer than that.
 */
#ifndef EVIDENCE_NETNS_SWITCH_H
#define EVIDENCE_NETNS_SWITCH_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/netns_seen.h"
#include "kernel/socket_reader.h"

#define NETNS_HOLD_NS 1500000000u /* a connect that hangs is looked at every second */
#define NETNS_HELD_MAX 256	  /* the one that was not asked for the longest time gives way */

struct netns_held {
	uint32_t inode; /* 0: none */
	int fd;
	uint64_t until_ns;
	bool asked_for; /* since that was set */
};

struct netns_switch {
	struct socket_reader *socket_reader; /* NULL: namespaces are found through /proc */
	struct netns_seen *seen;	     /* NULL: they are held when an event names them */
	struct namespaces spaces;
	struct namespaces hidden; /* those of `spaces` that only a descriptor holds */
	struct netns_held held[NETNS_HELD_MAX];
	unsigned int held_count;
	int own_fd;
	uint32_t own_inode;
	uint64_t read_ns;   /* when `spaces` was read; CLOCK_MONOTONIC */
	uint64_t search_ns; /* no search among all descriptors before */
};

/* `socket_reader` is the caller's. 0 or -errno. */
int netns_switch_init(struct netns_switch *netns, struct socket_reader *socket_reader);
void netns_switch_release(struct netns_switch *netns);

/* Reads the namespaces of this machine anew. */
void netns_switch_refresh(struct netns_switch *netns);

/*
 * Holds the namespace that this process is in, or that its socket `descriptor` (-1: none) is in.
 * -ESTALE or another -errno: it is not that one any more, or cannot be opened.
 */
int netns_switch_hold(struct netns_switch *netns, uint32_t inode, uint32_t pid, int descriptor);

/* Readable when a connect begins in a namespace; -1: that is not known on this kernel. */
int netns_switch_fd(const struct netns_switch *netns);
/* Holds those in which connects began since. */
void netns_switch_hold_seen(struct netns_switch *netns);

/* Lets go what nobody asked for. Returns when to call again; UINT64_MAX: nothing is held. */
uint64_t netns_switch_expire(struct netns_switch *netns, uint64_t now_ns);

/* A descriptor of it, the caller's, or -ENOENT: it cannot be reached. */
int netns_switch_open(const struct netns_switch *netns, uint32_t inode);

/* -ENOENT, or another -errno: it cannot be reached; see namespace_is_gone(). After 0 comes netns_switch_leave(). */
int netns_switch_enter(struct netns_switch *netns, uint32_t inode);
void netns_switch_leave(struct netns_switch *netns);

#endif
