/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat -h and -V. */
#include "commands/netstat.h"
#include "netstat/help.h"

void netstat_version(struct buf *out)
{
	help_version(out);
}

void netstat_usage(struct buf *text, struct buf *families)
{
	help_usage(text);
	help_families(families);
}
