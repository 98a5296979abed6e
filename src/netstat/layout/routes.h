/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Routes and their looked-up names -> the lines of netstat -r. Pure. */
#ifndef NETSTAT_LAYOUT_ROUTES_H
#define NETSTAT_LAYOUT_ROUTES_H

#include <stdbool.h>

#include "base/buf.h"
#include "netstate/route_row.h"

/* Which columns: -e counts modulo 4, but -eeee is as -e and -eeeee as none. */
enum route4_form {
	ROUTE4_NOTHING, /* -eee: the title alone */
	ROUTE4_METRIC,	/* -e */
	ROUTE4_MSS,	/* none */
	ROUTE4_BOTH,	/* -ee */
};

/* The words of a row as they are shown: names, or addresses as text. */
struct route4_texts {
	const char *destination;
	const char *gateway;
	const char *source;   /* cache only */
	const char *specific; /* cache only */
};

struct route6_texts {
	const char *destination; /* without the prefix length */
	const char *gateway;
};

enum route4_form routes4_form(unsigned int extend);

void routes4_title(struct buf *out, bool cache);
void routes4_header(struct buf *out, enum route4_form form, bool cache);
void routes4_row(struct buf *out, enum route4_form form, const struct route4_row *row,
		 const struct route4_texts *texts);
void routes4_cache_row(struct buf *out, enum route4_form form, const struct route4_row *row,
		       const struct route4_texts *texts);

/* Title and header. */
void routes6_title(struct buf *out, bool cache);
void routes6_row(struct buf *out, const struct route6_row *row, const struct route6_texts *texts);

#endif
