/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rows as bpf/ writes them -> rows as their readers take them. Pure, but for jiffy_ns().
 */
#ifndef KERNEL_LISTED_ROW_H
#define KERNEL_LISTED_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "netstate/socket_rows.h"
#include "netstate/wire_list.h"

/* False: it is no connection and no listener, at most bound. `tick_ns`: see jiffy_ns(). */
bool listed_from_wire(const struct wire_listed *wire, int64_t tick_ns,
		      struct listed_connection *ret_listed);

/* Collects rows and hands them out by batches; zero but for `handler` and `tick_ns` at the start. */
struct listed_batch {
	const struct socket_rows_handler *handler;
	int64_t tick_ns;
	uint32_t states; /* bits 1 << enum tcp_state of rows that are handed out; 0: all */
	bool bound;	 /* hands out none but sockets that are bound at most */
	struct listed_connection rows[SOCKET_ROWS_BATCH];
	size_t count;
};

void listed_batch_add(struct listed_batch *batch, const struct wire_listed *wire);
/* Hands out what is left. */
void listed_batch_flush(struct listed_batch *batch);

/* How long a jiffy is: 1/CONFIG_HZ. */
int64_t jiffy_ns(void);

#endif
