/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The live table on the terminal. */
#include "commands/live_screen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/config_file.h"
#include "base/say.h"
#include "base/clock.h"
#include "commands/live_child.h"
#include "sink/terminal.h"
#include "view/live_settings.h"

#define PICTURE_NS 1000000000ULL
/* of large tables the pictures come so rarely that drawing takes 1/5 of the time */
#define DRAW_SHARE 5

/* As many as the terminal has room for, the first six in any case. */
static const struct row_columns columns_by_want = {
	.ids = {ROW_STATE, ROW_LOCAL, ROW_REMOTE, ROW_PID, ROW_COMM, ROW_AGE_US, ROW_EXPIRES,
		ROW_RECV_Q, ROW_SEND_Q, ROW_UNIT, ROW_RTT_US, ROW_RETRANSMITS, ROW_BYTES_SENT,
		ROW_BYTES_RECEIVED, ROW_SENT_RATE, ROW_RECEIVED_RATE},
	.count = 16,
};

void screen_start_children(struct live_screen *screen)
{
	live_findings_start(&screen->findings);
	live_act_start(&screen->act);
	live_names_start(&screen->names);
}

static void stop_children(struct live_screen *screen)
{
	live_findings_stop(&screen->findings);
	live_child_stop(&screen->act.helper);
	live_child_stop(&screen->names.helper);
}

/* The command line goes before what was saved. */
static void load_settings(struct live_screen *screen)
{
	struct frame_choice *choice = &screen->choice;
	struct live_settings settings;
	char text[HELPER_DATA_SIZE];

	if (config_file_read(LIVE_SETTINGS_FILE, text, sizeof(text)))
		return;
	live_settings_parse(text, &settings);
	if (settings.columns.count && !screen->print->fields_text) {
		choice->columns = settings.columns;
		choice->all_columns = true;
	}
	if (settings.sort >= 0 && screen->print->sort < 0) {
		choice->sort = settings.sort;
		choice->descending = settings.descending;
	}
	choice->group = settings.group;
	choice->names = settings.names;
}

int screen_open(struct live_screen *screen)
{
	int err = terminal_open();

	if (err == -ENOENT)
		return say(
			"live: this terminal ($TERM) is not known here; use --json, or netstate list");
	if (err)
		return say(
			"live: stdin and stdout are not both a terminal; use --json, or netstate list");
	say_hold(true);
	screen->choice.columns =
		screen->print->fields_text ? screen->print->columns : columns_by_want;
	screen->choice.all_columns = screen->print->fields_text;
	screen->choice.sort = screen->print->sort < 0 ? ROW_TROUBLE : screen->print->sort;
	screen->choice.descending = screen->print->descending;
	load_settings(screen);
	screen->choice.filter = screen->filter_text;
	screen->choice.narrowed = selection_narrows(screen->selection);
	screen->choice.start_filter = screen->selection->filter_text;
	terminal_size(&screen->frame.width, &screen->frame.height);
	return STATUS_OK;
}

void screen_close(struct live_screen *screen)
{
	terminal_close();
	say_hold(false);
	frame_release(&screen->frame);
	live_rows_release(&screen->rows);
	filter_free(screen->filter);
	screen->filter = NULL;
	stop_children(screen);
}

/* ---------------------------------------------------------------- pictures */

static void count_transitions(struct live_screen *screen, uint64_t now_ns)
{
	uint64_t transitions = conn_table_counters(screen->engine->table)->transitions;
	uint64_t passed_ns = now_ns - screen->counted_ns;

	if (passed_ns < PICTURE_NS * 9 / 10)
		return;
	if (screen->counted_ns)
		screen->transitions_per_s =
			(transitions - screen->counted_transitions) * 1000000000ULL / passed_ns;
	screen->counted_ns = now_ns;
	screen->counted_transitions = transitions;
}

static void put_lines(const struct frame *frame)
{
	static const uint8_t styles[] = {
		[FRAME_PLAIN] = TERMINAL_PLAIN,	     [FRAME_TITLE] = TERMINAL_BOLD,
		[FRAME_COLUMNS] = TERMINAL_HEADER,   [FRAME_SELECTED] = TERMINAL_CURSOR,
		[FRAME_NEW] = TERMINAL_GREEN,	     [FRAME_DYING] = TERMINAL_DIM,
		[FRAME_WARNING] = TERMINAL_RED,	     [FRAME_HINT] = TERMINAL_DIM,
		[FRAME_TROUBLE] = TERMINAL_RED,	     [FRAME_LISTENER] = TERMINAL_CYAN,
		[FRAME_HANDSHAKE] = TERMINAL_YELLOW, [FRAME_CLOSING] = TERMINAL_MAGENTA,
		[FRAME_WAITING] = TERMINAL_DIM,	     [FRAME_DIALOG] = TERMINAL_HEADER,
	};

	for (unsigned int y = 0; y < frame->count; y++) {
		const struct frame_line *line = &frame->lines[y];

		terminal_line(y, frame->text.data + line->at, line->size,
			      (enum terminal_style)styles[line->style]);
	}
	terminal_show();
}

/* ---------------------------------------------------------------- the selection */

static size_t place_of_followed(const struct live_screen *screen, uint64_t now_ns)
{
	size_t place = screen->follows ? live_rows_place(&screen->rows, &screen->print->view,
							 &screen->choice, now_ns, screen->followed)
				       : SIZE_MAX;

	return place == SIZE_MAX ? screen->choice.selected : place;
}

/* To where the followed connection is now, and from there as far as keys moved it. */
static void place_selection(struct live_screen *screen, uint64_t now_ns)
{
	size_t at =
		screen->choice.group ? screen->choice.selected : place_of_followed(screen, now_ns);
	size_t back = screen->step < 0 ? (size_t)-screen->step : 0;

	if (!screen->choice.group && at >= screen->rows.count)
		at = screen->rows.count ? screen->rows.count - 1 : 0;
	at = screen->step < 0 ? at - (at < back ? at : back) : at + (size_t)screen->step;
	screen->choice.selected = at;
	screen->step = 0;
}

/* The screen shows no row behind a page below the selected one. */
static void sort_shown(struct live_screen *screen, uint64_t now_ns)
{
	const struct frame_choice *choice = &screen->choice;
	size_t selected =
		choice->selected < screen->rows.count ? choice->selected : screen->rows.count;

	live_rows_sort(&screen->rows, &screen->print->view, choice, now_ns,
		       choice->group ? screen->rows.count : selected + screen->frame.height);
}

static void follow_selection(struct live_screen *screen)
{
	const struct frame_choice *choice = &screen->choice;

	if (choice->group)
		return;
	screen->follows =
		(choice->selected || choice->pane) && choice->selected < screen->rows.count;
	if (screen->follows)
		screen->followed = flow_identity(&screen->rows.list[choice->selected].row->flow);
	screen->rows.kept = screen->follows && choice->pane ? screen->followed : 0;
}

/* Behind the ends, once there are rows of two; it stays then. */
static void add_netns_column(struct live_screen *screen)
{
	struct row_columns *columns = &screen->choice.columns;
	const unsigned int at = 3;

	if (screen->print->fields_text || memchr(columns->ids, ROW_NETNS_NAME, columns->count) ||
	    !live_rows_of_two_namespaces(&screen->rows))
		return;
	memmove(&columns->ids[at + 1], &columns->ids[at], columns->count - at);
	columns->ids[at] = ROW_NETNS_NAME;
	columns->count++;
}

/* What the last reading found, and what it says of the selected one. */
static void mark_rows(struct live_screen *screen)
{
	for (size_t i = 0; i < screen->rows.count; i++) {
		struct frame_row *row = &screen->rows.list[i];

		row->finding =
			(uint8_t)live_findings_mark(&screen->findings, row->row->flow.cookie);
	}
}

static uint64_t selected_cookie(const struct live_screen *screen)
{
	const struct frame_choice *choice = &screen->choice;

	return choice->pane && !choice->group && choice->selected < screen->rows.count
		       ? screen->rows.list[choice->selected].row->flow.cookie
		       : 0;
}

void screen_draw(struct live_screen *screen)
{
	uint64_t now_ns = clock_monotonic_ns();
	struct frame_data data = {
		.table = screen->engine->table,
		.now_ns = now_ns,
		.filling = screen->filling,
		.no_events = !screen->engine->tracer,
		.lost = screen->engine->lost,
		.reconciled = screen->engine->reconciled,
	};

	count_transitions(screen, now_ns);
	data.transitions_per_s = screen->transitions_per_s;
	if (!screen->choice.paused) {
		live_rows_find(&screen->rows, screen->engine, screen->selection, screen->filter,
			       now_ns);
	}
	mark_rows(screen);
	add_netns_column(screen);
	live_rows_rank(&screen->rows, &screen->print->view, &screen->choice, now_ns);
	place_selection(screen, now_ns);
	sort_shown(screen, now_ns);
	data.rows = screen->rows.list;
	data.count = screen->rows.count;
	data.unmarked = live_findings_unmarked(&screen->findings);
	data.dialog = live_act_text(&screen->act);
	data.explanation = live_findings_text(&screen->findings, selected_cookie(screen));
	screen->print->view.host_name = screen->choice.names ? live_names_get : NULL;
	screen->print->view.host_context = &screen->names;
	screen->print->view.wall_offset_ns = clock_wall_offset();
	screen->print->view.today = clock_wall_s();
	selection_name_for(screen->selection, &screen->print->view);
	frame_draw(&screen->frame, &screen->print->view, &screen->choice, &data);
	live_names_turn(&screen->names);
	follow_selection(screen);
	put_lines(&screen->frame);
	if (!screen->choice.paused && !screen->choice.group)
		live_rows_shown(&screen->rows, screen->choice.first,
				frame_page(&screen->frame, &screen->choice));
	screen->drawn_ns = clock_monotonic_ns();
	screen->draw_cost_ns = screen->drawn_ns - now_ns;
	screen->drawn_holders = conn_table_counters(screen->engine->table)->holders;
}

void screen_resize(struct live_screen *screen)
{
	terminal_size(&screen->frame.width, &screen->frame.height);
	screen_draw(screen);
}

void screen_redraw(struct live_screen *screen)
{
	terminal_redraw();
	screen_resize(screen);
}

void screen_update_findings(struct live_screen *screen)
{
	if (live_findings_receive(&screen->findings))
		screen_draw(screen);
}

void screen_acted(struct live_screen *screen)
{
	live_act_receive(&screen->act);
	screen_draw(screen);
}

void screen_named(struct live_screen *screen)
{
	if (live_names_receive(&screen->names))
		screen->drawn_ns = 0; /* at the next tick: many may come at once */
	live_names_turn(&screen->names);
}

void screen_fill(struct live_screen *screen)
{
	uint64_t pause_ns = screen->draw_cost_ns * DRAW_SHARE;

	if (clock_monotonic_ns() - screen->drawn_ns >= pause_ns)
		screen_draw(screen);
}

/* Who holds a connection is shown at once; all else keeps still for a second. */
void screen_tick(struct live_screen *screen)
{
	uint64_t holders = conn_table_counters(screen->engine->table)->holders;
	uint64_t pause_ns = screen->draw_cost_ns * DRAW_SHARE;

	live_findings_turn(&screen->findings, selected_cookie(screen), screen->frame.width,
			   clock_monotonic_ns());

	if (pause_ns < PICTURE_NS && holders == screen->drawn_holders)
		pause_ns = PICTURE_NS;
	if (!screen->choice.paused && clock_monotonic_ns() - screen->drawn_ns >= pause_ns)
		screen_draw(screen);
}
