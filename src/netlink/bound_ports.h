/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets that bind() gave a port and that neither listen nor are connected, by sock_diag (6.8). */
#ifndef NETLINK_BOUND_PORTS_H
#define NETLINK_BOUND_PORTS_H

#include <stdint.h>

#include "netstate/endpoint.h"

typedef void (*bound_port_fn)(void *context, const struct endpoint *local, uint64_t inode);

/* Of TCP, in the thread's namespace: none where this kernel does not list them. 0 or -errno.
 */
int bound_ports_read(bound_port_fn handle, void *context);

#endif
