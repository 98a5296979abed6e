/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The functions of netstat_text_layout. Pure. */
#ifndef NETSTAT_LAYOUT_TEXT_H
#define NETSTAT_LAYOUT_TEXT_H

#include "netstat/layout/sockets.h"

void text_inet_title(struct buf *out, const struct netstat_options *options);
void text_inet(struct buf *out, const struct netstat_options *options, const struct inet_row *row,
	       const struct socket_texts *texts);
void text_sctp(struct buf *out, const struct netstat_options *options, const struct sctp_row *row,
	       const char *const *local_hosts, const char *const *remote_hosts,
	       const struct socket_texts *texts);
/* Also JSON's words. */
const char *text_unix_type(uint32_t type);
const char *text_unix_state(uint32_t state, uint32_t flags);
void text_unix_title(struct buf *out, const struct netstat_options *options, bool has_inode);
void text_unix(struct buf *out, const struct netstat_options *options, const struct unix_row *row,
	       const struct socket_texts *texts);

#endif
