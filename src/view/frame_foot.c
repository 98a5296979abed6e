/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The last lines of a frame: a question, or the keys. Pure. */
#include <string.h>

#include "base/cleanup.h"
#include "view/frame_put.h"

/* What is asked or said stands out, also where there are no colors. */
static void draw_dialog(struct frame *frame, const char *text)
{
	while (*text && frame->count < frame->height) {
		size_t size = strcspn(text, "\n");

		frame_begin(frame, FRAME_DIALOG);
		buf_put(&frame->text, text, size);
		frame_end(frame);
		text += size + (text[size] == '\n');
	}
}

/* As many as have room: half a hint would name another key. */
static void draw_keys(struct frame *frame)
{
	static const char *const keys[] = {
		"q quit",      "? help",    "/ filter",	  "s S sort",  "g group",   "Enter history",
		"k kill",      "o columns", "c copy",	  "n names",   "r reverse", "W save",
		"space pause", "F1 help",   "F2 columns", "F4 filter", "F5 group",  "F6 sort",
		"F7 names",    "F8 copy",   "F9 kill",	  "F10 quit",
	};
	size_t begin = frame->text.len;

	frame_begin(frame, FRAME_HINT);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t used = frame->text.len - begin;

		if (frame->text.failed || used + (i ? 2 : 0) + strlen(keys[i]) > frame->width)
			break;
		buf_puts(&frame->text, i ? "  " : "");
		buf_puts(&frame->text, keys[i]);
	}
	frame_end(frame);
}

void frame_draw_foot(struct frame *frame, const struct frame_choice *choice, const char *dialog)
{
	while (frame->count + frame->foot < frame->height)
		frame_text(frame, FRAME_PLAIN, "");
	if (dialog)
		draw_dialog(frame, dialog);
	else if (choice->typing && choice->candidates && *choice->candidates)
		frame_text(frame, FRAME_HINT, choice->candidates);
	else if (choice->choosing)
		frame_text(frame, FRAME_HINT,
			   "space shows or hides  < > move  Enter accepts  Esc cancels");
	else if (choice->typing)
		frame_text(
			frame, FRAME_HINT,
			"Enter applies it  Esc restores the last one  Tab completes  Up Down history");
	else
		draw_keys(frame);
}
