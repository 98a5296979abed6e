/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * UDP sockets by sock_diag netlink (sock_diag(7)), which walks the same hash table as
 * /proc/net/udp, so in its order, but goes on where it stopped: the text is looked for from the
 * table's beginning for every 4 KiB that are read.
 */
#ifndef NETLINK_UDP_DIAG_H
#define NETLINK_UDP_DIAG_H

#include <stdbool.h>

#include "netstate/socket_row.h"

/* Sockets of one family in the caller's network namespace; needs no privilege. 0, or -errno of the
 * kernel or of `take`. */
int udp_diag_read(bool is_v6, int (*handle)(void *context, const struct inet_row *row),
		  void *context);

#endif
