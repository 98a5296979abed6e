/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Interfaces -> the lines of netstat -i, or with -e the blocks of text. Pure. */
#ifndef NETSTAT_LAYOUT_INTERFACES_H
#define NETSTAT_LAYOUT_INTERFACES_H

#include <stddef.h>

#include "base/buf.h"
#include "netstate/interface_row.h"

void interfaces_title(struct buf *out); /* once a run, -c or not */
void interfaces_header(struct buf *out);
void interfaces_row(struct buf *out, const struct interface_row *row);

/* `addresses`: those of all interfaces; the row's are picked. */
void interfaces_block(struct buf *out, const struct interface_row *row,
		      const struct interface_address6 *addresses, size_t address_count);

#endif
