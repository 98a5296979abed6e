/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What live keeps from one run to the next <-> lines of a file. Pure. */
#ifndef VIEW_LIVE_SETTINGS_H
#define VIEW_LIVE_SETTINGS_H

#include "base/buf.h"
#include "view/frame.h"

struct live_settings {
	struct row_columns columns; /* count 0: not set */
	int sort;		    /* enum row_field_id; -1: not set */
	bool descending;
	uint8_t group; /* enum frame_group */
	bool names;    /* host names in place of addresses */
};

/* `text` ends with a NUL. What it does not say, or says wrongly, is not set. */
void live_settings_parse(const char *text, struct live_settings *ret_settings);
void live_settings_format(const struct live_settings *settings, struct buf *out);

#endif
