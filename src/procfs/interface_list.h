/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The interfaces of /proc/net/dev and the labels of the kernel's addresses, each name once, in
 * netstat's order. */
#ifndef PROCFS_INTERFACE_LIST_H
#define PROCFS_INTERFACE_LIST_H

#include <stddef.h>

#include "netstate/interface_row.h"
#include "procfs/links.h"

struct interface_list {
	struct interface_row *rows; /* name and counters */
	size_t count;
	size_t cap;
};

void interface_list_release(struct interface_list *list);

/*
 * Either source may fail alone; the other's names are listed then. *ret_file_error and
 * *ret_labels_error are 0 or -errno; the function's own is 0 or -ENOMEM.
 */
int interface_list_read(struct interface_list *list, const char *net, struct links *links,
			int *ret_file_error, int *ret_labels_error);

#endif
