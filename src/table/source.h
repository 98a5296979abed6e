/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's lists -> the connection table: what list and live have in common. */
#ifndef TABLE_SOURCE_H
#define TABLE_SOURCE_H

#include <stdbool.h>

#include "connections/conn_table.h"
#include "kernel/socket_reader.h"
#include "kernel/walk.h"
#include "namespaces/left_out.h"
#include "table/details.h"

enum table_use {
	TABLE_USE_AUTO, /* the first of these that this kernel has */
	TABLE_USE_WALK,
	TABLE_USE_ITERATORS,
	TABLE_USE_SOCK_DIAG,
};

/* For struct option_row.store: "auto", "walk", "iterators", "sock_diag". */
int option_store_table_use(const char *argument, void *field);

#define TABLE_USE_OPTION(type, member)                                                             \
	{                                                                                          \
		"source", 0, "SOURCE",                                                             \
			"where the sockets come from: auto, walk, iterators or sock_diag",         \
			option_store_table_use, offsetof(struct type, member),                     \
			"auto, walk, iterators or sock_diag"                                       \
	}

enum table_pass {
	TABLE_PASS_WAITING, /* minisockets and listeners: what no event ends */
	TABLE_PASS_SOCKETS, /* every socket */
	TABLE_PASS_HOLDERS, /* and every descriptor: owners, and namespaces that only they lead to
			     */
};

/* What a pass reads, in this order, for a table: see connections/conn_table.h. */
struct pass_handler {
	void (*rows)(void *context, const struct listed_connection *listed, size_t count);
	/* A namespace that could not be read; `gone`: there is none any more. */
	void (*unread)(void *context, uint32_t netns, bool gone);
	/* Of all processes, or (pids not NULL) of these alone. */
	void (*owners_begin)(void *context, const uint32_t *pids, size_t count);
	void (*held)(void *context, const struct held_socket *held, size_t count);
	void (*owners_end)(void *context);
	/* No row waits: events may be applied; `due`: what happened before must be. */
	void (*between)(void *context, bool due);
	void *context;
};

struct pass_report {
	size_t beyond;	     /* namespaces that it had no room for */
	size_t moving;	     /* chains that could not be read at rest */
	size_t processes;    /* with more descriptors than could be looked at */
	bool own_only;	     /* it was not root's */
	bool namespace_left; /* see struct table_source */
};

struct verify_namespaces;

/* Another process that reads: this one has no privileges. All but `between`: 0 or -errno. */
struct table_reader {
	int (*pass)(void *context, enum table_pass what, bool details,
		    const struct pass_handler *handler, struct pass_report *ret_report);
	int (*read_process)(void *context, const uint32_t *pids, size_t count,
			    const struct pass_handler *handler);
	/* tracer_touched() */
	int (*touched)(void *context, uint32_t *ret_pids, size_t room);
	/* tracer_skipped_events() */
	uint64_t (*skipped)(void *context);
	/* verify_source_compare(), verify_source_read() */
	int (*verify_namespaces)(void *context, struct verify_namespaces *ret_namespaces);
	int (*verify_rows)(void *context, const struct socket_rows_handler *handler);
	void *context;
};

struct table_source {
	enum table_use use;
	struct walk *walk; /* NULL: not this way */
	struct socket_reader
		*socket_reader;	  /* NULL: not this way, or not yet needed; without either
				       sock_diag and /proc serve */
	struct namespaces hidden; /* those that only descriptors lead to, as of the last scan */
	const struct table_reader *reader;    /* NULL: this process reads */
	const struct pass_handler *collector; /* while it reads */
	void (*between)(void *context);	      /* amid a pass, often; NULL: nothing to do */
	void *between_context;
	struct details details; /* where wanted */
	bool want_details;
	/*
	 * One that was there is not any more, as far as tasks and mounts show. Its last sockets may
	 * still be held by a descriptor: the next pass over holders shows that, and takes this
	 * back.
	 */
	bool namespace_left;
	struct namespaces unread; /* those that the last pass could not read; inodes alone */
	size_t beyond;		  /* those that it had no room for */
	size_t moving;		  /* chains that the walk could not read at rest, or not at all */
	size_t processes;	  /* with more descriptors than could be looked at */
	bool own_only;		  /* it was not root's */
	bool own_alone;		  /* other namespaces are not asked for; its user says so */
	uint32_t *known;	  /* inodes of the namespaces that the last scan found, ascending */
	size_t known_count;
};

/* Says what is missing, and what that costs. 0, or STATUS_FAILURE after an error was said. */
int table_source_open(struct table_source *source, const char *command);
void table_source_close(struct table_source *source);

/*
 * One pass over the lists of all namespaces. 0, or -errno where nothing could be read: the table is
 * as it was, but for rows that were read.
 */
int table_source_pass(struct table_source *source, struct conn_table *table, enum table_pass what,
		      struct conn_pass *ret_pass);

/*
 * Who holds what, of these processes alone (ascending). 0, or -errno where the kernel cannot look at one
 * process: a pass over all holders is needed then.
 */
int table_source_read_processes(struct table_source *source, struct conn_table *table,
				const uint32_t *pids, size_t count);

/* The reading of these two, without a table. 0 or -errno. */
int table_source_read(struct table_source *source, enum table_pass what, bool details,
		      const struct pass_handler *handler, struct pass_report *ret_report);
int table_source_read_of(struct table_source *source, const uint32_t *pids, size_t count,
			 const struct pass_handler *handler);

/* What the last pass could not cover, of namespace `netns` alone or (0) of all. */
struct netns_left_out table_source_left_out(const struct table_source *source, uint32_t netns);

/* All namespaces that can be reached, for another way to read them. To be released. */
int table_source_namespaces(struct table_source *source, struct namespaces *ret_spaces);

/* Of the row with this number in the last pass; NULL: none, or it was another connection's. */
const struct connection_detail *table_source_detail(const struct table_source *source,
						    const struct connection *row, size_t number);

#endif
