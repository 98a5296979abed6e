/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The column that --all-netns puts in front of a listing: rewrites finished lines, text or JSON.
 * Pure. */
#ifndef NETSTAT_LAYOUT_NETNS_COLUMN_H
#define NETSTAT_LAYOUT_NETNS_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct netns_column {
	bool json;
	uint64_t inode;
	const char *name; /* NULL: the inode stands for it */
	size_t width;	  /* of the text column, at least NETNS_TITLE's */
	size_t titles;	  /* lines in front of the rows; the second of them names the columns */
	bool first;	  /* the titles are shown once, for the first namespace */
};

#define NETNS_TITLE "Netns"
#define NETNS_TITLE_LINE 1

/* What the text column says, without padding; room for NETNS_LABEL_MAX + 1 bytes. Safe for a
 * terminal. Returns its length. */
#define NETNS_LABEL_MAX 255
size_t netns_label(const struct netns_column *column, char *label);

/* `lines` as one namespace's table was written; what belongs on stdout is appended to `out`. */
void netns_column_put(struct buf *out, const struct netns_column *column, const struct buf *lines);

#endif
