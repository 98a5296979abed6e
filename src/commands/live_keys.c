/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Typed keys -> what the live screen shows. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "commands/live_chooser.h"
#include "commands/live_filter.h"
#include "commands/live_screen.h"
#include "netstate/tcp_state.h"
#include "sink/terminal.h"

#define CTRL(letter) ((letter) - '@')
#define COMPLETIONS_MAX 64
#define WHEEL_ROWS 3
#define SELECT_LAST ((size_t)LONG_MAX) /* frame_draw() cuts it down to what there is */

/* ---------------------------------------------------------------- filter */

static void set_filter(struct live_screen *screen, const char *text)
{
	/* a picture that stands still would not be what the filter says */
	screen->choice.paused &= !strcmp(screen->filter_text, text);
	snprintf(screen->filter_text, sizeof(screen->filter_text), "%s", text);
	live_filter_apply(screen);
}

/* In addition to the one that is there; in place of it where both are too long. */
static void narrow_filter(struct live_screen *screen, const char *text)
{
	char both[SCREEN_FILTER_MAX];
	int size = snprintf(both, sizeof(both), "(%s) and %s", screen->filter_text, text);

	set_filter(screen, *screen->filter_text && !screen->choice.filter_error && size > 0 &&
					   size < SCREEN_FILTER_MAX
				   ? both
				   : text);
}

/* ---------------------------------------------------------------- the line that is typed */

/* What Tab knows: words of the language, states, and the processes of the rows. */
static void complete(struct live_screen *screen)
{
	static const char *const known[] = {
		"state", "src",	      "dst",	 "sport",	"dport",   "port",
		"pid",	 "comm",      "uid",	 "netns",	"cgroup",  "age",
		"dev",	 "fwmark",    "not",	 "and",		"or",	   "exclude",
		"idle",	 "keepalive", "unacked", "zero_window", "gives_up"};
	const char *words[COMPLETIONS_MAX + 1];
	char comms[COMPLETIONS_MAX][FLOW_COMM_SIZE];
	size_t count = 0;

	for (; count < ARRAY_SIZE(known); count++)
		words[count] = known[count];
	for (unsigned int state = 1; state < TCP_STATE_NEW_SYN_RECV; state++) {
		if (tcp_state_name(state))
			words[count++] = tcp_state_name(state);
	}
	for (size_t i = 0; i < screen->rows.count && count < COMPLETIONS_MAX; i++) {
		const char *comm = screen->rows.list[i].row->flow.comm;
		size_t at = ARRAY_SIZE(known), size = strnlen(comm, FLOW_COMM_SIZE - 1);

		memcpy(comms[count], comm, size);
		comms[count][size] = '\0';
		while (at < count && strcmp(words[at], comms[count]) != 0)
			at++;
		if (size && at == count && !strpbrk(comms[count], " ()'\""))
			words[count] = comms[count], count++;
	}
	words[count] = NULL;
	line_edit_complete(&screen->edit, words, screen->candidates, sizeof(screen->candidates));
}

static bool edit_line(struct line_edit *edit, int key)
{
	static const struct {
		int key;
		enum line_edit_action action;
	} actions[] = {
		{TERMINAL_LEFT, LINE_EDIT_LEFT},
		{TERMINAL_RIGHT, LINE_EDIT_RIGHT},
		{TERMINAL_HOME, LINE_EDIT_HOME},
		{CTRL('A'), LINE_EDIT_HOME},
		{TERMINAL_END, LINE_EDIT_END},
		{CTRL('E'), LINE_EDIT_END},
		{TERMINAL_BACKSPACE, LINE_EDIT_BACKSPACE},
		{TERMINAL_DELETE, LINE_EDIT_DELETE},
		{CTRL('D'), LINE_EDIT_DELETE},
		{CTRL('W'), LINE_EDIT_WORD_BACK},
		{CTRL('U'), LINE_EDIT_KILL_BEFORE},
		{CTRL('K'), LINE_EDIT_KILL_BEHIND},
		{TERMINAL_UP, LINE_EDIT_OLDER},
		{TERMINAL_DOWN, LINE_EDIT_NEWER},
	};

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (actions[i].key == key) {
			line_edit_act(edit, actions[i].action);
			return true;
		}
	}
	return false;
}

static void begin_typing(struct live_screen *screen)
{
	struct frame_choice *choice = &screen->choice;

	snprintf(screen->filter_before, sizeof(screen->filter_before), "%s", screen->filter_text);
	line_edit_begin(&screen->edit, screen->filter_text);
	screen->candidates[0] = '\0';
	choice->candidates = screen->candidates;
	choice->cursor = screen->edit.cursor;
	choice->typing = true;
	choice->paused = false; /* a picture that stands still would not show what it does */
}

static void type(struct live_screen *screen, int key)
{
	screen->candidates[0] = '\0';
	if (key == TERMINAL_ENTER || key == TERMINAL_ESCAPE) {
		screen->choice.typing = false;
		if (key == TERMINAL_ESCAPE)
			set_filter(screen, screen->filter_before);
		else
			line_edit_keep(&screen->edit);
		return;
	}
	if (key == '\t')
		complete(screen);
	else if (!edit_line(&screen->edit, key) && key >= ' ' && key < 256 && key != 127)
		line_edit_type(&screen->edit, (char)key);
	memcpy(screen->filter_text, screen->edit.text, sizeof(screen->filter_text));
	screen->choice.cursor = screen->edit.cursor;
	live_filter_apply(screen);
}

/* ---------------------------------------------------------------- keys */

static void sort_by_next(struct frame_choice *choice, unsigned int step)
{
	unsigned int at = 0, count = choice->shown ? choice->shown : 1;

	if (choice->group) {
		choice->group_sort = (uint8_t)((choice->group_sort + step) % FRAME_GROUP_COLUMNS);
		return;
	}
	while (at < count && choice->columns.ids[at] != choice->sort)
		at++;
	at = at == count ? 0 : (at + step) % count;
	choice->sort = choice->columns.ids[at];
}

static void move_selection(struct live_screen *screen, int key)
{
	struct frame_choice *choice = &screen->choice;
	long page = (long)frame_page(&screen->frame, choice);

	if (key == TERMINAL_HOME || key == TERMINAL_END) {
		screen->follows = false;
		screen->step = 0;
		choice->selected = key == TERMINAL_HOME ? 0 : SELECT_LAST;
		return;
	}
	screen->step += key == TERMINAL_UP	  ? -1
			: key == TERMINAL_DOWN	  ? 1
			: key == TERMINAL_PAGE_UP ? -page
						  : page;
}

static void enter(struct live_screen *screen)
{
	struct frame_choice *choice = &screen->choice;

	if (!choice->group) {
		choice->pane = !choice->pane;
		return;
	}
	screen_draw(screen); /* keys before this one may have moved to another group */
	if (choice->group_filter[0])
		narrow_filter(screen, choice->group_filter);
	choice->group = FRAME_GROUP_NONE;
	choice->selected = 0;
}

static void escape(struct live_screen *screen)
{
	screen->choice.pane = false;
	screen->choice.group = FRAME_GROUP_NONE;
	set_filter(screen, "");
}

/* A click on a row selects it, on a column's header sorts by it, a second time the other way round;
 * the wheel moves the selection. */
static void mouse(struct live_screen *screen)
{
	struct frame_choice *choice = &screen->choice;
	unsigned int x, y, head = screen->frame.head;
	int wheel = terminal_mouse(&x, &y), column;

	if (wheel) {
		screen->step += wheel * WHEEL_ROWS;
	} else if (y + 1 == head && !choice->group) {
		column = frame_column_at(&screen->frame, choice, x);
		if (column < 0)
			return;
		choice->descending ^= choice->sort == choice->columns.ids[column];
		choice->sort = choice->columns.ids[column];
	} else if (y >= head && y - head < frame_page(&screen->frame, choice)) {
		screen->follows = false;
		screen->step = 0;
		choice->selected = choice->first + (y - head);
	}
}

/* Of the row that is on the screen: keys before this one may have moved the selection. */
static void ask_to_end(struct live_screen *screen)
{
	const struct frame_choice *choice = &screen->choice;

	screen_draw(screen);
	if (choice->group || choice->selected >= screen->rows.count)
		live_act_say(&screen->act, "no connection is selected");
	else
		live_act_ask(&screen->act, &screen->rows.list[choice->selected],
			     &screen->print->view);
}

/* All columns that were chosen, also those that the terminal has no room for, as `list` prints them. */
static void copy_row(struct live_screen *screen)
{
	const struct frame_choice *choice = &screen->choice;
	struct row_view made_of;
	struct buf text = {};

	screen_draw(screen);
	if (choice->group || choice->selected >= screen->rows.count) {
		live_act_say(&screen->act, "no connection is selected");
		return;
	}
	row_view_init(&made_of, screen->rows.list[choice->selected].row,
		      screen->rows.list[choice->selected].detail, clock_monotonic_ns());
	made_of.owner_count = conn_table_owners(screen->engine->table, made_of.row, made_of.owners);
	row_text(&screen->print->view, &choice->columns, &made_of, &text);
	if (!text.failed && text.len) {
		/* without its newline: pasted into a shell, it would run */
		terminal_copy(text.data, text.len - 1);
		live_act_say(&screen->act,
			     "copied, where the terminal takes OSC 52 (tmux: set-clipboard on)");
	}
	buf_release(&text);
}

static int letter_of(int key)
{
	static const char letters[10] = {'?', 'o', '/', '/', 'g', 's', 'n', 'c', 'k', 'q'};

	return key >= TERMINAL_F1 && key < TERMINAL_F1 + 10 ? letters[key - TERMINAL_F1] : key;
}

/* The order, the groups, or whether the picture stands still. False: no such key. */
static bool change_order(struct live_screen *screen, int key)
{
	struct frame_choice *choice = &screen->choice;

	switch (key) {
	case 's':
		sort_by_next(choice, 1);
		return true;
	case 'S':
		sort_by_next(choice, (choice->group ? FRAME_GROUP_COLUMNS : choice->shown) - 1);
		return true;
	case 'r':
		if (choice->group)
			choice->group_reversed = !choice->group_reversed;
		else
			choice->descending = !choice->descending;
		return true;
	case 'g':
		choice->group = (uint8_t)((choice->group + 1) % FRAME_GROUP_MAX);
		choice->selected = 0;
		return true;
	case ' ':
		choice->paused = !choice->paused && !live_rows_freeze(&screen->rows);
		return true;
	default:
		return false;
	}
}

/* True: end. */
static bool press(struct live_screen *screen, int key)
{
	struct frame_choice *choice = &screen->choice;

	key = letter_of(key);
	switch (key) {
	case 'q':
		return true;
	case '?':
	case 'h':
		choice->help = true;
		break;
	case '/':
		begin_typing(screen);
		break;
	case CTRL('L'):
		terminal_redraw();
		break;
	case 'k':
		ask_to_end(screen);
		break;
	case 'c':
		copy_row(screen);
		break;
	case 'o':
		live_chooser_begin(screen);
		break;
	case 'n':
		choice->names = !choice->names;
		break;
	case 'W':
		live_settings_save(screen);
		break;
	case TERMINAL_MOUSE:
		mouse(screen);
		break;
	case TERMINAL_ENTER:
		enter(screen);
		break;
	case TERMINAL_ESCAPE:
		escape(screen);
		break;
	default:
		if (!change_order(screen, key) && key >= TERMINAL_UP && key <= TERMINAL_END)
			move_selection(screen, key);
	}
	return false;
}

bool screen_keys(struct live_screen *screen)
{
	bool end = false;
	int key;

	while (!end && (key = terminal_key()) != TERMINAL_NONE) {
		if (live_act_key(&screen->act, key))
			continue;
		if (screen->choice.help)
			screen->choice.help = false;
		else if (screen->choice.typing)
			type(screen, key);
		else if (screen->choice.choosing)
			live_chooser_key(screen, key);
		else
			end = press(screen, key);
	}
	if (!end)
		screen_draw(screen);
	return end;
}
