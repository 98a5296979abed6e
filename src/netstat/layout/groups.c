/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Multicast memberships -> the lines of netstat -g. Pure. */
#include "netstat/layout/groups.h"

void groups_title(struct buf *out)
{
	buf_puts(out, "IPv6/IPv4 Group Memberships\n"
		      "Interface       RefCnt Group\n"
		      "--------------- ------ ---------------------\n");
}

void groups_row(struct buf *out, const struct group_row *row, const char *group)
{
	buf_printf(out, "%-15s %-6d %s\n", row->interface, row->references, group);
}
