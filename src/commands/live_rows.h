/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The living table -> the rows that the screen shows: selected, with those that just ended, sorted.
 */
#ifndef COMMANDS_LIVE_ROWS_H
#define COMMANDS_LIVE_ROWS_H

#include "commands/live_engine.h"
#include "commands/selection.h"
#include "view/frame.h"

struct live_rows {
	struct frame_row *list;
	size_t count, room;
	struct connection *frozen;
};

void live_rows_release(struct live_rows *rows);

/* `filter` in addition to the selection; NULL: none. -ENOMEM: what there was room for. */
int live_rows_find(struct live_rows *rows, const struct engine *engine,
		   const struct selection *selection, const struct filter *filter, uint64_t now_ns);
/* From now on they are copies: the table may change, the rows stay. 0 or -ENOMEM. */
int live_rows_freeze(struct live_rows *rows);
void live_rows_sort(struct live_rows *rows, struct view *view, const struct frame_choice *choice,
		    uint64_t now_ns);

#endif
