/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A way to the kernel's sockets and namespaces that the table was not made by. Sockets: sock_diag for
 * a table by the walk or by iterators, iterators for one by sock_diag, and /proc where the kernel has
 * not the other. Namespaces: tasks, mounts and descriptors for a table by the walk, the kernel's own
 * list for the others.
 */
#ifndef TABLE_VERIFY_SOURCE_H
#define TABLE_VERIFY_SOURCE_H

#include "table/source.h"

enum verify_way {
	VERIFY_BY_SOCK_DIAG,
	VERIFY_BY_ITERATORS,
	VERIFY_BY_PROC,
};

/* How the namespaces of a comparison were found. */
enum verify_list {
	VERIFY_NO_LIST, /* no other way worked */
	VERIFY_LIST_OF_KERNEL,
	VERIFY_LIST_OF_PROC,
	VERIFY_LIST_OF_TASKS,
};

/* What is compared, and namespaces that differ. */
struct verify_namespaces {
	enum verify_way way;
	enum verify_list list;
	size_t count;
	struct namespaces missed;      /* the table knows nothing of them, and should */
	struct namespaces unreachable; /* nothing leads to them: their sockets can't be compared */
	bool unlisted;		       /* the kernel has more than can be compared */
};

void verify_namespaces_release(struct verify_namespaces *namespaces);

struct verify_source {
	enum verify_way way;
	struct table_source *table_source;
	struct socket_reader *socket_reader;
	struct walk *walk; /* to the kernel's list of namespaces; NULL: none */
	struct walk *own_walk;
	struct namespaces spaces; /* of the last comparison: those that can be entered */
};

/* To be closed. */
void verify_source_open(struct verify_source *source, struct table_source *table_source);
void verify_source_close(struct verify_source *source);

/* Finds the namespaces anew. 0 or -errno; to be released in any case. */
int verify_source_compare(struct verify_source *source, struct verify_namespaces *ret_namespaces);

/* Every row of the namespaces that were found. 0, or -errno where nothing could be read. */
int verify_source_read(struct verify_source *source, const struct socket_rows_handler *handler);

/* "sock_diag", ... */
const char *verify_way_name(enum verify_way way);
/* NULL: VERIFY_NO_LIST */
const char *verify_list_name(enum verify_list list);

#endif
