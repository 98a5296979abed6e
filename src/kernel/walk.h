/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One walk over the kernel's TCP hash tables: every socket of every network namespace, without
 * entering any. A BPF program that this process runs itself reads them, some 100 us a run. What
 * kernel/socket_reader.h reads by iterators is the same reported in another way, a namespace at a time.
 *
 * A socket has no cookie here where nobody has asked for it. walk_read_holders() asks for those of
 * all open sockets, which is why it goes first; those that wait for accept, orphans and minisockets
 * may have none still.
 */
#ifndef KERNEL_WALK_H
#define KERNEL_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/holders.h"
#include "netstate/evidence.h"
#include "netstate/socket_rows.h"

struct walk; /* opaque: the loaded programs */

/* 0, or -errno where this kernel refuses them or its tables were not found. */
int walk_new(struct walk **ret_walk);
/* For walk_read_details(), in place of the rows of lists: one walk has either. */
int walk_new_details(struct walk **ret_walk);
void walk_free(struct walk *walk);

/* Called between runs where no row waits, so that no ring fills up meanwhile. NULL: nothing. */
void walk_set_between(struct walk *walk, void (*between)(void *context), void *context);

/* Which sockets; 0 in each field: all. */
struct walk_filter {
	uint32_t states; /* bits 1 << enum tcp_state, as shown: half-open ones are SYN_RECV */
	uint32_t netns;	 /* inode */
	uint16_t lport;
};

/*
 * A row for each socket that the filter lets pass; NULL: all. `handler->only_waiting` adds to the
 * filter; `handler->unread` and `handler->before` are not called. 0, or -errno where it could not be read
 * to the end: -E2BIG where one chain is too long for what this keeps of it.
 */
int walk_read(struct walk *walk, const struct walk_filter *filter,
	      const struct socket_rows_handler *handler);

/*
 * Every socket with its timers, windows and sequence numbers. Not 0 from `handle`: no more are wanted,
 * and that is the answer. 0, or as walk_read().
 */
int walk_read_details(struct walk *walk,
		      int (*handle)(void *context, const struct socket_detail *detail),
		      void *context);

/*
 * The sockets that have a port and neither listen nor are connected, as `ss -B` reports (6.8), of all
 * namespaces: their state is TCP_STATE_CLOSE. `filter->states` is not looked at. The kernel has no
 * such list that can be read without its lock: a socket that is bound or closed meanwhile may be
 * missing. 0 or -errno.
 */
int walk_read_bound(struct walk *walk, const struct walk_filter *filter,
		    const struct socket_rows_handler *handler);

/* Adds the namespaces that a descriptor leads to: its own, or that of a socket made in it. 0 or
 * -errno. */
int walk_find_ways(struct walk *walk, struct namespaces *spaces);

/* Calls `take` for the inode of each network namespace that the kernel has. 0 or -errno. */
int walk_read_namespaces(struct walk *walk, void (*handler)(void *context, uint32_t inode),
			 void *context);

/* All namespaces that tasks are in and that are mounted; of walk_new_details(). 0 or -errno. */
int walk_read_task_spaces(struct walk *walk, struct namespaces *spaces);

/* Of all descriptors, of one process, or of sockets with these inodes: see kernel/holders.h. */
int walk_read_holders(struct walk *walk, struct namespaces *spaces, holder_handler handler,
		      void *context);
int walk_read_holders_of(struct walk *walk, uint32_t pid, holder_handler handler, void *context);
int walk_find_holders(struct walk *walk, const uint64_t *inodes, size_t count,
		      holder_handler handler, void *context);

/* Of the last walk. */
struct walk_report {
	uint64_t runs;
	uint64_t longest_ns;  /* that preemption was off */
	uint64_t moved;	      /* buckets read again because something moved in them */
	uint64_t unsettled;   /* buckets in which something moved each time: rows may be missing */
	uint32_t namespaces;  /* that the kernel has */
	uint32_t unlisted;    /* of these, not looked at for a table of their own: too many */
	uint32_t lost_tables; /* of namespaces that went meanwhile */
};

void walk_last(const struct walk *walk, struct walk_report *ret_report);

#endif
