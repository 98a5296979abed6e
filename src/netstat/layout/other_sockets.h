/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets of AX.25, NET/ROM, X.25, ROSE and IPX -> netstat's lines. Pure. */
#ifndef NETSTAT_LAYOUT_OTHER_SOCKETS_H
#define NETSTAT_LAYOUT_OTHER_SOCKETS_H

#include "base/buf.h"
#include "netstat/cli/options.h"
#include "netstate/other_socket_row.h"

#define OTHER_SOCKETS_TITLES 2 /* lines */

void other_sockets_title(struct buf *out, const struct netstat_options *options,
			 enum other_family family);

/* Without -a, X.25 sockets that have no channel are left out. */
bool netstat_shows_other(const struct netstat_options *options, enum other_family family,
			 const struct other_row *row);

/* `user`: IPX with -e: name or number. */
void other_sockets_row(struct buf *out, enum other_family family, const struct other_row *row,
		       const char *user);

#endif
