/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The limit of a table's rows, and its sentence. */
#include "table/rows.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/memory_left.h"
#include "base/say.h"

/* A row, its places in both hashes, details, owners, and its copy on the way from the helper: 380 bytes
 * in list, 440 in live, and the hashes double. */
#define ROW_TAKES 512
#define ROWS_LEAST 4096

static bool by_memory;

uint32_t table_rows(uint32_t asked, uint32_t beside)
{
	uint32_t rows;

	if (asked)
		return asked;
	rows = memory_left_count(memory_left(), beside, ROW_TAKES, ROWS_LEAST, CONN_TABLE_ROWS);
	by_memory |= rows < CONN_TABLE_ROWS;
	return rows;
}

const char *table_rows_why(void)
{
	static char text[128];

	if (by_memory)
		snprintf(text, sizeof(text), ": %s at the start", memory_left_text());
	return text;
}

void say_full(const struct conn_table *table)
{
	const struct conn_counters *counters = conn_table_counters(table);

	if (counters->left_out)
		say("%" PRIu64
		    " connections are not in the table: it is full at %zu rows (--max-rows)%s",
		    counters->left_out, conn_table_limit(table), table_rows_why());
	if (counters->refused)
		say("%" PRIu64
		    " connections began while the table was full at %zu rows (--max-rows)%s",
		    counters->refused, conn_table_limit(table), table_rows_why());
}
