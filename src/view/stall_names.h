/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Network namespaces in reports about connects -> what people call them, and a way into them. */
#ifndef VIEW_STALL_NAMES_H
#define VIEW_STALL_NAMES_H

#include "netstate/stall.h"
#include "view/view.h"

/* What people call it; NULL: nothing is known. */
const char *stall_netns_name(const struct view *view, uint32_t netns);

/* A line of evidence, with the name behind the number of each "namespace N". */
void stall_put_line(const struct view *view, const char *line, struct buf *out);

/* The verdict's command as it is to be pasted; false: it has none. */
bool stall_put_command(const struct view *view, const struct stall *stall,
		       const struct verdict *verdict, struct buf *out);

#endif
