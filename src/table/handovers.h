/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The last connections that were seen to hand over to a time-wait minisocket: the kernel keeps
 * nobody's name with that. For a table that is made later, which then knows whose it was.
 */
#ifndef TABLE_HANDOVERS_H
#define TABLE_HANDOVERS_H

#include "connections/conn_table.h"
#include "netstate/event.h"

/* A minisocket lasts a minute: enough for 500 connections a second; of more, the latest. Memory
 * comes with use, 5 MB in the end. */
#define HANDOVERS_MAX 32768

struct handovers {
	struct event *
		ring; /* shared with forked processes; NULL: there was no room; nothing is remembered then */
	uint64_t count; /* of all so far */
};

void handovers_init(struct handovers *handovers);
void handovers_release(struct handovers *handovers);

/* Remembers the event if it is one. */
void handovers_note(struct handovers *handovers, const struct event *event);

/* Into an empty table; a pass over the kernel's lists then ends those that are gone. */
void handovers_apply(const struct handovers *handovers, struct conn_table *table);

#endif
