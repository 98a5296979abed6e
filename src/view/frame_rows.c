/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connections -> the header of their columns and a line each. Pure. */
#include <string.h>

#include "base/rune_width.h"
#include "netstate/tcp_state.h"
#include "view/cell.h"
#include "view/clock.h"
#include "view/frame_put.h"
#include "view/row_trouble.h"

#define NEW_NS 2000000000ULL

#define NEVER_LEFT_OUT 6 /* columns; those behind are shown where they fit */
#define WIDEST 64	 /* of a column that grows with what is in it */
#define LEAST_END 15	 /* columns of an address and port: both ends of it, and the port */
#define LEAST 8		 /* of another that gives way */

static bool is_end(unsigned int id)
{
	return id == ROW_LOCAL || id == ROW_REMOTE;
}

/* As wide as what is in them; the others have a width of their own. */
static bool is_elastic(unsigned int id)
{
	return is_end(id) || id == ROW_LADDR || id == ROW_RADDR || id == ROW_PID ||
	       id == ROW_COMM || id == ROW_NETNS_NAME || id == ROW_UNIT || id == ROW_CGROUP ||
	       id == ROW_OWNERS;
}

static bool may_shrink(unsigned int id)
{
	return is_elastic(id) && id != ROW_PID;
}

/* With room for the mark of the column that sorts. */
static unsigned int width_at_first(unsigned int id)
{
	struct row_field_text text = row_field_text(id);
	unsigned int header = (unsigned int)strlen(text.header) + 1;

	return is_elastic(id) || text.width < header ? header : text.width;
}

/* It was in that state before anybody looked: at least since then. */
static void put_least_age(struct frame *frame, const struct row_view *row)
{
	uint64_t first_ns = row->row->first_ns;
	uint64_t least_ns = row->now_ns - first_ns;
	char text[CLOCK_TEXT_MAX];

	if (!first_ns || first_ns > row->now_ns || row->row->state == TCP_STATE_CLOSE) {
		buf_putc(&frame->scratch, '-');
		return;
	}
	buf_putc(&frame->scratch, '>');
	if (least_ns >= 100000000 && least_ns < 1000000000) /* ">616.1ms" has no room */
		buf_printf(&frame->scratch, "0.%us", (unsigned int)(least_ns / 100000000));
	else
		buf_put(&frame->scratch, text, (size_t)(clock_span(least_ns, text) - text));
}

static void put_value(struct frame *frame, struct view *view, unsigned int id,
		      const struct row_view *row)
{
	struct field_value value;

	buf_clear(&frame->scratch);
	if (id == ROW_OWNERS) {
		row_owners_text(row, &frame->scratch);
		return;
	}
	row_field_get(view, id, row, &value);
	if (id == ROW_AGE_US && value.type == VALUE_NULL)
		put_least_age(frame, row);
	else
		view_text_value(view, &value, &frame->scratch);
}

/* Columns only grow, so that the picture stays still, until the terminal has another width. */
static void measure(struct frame *frame, struct view *view, const struct frame_choice *choice,
		    const struct frame_data *data, const struct frame_row *row)
{
	struct row_view made_of;

	row_view_init(&made_of, row->row, row->detail, data->now_ns);
	made_of.rates = &row->rates;
	made_of.owner_count = conn_table_owners(data->table, row->row, made_of.owners);
	made_of.listener = conn_table_queued_at(data->table, row->row);
	for (unsigned int i = 0; i < choice->columns.count; i++) {
		size_t columns;

		if (!is_elastic(choice->columns.ids[i]))
			continue;
		put_value(frame, view, choice->columns.ids[i], &made_of);
		text_fitting(frame->scratch.data, frame->scratch.len, WIDEST, &columns);
		if (columns > frame->wanted[i])
			frame->wanted[i] = (uint8_t)columns;
	}
}

static void forget_widths(struct frame *frame, const struct frame_choice *choice)
{
	if (frame->measured_width == frame->width &&
	    !memcmp(&frame->measured, &choice->columns, sizeof(frame->measured)))
		return;
	frame->measured_width = frame->width;
	frame->measured = choice->columns;
	for (unsigned int i = 0; i < choice->columns.count; i++)
		frame->wanted[i] = (uint8_t)width_at_first(choice->columns.ids[i]);
}

/* The widest of those that may gives way. False: none can. */
static bool shrink_one(struct frame *frame, const struct frame_choice *choice)
{
	unsigned int widest = choice->shown;

	for (unsigned int i = 0; i < choice->shown; i++) {
		unsigned int id = choice->columns.ids[i];

		if (may_shrink(id) && frame->widths[i] > (is_end(id) ? LEAST_END : LEAST) &&
		    (widest == choice->shown || frame->widths[i] > frame->widths[widest]))
			widest = i;
	}
	if (widest == choice->shown)
		return false;
	frame->widths[widest]--;
	return true;
}

static void lay_out(struct frame *frame, struct frame_choice *choice)
{
	unsigned int used = 1, i;

	for (i = 0; i < choice->columns.count; i++) {
		if (!choice->all_columns && i >= NEVER_LEFT_OUT &&
		    used + frame->wanted[i] > frame->width)
			break;
		used += frame->wanted[i] + 1u;
		frame->widths[i] = frame->wanted[i];
	}
	choice->shown = i;
	while (used > frame->width + 1 && shrink_one(frame, choice))
		used--;
}

static void draw_columns(struct frame *frame, const struct frame_choice *choice)
{
	frame_begin(frame, FRAME_COLUMNS);
	buf_putc(&frame->text, ' ');
	for (unsigned int i = 0; i < choice->shown; i++) {
		unsigned int id = choice->columns.ids[i];

		buf_clear(&frame->scratch);
		buf_puts(&frame->scratch, row_field_text(id).header);
		if ((int)id == choice->sort)
			buf_putc(&frame->scratch, choice->descending ? 'v' : '^');
		frame_cell(frame, frame->scratch.data, frame->scratch.len, frame->widths[i],
			   row_fields[id].right);
		buf_putc(&frame->text, ' ');
	}
	frame_end(frame);
}

static bool is_new(const struct frame_row *row, uint64_t now_ns)
{
	return !(row->row->flags & CONNECTION_SINCE_UNKNOWN) &&
	       now_ns - row->row->first_ns < NEW_NS;
}

static enum frame_style style_of_state(unsigned int state)
{
	static const uint8_t styles[TCP_STATE_MAX] = {
		[TCP_STATE_LISTEN] = FRAME_LISTENER,	[TCP_STATE_SYN_SENT] = FRAME_HANDSHAKE,
		[TCP_STATE_SYN_RECV] = FRAME_HANDSHAKE, [TCP_STATE_CLOSE_WAIT] = FRAME_CLOSING,
		[TCP_STATE_LAST_ACK] = FRAME_CLOSING,	[TCP_STATE_FIN_WAIT1] = FRAME_CLOSING,
		[TCP_STATE_FIN_WAIT2] = FRAME_CLOSING,	[TCP_STATE_CLOSING] = FRAME_CLOSING,
		[TCP_STATE_TIME_WAIT] = FRAME_WAITING,
	};

	return state < TCP_STATE_MAX ? (enum frame_style)styles[state] : FRAME_PLAIN;
}

static enum frame_style style_of(const struct row_view *made_of, const struct frame_row *row,
				 bool selected)
{
	if (selected)
		return FRAME_SELECTED;
	if (row->dying)
		return FRAME_DYING;
	if (row->finding || row_trouble_of(made_of) != ROW_TROUBLE_NONE)
		return FRAME_TROUBLE;
	if (row->row->state == TCP_STATE_ESTABLISHED && is_new(row, made_of->now_ns))
		return FRAME_NEW;
	return style_of_state(row->row->state);
}

/* Also without colors: it ended, it needs a look, it is new. */
static char mark_of(const struct row_view *made_of, const struct frame_row *row)
{
	if (row->dying)
		return '-';
	if (row->finding || row_trouble_of(made_of) != ROW_TROUBLE_NONE)
		return '!';
	return is_new(row, made_of->now_ns) ? '+' : ' ';
}

static void put_end(struct frame *frame, unsigned int width)
{
	size_t at = frame->text.len, columns;

	buf_put(&frame->text, frame->scratch.data, frame->scratch.len);
	columns = cell_cut(&frame->text, at, width, true);
	buf_fill(&frame->text, ' ', width - columns);
}

/* What is cut off at the edge says so: half a port would look like another one. */
static void end_row(struct frame *frame)
{
	struct buf *out = &frame->text;
	size_t at = frame->lines[frame->count].at, size = out->len - at, columns;

	while (!out->failed && size && out->data[at + size - 1] == ' ')
		size--;
	if (!out->failed && frame->width &&
	    text_fitting(out->data + at, size, frame->width, &columns) < size) {
		out->len = at + text_fitting(out->data + at, size, frame->width - 1, &columns);
		buf_putc(out, '~');
	}
	frame_end(frame);
}

static void draw_row(struct frame *frame, struct view *view, const struct frame_choice *choice,
		     const struct frame_data *data, size_t number)
{
	const struct frame_row *row = &data->rows[number];
	struct row_view made_of;

	row_view_init(&made_of, row->row, row->detail, data->now_ns);
	made_of.rates = &row->rates;
	made_of.owner_count = conn_table_owners(data->table, row->row, made_of.owners);
	made_of.listener = conn_table_queued_at(data->table, row->row);
	frame_begin(frame, style_of(&made_of, row, number == choice->selected));
	buf_putc(&frame->text, mark_of(&made_of, row));
	for (unsigned int i = 0; i < choice->shown; i++) {
		unsigned int id = choice->columns.ids[i];

		put_value(frame, view, id, &made_of);
		if (is_end(id))
			put_end(frame, frame->widths[i]);
		else
			frame_cell(frame, frame->scratch.data, frame->scratch.len, frame->widths[i],
				   row_fields[id].right);
		buf_putc(&frame->text, ' ');
	}
	end_row(frame);
}

void frame_draw_rows(struct frame *frame, struct view *view, struct frame_choice *choice,
		     const struct frame_data *data)
{
	unsigned int page = frame_page(frame, choice);

	frame_scroll(choice, data->count, page);
	forget_widths(frame, choice);
	for (unsigned int i = 0; i < page && choice->first + i < data->count; i++)
		measure(frame, view, choice, data, &data->rows[choice->first + i]);
	lay_out(frame, choice);
	draw_columns(frame, choice);
	for (unsigned int i = 0; i < page; i++) {
		if (choice->first + i < data->count)
			draw_row(frame, view, choice, data, choice->first + i);
		else
			frame_text(frame, FRAME_HINT,
				   i || data->count ? "" : " no connection passes the filter");
	}
	if (choice->pane)
		frame_draw_pane(frame, view, data,
				data->count ? &data->rows[choice->selected] : NULL);
}
