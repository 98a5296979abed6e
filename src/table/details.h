/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel reports about connections only when asked, beside the rows of the table. The memory is
 * reserved once, for as many rows as the table may have: a detail stays where it is.
 */
#ifndef TABLE_DETAILS_H
#define TABLE_DETAILS_H

#include <stddef.h>

#include "netstate/connection.h"

struct kept_detail;

/* Zero-initialise. */
struct details {
	struct kept_detail *list; /* by row number */
	size_t room;
};

/* Without room for them (vm.overcommit_memory 2) there are no details. */
void details_reserve(struct details *details, size_t rows);
void details_release(struct details *details);

/* Row numbers are used again: what is kept names its connection. */
void details_put(struct details *details, size_t number, const struct listed_connection *listed);

/* NULL: none, or of another connection. Good until the next pass. */
const struct connection_detail *details_get(const struct details *details,
					    const struct connection *row, size_t number);

#endif
