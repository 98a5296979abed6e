/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the JSON rows of several kinds of sockets share. Pure. */
#ifndef NETSTAT_LAYOUT_JSON_PARTS_H
#define NETSTAT_LAYOUT_JSON_PARTS_H

#include "netstat/layout/sockets.h"

/* "key":"state-17" */
void json_numbered(struct buf *out, const char *key, const char *word, uint64_t number);

/* pid, program, context: as far as the options ask for them. */
void json_owner(struct buf *out, const struct netstat_options *options,
		const struct socket_owner *owner);

void json_unix(struct buf *out, const struct netstat_options *options, const struct unix_row *row,
	       const struct socket_texts *texts);

#endif
