/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Options of the commands as data: one row gives parsing, errors and help. Built on getopt_long. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stddef.h>

struct option_row {
	const char *name;     /* long name, without dashes */
	int short_name;	      /* character, or 0 */
	const char *argument; /* its word in the help; NULL: takes none */
	const char *help;     /* NULL: an alias of another row, not listed */
	/* Stores the argument (NULL for a flag) at `field`. 0, or -errno where it is malformed. */
	int (*store)(const char *argument, void *field);
	size_t offset;	      /* of the field in the command's settings */
	const char *expected; /* what a good argument looks like, for the error sentence */
};

struct option_table {
	const char *command; /* "trace" */
	const char *usage;   /* "netstate trace [OPTIONS] [FILTER]" */
	const char *about;   /* paragraph under it */
	const struct option_row *rows;
	size_t count;
};

#define OPTIONS_MAX 64 /* rows of one table */

#define OPTIONS_GO_ON (-1)

/*
 * Parses argv[1..]; operands are left from argv[*ret_first] on. Returns OPTIONS_GO_ON, or the exit
 * status with which to end: --help was printed, or an error was said.
 */
int options_parse(const struct option_table *table, int argc, char **argv, void *settings,
		  int *ret_first);

/* Says what is wrong with an option that getopt refused: `value` is its answer ('?' or ':'), `word`
 * the word with the option, `short_name` optopt. Returns STATUS_USAGE. */
int options_refuse(const struct option_table *table, int value, const char *word, int short_name);

/* Ready-made store functions; the type of the field is in the name. */
int option_store_true(const char *argument, void *field_bool);
int option_store_text(const char *argument, void *field_text);	 /* const char * */
int option_store_u64(const char *argument, void *field_u64);	 /* uint64_t */
int option_store_u32(const char *argument, void *field_u32);	 /* uint32_t, at least 1 */
int option_store_port(const char *argument, void *field_u16);	 /* uint16_t, at least 1 */
int option_store_duration(const char *argument, void *field_ns); /* uint64_t, nanoseconds, not 0 */

#endif
