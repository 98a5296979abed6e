/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The live table on the terminal: keys and pictures. */
#ifndef COMMANDS_LIVE_SCREEN_H
#define COMMANDS_LIVE_SCREEN_H

#include "table/engine.h"
#include "commands/live_act.h"
#include "commands/live_findings.h"
#include "commands/live_names.h"
#include "commands/live_rows.h"
#include "commands/row_print.h"
#include "view/line_edit.h"

#define SCREEN_FILTER_MAX LINE_EDIT_MAX

struct live_screen {
	/* by the caller */
	struct engine *engine;
	struct selection *selection;
	struct row_print *print; /* fields, sort, view */
	/* its own */
	struct frame frame;
	struct frame_choice choice;
	struct live_rows rows;
	struct live_findings findings;
	struct live_act act;
	struct live_names names;
	struct row_columns columns_before; /* the chooser's Esc goes back to them */
	char filter_text[SCREEN_FILTER_MAX];
	char filter_before[SCREEN_FILTER_MAX]; /* the one that Esc goes back to */
	struct line_edit edit;
	char candidates[160];
	char filter_error[160];
	struct filter *filter;
	/* The selected connection stays selected wherever it moves to; at the top nothing does. */
	uint64_t followed;
	bool follows;
	long step; /* by which keys moved the selection since the last picture */
	uint64_t counted_ns, counted_transitions, transitions_per_s;
	uint64_t drawn_ns, draw_cost_ns, drawn_holders;
	bool filling; /* by the caller: the table is not yet complete */
};

/* Its child processes: before privileges are dropped. */
void screen_start_children(struct live_screen *screen);
/* 0, or the exit status after an error was said. */
int screen_open(struct live_screen *screen);
/* Gives the terminal back, in any case. */
void screen_close(struct live_screen *screen);

/* Draws now. */
void screen_draw(struct live_screen *screen);
/* Typed keys (live_keys.c). True: the user wants to end. */
bool screen_keys(struct live_screen *screen);
/* The terminal has another size, or shows something else by now. */
void screen_resize(struct live_screen *screen);
void screen_redraw(struct live_screen *screen);
/* The answer of a reading came, or of an act. */
void screen_update_findings(struct live_screen *screen);
void screen_acted(struct live_screen *screen);
void screen_named(struct live_screen *screen);
/* Draws where a picture is due. */
void screen_tick(struct live_screen *screen);
/* The same while the table fills: without the findings. */
void screen_fill(struct live_screen *screen);

#endif
