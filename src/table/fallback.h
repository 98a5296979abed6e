/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table's source where there are no BPF iterators: sock_diag for sockets, /proc for owners. */
#ifndef TABLE_FALLBACK_H
#define TABLE_FALLBACK_H

#include "table/source.h"

/* All that /proc knows of. */
void fallback_namespaces(struct namespaces *spaces);

/* The owners of the table's rows by the inodes in `source`'s details. 0 or -errno. */
int fallback_owners(const struct table_source *source, struct conn_table *table);

#endif
