/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Lines of /proc/net/route and /proc/net/rt_cache -> struct route4_row. The first line names the
 * columns: those that are wanted must come in the kernel's order, others between them are skipped.
 * Pure.
 */
#ifndef PROCFS_ROUTE4_H
#define PROCFS_ROUTE4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netstate/route_row.h"

#define ROUTE4_COLUMNS_MAX 15

struct route4_columns {
	bool is_cache;
	uint16_t skip[ROUTE4_COLUMNS_MAX]; /* unknown columns before each of ours */
};

/* The title line. 0, or -EINVAL and the name of the first column that is not there in its place. */
int route4_parse_title(const char *line, size_t size, bool is_cache,
		       struct route4_columns *ret_columns, const char **ret_missing);

/* 0, or -EINVAL: not a whole row. */
int route4_parse(const struct route4_columns *columns, const char *line, size_t size,
		 struct route4_row *ret_row);

#endif
