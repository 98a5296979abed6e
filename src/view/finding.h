/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A finding -> a block of text, or one JSON object a line (docs/json.md). Pure. */
#ifndef VIEW_FINDING_H
#define VIEW_FINDING_H

#include "base/buf.h"
#include "netstate/evidence.h"
#include "netstate/finding.h"

#define FINDING_WIDTH_MIN 40

struct finding_view {
	const struct socket_detail *sockets; /* that finding.connections count in */
	size_t socket_count;
	uint32_t own_netns; /* not named in text */
	uint32_t width;	    /* of text; 0: lines are not broken */
	bool color;
	const char *time; /* RFC 3339, for JSON; NULL: null */
};

void finding_text(const struct finding_view *view, const struct finding *finding, struct buf *out);
void finding_json(const struct finding_view *view, const struct finding *finding, struct buf *out);

#endif
