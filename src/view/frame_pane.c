/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The pane of one connection: its history, who holds it, what the kernel reports. And the help. Pure.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/safe.h"
#include "netstate/tcp_state.h"
#include "view/clock.h"
#include "view/frame_put.h"

#define VERDICT_LINES 3 /* of the explanation, before the history */

void frame_draw_help(struct frame *frame)
{
	static const char *const lines[] = {
		"",
		"  q, Ctrl-C     end                    ?            this page; any key leaves it",
		"  Up Down       select a connection, which stays selected; Home: none, the top",
		"  PgUp PgDn     a page                 End          the last one",
		"  /             a filter, or a word (address, port, name); Esc: the last one",
		"                arrows, Home, End, Ctrl-W edit; Tab completes; Up Down: history",
		"  Esc           no filter, no pane, no group",
		"  s  S          sort by the next or previous column, groups too; ^ v mark it",
		"  r             sort the other way round",
		"  g             group by process, remote, listener, state, netns, unit, none",
		"  Enter         the selected one: finding, history; in groups: only this group",
		"  k             end the selected connection, after a question; needs root",
		"  o  n  W       choose columns; host names on, off; save both, order and group",
		"  c             copy the selected row to the terminal's clipboard (OSC 52)",
		"  space         pause the display; collection continues   Ctrl-L   redraw",
		"",
		"  Filters are those of netstate trace, which are ss(8)'s:",
		"    state established and dport = :443        comm curl or pid 812",
		"    state close-wait and age > 60s            src 10.0.0.0/8 or comm nginx",
		"  ! needs attention or has a finding (sort by trouble)    + new    - just ended",
		"  123~ the listener's process  123* by a scan of descriptors  AGE >5m: or longer",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		frame_text(frame, FRAME_PLAIN, lines[i]);
}

static void put_bytes(struct buf *out, const char *text, size_t size)
{
	size_t at = out->len;

	buf_put(out, text, size);
	if (!out->failed)
		safe_name(out->data + at, out->len - at);
}

/* The first line of a finding that is worse than a note. */
static bool is_bad(const char *line)
{
	return !strncmp(line, "warn: ", 6) || !strncmp(line, "critical: ", 10);
}

static void draw_keeper(struct frame *frame, const struct frame_data *data,
			const struct frame_row *row)
{
	struct row_view made_of;

	row_view_init(&made_of, row->row, row->detail, data->now_ns);
	made_of.rates = &row->rates;
	made_of.listener = conn_table_queued_at(data->table, row->row);
	row_owners_text(&made_of, &frame->text);
}

static void draw_owners(struct frame *frame, const struct frame_data *data,
			const struct frame_row *row)
{
	struct connection_owner owners[CONN_TABLE_OWNERS];
	size_t count = conn_table_owners(data->table, row->row, owners);
	struct buf *out = &frame->text;

	frame_begin(frame, FRAME_PLAIN);
	buf_puts(out, " owners ");
	for (size_t i = 0; i < count; i++) {
		const char *word = flow_owner_name(owners[i].owner);

		buf_puts(out, i ? ", " : "");
		buf_u64(out, owners[i].pid);
		buf_putc(out, ' ');
		put_bytes(out, owners[i].comm, strnlen(owners[i].comm, FLOW_COMM_SIZE));
		buf_puts(out, " (");
		buf_puts(out, word ? word : "?");
		buf_putc(out, ')');
	}
	if (!count)
		draw_keeper(frame, data, row);
	frame_end(frame);
}

static size_t name_size(const char *name)
{
	size_t size = strlen(name);

	return size > 3 && !strcmp(name + size - 3, "_us") ? size - 3 : size;
}

/* In as many lines as it takes: behind the history, so that these are the ones to go where there is
 * no room. */
static void draw_fields(struct frame *frame, struct view *view, const struct frame_data *data,
			const struct frame_row *row)
{
	static const uint8_t ids[] = {
		ROW_NETNS,	ROW_COOKIE,	    ROW_UID,	 ROW_OPENED_BY,	  ROW_CLOSED_BY,
		ROW_HOLDING,	ROW_EXPIRES,	    ROW_RETRIES, ROW_RTT_US,	  ROW_RETRANSMITS,
		ROW_BYTES_SENT, ROW_BYTES_RECEIVED, ROW_IDLE_US, ROW_KEEPALIVE,	  ROW_SND_WND,
		ROW_RCV_WND,	ROW_ZERO_WINDOW_US, ROW_UNACKED, ROW_GIVES_UP_US, ROW_UNIT};
	struct buf *item = &frame->scratch;
	const char *name;
	size_t begin = frame->text.len;
	struct row_view made_of;

	row_view_init(&made_of, row->row, row->detail, data->now_ns);
	made_of.rates = &row->rates;
	frame_begin(frame, FRAME_PLAIN);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		struct field_value value;

		row_field_get(view, ids[i], &made_of, &value);
		if (value.type == VALUE_NULL)
			continue;
		buf_clear(item);
		name = row_field_text(ids[i]).name;
		/* the value has its unit */
		buf_printf(item, " %.*s ", (int)name_size(name), name);
		view_text_value(view, &value, item);
		if (frame->text.len > begin && frame->text.len - begin + item->len > frame->width) {
			frame_end(frame);
			begin = frame->text.len;
			frame_begin(frame, FRAME_PLAIN);
		}
		buf_put(&frame->text, item->data, item->len);
	}
	frame_end(frame);
}

static void draw_step(struct frame *frame, struct view *view, const struct frame_data *data,
		      const struct frame_row *shown, unsigned int number)
{
	const struct connection *row = shown->row;
	uint64_t last_ns = shown->dying ? row->since_ns : data->now_ns;
	uint64_t from_ns = connection_history_ns(row->history[number]);
	uint64_t to_ns = number + 1 < row->history_count
				 ? connection_history_ns(row->history[number + 1])
				 : last_ns;
	const char *name = tcp_state_name(connection_history_state(row->history[number]));
	bool unknown = !number && row->flags & CONNECTION_SINCE_UNKNOWN && row->history_count == 1;
	char text[CLOCK_TEXT_MAX];

	frame_begin(frame, FRAME_PLAIN);
	buf_putc(&frame->text, ' ');
	buf_put(&frame->text, text, (size_t)(clock_text(view, from_ns, text) - text));
	buf_puts(&frame->text, unknown ? " or before  " : "  ");
	name = name ? name : "?";
	frame_cell(frame, name, strlen(name), 12, false);
	buf_puts(&frame->text, "for ");
	buf_put(&frame->text, text,
		(size_t)(clock_span(to_ns > from_ns ? to_ns - from_ns : 0, text) - text));
	buf_puts(&frame->text, unknown ? " or longer" : "");
	frame_end(frame);
}

/* That it is gone was seen then: by an event, or by a list that has it no more. */
static void draw_end(struct frame *frame, struct view *view, const struct connection *row)
{
	char text[CLOCK_TEXT_MAX];

	frame_begin(frame, FRAME_PLAIN);
	buf_putc(&frame->text, ' ');
	buf_put(&frame->text, text, (size_t)(clock_text(view, row->since_ns, text) - text));
	buf_puts(&frame->text, "  CLOSE");
	frame_end(frame);
}

/* As far as `end`; returns what is left. */
static const char *draw_lines(struct frame *frame, const char *text, unsigned int end)
{
	while (text && *text && frame->count < end && frame->count < frame->height) {
		size_t size = strcspn(text, "\n");

		frame_begin(frame, is_bad(text) ? FRAME_TROUBLE : FRAME_PLAIN);
		put_bytes(&frame->text, text, size);
		frame_end(frame);
		text += size + (text[size] == '\n');
	}
	return text;
}

void frame_draw_pane(struct frame *frame, struct view *view, const struct frame_data *data,
		     const struct frame_row *row)
{
	unsigned int end = frame->count + frame->pane;
	const char *explanation = row ? data->explanation : NULL;

	frame_text(frame, FRAME_COLUMNS, " HISTORY");
	explanation = draw_lines(frame, explanation, frame->count + VERDICT_LINES);
	if (row) {
		draw_owners(frame, data, row);
		for (unsigned int i = 0; i < row->row->history_count; i++)
			draw_step(frame, view, data, row, i);
		if (row->dying)
			draw_end(frame, view, row->row);
		draw_fields(frame, view, data, row);
	}
	draw_lines(frame, explanation, end);
	while (frame->count < end && frame->count < frame->height)
		frame_text(frame, FRAME_PLAIN, "");
}
