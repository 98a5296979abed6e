/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions to connection tracking (ctnetlink) in the thread's network namespace. Nothing is
 * asked where the kernel has no connection tracking; where it has, the first question may load
 * nf_conntrack_netlink. */
#ifndef NETLINK_CONNTRACK_H
#define NETLINK_CONNTRACK_H

#include <stddef.h>

#include "netlink/stream.h"
#include "netstate/conntrack.h"

/* 0; -ENOENT: this kernel tracks no connections; or another -errno. */
int conntrack_counts_ask(struct conntrack_counts *ret_counts);

/* The TCP entry (of zone 0) that a packet from `from` to `to` belongs to, in either direction. 0; -ENOENT: there is none;
 * or another -errno. */
int conntrack_entry_ask(const struct endpoint *from, const struct endpoint *to,
			struct conntrack_entry *ret_entry);

/* Nonzero ends the reading. */
typedef int (*conntrack_entry_fn)(void *context, const struct conntrack_entry *entry);

/*
 * All TCP entries whose original direction goes from the address of `from` (whatever its port; NULL:
 * from anywhere) to `to` (NULL: to anywhere). The kernel goes through its whole table. 0, what `take` returned, or
 * -errno.
 */
int conntrack_entries_ask(const struct endpoint *from, const struct endpoint *to,
			  conntrack_entry_fn handle, void *context);

/* Pure: a message of the kernel -> an entry. False: it is none of TCP, or damaged. */
bool conntrack_entry_parse(const struct nlmsghdr *message, struct conntrack_entry *ret_entry);

#endif
