/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A way to the kernel's sockets that the table was not made by: sock_diag for a table by iterators,
 * iterators for one by sock_diag, and /proc where the kernel has not the other.
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
	struct socket_lists *lists;
};

/* To be closed. */
void verify_source_open(struct verify_source *source, const struct table_source *table_source);
void verify_source_close(struct verify_source *source);

/* Every row of every namespace of `spaces`. 0, or -errno where nothing could be read. */
int verify_source_read(struct verify_source *source, const struct namespaces *spaces,
		       const struct socket_rows_handler *take);

/* "sock_diag", ... */
const char *verify_source_name(const struct verify_source *source);

#endif
