/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The pieces of a frame, for its files. */
#ifndef VIEW_FRAME_PUT_H
#define VIEW_FRAME_PUT_H

#include "view/frame.h"

/* Begins a line; what is appended to frame->text until frame_end() is on it. */
void frame_begin(struct frame *frame, enum frame_style style);
/* Cuts it at the frame's width. */
void frame_end(struct frame *frame);
void frame_text(struct frame *frame, enum frame_style style, const char *text);

/* `size` bytes of UTF-8 in exactly `width` columns: padded, or cut with a '~' at its end. */
/* As many whole words as have room in the rest of the line. */
void frame_words(struct frame *frame, const char *text);
void frame_cell(struct frame *frame, const char *text, size_t size, unsigned int width, bool right);

/* 12,345,678 */
void frame_count(struct buf *out, uint64_t count);

/* Lines of a text; NULL has none. */
unsigned int frame_text_lines(const char *text);

void frame_draw_help(struct frame *frame);
void frame_draw_chooser(struct frame *frame, const struct frame_choice *choice);
void frame_draw_rows(struct frame *frame, struct view *view, struct frame_choice *choice,
		     const struct frame_data *data);
void frame_draw_pane(struct frame *frame, struct view *view, const struct frame_data *data,
		     const struct frame_row *row);
/* Returns how many groups there are. */
size_t frame_draw_groups(struct frame *frame, struct view *view, struct frame_choice *choice,
			 const struct frame_data *data, unsigned int page);

/* Down to the last line. */
void frame_draw_foot(struct frame *frame, const struct frame_choice *choice, const char *dialog);

/* Moves the selection into what there is, and the top so that the selection is on the page. */
void frame_scroll(struct frame_choice *choice, size_t count, unsigned int page);

#define FRAME_PANE_LINES 11 /* where there is room */

#endif
