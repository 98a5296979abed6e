/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's own lists of TCP sockets and of who holds them, of all network namespaces: by BPF
 * iterators. What src/tracer/diag.h reads is the same told by another part of the kernel.
 */
#ifndef TRACER_LISTS_H
#define TRACER_LISTS_H

#include <stdbool.h>
#include <stddef.h>

#include "netstate/connection.h"
#include "tracer/namespaces.h"

struct lists; /* opaque: the loaded programs */

/* 0, or -errno where this kernel has no such iterators or refuses them. */
int lists_new(struct lists **ret_lists);
void lists_free(struct lists *lists);

/*
 * Called before each read, so that no ring fills up amid a long list. Not between a read and its
 * rows: the end of one of them, applied before the row itself, might be forgotten by then. NULL:
 * nothing to do.
 */
void lists_set_between(struct lists *lists, void (*between)(void *context), void *context);

/* Of a list; several rows a call, so that a table may fetch what they touch together. */
struct lists_take {
	void (*rows)(void *context, const struct listed_connection *listed, size_t count);
	/*
	 * A namespace whose list could not be read to its end. Where it went meanwhile, the next
	 * look at the namespaces will not find it.
	 */
	void (*unread)(void *context, uint32_t netns);
	void *context;
	/*
	 * Minisockets and listeners alone, which is cheap among many connections. sock_diag tells
	 * all.
	 */
	bool only_waiting;
	/* listed->detail, too: it lies far apart in the kernel, and takes twice the time. */
	bool details;
	/*
	 * For diag_read(): called before rows are handed out, so that what happened before they
	 * were read is applied before they are. Its rows have no address of the socket to find them
	 * by when an event without cookie comes after. NULL: nothing to do.
	 */
	void (*before)(void *context);
};

/* At most so many rows a call. */
#define LISTS_BATCH 32

/*
 * Calls `read` for each namespace of `spaces`, which it enters by itself, and comes back to this
 * thread's own. Where it fails take->unread is told. 0, or -errno where nothing could be read.
 */
int lists_read_each(const struct namespaces *spaces, const struct lists_take *take,
		    int (*read)(void *context, const struct namespace *space), void *context);

/* Every row of every namespace of `spaces`. 0, or -errno where nothing could be read. */
int lists_read(struct lists *lists, const struct namespaces *spaces, const struct lists_take *take);

/* One a descriptor: the same process may come several times. Also completes `spaces`. */
typedef void (*lists_take_holder)(void *context, uint64_t cookie, uint64_t sock, uint32_t netns,
				  const struct connection_owner *owner);
int lists_read_holders(struct lists *lists, struct namespaces *spaces, lists_take_holder take,
		       void *context);

/*
 * Only of the sockets with these inodes, at most WIRE_WANTED_MAX, further ones are not looked for:
 * in half the time.
 */
int lists_find_holders(struct lists *lists, const uint64_t *inodes, size_t count,
		       lists_take_holder take, void *context);

/* All namespaces that tasks are in and that are mounted. */
int lists_read_namespaces(struct lists *lists, struct namespaces *spaces);

#endif
