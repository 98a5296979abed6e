/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options that netstat does not have, taken out of its command line first. */
#ifndef NETSTAT_CLI_OWN_OPTIONS_H
#define NETSTAT_CLI_OWN_OPTIONS_H

#include "netstat/cli/options.h"

/*
 * Takes --json, --all-netns, --interval SECONDS and --source proc|kernel|auto out of argv. They
 * have to be spelt out: so each abbreviation that netstat knows keeps its meaning (--int is
 * --interfaces, --al is --all). 0, or -EINVAL when a message is on stderr.
 */
int netstat_own_options(int *argc, char **argv, struct netstat_options *options);

#endif
