/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's counters and the words in which netstat -s tells them. Data. */
#ifndef NETSTAT_LAYOUT_SENTENCES_H
#define NETSTAT_LAYOUT_SENTENCES_H

#include <stddef.h>

#include "netstat/cli/options.h"

enum sentence_kind {
	SENTENCE_NONZERO, /* shown where it is not 0 */
	SENTENCE_ALWAYS,
	SENTENCE_NEVER,
	SENTENCE_IN,  /* a line of the ICMP input histogram, where it is not 0 */
	SENTENCE_OUT, /* of the output histogram */
};

struct sentence {
	const char *counter;
	enum sentence_kind kind;
	const char *text; /* '#' is where the value goes */
};

/* A section of the files that netstat knows: it can be chosen by an option, and restarts the
 * indentation. */
struct sentence_section {
	const char *name;		  /* NULL ends the table */
	const struct sentence *sentences; /* up to one without a counter */
	unsigned int protocols;		  /* enum netstat_protocol: the options that choose it */
};

extern const struct sentence sentences_tcp_ext[];

extern const struct sentence_section sentences_inet[];
extern const struct sentence_section sentences_inet6[];

#endif
