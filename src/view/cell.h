/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Columns of text in a terminal that is too narrow for all: which are shown, how wide, and what is cut. Pure. */
#ifndef VIEW_CELL_H
#define VIEW_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum cell_drop {
	CELL_STAYS,
	CELL_GOES,	/* rather than that others shrink below `least` */
	CELL_GOES_LAST, /* where all are tiny */
};

/* One column that is to be fitted. */
struct cell {
	uint8_t width; /* as it is; cell_fit_all(): as it is to be, 0: it is left out */
	uint8_t least; /* it may shrink to this */
	uint8_t tiny;  /* and, where that does not suffice, to this */
	uint8_t drop;  /* enum cell_drop */
};

/* Fits columns with a blank between them into `width`: the last of those that may go, then the widest
 * shrink. What can't be made to fit stays too wide. */
void cell_fit_all(struct cell *cells, unsigned int count, unsigned int width);

/*
 * Cuts what stands behind `at` to `width` columns, with a '~' where something is missing. `end`: an address
 * and port, of which the middle goes and the port stays whole. Returns the columns that are left.
 */
size_t cell_cut(struct buf *out, size_t at, unsigned int width, bool end);

#endif
