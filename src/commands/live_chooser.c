/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys of the chooser of columns, and what is saved. */
#include "commands/live_chooser.h"

#include "sink/terminal.h"
#include "view/frame_chooser.h"
#include "view/live_settings.h"

void live_settings_save(struct live_screen *screen)
{
	const struct frame_choice *choice = &screen->choice;
	const struct live_settings settings = {
		.columns = choice->columns,
		.sort = choice->sort,
		.descending = choice->descending,
		.group = choice->group,
		.names = choice->names,
	};
	struct buf text = {};

	live_settings_format(&settings, &text);
	live_act_save(&screen->act, &text);
	buf_release(&text);
}

void live_chooser_begin(struct live_screen *screen)
{
	screen->columns_before = screen->choice.columns;
	screen->choice.pick = 0;
	screen->choice.choosing = true;
}

static void pick(struct frame_choice *choice, int step)
{
	unsigned int count = frame_chooser_count(&choice->columns);
	unsigned int at = choice->pick + (unsigned int)step;

	if (at < count) /* also below the first */
		choice->pick = at;
}

void live_chooser_key(struct live_screen *screen, int key)
{
	struct frame_choice *choice = &screen->choice;

	switch (key) {
	case TERMINAL_UP:
	case TERMINAL_DOWN:
		pick(choice, key == TERMINAL_UP ? -1 : 1);
		break;
	case TERMINAL_HOME:
		choice->pick = 0;
		break;
	case TERMINAL_END:
		choice->pick = frame_chooser_count(&choice->columns) - 1;
		break;
	case ' ':
		frame_chooser_toggle(choice);
		choice->all_columns = true;
		break;
	case '<':
	case TERMINAL_LEFT:
	case '>':
	case TERMINAL_RIGHT:
		frame_chooser_move(choice, key == '<' || key == TERMINAL_LEFT ? -1 : 1);
		break;
	case TERMINAL_ESCAPE:
		choice->columns = screen->columns_before;
		choice->choosing = false;
		break;
	case TERMINAL_ENTER:
	case 'o':
	case 'q':
		choice->choosing = false;
		break;
	default:
		break;
	}
}
