/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The network namespaces in which connect() is called, or a first socket is made, reported as the call begins. */
#ifndef KERNEL_NETNS_SEEN_H
#define KERNEL_NETNS_SEEN_H

#include <stdint.h>

struct netns_seen; /* opaque */

/* `own`: a namespace that is never reported. 0, or -errno where this kernel has no such tracepoint or
 * refuses the program. */
int netns_seen_new(uint32_t own, struct netns_seen **ret_seen);
void netns_seen_free(struct netns_seen *seen);

/* Readable when a namespace is reported. */
int netns_seen_fd(const struct netns_seen *seen);

/* pid: of a process in it, in the initial pid namespace; it may be gone by now. */
typedef void (*netns_seen_fn)(void *context, uint32_t netns, uint32_t pid);
void netns_seen_drain(struct netns_seen *seen, netns_seen_fn handle, void *context);

/* It is reported again at the next connect(): its number may be another namespace's by then. */
void netns_seen_forget(struct netns_seen *seen, uint32_t netns);

#endif
