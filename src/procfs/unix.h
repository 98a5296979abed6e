/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A line of /proc/net/unix -> struct unix_row. Pure. */
#ifndef PROCFS_UNIX_H
#define PROCFS_UNIX_H

#include <stdbool.h>

#include "netstate/socket_row.h"

/* Whether the file's first line says that there is an inode column. `line` ends with '\n' or '\0',
 * here and below. */
bool unix_header_has_inode(const char *line, size_t size);

/* False: fewer fields than netstat needs. row->path points into the line. */
bool unix_line_parse(const char *line, bool has_inode, struct unix_row *row);

#endif
