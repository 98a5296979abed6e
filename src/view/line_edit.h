/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One line that is typed: cursor, words, history, completion. UTF-8. Pure. */
#ifndef VIEW_LINE_EDIT_H
#define VIEW_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_EDIT_MAX 200
#define LINE_EDIT_HISTORY 16

enum line_edit_action {
	LINE_EDIT_LEFT,
	LINE_EDIT_RIGHT,
	LINE_EDIT_HOME,
	LINE_EDIT_END,
	LINE_EDIT_BACKSPACE,
	LINE_EDIT_DELETE,
	LINE_EDIT_WORD_BACK, /* deletes the word before the cursor */
	LINE_EDIT_KILL_BEFORE,
	LINE_EDIT_KILL_BEHIND,
	LINE_EDIT_OLDER, /* of the history */
	LINE_EDIT_NEWER,
	LINE_EDIT_ACTIONS,
};

/* Zero-initialise. */
struct line_edit {
	char text[LINE_EDIT_MAX];
	size_t cursor;					/* a byte of text */
	char history[LINE_EDIT_HISTORY][LINE_EDIT_MAX]; /* the newest first */
	unsigned int count, at;	   /* at 0: the line itself, n: history[n - 1] */
	char typed[LINE_EDIT_MAX]; /* while a line of the history is shown */
};

/* Begins with this text, the cursor behind it. */
void line_edit_begin(struct line_edit *edit, const char *text);
void line_edit_act(struct line_edit *edit, enum line_edit_action action);
/* One byte at the cursor; dropped where the line is full. */
void line_edit_type(struct line_edit *edit, char byte);
/* The line joins the history, unless it is empty or the last one there. */
void line_edit_keep(struct line_edit *edit);

/*
 * Completes the word before the cursor as far as all candidates agree; one alone gets a blank
 * behind it. Those that remain are written to ret_rest, as many as have room. `words` ends in NULL.
 */
void line_edit_complete(struct line_edit *edit, const char *const *words, char *ret_rest,
			size_t room);

#endif
