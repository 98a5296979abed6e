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
 * Called before rows that were just read are handed out: whoever applies what happened before they
 * were read, does it then, and no ring fills up amid a long list. NULL: nothing to do.
 */
void lists_set_between(struct lists *lists, void (*between)(void *context), void *context);

struct lists_take {
	void (*row)(void *context, const struct listed_connection *listed);
	/*
	 * A namespace whose list could not be read to its end. Where it went meanwhile, the next
	 * look at the namespaces will not find it.
	 */
	void (*unread)(void *context, uint32_t netns);
	void *context;
};

/*
 * Every row of every namespace of `spaces`; only_waiting: minisockets and listeners alone, which is
 * cheap among many connections. 0, or -errno where nothing could be read.
 */
int lists_read(struct lists *lists, const struct namespaces *spaces, bool only_waiting,
	       const struct lists_take *take);

/* One a descriptor: the same process may come several times. Also completes `spaces`. */
typedef void (*lists_take_holder)(void *context, uint64_t cookie, uint64_t sock, uint32_t netns,
				  const struct connection_owner *owner);
int lists_read_holders(struct lists *lists, struct namespaces *spaces, lists_take_holder take,
		       void *context);

/* All namespaces that tasks are in and that are mounted. */
int lists_read_namespaces(struct lists *lists, struct namespaces *spaces);

#endif
