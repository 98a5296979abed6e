/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What only the kernel's ioctls report about interfaces: address labels, flags, MTU, addresses. The
 * functions come as a table, so that tests put their own in the place of the kernel's.
 */
#ifndef PROCFS_LINKS_H
#define PROCFS_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "netstate/interface_row.h"

struct links {
	/* Calls `take` for each interface or label with an IPv4 address, until it returns other
	 * than 0. 0 or -errno. */
	int (*each_label)(struct links *links, int (*handle)(void *context, const char *name),
			  void *context);

	/*
	 * Fills flags and MTU of row->name and, if `whole`, everything else that is not counters.
	 * 0, or -errno where there is no such interface; what else is not known stays unset.
	 */
	int (*fetch)(struct links *links, bool whole, struct interface_row *row);

	int fd;
};

/* The kernel's, of this network namespace. 0 or -errno. */
int links_open(struct links *links);
void links_close(struct links *links);

#endif
