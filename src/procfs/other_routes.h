/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Lines of the routing tables of AX.25, NET/ROM, ROSE, X.25, IPX and DDP -> rows. Most of these
 * files have fixed columns, cut as the reference cuts them. Pure but for neighbours_read(). Each
 * parser: 0, or -EINVAL: not a row.
 */
#ifndef PROCFS_OTHER_ROUTES_H
#define PROCFS_OTHER_ROUTES_H

#include <stddef.h>

#include "netstate/other_route_row.h"

int ax25_route_parse(const char *line, size_t size, struct ax25_route *ret_row);
int netrom_route_parse(const char *line, size_t size, struct netrom_route *ret_row);
int rose_route_parse(const char *line, size_t size, struct rose_route *ret_row);
int x25_route_parse(const char *line, size_t size, struct x25_route *ret_row);
int ipx_route_parse(const char *line, size_t size, struct ipx_route *ret_row);
int ddp_route_parse(const char *line, size_t size, struct ddp_route *ret_row);

/* The neighbours that NET/ROM's and ROSE's nodes name by number. */
struct neighbours {
	struct neighbour *rows;
	size_t count;
};

int neighbour_parse(const char *line, size_t size, struct neighbour *ret_row);

/* FOLDER/NAME whole. 0 or -errno. */
int neighbours_read(struct neighbours *neighbours, const char *folder, const char *name);
void neighbours_release(struct neighbours *neighbours);

/* NULL: there is none of this number. */
const struct neighbour *neighbours_find(const struct neighbours *neighbours, const char *number);

#endif
