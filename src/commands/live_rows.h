/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The live table -> the rows that the screen shows: selected, with those that just ended, sorted.
 */
#ifndef COMMANDS_LIVE_ROWS_H
#define COMMANDS_LIVE_ROWS_H

#include "commands/live_rates.h"
#include "table/engine.h"
#include "commands/selection.h"
#include "view/frame.h"

#define DYING_MAX 64
#define SHOWN_MAX 256

struct live_rows {
	/* Connections that were on the screen and are not in the table any more. */
	struct connection dying[DYING_MAX];
	size_t dying_count;
	uint64_t kept; /* by the caller: of this flow_identity() what has ended stays; 0: none does
			*/
	struct connection shown[SHOWN_MAX]; /* on the screen until now */
	size_t shown_count;
	struct frame_row *list;
	size_t count, room;
	struct frozen_row *frozen;
	struct live_rates rates;
};

/* What is shown while the picture stands still. */
struct frozen_row {
	struct connection row;
	struct connection_detail detail;
};

void live_rows_release(struct live_rows *rows);

/* `filter` in addition to the selection; NULL: none. -ENOMEM: what there was room for. */
int live_rows_find(struct live_rows *rows, const struct engine *engine, struct selection *selection,
		   const struct filter *filter, uint64_t now_ns);
/* Before the next live_rows_find(): of the rows from `first` on, `count` are on the screen. */
void live_rows_shown(struct live_rows *rows, size_t first, size_t count);

/* From now on they are copies: the table may change, the rows stay. 0 or -ENOMEM. */
int live_rows_freeze(struct live_rows *rows);

/* First live_rows_rank(). Of very many rows only the first `wanted` ones come in their order, then the others. */
void live_rows_rank(struct live_rows *rows, struct view *view, const struct frame_choice *choice,
		    uint64_t now_ns);
void live_rows_sort(struct live_rows *rows, struct view *view, const struct frame_choice *choice,
		    uint64_t now_ns, size_t wanted);
/* Where that connection will be (flow_identity()); SIZE_MAX: nowhere. */
size_t live_rows_place(const struct live_rows *rows, struct view *view,
		       const struct frame_choice *choice, uint64_t now_ns, uint64_t identity);

bool live_rows_of_two_namespaces(const struct live_rows *rows);

#endif
