/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The colours of a line of text: by state, and red for what failed. */
#ifndef VIEW_COLOR_H
#define VIEW_COLOR_H

#include "netstate/event.h"

#define COLOR_END "\033[0m"
#define COLOR_GAP "\033[1;31m"

/* The sequence that starts the colour of this field (enum field_id) in this event's line, or NULL.
 */
const char *color_of(unsigned int field, const struct event *event);

#endif
