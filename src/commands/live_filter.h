/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The text behind `/` in live -> a filter. */
#ifndef COMMANDS_LIVE_FILTER_H
#define COMMANDS_LIVE_FILTER_H

#include "commands/live_screen.h"

/* screen->filter_text becomes screen->filter; where it is no filter the last good one stays, and
 * screen->choice.filter_error says why. */
void live_filter_apply(struct live_screen *screen);

#endif
