/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A row of the table -> what a filter looks at. */
#ifndef COMMANDS_ROW_SUBJECT_H
#define COMMANDS_ROW_SUBJECT_H

#include "commands/selection.h"
#include "connections/conn_table.h"
#include "netstate/listed_socket.h"

struct row_subject {
	struct filter_subject subject; /* of what is below */
	struct connection_owner owners[CONN_TABLE_OWNERS];
	uint64_t values[FILTER_VALUES];
};

/* `detail` may be NULL. `ret_subject` stays where it is: it points into itself. */
void row_subject_init(struct row_subject *ret_subject, struct selection *selection,
		      const struct conn_table *table, const struct connection *row,
		      const struct connection_detail *detail, uint64_t now_ns);

/* The same of a UDP, raw or UNIX socket. */
void row_subject_init_socket(struct row_subject *ret_subject, struct selection *selection,
			     const struct listed_socket *socket, uint64_t now_ns);

#endif
