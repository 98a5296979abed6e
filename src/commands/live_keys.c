/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Typed keys -> what the live screen shows. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "commands/live_filter.h"
#include "commands/live_screen.h"
#include "sink/terminal.h"

#define CTRL_L 12
#define CTRL_U 21
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

/* A character is dropped whole. */
static void drop_last(char *text)
{
	size_t size = strlen(text);

	while (size && ((unsigned char)text[--size] & 0xc0) == 0x80)
		;
	text[size] = '\0';
}

static void type(struct live_screen *screen, int key)
{
	size_t size = strlen(screen->filter_text);

	if (key == TERMINAL_ENTER || key == TERMINAL_ESCAPE) {
		screen->choice.typing = false;
		if (key == TERMINAL_ESCAPE)
			set_filter(screen, screen->filter_before);
		return;
	}
	if (key == TERMINAL_BACKSPACE)
		drop_last(screen->filter_text);
	else if (key == CTRL_U)
		screen->filter_text[0] = '\0';
	else if (key >= ' ' && key < 256 && key != 127 && size + 1 < sizeof(screen->filter_text))
		memcpy(screen->filter_text + size, (char[]){(char)key, '\0'}, 2);
	live_filter_apply(screen);
}

/* ---------------------------------------------------------------- keys */

static void sort_by_next(struct frame_choice *choice, unsigned int step)
{
	unsigned int at = 0, count = choice->shown ? choice->shown : 1;

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

/* True: end. */
static bool press(struct live_screen *screen, int key)
{
	struct frame_choice *choice = &screen->choice;

	switch (key) {
	case 'q':
		return true;
	case '?':
	case 'h':
		choice->help = true;
		break;
	case '/':
		choice->typing = true;
		snprintf(screen->filter_before, sizeof(screen->filter_before), "%s",
			 screen->filter_text);
		choice->paused =
			false; /* a picture that stands still would not show what it does */
		break;
	case CTRL_L:
		terminal_redraw();
		break;
	case 'j':
	case 'k':
		move_selection(screen, key == 'j' ? TERMINAL_DOWN : TERMINAL_UP);
		break;
	case 's':
		sort_by_next(choice, 1);
		break;
	case 'S':
		sort_by_next(choice, choice->shown ? choice->shown - 1 : 0);
		break;
	case 'r':
		choice->descending = !choice->descending;
		break;
	case 'g':
		choice->group = (uint8_t)((choice->group + 1) % FRAME_GROUP_MAX);
		choice->selected = 0;
		break;
	case ' ':
		choice->paused = !choice->paused && !live_rows_freeze(&screen->rows);
		break;
	case TERMINAL_ENTER:
		enter(screen);
		break;
	case TERMINAL_ESCAPE:
		escape(screen);
		break;
	default:
		if (key >= TERMINAL_UP && key <= TERMINAL_END)
			move_selection(screen, key);
	}
	return false;
}

bool screen_keys(struct live_screen *screen)
{
	bool end = false;
	int key;

	while (!end && (key = terminal_key()) != TERMINAL_NONE) {
		if (screen->choice.help)
			screen->choice.help = false;
		else if (screen->choice.typing)
			type(screen, key);
		else
			end = press(screen, key);
	}
	if (!end)
		screen_draw(screen);
	return end;
}
