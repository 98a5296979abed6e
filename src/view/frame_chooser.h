/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which columns live shows, and in which order: frame_choice.columns, at frame_choice.pick. Pure. */
#ifndef VIEW_FRAME_CHOOSER_H
#define VIEW_FRAME_CHOOSER_H

#include "view/frame.h"

/* Columns that can be chosen, those that are shown first. */
unsigned int frame_chooser_count(const struct row_columns *columns);
/* The picked one is shown, or no more. */
void frame_chooser_toggle(struct frame_choice *choice);
/* The picked one goes a place to the front (-1) or to the back (1). */
void frame_chooser_move(struct frame_choice *choice, int step);

#endif
