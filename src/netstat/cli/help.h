/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The texts of netstat -h and -V. Pure. */
#ifndef NETSTAT_CLI_HELP_H
#define NETSTAT_CLI_HELP_H

#include "base/buf.h"

/* The text up to the list of families; the reference writes that list to stderr, whatever the text
 * goes to. */
void help_usage(struct buf *out);
void help_families(struct buf *out);

/* The five lines that scripts compare: this is what netstate stands in for. */
void help_version(struct buf *out);

#endif
