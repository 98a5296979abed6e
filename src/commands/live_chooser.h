/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keys of the chooser of columns, and what is saved. */
#ifndef COMMANDS_LIVE_CHOOSER_H
#define COMMANDS_LIVE_CHOOSER_H

#include "commands/live_screen.h"

void live_chooser_begin(struct live_screen *screen);
void live_chooser_key(struct live_screen *screen, int key);

/* Columns, order, group and whether names are shown, to the user's file. */
void live_settings_save(struct live_screen *screen);

#endif
