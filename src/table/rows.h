/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How many rows a table may have: what the user allows, else what memory does. */
#ifndef TABLE_ROWS_H
#define TABLE_ROWS_H

#include <stdint.h>

#include "connections/conn_table.h"

/* Bytes of a memory cgroup that are not for rows. */
#define ROWS_BESIDE_LISTS (16u << 20)  /* reading the lists once */
#define ROWS_BESIDE_TRACER (42u << 20) /* the programs, their maps, the helper */

/* `asked`: --max-rows, 0 where it is not given. */
uint32_t table_rows(uint32_t asked, uint32_t beside);

/* Says how many connections are not in the table, where it is or was full. */
void say_full(const struct conn_table *table);
/* ": the memory cgroup leaves ..." where memory was the limit, else "". */
const char *table_rows_why(void);

#endif
