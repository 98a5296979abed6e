/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options that trace and stalls have in common: what their lines look like. */
#ifndef COMMANDS_LINE_OPTIONS_H
#define COMMANDS_LINE_OPTIONS_H

#include <stdbool.h>

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* For option tables; the fields are an int each: enum view_time, enum color_choice. */
int option_store_time_style(const char *argument, void *field);
int option_store_color(const char *argument, void *field);

/* auto: on a terminal, unless NO_COLOR is set. */
bool color_wanted(int choice);

#endif
