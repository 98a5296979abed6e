/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The terminal as a whole screen, by ncurses. It is left as it was found, also by a crash. */
#ifndef SINK_TERMINAL_H
#define SINK_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

enum terminal_key {
	TERMINAL_NONE = -1,
	TERMINAL_UP = 0x1000,
	TERMINAL_DOWN,
	TERMINAL_PAGE_UP,
	TERMINAL_PAGE_DOWN,
	TERMINAL_HOME,
	TERMINAL_END,
	TERMINAL_ENTER,
	TERMINAL_ESCAPE,
	TERMINAL_BACKSPACE,
	TERMINAL_LEFT,
	TERMINAL_RIGHT,
	TERMINAL_DELETE,
	TERMINAL_MOUSE,
	TERMINAL_F1, /* F10: TERMINAL_F1 + 9 */
};

enum terminal_style {
	TERMINAL_PLAIN,
	TERMINAL_BOLD,
	TERMINAL_GREEN,
	TERMINAL_RED,
	TERMINAL_DIM,
	TERMINAL_CYAN,
	TERMINAL_YELLOW,
	TERMINAL_MAGENTA,
	TERMINAL_HEADER, /* bars, to the edge */
	TERMINAL_CURSOR,
};

/* 0, or -ENOTTY: stdout is no terminal that can be drawn on; -ENOENT: $TERM is not known. */
int terminal_open(void);
/* Gives the terminal back; does nothing where it is not open. */
void terminal_close(void);

/* After SIGWINCH, and at the beginning. */
void terminal_size(unsigned int *ret_width, unsigned int *ret_height);

/* One line of UTF-8 at row `y`; the rest of it is blank. */
void terminal_line(unsigned int y, const char *text, size_t size, enum terminal_style style);
void terminal_show(void);
/* The next terminal_show() draws all of it: something else was written to the terminal. */
void terminal_redraw(void);

/* Into the clipboard of who looks at it (OSC 52), where the terminal does that. */
void terminal_copy(const char *text, size_t size);

/* A byte, an enum terminal_key, or TERMINAL_NONE where nothing was typed. */
int terminal_key(void);

/* Where, after TERMINAL_MOUSE: 0 a click, -1 and 1 the wheel up and down. */
int terminal_mouse(unsigned int *ret_x, unsigned int *ret_y);

/* The other side hung up: there is nobody to show anything to. */
bool terminal_gone(void);

#endif
