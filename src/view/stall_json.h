/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files that write reports about connects as JSON share. */
#ifndef VIEW_STALL_JSON_H
#define VIEW_STALL_JSON_H

#include "netstate/stall.h"
#include "view/view.h"

/* A string; null for NULL and "". */
void stall_json_text(struct buf *out, const char *word);

/* The object of the key `rule`; null where no rule was traced. */
void stall_json_rule(const struct view *view, const struct stall_rule *rule, struct buf *out);

#endif
