/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Flags of a route -> netstat's letters. Pure. */
#ifndef NETSTAT_LAYOUT_ROUTE_FLAGS_H
#define NETSTAT_LAYOUT_ROUTE_FLAGS_H

#include <stdint.h>

#define ROUTE_FLAGS_SIZE 40

enum route_flags_kind {
	ROUTE_FLAGS_TABLE4,
	ROUTE_FLAGS_CACHE4,
	ROUTE_FLAGS_TABLE6,
	ROUTE_FLAGS_KINDS,
};

void route_flags_format(enum route_flags_kind kind, uint32_t flags, char to[ROUTE_FLAGS_SIZE]);

#endif
