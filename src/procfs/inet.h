/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A line of /proc/net/{tcp,udp,udplite,raw}[6] -> struct inet_row. Pure. */
#ifndef PROCFS_INET_H
#define PROCFS_INET_H

#include <stdbool.h>

#include "netstate/socket_row.h"

/* `line` ends with '\n' or '\0'. False: fewer fields than netstat needs; the row is then not to be
 * used. */
bool inet_line_parse(const char *line, enum inet_protocol protocol, bool is_v6,
		     struct inet_row *row);

#endif
