/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of the kernel's socket lists, from whichever source reads them to whoever keeps them. */
#ifndef NETSTATE_SOCKET_ROWS_H
#define NETSTATE_SOCKET_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "netstate/connection.h"

/* Of a list; several rows a call, so that a table may fetch what they touch together. */
struct socket_rows_handler {
	void (*rows)(void *context, const struct listed_connection *listed, size_t count);
	/*
	 * A namespace whose list could not be read to its end. Where it went meanwhile, the next
	 * look at the namespaces will not find it.
	 */
	void (*unread)(void *context, uint32_t netns, int err);
	void *context;
	/*
	 * Minisockets and listeners alone, which is cheap among many connections. sock_diag lists
	 * all.
	 */
	bool only_waiting;
	/* listed->detail, too: it lies far apart in the kernel, and takes twice the time. */
	bool details;
	/*
	 * For tcp_diag_read(): called before rows are handed out, so that what happened before they
	 * were read is applied before they are. Its rows have no address of the socket to find them
	 * by when an event without cookie comes after. NULL: nothing to do.
	 */
	void (*before)(void *context);
};

/* At most so many rows a call. */
#define SOCKET_ROWS_BATCH 32

#endif
