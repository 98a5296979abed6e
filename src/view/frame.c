/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The picture of `netstate live`: title, counts, choices, rows or groups or help, hints. Pure. */
#include "view/frame.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/safe.h"
#include "netstate/tcp_state.h"
#include "view/clock.h"
#include "view/frame_put.h"

#define HEAD_LINES 4 /* title, counts, choices, columns */
#define HINT_LINES 1
#define NEW_NS 2000000000ULL

#define END_WIDTH 21	/* 255.255.255.255:65535 */
#define WIDE_COUNTS 110 /* all ten states by their full names */

/* In the order of a connection's life. */
static const uint8_t states[] = {
	TCP_STATE_LISTEN,     TCP_STATE_SYN_SENT,  TCP_STATE_SYN_RECV,	TCP_STATE_ESTABLISHED,
	TCP_STATE_CLOSE_WAIT, TCP_STATE_LAST_ACK,  TCP_STATE_FIN_WAIT1, TCP_STATE_FIN_WAIT2,
	TCP_STATE_CLOSING,    TCP_STATE_TIME_WAIT,
};

const char *frame_group_name(unsigned int group)
{
	static const char *const names[FRAME_GROUP_MAX] = {"none", "process", "remote", "listener",
							   "state"};

	return group < FRAME_GROUP_MAX ? names[group] : "none";
}

static void draw_title(struct frame *frame, struct view *view, const struct frame_data *data)
{
	char clock[CLOCK_TEXT_MAX];
	struct buf *out = &frame->text;

	frame_begin(frame, data->lost ? FRAME_WARNING : FRAME_TITLE);
	buf_puts(out, "netstate  ");
	buf_put(out, clock, (size_t)(clock_text(view, data->now_ns, clock) - clock));
	if (view->time == VIEW_TIME_LOCAL || view->time == VIEW_TIME_UTC)
		out->len -= 7; /* to the second */
	buf_puts(out, "  ");
	frame_count(out, conn_table_size(data->table));
	buf_puts(out, " connections  ");
	frame_count(out, data->transitions_per_s);
	buf_puts(out, " transitions/s  lost ");
	frame_count(out, data->lost);
	buf_puts(out, "  reconciled ");
	frame_count(out, data->reconciled);
	frame_end(frame);
}

static const char *short_name(unsigned int state)
{
	static const char *const names[TCP_STATE_MAX] = {
		[TCP_STATE_SYN_SENT] = "SYN_S",	 [TCP_STATE_SYN_RECV] = "SYN_R",
		[TCP_STATE_ESTABLISHED] = "EST", [TCP_STATE_CLOSE_WAIT] = "C_WAIT",
		[TCP_STATE_LAST_ACK] = "L_ACK",	 [TCP_STATE_FIN_WAIT1] = "FIN_1",
		[TCP_STATE_FIN_WAIT2] = "FIN_2", [TCP_STATE_TIME_WAIT] = "T_WAIT",
	};

	return names[state] ? names[state] : tcp_state_name(state);
}

static void draw_counts(struct frame *frame, const struct frame_data *data)
{
	const struct conn_counters *counters = conn_table_counters(data->table);

	frame_begin(frame, FRAME_PLAIN);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		if (!counters->by_state[states[i]])
			continue;
		buf_puts(&frame->text, frame->width < WIDE_COUNTS ? short_name(states[i])
								  : tcp_state_name(states[i]));
		buf_putc(&frame->text, ' ');
		frame_count(&frame->text, counters->by_state[states[i]]);
		buf_puts(&frame->text, "  ");
	}
	if (counters->refused) {
		buf_puts(&frame->text, "TABLE FULL, left out ");
		frame_count(&frame->text, counters->refused);
	}
	frame_end(frame);
}

static void draw_choices(struct frame *frame, const struct frame_choice *choice,
			 const struct frame_data *data)
{
	struct buf *out = &frame->text;
	size_t at;

	frame_begin(frame, choice->filter_error ? FRAME_WARNING : FRAME_PLAIN);
	buf_puts(out, choice->typing ? "filter> " : "filter ");
	at = out->len;
	buf_puts(out, *choice->filter || choice->typing ? choice->filter : "none");
	if (!out->failed)
		safe_bytes(out->data + at, out->len - at);
	if (choice->typing)
		buf_putc(out, '_');
	if (choice->filter_error) {
		buf_puts(out, "  ");
		buf_puts(out, choice->filter_error);
	} else {
		buf_puts(out, "  sort ");
		buf_puts(out, choice->descending ? "-" : "");
		buf_puts(out, row_field_text((unsigned int)choice->sort).name);
		buf_puts(out, "  group ");
		buf_puts(out, frame_group_name(choice->group));
		buf_puts(out, "  shown ");
		frame_count(out, data->count);
		buf_puts(out, choice->paused ? "  PAUSED" : "");
	}
	frame_end(frame);
}

/* ---------------------------------------------------------------- rows */

static bool is_end(unsigned int id)
{
	return id == ROW_LOCAL || id == ROW_REMOTE;
}

static unsigned int column_width(unsigned int id, unsigned int extra)
{
	return is_end(id) ? END_WIDTH + extra : row_field_text(id).width;
}

/* What the terminal has more than the columns need goes to the addresses, which IPv6 makes long. */
static unsigned int extra_width(const struct frame *frame, const struct frame_choice *choice)
{
	unsigned int wanted = 1, ends = 0;

	for (unsigned int i = 0; i < choice->columns.count; i++) {
		wanted += column_width(choice->columns.ids[i], 0) + 1u;
		ends += is_end(choice->columns.ids[i]);
	}
	if (!ends || wanted >= frame->width)
		return 0;
	return (frame->width - wanted) / ends > 26 ? 26 : (frame->width - wanted) / ends;
}

static void draw_columns(struct frame *frame, const struct frame_choice *choice)
{
	unsigned int extra = extra_width(frame, choice);

	frame_begin(frame, FRAME_COLUMNS);
	buf_putc(&frame->text, ' ');
	for (unsigned int i = 0; i < choice->columns.count; i++) {
		unsigned int id = choice->columns.ids[i];
		const char *header = row_field_text(id).header;

		frame_cell(frame, header, strlen(header), column_width(id, extra),
			   row_fields[id].right);
		buf_putc(&frame->text, ' ');
	}
	frame_end(frame);
}

static enum frame_look look_of(const struct frame_row *row, bool selected, uint64_t now_ns)
{
	if (selected)
		return FRAME_SELECTED;
	if (row->dying)
		return FRAME_DYING;
	if (!(row->row->flags & CONNECTION_SINCE_UNKNOWN) && now_ns - row->row->first_ns < NEW_NS)
		return FRAME_NEW;
	return FRAME_PLAIN;
}

static char mark_of(const struct frame_row *row, uint64_t now_ns)
{
	enum frame_look look = look_of(row, false, now_ns);

	return look == FRAME_DYING ? '-' : look == FRAME_NEW ? '+' : ' ';
}

static void draw_row(struct frame *frame, struct view *view, const struct frame_choice *choice,
		     const struct frame_data *data, size_t number)
{
	const struct frame_row *row = &data->rows[number];
	unsigned int extra = extra_width(frame, choice);
	struct row_view made_of;

	row_view_init(&made_of, row->row, row->detail, data->now_ns);
	made_of.owner_count =
		row->dying ? 0 : conn_table_owners(data->table, row->row, made_of.owners);
	frame_begin(frame, look_of(row, number == choice->selected, data->now_ns));
	buf_putc(&frame->text, mark_of(row, data->now_ns));
	for (unsigned int i = 0; i < choice->columns.count; i++) {
		unsigned int id = choice->columns.ids[i];
		struct field_value value;

		row_field_get(view, id, &made_of, &value);
		buf_clear(&frame->scratch);
		view_text_value(view, &value, &frame->scratch);
		frame_cell(frame, frame->scratch.data, frame->scratch.len, column_width(id, extra),
			   row_fields[id].right);
		buf_putc(&frame->text, ' ');
	}
	frame_end(frame);
}

unsigned int frame_page(const struct frame *frame, const struct frame_choice *choice)
{
	unsigned int used = HEAD_LINES + HINT_LINES + (choice->pane ? FRAME_PANE_LINES : 0);

	return frame->height > used ? frame->height - used : 0;
}

static void draw_rows(struct frame *frame, struct view *view, struct frame_choice *choice,
		      const struct frame_data *data)
{
	unsigned int page = frame_page(frame, choice);

	frame_scroll(choice, data->count, page);
	draw_columns(frame, choice);
	for (unsigned int i = 0; i < page; i++) {
		if (choice->first + i < data->count)
			draw_row(frame, view, choice, data, choice->first + i);
		else
			frame_text(frame, FRAME_PLAIN, "");
	}
	if (choice->pane)
		frame_draw_pane(frame, view, data,
				data->count ? &data->rows[choice->selected] : NULL);
}

void frame_draw(struct frame *frame, struct view *view, struct frame_choice *choice,
		const struct frame_data *data)
{
	buf_clear(&frame->text);
	frame->count = 0;
	if (frame->height > FRAME_LINES_MAX)
		frame->height = FRAME_LINES_MAX;
	draw_title(frame, view, data);
	if (choice->help) {
		frame_draw_help(frame);
	} else {
		draw_counts(frame, data);
		draw_choices(frame, choice, data);
		if (choice->group)
			frame_draw_groups(frame, view, choice, data, frame_page(frame, choice));
		else
			draw_rows(frame, view, choice, data);
	}
	while (frame->count + HINT_LINES < frame->height)
		frame_text(frame, FRAME_PLAIN, "");
	frame_text(
		frame, FRAME_HINT,
		choice->typing
			? "Enter keeps the filter  Esc drops it"
			: "q quit  ? help  / filter  s S sort  g group  Enter history  space pause");
}
