/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Masqueraded connections -> the lines of netstat -M. Pure. */
#ifndef NETSTAT_LAYOUT_MASQUERADE_H
#define NETSTAT_LAYOUT_MASQUERADE_H

#include <stdbool.h>

#include "base/buf.h"
#include "netstate/masquerade_row.h"

/* Names, or addresses and numbers as text. */
struct masquerade_texts {
	const char *source;
	const char *destination;
	const char *source_port;
	const char *destination_port;
};

void masquerade_title(struct buf *out, bool extended);
void masquerade_put(struct buf *out, bool extended, const struct masquerade_row *row,
		    const struct masquerade_texts *texts);

#endif
