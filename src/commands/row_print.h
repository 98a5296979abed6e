/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of the table -> selected, sorted, written: what list and live have in common. */
#ifndef COMMANDS_ROW_PRINT_H
#define COMMANDS_ROW_PRINT_H

#include "commands/line_options.h"
#include "commands/selection.h"
#include "table/source.h"
#include "sink/output.h"
#include "view/row_field.h"

struct row_print {
	/* as given */
	const char *fields_text, *sort_text;
	const char *more_columns; /* beside the default ones; NULL or "": none */
	bool json, no_header, wide;
	/* as understood */
	struct row_columns columns;
	int sort; /* enum row_field_id; -1: as the kernel lists them */
	bool descending;
	/* Asked of each row that the selection matches: false leaves it out. NULL: all are printed. */
	bool (*choose)(void *context, const struct connection *row,
		       const struct connection_detail *detail);
	void *choose_context;
	/* UDP, raw and UNIX sockets, to be printed behind the table's; NULL: none */
	const struct socket_list *sockets;
	unsigned int protocols; /* SOCKETS_BIT() of what is printed; 0: TCP alone */
	bool listening;		/* only what listens or, without connections, takes what comes */
	uint64_t now_ns;	/* of a recording: its end; 0: now */
	struct view view;
	struct output output;
};

#define ROW_PRINT_OPTIONS(type, member)                                                            \
	{"fields",                                                                                 \
	 'o',                                                                                      \
	 "FIELDS",                                                                                 \
	 "fields to print, in this order: state,pid,rtt_us; `help` explains them all",             \
	 option_store_text,                                                                        \
	 offsetof(struct type, member.fields_text),                                                \
	 NULL},                                                                                    \
		{"sort",                                                                           \
		 0,                                                                                \
		 "FIELD",                                                                          \
		 "sort by this field; -FIELD: in reverse",                                         \
		 option_store_text,                                                                \
		 offsetof(struct type, member.sort_text),                                          \
		 NULL},                                                                            \
		{"json",                                                                           \
		 'j',                                                                              \
		 NULL,                                                                             \
		 "one JSON object a line; keys in docs/json.md",                                   \
		 option_store_true,                                                                \
		 offsetof(struct type, member.json),                                               \
		 NULL},                                                                            \
		WIDE_OPTION(offsetof(struct type, member.wide)),                                   \
	{                                                                                          \
		"no-header", 0, NULL, "leave the header line out", option_store_true,              \
			offsetof(struct type, member.no_header), NULL                              \
	}

/* Understands the options. OPTIONS_GO_ON, or the exit status: help was printed, an error said. */
int row_print_init(struct row_print *print, const char *command);
void row_print_release(struct row_print *print);

/* Writes all rows that the selection matches to stdout. 0, or an exit status. */
int row_print_all(struct row_print *print, struct selection *selection,
		  const struct conn_table *table, const struct table_source *source);

#endif
