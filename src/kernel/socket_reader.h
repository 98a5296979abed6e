/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's own lists of TCP sockets and of who holds them, of all network namespaces: by BPF
 * iterators. What netlink/tcp_diag.h reads is the same reported by another part of the kernel.
 */
#ifndef KERNEL_SOCKET_LISTS_H
#define KERNEL_SOCKET_LISTS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/holders.h"
#include "namespaces/namespaces.h"
#include "netstate/socket_rows.h"

struct socket_reader; /* opaque: the loaded programs */

/* 0, or -errno where this kernel has no such iterators or refuses them. */
int socket_reader_new(struct socket_reader **ret_reader);
void socket_reader_free(struct socket_reader *sockets);

/*
 * Called before each read, so that no ring fills up amid a long list. Not between a read and its
 * rows: the end of one of them, applied before the row itself, might be forgotten by then. NULL:
 * nothing to do.
 */
void socket_reader_set_between(struct socket_reader *sockets, void (*between)(void *context),
			       void *context);

/* Every row of every namespace of `spaces`. 0, or -errno where nothing could be read. */
int socket_reader_read(struct socket_reader *sockets, const struct namespaces *spaces,
		       const struct socket_rows_handler *rows);

/* See kernel/holders.h. */
int socket_reader_read_holders(struct socket_reader *sockets, struct namespaces *spaces,
			       holder_handler rows, void *context);

int socket_reader_read_holders_of(struct socket_reader *sockets, uint32_t pid, holder_handler rows,
				  void *context);

int socket_reader_find_holders(struct socket_reader *sockets, const uint64_t *inodes, size_t count,
			       holder_handler rows, void *context);

/* All namespaces that tasks are in and that are mounted. */
int socket_reader_read_namespaces(struct socket_reader *sockets, struct namespaces *spaces);

#endif
