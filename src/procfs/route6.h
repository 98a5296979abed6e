/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/ipv6_route -> struct route6_row. Pure. */
#ifndef PROCFS_ROUTE6_H
#define PROCFS_ROUTE6_H

#include <stddef.h>

#include "netstate/route_row.h"

/* 0, or -EINVAL: not a whole row. */
int route6_parse(const char *line, size_t size, struct route6_row *ret_row);

#endif
