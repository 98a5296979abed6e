/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/dev and if_inet6. Pure. */
#ifndef PROCFS_NET_DEVICE_H
#define PROCFS_NET_DEVICE_H

#include <stddef.h>

#include "netstate/interface_row.h"

#define NET_DEVICE_TITLES 2 /* lines before the first interface */

/* Name and counters; those that the line does not have are 0. 0, or -EINVAL: the line names no
 * interface. */
int net_device_parse(const char *line, size_t size, struct interface_row *ret_row);

/* A line of if_inet6. 0 or -EINVAL. */
int net_address6_parse(const char *line, size_t size, struct interface_address6 *ret_address);

#endif
