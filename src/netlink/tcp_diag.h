/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's TCP sockets by sock_diag netlink (sock_diag(7)): another way to the same lists than
 * the iterators of kernel/socket_reader.h, for --verify and for kernels that have none. It gives every socket its
 * cookie, request and time-wait minisockets too.
 */
#ifndef NETLINK_TCP_DIAG_H
#define NETLINK_TCP_DIAG_H

#include "namespaces/namespaces.h"
#include "netstate/socket_rows.h"

/*
 * Every row of every namespace of `spaces`. 0, or -errno where nothing could be read: -ENOENT where
 * this kernel has no inet_diag.
 */
int tcp_diag_read(const struct namespaces *spaces, const struct socket_rows_handler *handler);

/* 0, or the -errno that tcp_diag_read() would fail with. */
int tcp_diag_try(void);

#endif
