/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters, in the order of the files -> the lines of netstat -s, or JSON. Pure. */
#ifndef NETSTAT_LAYOUT_STATISTICS_H
#define NETSTAT_LAYOUT_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "netstat/layout/sentences.h"

#define STATISTICS_NAME_SIZE 64 /* of a section; longer names are cut */

/* Where the listing stands. Set `sections`, `json` and `protocols`, the rest is zero at first. */
struct statistics {
	const struct sentence_section *sections;
	bool json;
	unsigned int protocols; /* enum netstat_protocol: sections of others are left out, unknown
				   ones never */

	const struct sentence_section *section; /* NULL: not one that is known */
	char name[STATISTICS_NAME_SIZE];
	bool left_out;
	enum {
		STATISTICS_NORMAL,
		STATISTICS_IN,
		STATISTICS_OUT
	} kind; /* indentation; unknown sections keep it */
};

/* A section begins. */
void statistics_section(struct statistics *stats, struct buf *out, const char *name, size_t size);

/* For files that name no sections: a counter whose name does not have the section's in it begins a
 * new one. */
void statistics_section_of(struct statistics *stats, struct buf *out, const char *counter,
			   size_t size);

void statistics_counter(struct statistics *stats, struct buf *out, const char *name, size_t size,
			uint64_t value);

#endif
