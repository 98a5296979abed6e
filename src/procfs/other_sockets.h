/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/{ax25,nr,x25,rose,ipx/socket} -> struct other_row. Pure. */
#ifndef PROCFS_OTHER_SOCKETS_H
#define PROCFS_OTHER_SOCKETS_H

#include <stddef.h>

#include "netstate/other_socket_row.h"

/* /proc/net/ax25 has a title line on old kernels only, and other columns then. */
bool ax25_is_title(const char *line, size_t size);

/* 0, or -EINVAL: not a row. */
int ax25_old_parse(const char *line, size_t size, struct other_row *ret_row);
int ax25_parse(const char *line, size_t size, struct other_row *ret_row);
int netrom_parse(const char *line, size_t size, struct other_row *ret_row);
int x25_parse(const char *line, size_t size, struct other_row *ret_row);
int rose_parse(const char *line, size_t size, struct other_row *ret_row);
int ipx_parse(const char *line, size_t size, struct other_row *ret_row);

#endif
