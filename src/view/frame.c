/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The picture of `netstate live`: title, counts, choices, rows or groups or help, hints. Pure. */
#include "view/frame.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/rune_width.h"
#include "base/safe.h"
#include "netstate/tcp_state.h"
#include "view/clock.h"
#include "view/frame_put.h"

#define LOW 10		/* lines */
#define WIDE_COUNTS 110 /* all ten states by their full names */

/* In the order of a connection's life. */
static const uint8_t states[] = {
	TCP_STATE_LISTEN,     TCP_STATE_SYN_SENT,  TCP_STATE_SYN_RECV,	TCP_STATE_ESTABLISHED,
	TCP_STATE_CLOSE_WAIT, TCP_STATE_LAST_ACK,  TCP_STATE_FIN_WAIT1, TCP_STATE_FIN_WAIT2,
	TCP_STATE_CLOSING,    TCP_STATE_TIME_WAIT,
};

const char *frame_group_name(unsigned int group)
{
	static const char *const names[FRAME_GROUP_MAX] = {"none",  "process", "remote", "listener",
							   "state", "netns",   "unit"};

	return group < FRAME_GROUP_MAX ? names[group] : "none";
}

static void put_title(struct frame *frame, struct view *view, const struct frame_data *data,
		      bool brief)
{
	char clock[CLOCK_TEXT_MAX];
	struct buf *out = &frame->text;

	buf_puts(out, brief ? "" : "netstate  ");
	buf_put(out, clock, (size_t)(clock_text(view, data->now_ns, clock) - clock));
	if (view->time == VIEW_TIME_LOCAL || view->time == VIEW_TIME_UTC)
		out->len -= 7; /* to the second */
	buf_puts(out, "  ");
	frame_count(out, conn_table_size(data->table));
	buf_puts(out, brief ? " conn  " : " connections  ");
	if (data->filling) {
		buf_puts(out, brief ? "reading" : "reading the kernel's sockets ...");
		return;
	}
	if (data->no_events) {
		buf_puts(out, brief ? "no events" : "no events: read now and then");
	} else {
		frame_count(out, data->transitions_per_s);
		buf_puts(out, brief ? " trans/s  lost " : " transitions/s  lost ");
		frame_count(out, data->lost);
	}
	buf_puts(out, "  reconciled ");
	frame_count(out, data->reconciled);
	if (data->unmarked) {
		buf_puts(out, brief ? "  ! not at " : "  findings without a mark: ");
		frame_count(out, data->unmarked);
	}
}

/* Where the numbers are large or the terminal is narrow the words go first. */
static void draw_title(struct frame *frame, struct view *view, const struct frame_data *data)
{
	size_t at = frame->text.len;

	frame_begin(frame, data->lost ? FRAME_WARNING : FRAME_TITLE);
	put_title(frame, view, data, false);
	if (frame->text.len - at > frame->width && !frame->text.failed) {
		frame->text.len = at;
		put_title(frame, view, data, true);
	}
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

/* Appends the item to the line, or where it has no room there to the next one. */
static void put_count(struct frame *frame, const char *word, uint64_t count)
{
	struct buf *out = &frame->text;
	size_t begin = frame->lines[frame->count].at, at = out->len;

	buf_puts(out, word);
	buf_putc(out, ' ');
	frame_count(out, count);
	if (out->len - begin > frame->width && at > begin && !out->failed) {
		out->len = at;
		frame_end(frame);
		frame_begin(frame, FRAME_PLAIN);
		buf_puts(out, word);
		buf_putc(out, ' ');
		frame_count(out, count);
	}
	buf_puts(out, "  ");
}

/* Of what is shown, where connections are chosen; else of all. */
static void count_states(const struct frame_choice *choice, const struct frame_data *data,
			 uint64_t by_state[TCP_STATE_MAX])
{
	const struct conn_counters *counters = conn_table_counters(data->table);

	if (!choice->narrowed && !*choice->filter) {
		memcpy(by_state, counters->by_state, TCP_STATE_MAX * sizeof(*by_state));
		return;
	}
	for (size_t i = 0; i < data->count; i++) {
		if (!data->rows[i].dying && data->rows[i].row->state < TCP_STATE_MAX)
			by_state[data->rows[i].row->state]++;
	}
}

/* As many lines as it once took: rows do not jump up and down with a number's digits. */
static void draw_counts(struct frame *frame, const struct frame_choice *choice,
			const struct frame_data *data)
{
	const struct conn_counters *counters = conn_table_counters(data->table);
	uint64_t by_state[TCP_STATE_MAX] = {};
	unsigned int first = frame->count;

	count_states(choice, data, by_state);
	frame_begin(frame, FRAME_PLAIN);
	if (counters->left_out || counters->refused)
		put_count(frame, "TABLE FULL (--max-rows), left out",
			  counters->left_out ? counters->left_out : counters->refused);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		if (by_state[states[i]])
			put_count(frame,
				  frame->width < WIDE_COUNTS ? short_name(states[i])
							     : tcp_state_name(states[i]),
				  by_state[states[i]]);
	}
	frame_end(frame);
	while (frame->count - first < frame->count_lines && frame->count < frame->height)
		frame_text(frame, FRAME_PLAIN, "");
	frame->count_lines = frame->count - first;
}

/* How much of the line the filter may take: the rest says what is wrong, or the other choices. */
static size_t filter_room(const struct frame *frame, const struct frame_choice *choice)
{
	size_t rest = choice->filter_error ? frame->width / 2 : choice->typing ? 12 : 46;

	return frame->width > rest + 10 ? frame->width - rest : 10;
}

/* A '_' is the cursor; it is always seen. */
static void put_typed(struct frame *frame, const char *text, size_t cursor, size_t room)
{
	struct buf *out = &frame->text;
	size_t at = out->len, size = strlen(text), columns;

	buf_put(out, text, cursor);
	buf_putc(out, '_');
	buf_puts(out, text + cursor);
	if (out->failed)
		return;
	safe_bytes(out->data + at, out->len - at);
	if (size > room) {
		out->len = at + text_fitting(out->data + at, size + 1, room + 1, &columns);
		if (out->len - at <= size)
			buf_putc(out, '~');
	}
}

/* While it is typed its cursor is seen, else its beginning, however long it is. */
static void put_filter_text(struct frame *frame, const struct frame_choice *choice)
{
	size_t size = strlen(choice->filter), room = filter_room(frame, choice), skip = 0, at;
	size_t columns;
	struct buf *out = &frame->text;

	if (choice->typing && choice->cursor > room) {
		skip = choice->cursor - room;
		while (((unsigned char)choice->filter[skip] & 0xc0) == 0x80)
			skip++;
		buf_putc(out, '~');
	}
	at = out->len;
	if (choice->typing) {
		put_typed(frame, choice->filter + skip, choice->cursor - skip, room);
		return;
	}
	buf_puts(out, size ? choice->filter : choice->start_filter ? "" : "none");
	if (out->failed)
		return;
	safe_bytes(out->data + at, out->len - at);
	if (size > room) {
		out->len = at + text_fitting(out->data + at, size, room, &columns);
		buf_putc(out, '~');
	}
}

static void put_position(struct frame *frame, const struct frame_choice *choice,
			 const struct frame_data *data)
{
	struct buf *out = &frame->text;

	buf_puts(out, "  ");
	if (data->count && !choice->group) {
		frame_count(out,
			    choice->selected < data->count ? choice->selected + 1 : data->count);
		buf_puts(out, " of ");
	} else {
		buf_puts(out, "shown ");
	}
	frame_count(out, data->count);
	buf_puts(out,
		 choice->narrowed && !choice->start_filter ? " that the command line selects" : "");
}

/* What the command line has chosen stays, whatever is typed. */
static void put_start_filter(struct frame *frame, const struct frame_choice *choice)
{
	struct buf *out = &frame->text;
	size_t at = out->len;

	if (!choice->start_filter)
		return;
	buf_puts(out, choice->start_filter);
	if (out->failed)
		return;
	if (out->len - at > frame->width / 3) {
		out->len = at + frame->width / 3;
		buf_putc(out, '~');
	}
	safe_name(out->data + at, out->len - at);
	buf_puts(out, choice->typing || *choice->filter ? " and " : "");
}

static void put_order(struct buf *out, const struct frame_choice *choice)
{
	if (choice->group) {
		buf_puts(out, choice->group_reversed ? "-" : "");
		buf_puts(out, frame_group_sort_name(choice));
		return;
	}
	buf_puts(out, choice->descending ? "-" : "");
	buf_puts(out, row_field_text((unsigned int)choice->sort).name);
}

static void draw_choices(struct frame *frame, const struct frame_choice *choice,
			 const struct frame_data *data)
{
	struct buf *out = &frame->text;

	frame_begin(frame, choice->filter_error ? FRAME_WARNING : FRAME_PLAIN);
	buf_puts(out, choice->paused ? "PAUSED  " : "");
	buf_puts(out, choice->typing ? "filter> " : "filter ");
	put_start_filter(frame, choice);
	put_filter_text(frame, choice);
	if (choice->filter_error) {
		buf_puts(out, "  ");
		frame_words(frame, choice->filter_error);
	} else {
		buf_puts(out, "  sort ");
		put_order(out, choice);
		buf_puts(out, "  group ");
		buf_puts(out, frame_group_name(choice->group));
		put_position(frame, choice, data);
	}
	frame_end(frame);
}

/* ---------------------------------------------------------------- all of it */

unsigned int frame_page(const struct frame *frame, const struct frame_choice *choice)
{
	unsigned int used = frame->head + frame->foot + (choice->pane ? frame->pane : 0);

	return frame->height > used ? frame->height - used : 0;
}

int frame_column_at(const struct frame *frame, const struct frame_choice *choice, unsigned int x)
{
	unsigned int begin = 1;

	for (unsigned int i = 0; i < choice->shown; i++) {
		if (x >= begin && x <= begin + frame->widths[i])
			return (int)i;
		begin += frame->widths[i] + 1u;
	}
	return -1;
}

/* A low terminal keeps its lines for connections. */
static bool is_low(const struct frame *frame)
{
	return frame->height < LOW;
}

/* The last line has no newline. */
static unsigned int dialog_lines(const char *dialog)
{
	return frame_text_lines(dialog) + 1;
}

/* The rows keep two thirds of a terminal without room for all of the pane. */
static void divide(struct frame *frame, const char *explanation, const char *dialog)
{
	unsigned int body, wanted;

	frame->foot = dialog ? dialog_lines(dialog) : is_low(frame) ? 0 : 1;
	body = frame->height > frame->head + frame->foot ? frame->height - frame->head - frame->foot
							 : 0;
	wanted = FRAME_PANE_LINES + frame_text_lines(explanation);
	frame->pane = body * 2 / 3 < wanted ? body * 2 / 3 : wanted;
}

static void draw_head(struct frame *frame, struct view *view, const struct frame_choice *choice,
		      const struct frame_data *data)
{
	draw_title(frame, view, data);
	if (choice->help)
		return;
	if (!is_low(frame))
		draw_counts(frame, choice, data);
	if (!is_low(frame) || choice->typing || *choice->filter)
		draw_choices(frame, choice, data);
	frame->head = frame->count + 1; /* the header of the columns */
}

void frame_draw(struct frame *frame, struct view *view, struct frame_choice *choice,
		const struct frame_data *data)
{
	buf_clear(&frame->text);
	frame->count = 0;
	if (frame->height > FRAME_LINES_MAX)
		frame->height = FRAME_LINES_MAX;
	if (frame->measured_width != frame->width)
		frame->count_lines = 0;
	draw_head(frame, view, choice, data);
	divide(frame, choice->pane ? data->explanation : NULL, data->dialog);
	if (choice->help)
		frame_draw_help(frame);
	else if (choice->choosing)
		frame_draw_chooser(frame, choice);
	else if (choice->group)
		frame_draw_groups(frame, view, choice, data, frame_page(frame, choice));
	else
		frame_draw_rows(frame, view, choice, data);
	frame_draw_foot(frame, choice, data->dialog);
}
