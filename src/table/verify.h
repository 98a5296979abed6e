/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table against what another part of the kernel says: two readings, 100 ms apart. */
#ifndef TABLE_VERIFY_H
#define TABLE_VERIFY_H

#include "table/engine.h"

/* Says each difference that both readings found, and a summary. STATUS_OK: there was none. */
int verify_table(struct engine *engine);

/* The same of a table that one pass of `source` made, just now: before the second reading it is made anew. */
int verify_list(struct table_source *source, struct conn_table *table);

#endif
