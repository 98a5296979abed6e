/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The live table -> the rows that the screen shows. */
#include "commands/live_rows.h"

#include <errno.h>
#include <stdlib.h>

#include "base/list_grow.h"
#include "commands/row_print.h"
#include "commands/row_subject.h"
#include "netstate/tcp_state.h"

#define DYING_NS 2000000000ULL
#define SORT_SHARE 4 /* of fewer than a quarter of the rows the rest is not sorted */

void live_rows_release(struct live_rows *rows)
{
	free(rows->list);
	free(rows->frozen);
	live_rates_release(&rows->rates);
	*rows = (struct live_rows){};
}

static int add(struct live_rows *rows, const struct frame_row *row)
{
	if (LIST_GROW(rows->list, rows->count, rows->room))
		return -ENOMEM;
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
	uint64_t random;
};

static void rank_row(const struct sorting *sorting, struct frame_row *row)
{
	struct row_view view;
	struct row_rank state;

	row_view_init(&view, row->row, row->detail, sorting->now_ns);
	view.rates = &row->rates;
	row_field_rank(sorting->view, (unsigned int)sorting->choice->sort,
		       sorting->choice->descending, &view, &row->rank);
	if (sorting->choice->sort != ROW_TROUBLE)
		return;
	row_field_rank(sorting->view, ROW_STATE, false, &view, &state);
	row->rank.words[1] = state.words[0];
	row->rank.words[2] = state.words[1];
	row->rank.tied = false;
}

static int compare_fields(const struct sorting *sorting, const struct frame_row *left,
			  const struct frame_row *right)
{
	struct row_view views[2];

	row_view_init(&views[0], left->row, left->detail, sorting->now_ns);
	row_view_init(&views[1], right->row, right->detail, sorting->now_ns);
	views[0].rates = &left->rates;
	views[1].rates = &right->rates;
	return row_field_compare(sorting->view, (unsigned int)sorting->choice->sort,
				 sorting->choice->descending, &views[0], &views[1]);
}

/* Never 0 for two rows: they keep their places from picture to picture. */
static int compare(const void *a, const void *b, void *context)
{
	const struct sorting *sorting = context;
	const struct frame_row *left = a, *right = b;
	uint64_t one, other;
	int order;

	if (sorting->choice->sort == ROW_TROUBLE && !left->finding != !right->finding)
		return (left->finding ? -1 : 1) * (sorting->choice->descending ? -1 : 1);
	order = row_rank_compare(&left->rank, &right->rank);
	if (!order && left->rank.tied && right->rank.tied)
		order = compare_fields(sorting, left, right);
	if (order)
		return order;
	one = left->row->flow.cookie;
	other = right->row->flow.cookie;
	if (one != other) /* some kernels give none */
		return one < other ? -1 : 1;
	return (left->row > right->row) - (left->row < right->row);
}

static void swap(struct frame_row *a, struct frame_row *b)
{
	struct frame_row kept = *a;

	*a = *b;
	*b = kept;
}

/* One that nobody who shapes rows can foresee (xorshift64). */
static size_t any_of(struct sorting *sorting, size_t count)
{
	sorting->random ^= sorting->random << 13;
	sorting->random ^= sorting->random >> 7;
	sorting->random ^= sorting->random << 17;
	return sorting->random % count;
}

/* One row to its place, what comes before it in front of it. Returns the place. */
static size_t divide(struct frame_row *list, size_t count, struct sorting *sorting)
{
	struct frame_row *last = &list[count - 1];
	size_t place = 0;

	swap(&list[any_of(sorting, count)], last);
	for (size_t i = 0; i + 1 < count; i++) {
		if (compare(&list[i], last, sorting) < 0)
			swap(&list[i], &list[place++]);
	}
	swap(&list[place], last);
	return place;
}

/* The first `wanted` ones in front, in any order. */
static void choose_first(struct frame_row *list, size_t count, size_t wanted,
			 struct sorting *sorting)
{
	size_t low = 0, high = count;

	while (high - low > 1 && low < wanted) {
		size_t place = low + divide(list + low, high - low, sorting);

		if (place < wanted)
			low = place + 1;
		else
			high = place;
	}
}

static struct sorting sorting_of(struct view *view, const struct frame_choice *choice,
				 uint64_t now_ns)
{
	return (struct sorting){view, choice, now_ns, now_ns | 1};
}

void live_rows_rank(struct live_rows *rows, struct view *view, const struct frame_choice *choice,
		    uint64_t now_ns)
{
	const struct sorting sorting = sorting_of(view, choice, now_ns);

	for (size_t i = 0; i < rows->count; i++)
		rank_row(&sorting, &rows->list[i]);
}

void live_rows_sort(struct live_rows *rows, struct view *view, const struct frame_choice *choice,
		    uint64_t now_ns, size_t wanted)
{
	struct sorting sorting = sorting_of(view, choice, now_ns);

	if (wanted < rows->count / SORT_SHARE)
		choose_first(rows->list, rows->count, wanted, &sorting);
	else
		wanted = rows->count;
	if (wanted)
		qsort_r(rows->list, wanted, sizeof(*rows->list), compare, &sorting);
}

size_t live_rows_place(const struct live_rows *rows, struct view *view,
		       const struct frame_choice *choice, uint64_t now_ns, uint64_t identity)
{
	struct sorting sorting = sorting_of(view, choice, now_ns);
	const struct frame_row *row = NULL;
	size_t place = 0;

	for (size_t i = 0; !row && i < rows->count; i++) {
		if (flow_identity(&rows->list[i].row->flow) == identity)
			row = &rows->list[i];
	}
	for (size_t i = 0; row && i < rows->count; i++)
		place += compare(&rows->list[i], row, &sorting) < 0;
	return row ? place : SIZE_MAX;
}
