/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A line of `trace`: its columns, and how they fit into the terminal. Pure. */
#include <string.h>

#include "base/cleanup.h"
#include "view/cell.h"
#include "view/color.h"
#include "view/event_columns.h"
#include "view/field.h"
#include "view/view.h"

#define LEAST_END 15 /* both ends of an address, and its port */
#define TINY_END 8
#define TINY_TEXT 6
#define ARROW "-> " /* between the old and the new state */

static const struct event_columns usual = {
	.ids = {FIELD_TIME, FIELD_NETNS_NAME, FIELD_PID, FIELD_COMM, FIELD_LOCAL, FIELD_REMOTE,
		FIELD_FROM, FIELD_TO, FIELD_AFTER, FIELD_NOTE},
	.count = 10,
};

/* A line that is being written: where on the screen it is, and where the next column begins. Each column
 * starts where the header has it, or one blank behind a column that was too wide. */
struct line {
	struct buf *out;
	size_t at;
	size_t next;
};

static void line_pad(struct line *line)
{
	size_t blanks = line->at < line->next ? line->next - line->at : line->next ? 1 : 0;

	buf_fill(line->out, ' ', blanks);
	line->at += blanks;
}

/* ---------------------------------------------------------------- which columns, how wide */

static bool is_end(unsigned int id)
{
	return id == FIELD_LOCAL || id == FIELD_REMOTE || id == FIELD_LADDR || id == FIELD_RADDR;
}

static bool is_text(unsigned int id)
{
	return id == FIELD_COMM || id == FIELD_NETNS_NAME || id == FIELD_CGROUP ||
	       id == FIELD_CLOSED_BY || id == FIELD_BLOCKED_BY;
}

static struct cell cell_of(const struct view_columns *columns, unsigned int i, bool usual_ones)
{
	unsigned int id = columns->ids[i];
	uint8_t width = columns->widths[i];
	struct cell cell = {width, width, width, CELL_STAYS};

	if (usual_ones && id == FIELD_AFTER)
		cell.drop = CELL_GOES;
	if (usual_ones && id == FIELD_COMM)
		cell.drop = CELL_GOES_LAST;
	if (id == FIELD_NOTE)
		cell.width = cell.least = cell.tiny = 0; /* what is left of the line */
	else if (is_end(id) && width > LEAST_END)
		cell.least = LEAST_END, cell.tiny = TINY_END;
	else if (is_text(id))
		cell.least = cell.tiny = TINY_TEXT;
	else if (id == FIELD_TIME)
		cell.least = cell.tiny = (uint8_t)(width - 1);
	else if (id == FIELD_TO)
		cell.least = cell.tiny = (uint8_t)(width - 1);
	return cell;
}

static void fit(struct view_columns *columns, unsigned int width, bool usual_ones)
{
	struct cell cells[EVENT_COLUMNS_MAX];
	unsigned int kept = 0;

	for (unsigned int i = 0; i < columns->count; i++)
		cells[i] = cell_of(columns, i, usual_ones);
	cell_fit_all(cells, columns->count, width);
	for (unsigned int i = 0; i < columns->count; i++) {
		if (!cells[i].width && columns->ids[i] != FIELD_NOTE)
			continue;
		columns->ids[kept] = columns->ids[i];
		columns->leads[kept] = columns->leads[i];
		columns->widths[kept++] = cells[i].width;
	}
	columns->count = kept;
}

static unsigned int width_of(const struct view *view, unsigned int id)
{
	bool clock = view->time == VIEW_TIME_LOCAL || view->time == VIEW_TIME_UTC;

	if (id == FIELD_TIME && view->today && clock)
		return fields[id].width + (unsigned int)strlen("2025-11-20 ");
	return fields[id].width;
}

static void lay_out(struct view *view, struct view_columns *columns)
{
	const struct event_columns *chosen = view->columns ? view->columns : &usual;

	columns->line_width = view->line_width;
	columns->netns = view->netns_column;
	columns->date = view->today;
	columns->count = 0;
	for (unsigned int i = 0; i < chosen->count; i++) {
		unsigned int id = chosen->ids[i], at = columns->count;
		bool arrow = id == FIELD_TO && at && columns->ids[at - 1] == FIELD_FROM;

		if (!view->columns && id == FIELD_NETNS_NAME && !view->netns_column)
			continue;
		columns->ids[at] = (uint8_t)id;
		columns->leads[at] = arrow;
		columns->widths[at] = (uint8_t)(width_of(view, id) + (arrow ? strlen(ARROW) : 0));
		columns->count++;
	}
	if (view->line_width)
		fit(columns, view->line_width, !view->columns);
}

/* Worked out once a width of the terminal. */
static const struct view_columns *columns_of(struct view *view)
{
	struct view_columns *columns = &view->cache.columns;

	if (!columns->count || columns->line_width != view->line_width ||
	    columns->netns != view->netns_column || columns->date != !!view->today)
		lay_out(view, columns);
	return columns;
}

/* ---------------------------------------------------------------- a line */

/* How much of the value there is room for; SIZE_MAX: for all of it. */
static size_t room_for(const struct view *view, const struct view_columns *columns, unsigned int i,
		       const struct line *line)
{
	size_t width = columns->widths[i], left;

	if (!view->line_width)
		return SIZE_MAX;
	left = line->at < view->line_width ? view->line_width - line->at : 0;
	if (columns->ids[i] == FIELD_NOTE)
		return left;
	width -= columns->leads[i] ? strlen(ARROW) : 0;
	return width < left ? width : left;
}

static void put_cell(struct view *view, struct line *line, const struct field_value *value,
		     size_t room, bool end)
{
	size_t at = line->out->len, columns = view_text_value(view, value, line->out);

	if (columns > room) {
		line->out->len = room || line->out->failed ? line->out->len : at;
		columns = cell_cut(line->out, at, (unsigned int)room, end);
	}
	line->at += columns;
}

/* No room for another column, not even for its first character. */
static bool is_full(const struct view *view, const struct line *line)
{
	size_t at = line->at < line->next ? line->next : line->at + 1;

	return view->line_width && at + strlen(ARROW) >= view->line_width;
}

static void begin_cell(struct line *line, const struct view_columns *columns, unsigned int i)
{
	line_pad(line);
	if (columns->leads[i]) {
		buf_puts(line->out, ARROW);
		line->at += strlen(ARROW);
	}
	line->next += columns->widths[i] + 1u;
}

static void line_column(struct line *line, struct view *view, const struct view_columns *columns,
			unsigned int i, const struct event *event)
{
	unsigned int id = columns->ids[i];
	struct field_value value;
	const char *color;

	field_get(&fields[id], event, &value);
	if (value.type == VALUE_EMPTY)
		return;
	begin_cell(line, columns, i);
	color = view->color ? color_of(id, event) : NULL;
	if (color)
		buf_puts(line->out, color);
	put_cell(view, line, &value, room_for(view, columns, i, line), is_end(id));
	if (color)
		buf_puts(line->out, COLOR_END);
}

static void gap_line(struct line *line, struct view *view, const struct view_columns *columns,
		     const struct event *event)
{
	if (columns->ids[0] == FIELD_TIME)
		line_column(line, view, columns, 0, event);
	line_pad(line);
	buf_puts(line->out, view->color ? COLOR_GAP : "");
	buf_puts(line->out, "---- gap: ");
	buf_u64(line->out, event->lost);
	buf_puts(line->out, event->lost == 1 ? " event" : " events");
	buf_puts(line->out, " lost here ----");
	buf_puts(line->out, view->color ? COLOR_END : "");
}

/* Sets netns_column at the second network namespace; true where it did so now: the header is due. */
static bool adds_netns(struct view *view, uint32_t netns)
{
	if (!netns || view->netns_column || view->columns)
		return false;
	if (!view->cache.netns)
		view->cache.netns = netns;
	view->netns_column = view->cache.netns != netns;
	return view->netns_column;
}

bool view_adds_columns(struct view *view, const struct event *event)
{
	bool netns = adds_netns(view, event->flow.netns);

	return view_adds_date(view, event->ktime_ns) || netns;
}

void view_header(struct view *view, struct buf *out)
{
	const struct view_columns *columns = columns_of(view);
	struct line line = {out, 0, 0};
	size_t begin = out->len;

	for (unsigned int i = 0; i < columns->count; i++) {
		const char *header = fields[columns->ids[i]].header;
		size_t at, room;

		if (is_full(view, &line))
			break;
		if (!*header)
			continue;
		begin_cell(&line, columns, i);
		at = out->len;
		buf_puts(out, header);
		room = room_for(view, columns, i, &line);
		line.at += room < strlen(header) ? cell_cut(out, at, (unsigned int)room, false)
						 : strlen(header);
	}
	buf_putc(out, '\n');
	if (out->failed)
		out->len = begin;
}

void view_text(struct view *view, const struct event *event, struct buf *out)
{
	const struct view_columns *columns = columns_of(view);
	struct line line = {out, 0, 0};
	size_t begin = out->len;

	if (event->kind == EVENT_GAP) {
		gap_line(&line, view, columns, event);
	} else {
		for (unsigned int i = 0; i < columns->count && !is_full(view, &line); i++)
			line_column(&line, view, columns, i, event);
	}
	buf_putc(out, '\n');
	if (out->failed)
		out->len = begin;
}
