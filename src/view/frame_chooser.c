/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The chooser of live's columns: those that are shown, in their order, then the others. Pure. */
#include <string.h>

#include "base/cleanup.h"
#include "view/frame_chooser.h"
#include "view/frame_put.h"

/* Of events, or of other sockets than TCP's: empty in every row here. */
static bool has_nothing(unsigned int id)
{
	static const uint8_t ids[] = {ROW_TIME,	      ROW_KTIME_NS,  ROW_KIND,	      ROW_NEW,
				      ROW_AFTER_US,   ROW_ERR,	     ROW_FD,	      ROW_RET,
				      ROW_LATENCY_US, ROW_LOST,	     ROW_SOCKET_TYPE, ROW_PATH,
				      ROW_PEER_INODE, ROW_PEER_PATH, ROW_PEER_OWNERS};

	return memchr(ids, (int)id, sizeof(ids));
}

static bool is_chosen(const struct row_columns *columns, unsigned int id)
{
	return memchr(columns->ids, (int)id, columns->count);
}

unsigned int frame_chooser_count(const struct row_columns *columns)
{
	unsigned int count = columns->count;

	for (unsigned int id = 0; id < ROW_FIELD_MAX; id++)
		count += !has_nothing(id) && !is_chosen(columns, id);
	return count;
}

static unsigned int id_at(const struct row_columns *columns, unsigned int at)
{
	if (at < columns->count)
		return columns->ids[at];
	at -= columns->count;
	for (unsigned int id = 0; id < ROW_FIELD_MAX; id++) {
		if (!has_nothing(id) && !is_chosen(columns, id) && !at--)
			return id;
	}
	return ROW_STATE;
}

static unsigned int place_of(const struct row_columns *columns, unsigned int id)
{
	unsigned int count = frame_chooser_count(columns);

	for (unsigned int at = 0; at < count; at++) {
		if (id_at(columns, at) == id)
			return at;
	}
	return 0;
}

/* The last one stays: a table without columns shows nothing. */
void frame_chooser_toggle(struct frame_choice *choice)
{
	struct row_columns *columns = &choice->columns;
	unsigned int at = choice->pick, id = id_at(columns, at);

	if (at >= columns->count && columns->count < ROW_COLUMNS_MAX) {
		columns->ids[columns->count++] = (uint8_t)id;
	} else if (at < columns->count && columns->count > 1) {
		memmove(&columns->ids[at], &columns->ids[at + 1], columns->count - at - 1);
		columns->count--;
	}
	choice->pick = place_of(columns, id);
}

void frame_chooser_move(struct frame_choice *choice, int step)
{
	struct row_columns *columns = &choice->columns;
	unsigned int at = choice->pick, to = at + (unsigned int)step;
	uint8_t id;

	if (at >= columns->count || to >= columns->count) /* also below the first */
		return;
	id = columns->ids[at];
	columns->ids[at] = columns->ids[to];
	columns->ids[to] = id;
	choice->pick = to;
}

static void draw_one(struct frame *frame, const struct frame_choice *choice, unsigned int at)
{
	struct row_field_text text = row_field_text(id_at(&choice->columns, at));

	frame_begin(frame, at == choice->pick ? FRAME_SELECTED : FRAME_PLAIN);
	buf_puts(&frame->text, at < choice->columns.count ? " [x] " : " [ ] ");
	frame_cell(frame, text.name, strlen(text.name), 22, false);
	buf_putc(&frame->text, ' ');
	frame_words(frame, text.help);
	frame_end(frame);
}

void frame_draw_chooser(struct frame *frame, const struct frame_choice *choice)
{
	unsigned int count = frame_chooser_count(&choice->columns), first = 0, page;

	frame_text(frame, FRAME_COLUMNS, " COLUMNS");
	page = frame->height > frame->count + frame->foot
		       ? frame->height - frame->count - frame->foot
		       : 0;
	if (page && choice->pick >= page)
		first = choice->pick - page + 1;
	for (unsigned int i = 0; i < page && first + i < count; i++)
		draw_one(frame, choice, first + i);
}
