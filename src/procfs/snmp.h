/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Counters of /proc/net/snmp and netstat, which come as two lines a section (names, then values),
 * and of snmp6 and sctp/snmp, which come one a line. Pure.
 */
#ifndef PROCFS_SNMP_H
#define PROCFS_SNMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procfs/fields.h"

/* A section's two lines, borrowed, and the place in them. */
struct snmp_section {
	const char *name;
	size_t name_size;
	struct fields names;
	struct fields values;
};

struct snmp_counter {
	const char *name; /* borrowed, not terminated */
	size_t name_size;
	uint64_t value; /* -1 is 18446744073709551615; what is larger saturates */
};

/* 0, or -EINVAL: one of the lines has no colon. That both name the same section is not asked for.
 */
int snmp_section_parse(const char *names, size_t names_size, const char *values, size_t values_size,
		       struct snmp_section *ret_section);

/* The next counter; a missing value counts as 0. False: no more. */
bool snmp_section_next(struct snmp_section *section, struct snmp_counter *ret_counter);

/* "Ip6InReceives     \t5". 0 or -EINVAL. */
int snmp_line_parse(const char *line, size_t size, struct snmp_counter *ret_counter);

#endif
