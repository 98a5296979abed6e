/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the table modes of netstat's command line (routes, interfaces, groups, ...) share. */
#ifndef NETSTAT_MODES_TABLES_H
#define NETSTAT_MODES_TABLES_H

#include <stdint.h>

#include "netstat/modes/run.h"
#include "procfs/lines.h"

/* "PATH: reason\n" on stderr, as perror() writes it; `error` is -errno. */
void netstat_perror(struct netstat_run *run, const char *name, int error);

/* What was written from `start` on is a whole row: made safe where stdout is a terminal, and
 * written when it is much. */
void netstat_end_row(struct netstat_run *run, size_t start);

/* Where words go that are no rows: stdout as in the reference, but stderr with --json. */
static inline struct buf *netstat_notices(struct netstat_run *run)
{
	return run->options->json ? netstat_errors(run) : &run->out;
}

/* An address as text into `to` (FORMAT_IP6_MAX + 1 bytes); a v4-mapped one as plain IPv4, as
 * netstat shows it. */
const char *netstat_address4(char *to, const uint8_t addr[4]);
const char *netstat_address6(char *to, const uint8_t addr[16]);

/* netstat -i with what the ioctls tell from `links`. */
struct links;
int netstat_list_interfaces(struct netstat_run *run, struct links *links);

int netstat_routes4(struct netstat_run *run);
int netstat_routes6(struct netstat_run *run);
int netstat_other_routes(struct netstat_run *run, enum netstat_family family);

#endif
