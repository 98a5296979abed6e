/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Multicast memberships -> the lines of netstat -g. Pure. */
#ifndef NETSTAT_LAYOUT_GROUPS_H
#define NETSTAT_LAYOUT_GROUPS_H

#include "base/buf.h"
#include "netstate/group_row.h"

void groups_title(struct buf *out);

/* `group`: the group's name or its address as text. */
void groups_row(struct buf *out, const struct group_row *row, const char *group);

#endif
