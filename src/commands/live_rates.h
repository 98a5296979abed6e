/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes of a connection at two readings -> bytes a second. */
#ifndef COMMANDS_LIVE_RATES_H
#define COMMANDS_LIVE_RATES_H

#include <stddef.h>

#include "view/row_field.h"

/* Zero-initialise. */
struct live_rates {
	struct rate_of_row *list; /* by row number */
	size_t room;
	uint64_t pass_ns,
		interval_ns; /* of the last pass over the kernel's lists, to the one before */
	bool fresh;	     /* its numbers are not taken yet */
};

void live_rates_release(struct live_rates *rates);

/* Before the rows are gone through: when the last pass was. */
void live_rates_begin(struct live_rates *rates, uint64_t pass_ns);
/* Of this row, by its number in the table. `detail` may be NULL. */
struct row_rates live_rates_of(struct live_rates *rates, size_t number,
			       const struct connection *row,
			       const struct connection_detail *detail);
/* All were gone through. */
void live_rates_end(struct live_rates *rates);

#endif
