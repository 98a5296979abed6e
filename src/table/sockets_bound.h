/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TCP sockets that are bound to a port and neither listen nor connect -> struct listed_socket. */
#ifndef TABLE_SOCKETS_BOUND_H
#define TABLE_SOCKETS_BOUND_H

#include "netstate/listed_socket.h"
#include "table/source.h"

/*
 * Of every network namespace by the walk, on any kernel; without it by sock_diag, since Linux 6.8 and of the
 * namespaces that can be entered. Who holds them is not told. 0 or -errno.
 */
int sockets_bound_read(struct table_source *source, listed_socket_fn handle, void *context);

#endif
