/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/igmp and igmp6 -> struct group_row. Pure. */
#ifndef PROCFS_IGMP_H
#define PROCFS_IGMP_H

#include <stddef.h>

#include "netstate/group_row.h"

/* In igmp an interface has a line, and each of its groups one that begins with a tab. */
enum igmp_line {
	IGMP_ROW,
	IGMP_NO_ROW, /* a title, or the interface of the rows that follow; kept in `row` */
	IGMP_BOGUS,
};

/* `row` is one for all lines of the file; zero at first. */
enum igmp_line igmp_parse(const char *line, size_t size, struct group_row *row);

/* 0, or -EINVAL: not a row. */
int igmp6_parse(const char *line, size_t size, struct group_row *ret_row);

#endif
