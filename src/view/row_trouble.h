/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What about a connection deserves a look first, from its row alone. A sign, no diagnosis. Pure. */
#ifndef VIEW_ROW_TROUBLE_H
#define VIEW_ROW_TROUBLE_H

#include "view/row_field.h"

/* The worst last. */
enum row_trouble {
	ROW_TROUBLE_NONE,
	ROW_TROUBLE_CLOSE_WAIT,	 /* the peer closed; the process has not, for a minute or longer */
	ROW_TROUBLE_RETRANSMITS, /* the segment in flight is not acknowledged */
	ROW_TROUBLE_HANGS,	 /* SYN_SENT for a second or longer, or a SYN retransmitted */
	ROW_TROUBLE_QUEUE_FULL,	 /* LISTEN: the accept queue is full */
	ROW_TROUBLE_MAX,
};

enum row_trouble row_trouble_of(const struct row_view *view);
/* "queue full"; NULL for ROW_TROUBLE_NONE. */
const char *row_trouble_name(enum row_trouble trouble);

#endif
