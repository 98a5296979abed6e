/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat -h and -V. */
#include "netstat/modes/run.h"
#include "netstat/cli/help.h"

void netstat_version(struct buf *out)
{
	help_version(out);
}

void netstat_usage(struct buf *text, struct buf *families)
{
	help_usage(text);
	help_families(families);
}
