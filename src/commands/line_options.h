/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Options that several commands have in common. */
#ifndef COMMANDS_LINE_OPTIONS_H
#define COMMANDS_LINE_OPTIONS_H

#include <stdbool.h>

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* For option tables; the fields are an int each: enum view_time, enum color_choice. */
int option_store_time_style(const char *argument, void *field);
int option_store_color(const char *argument, void *field);
int option_store_count(const char *argument, void *field_u64); /* at least 1 */

/* --duration and its older name: the field is nanoseconds. */
/* clang-format off */
#define DURATION_OPTIONS(offset)                                                                \
	{"duration", 'd', "TIME", "end after this time: 500ms, 10s, 2m", option_store_duration, \
	 offset, "a time such as 500ms, 10s or 2m"},                                            \
	{"for", 0, "TIME", NULL, option_store_duration, offset, "a time such as 500ms, 10s or 2m"}
/* clang-format on */

/* auto: on a terminal, unless NO_COLOR is set. */
bool color_wanted(int choice);

/* Row of an option table. */
#define WIDE_OPTION(where)                                                                         \
	{                                                                                          \
		"wide", 0, NULL, "every column in full, however wide the terminal is",             \
			option_store_true, where, NULL                                             \
	}

#define COUNT_OPTION(where)                                                                        \
	{                                                                                          \
		"count", 'c', "N", "end after N events", option_store_count, where,                \
			"a number from 1"                                                          \
	}

#endif
