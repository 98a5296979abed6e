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

struct verify_source {
	enum verify_way way;
	struct table_source *table_source;
	struct socket_lists *lists;
	struct walk *walk; /* to the kernel's list of namespaces; NULL: none */
	struct walk *own_walk;
	bool by_kernel; /* the last comparison was with the kernel's own list */
	bool by_proc;	/* or with /proc, which has no more ways to look */
};

/* To be closed. */
void verify_source_open(struct verify_source *source, struct table_source *table_source);
void verify_source_close(struct verify_source *source);

/* Those that verify_source_read() can enter. 0 or -errno; to be released. */
int verify_source_namespaces(struct verify_source *source, struct namespaces *ret_spaces);

/* Every row of every namespace of `spaces`. 0, or -errno where nothing could be read. */
int verify_source_read(struct verify_source *source, const struct namespaces *spaces,
		       const struct socket_rows_handler *take);

struct namespace_differences {
	struct namespaces missed;      /* the table knows nothing of them, and should */
	struct namespaces unreachable; /* nothing leads to them: their sockets can't be compared */
	bool unlisted;		       /* the kernel has more than can be compared */
};

void verify_source_compare_namespaces(struct verify_source *source, const struct namespaces *spaces,
				      struct namespace_differences *ret_differences);
void namespace_differences_release(struct namespace_differences *differences);

/* "sock_diag", ... */
const char *verify_source_name(const struct verify_source *source);

/* How the namespaces of the last comparison were found; NULL: no other way worked. */
const char *verify_source_namespaces_name(const struct verify_source *source);

#endif
