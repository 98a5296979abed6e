/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The live table -> the rows that the screen shows. */
#include "commands/live_rows.h"

#include <errno.h>
#include <stdlib.h>

#include "commands/row_print.h"
#include "commands/row_subject.h"
#include "netstate/tcp_state.h"

#define DYING_NS 2000000000ULL

void live_rows_release(struct live_rows *rows)
{
	free(rows->list);
	free(rows->frozen);
	live_rates_release(&rows->rates);
	*rows = (struct live_rows){};
}

static int add(struct live_rows *rows, const struct frame_row *row)
{
	size_t room = rows->room ? rows->room * 2 : 1024;
	struct frame_row *list;

	if (rows->count == rows->room) {
		list = realloc(rows->list, room * sizeof(*list));
		if (!list)
			return -ENOMEM;
		rows->list = list;
		rows->room = room;
	}
	rows->list[rows->count++] = *row;
	return 0;
}

static bool matches(const struct conn_table *table, const struct connection *row,
		    const struct connection_detail *detail, struct selection *selection,
		    const struct filter *filter, uint64_t now_ns)
{
	struct row_subject subject;

	row_subject_init(&subject, selection, table, row, detail, now_ns);
	if (!selection_match(selection, &subject.subject))
		return false;
	if (!filter)
		return true;
	if (filter_wants_cgroup(filter))
		subject.subject.cgroup = lookups_cgroup(selection->lookups, row->flow.cgroup_id);
	return filter_match(filter, &subject.subject);
}

void live_rows_shown(struct live_rows *rows, size_t first, size_t count)
{
	rows->shown_count = 0;
	for (size_t i = first; i < first + count && i < rows->count; i++) {
		if (!rows->list[i].dying && rows->shown_count < SHOWN_MAX)
			rows->shown[rows->shown_count++] = *rows->list[i].row;
	}
}

/* Those of the last picture that the table has no more; the older ones go after a while, but for
 * the one whose history is read. */
static void collect_dying(struct live_rows *rows, const struct engine *engine, uint64_t now_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->dying_count; i++) {
		if (now_ns - rows->dying[i].since_ns < DYING_NS ||
		    (rows->kept && flow_identity(&rows->dying[i].flow) == rows->kept))
			rows->dying[kept++] = rows->dying[i];
	}
	rows->dying_count = kept;
	for (size_t i = 0; i < rows->shown_count && rows->dying_count < DYING_MAX; i++) {
		struct connection *row = &rows->dying[rows->dying_count];

		if (!rows->shown[i].flow.cookie ||
		    conn_table_find(engine->table, rows->shown[i].flow.cookie))
			continue;
		*row = rows->shown[i];
		row->previous = row->state;
		row->state = TCP_STATE_CLOSE;
		row->since_ns = now_ns;
		row->owners = 0;
		rows->dying_count++;
	}
	rows->shown_count = 0;
}

static int find_dying(struct live_rows *rows, const struct engine *engine,
		      struct selection *selection, const struct filter *filter, uint64_t now_ns)
{
	int err = 0;

	collect_dying(rows, engine, now_ns);
	for (size_t i = 0; !err && i < rows->dying_count; i++) {
		struct connection before = rows->dying[i];

		before.state = before.previous; /* a filter by state chose it while it lived */
		if (matches(engine->table, &before, NULL, selection, filter, now_ns))
			err = add(rows, &(struct frame_row){.row = &rows->dying[i], .dying = true});
	}
	return err;
}

int live_rows_find(struct live_rows *rows, const struct engine *engine, struct selection *selection,
		   const struct filter *filter, uint64_t now_ns)
{
	const struct connection *row;
	size_t position = 0;
	int err;

	rows->count = 0;
	err = find_dying(rows, engine, selection, filter, now_ns);
	live_rates_begin(&rows->rates, engine->pass_ns);
	while (!err && (row = conn_table_next(engine->table, &position))) {
		const struct connection_detail *detail =
			table_source_detail(&engine->source, row, position);

		struct row_rates rates = live_rates_of(&rows->rates, position, row, detail);

		if (matches(engine->table, row, detail, selection, filter, now_ns))
			err = add(rows, &(struct frame_row){
						.row = row, .detail = detail, .rates = rates});
	}
	live_rates_end(&rows->rates);
	return err;
}

bool live_rows_of_two_namespaces(const struct live_rows *rows)
{
	for (size_t i = 1; i < rows->count; i++) {
		if (rows->list[i].row->flow.netns != rows->list[0].row->flow.netns)
			return true;
	}
	return false;
}

int live_rows_freeze(struct live_rows *rows)
{
	struct frozen_row *copies = calloc(rows->count + 1, sizeof(*copies));

	if (!copies)
		return -ENOMEM;
	for (size_t i = 0; i < rows->count; i++) {
		struct frame_row *shown = &rows->list[i];

		copies[i].row = *shown->row;
		copies[i].row.owners = 0; /* the table's next scan moves them */
		shown->row = &copies[i].row;
		if (!shown->detail)
			continue;
		copies[i].detail = *shown->detail;
		shown->detail = &copies[i].detail;
	}
	free(rows->frozen);
	rows->frozen = copies;
	return 0;
}

struct sorting {
	struct view *view;
	const struct frame_choice *choice;
	uint64_t now_ns;
};

static int compare(const void *a, const void *b, void *context)
{
	struct sorting *sorting = context;
	const struct frame_row *left = a, *right = b;
	struct row_view views[2];
	int order;

	if (sorting->choice->sort == ROW_TROUBLE && !left->finding != !right->finding)
		return (left->finding ? -1 : 1) * (sorting->choice->descending ? -1 : 1);
	row_view_init(&views[0], left->row, left->detail, sorting->now_ns);
	row_view_init(&views[1], right->row, right->detail, sorting->now_ns);
	views[0].rates = &left->rates;
	views[1].rates = &right->rates;
	order = row_field_compare(sorting->view, (unsigned int)sorting->choice->sort,
				  sorting->choice->descending, &views[0], &views[1]);
	if (!order && sorting->choice->sort == ROW_TROUBLE)
		order = row_field_compare(sorting->view, ROW_STATE, false, &views[0], &views[1]);
	if (!order) { /* rows keep their places from picture to picture */
		uint64_t one = left->row->flow.cookie, other = right->row->flow.cookie;

		return (one > other) - (one < other); /* some kernels give none */
	}
	return order;
}

void live_rows_sort(struct live_rows *rows, struct view *view, const struct frame_choice *choice,
		    uint64_t now_ns)
{
	struct sorting sorting = {view, choice, now_ns};

	if (rows->count)
		qsort_r(rows->list, rows->count, sizeof(*rows->list), compare, &sorting);
}
