/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A line of /proc/net/sctp/{eps,assocs} -> struct sctp_row. Pure. */
#ifndef PROCFS_SCTP_H
#define PROCFS_SCTP_H

#include <stdbool.h>

#include "netstate/socket_row.h"

/* of one side; a socket is bound to those of its host, more are left out */
#define SCTP_ADDRESSES_MAX 256

/* The lists that a row points to. */
struct sctp_addresses {
	struct endpoint local[SCTP_ADDRESSES_MAX];
	struct endpoint remote[SCTP_ADDRESSES_MAX];
};

/*
 * `line` ends with '\n' or '\0'. False: fewer columns than the kernel prints. Words that are no
 * address are left out, so that a list may be empty.
 */
bool sctp_line_parse(const char *line, bool is_association, struct sctp_addresses *lists,
		     struct sctp_row *row);

#endif
