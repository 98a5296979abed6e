/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of routes, interfaces, groups, statistics and the older families -> JSON lines. Pure. Keys:
 * docs/json-netstat.md. */
#ifndef NETSTAT_LAYOUT_JSON_TABLES_H
#define NETSTAT_LAYOUT_JSON_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "netstate/group_row.h"
#include "netstate/interface_row.h"
#include "netstate/masquerade_row.h"
#include "netstate/other_route_row.h"
#include "netstate/other_socket_row.h"
#include "netstate/route_row.h"

/* What was looked up; NULL: no name. Without `symbolic` nothing was, and the keys are left out. */
struct json_names {
	bool symbolic;
	const char *first;  /* destination, group, user */
	const char *second; /* gateway */
};

void json_route4(struct buf *out, const struct route4_row *row, bool cache,
		 const struct json_names *names);
void json_route6(struct buf *out, const struct route6_row *row, bool cache,
		 const struct json_names *names);

void json_interface(struct buf *out, const struct interface_row *row);
/* With -e: also addresses, hardware and all counters. `addresses`: those of all interfaces. */
void json_interface_whole(struct buf *out, const struct interface_row *row,
			  const struct interface_address6 *addresses, size_t address_count);

void json_group(struct buf *out, const struct group_row *row, const struct json_names *names);
void json_statistic(struct buf *out, const char *section, const char *counter, size_t counter_size,
		    uint64_t value);
void json_masquerade(struct buf *out, const struct masquerade_row *row);

void json_other_socket(struct buf *out, enum other_family family, const struct other_row *row,
		       const struct json_names *names);

/* Routes of the older families; as the text's functions in other_routes.h. */
void json_ax25_route(struct buf *out, const struct ax25_route *row);
void json_netrom_route(struct buf *out, const struct netrom_route *row,
		       const struct neighbour *neighbour);
void json_rose_route(struct buf *out, const struct rose_route *row,
		     const struct neighbour *const *neighbours);
void json_x25_route(struct buf *out, const struct x25_route *row);
void json_ipx_route(struct buf *out, const struct ipx_route *row);
void json_ddp_route(struct buf *out, const struct ddp_route *row);

#endif
