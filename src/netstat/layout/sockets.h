/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Socket row and its looked-up texts -> bytes. Pure. A layout is a table of functions, so that text
 * and JSON are two tables over the same rows.
 */
#ifndef NETSTAT_LAYOUT_SOCKETS_H
#define NETSTAT_LAYOUT_SOCKETS_H

#include "base/buf.h"
#include "netstat/cli/options.h"
#include "netstate/socket_row.h"

/* What names and processes say of a row. NULL: there is no name, the number is shown ('-' for no
 * owner). */
struct socket_texts {
	const char *local_host;
	const char *remote_host;
	const char *local_port;
	const char *remote_port;
	const char *user;
	const struct socket_owner *owner;
};

struct socket_layout {
	void (*inet_title)(struct buf *out, const struct netstat_options *options);
	void (*inet)(struct buf *out, const struct netstat_options *options,
		     const struct inet_row *row, const struct socket_texts *texts);
	/* `local_hosts` and `remote_hosts`: a name (or NULL) for each address of the row. */
	void (*sctp)(struct buf *out, const struct netstat_options *options,
		     const struct sctp_row *row, const char *const *local_hosts,
		     const char *const *remote_hosts, const struct socket_texts *texts);
	void (*unix_title)(struct buf *out, const struct netstat_options *options, bool has_inode);
	void (*unix_socket)(struct buf *out, const struct netstat_options *options,
			    const struct unix_row *row, const struct socket_texts *texts);
};

extern const struct socket_layout netstat_text_layout;

/* Whether netstat shows the row at all, given -a and -l. */
bool netstat_shows_inet(const struct netstat_options *options, const struct inet_row *row);
bool netstat_shows_unix(const struct netstat_options *options, const struct unix_row *row);

#endif
