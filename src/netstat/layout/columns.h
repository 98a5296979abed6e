/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns that -e, -p, -Z and -o add, and their parts of the header. Pure. */
#ifndef NETSTAT_LAYOUT_COLUMNS_H
#define NETSTAT_LAYOUT_COLUMNS_H

#include "netstat/layout/sockets.h"

#define NETSTAT_CONTEXT_TITLE " Security Context                                 " /* %-50s */

/* "(w/o servers)" and its like, as -a and -l choose. */
const char *netstat_which(const struct netstat_options *options);

void columns_header(struct buf *out, const struct netstat_options *options);

/* How many bytes columns_put() can need at most, given the row's texts. */
size_t columns_room(const struct socket_texts *texts);

/* ` %-20s` */
char *columns_put_program(char *to, const struct socket_owner *owner);
/* ` %-50s` */
char *columns_put_context(char *to, const struct socket_owner *owner);

/* All but the timer, as the options want them. */
char *columns_put(char *to, const struct netstat_options *options, int32_t uid, uint64_t inode,
		  const struct socket_texts *texts);

#endif
