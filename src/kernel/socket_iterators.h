/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BPF iterators -> rows of TCP sockets and descriptors of sockets, in the order of /proc. */
#ifndef KERNEL_SOCKET_ITERATORS_H
#define KERNEL_SOCKET_ITERATORS_H

#include "netstate/socket_row.h"

struct socket_iterators; /* opaque: the loaded programs */

/* Takes about 2 ms. 0, or -errno where this kernel (before 5.17) has them not or refuses them:
 * /proc says the same. */
int socket_iterators_new(struct socket_iterators **ret_iterators);
void socket_iterators_free(struct socket_iterators *iterators);

/*
 * Every TCP socket of the caller's network namespace: those of IPv4 and IPv6 mixed, either in the
 * order of its file. Non-zero from `handle` ends it and is returned; else 0 or -errno.
 */
int socket_iterators_tcp(struct socket_iterators *iterators,
			 int (*handle)(void *context, const struct inet_row *row), void *context);

/* Every descriptor that is a socket, processes in ascending order. May run beside
 * socket_iterators_tcp(). */
int socket_iterators_files(struct socket_iterators *iterators,
			   int (*handle)(void *context, int32_t pid, uint64_t inode),
			   void *context);

#endif
