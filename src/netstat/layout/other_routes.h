/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Routes of the families besides IP -> the lines of netstat -r. Pure. */
#ifndef NETSTAT_LAYOUT_OTHER_ROUTES_H
#define NETSTAT_LAYOUT_OTHER_ROUTES_H

#include "base/buf.h"
#include "netstate/other_route_row.h"

enum other_routes {
	OTHER_ROUTES_AX25,
	OTHER_ROUTES_NETROM,
	OTHER_ROUTES_ROSE,
	OTHER_ROUTES_X25,
	OTHER_ROUTES_IPX,
	OTHER_ROUTES_DDP,
	OTHER_ROUTES_MAX,
};

/* Title and header. */
void other_routes_title(struct buf *out, enum other_routes family);

void ax25_route_put(struct buf *out, const struct ax25_route *row);

/* A node whose neighbour is not known (NULL) gets no line end: the reference does so. */
void netrom_route_put(struct buf *out, const struct netrom_route *row,
		      const struct neighbour *neighbour);

/* `neighbours`: row->count of them, NULL where one is not known. */
void rose_route_put(struct buf *out, const struct rose_route *row,
		    const struct neighbour *const *neighbours);
void x25_route_put(struct buf *out, const struct x25_route *row);
void ipx_route_put(struct buf *out, const struct ipx_route *row);
void ddp_route_put(struct buf *out, const struct ddp_route *row);

#endif
