/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --time and --color. */
#include "commands/line_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

static int store_word(const char *argument, void *field, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(argument, words[i])) {
			*(int *)field = (int)i;
			return 0;
		}
	}
	return -EINVAL;
}

int option_store_time_style(const char *argument, void *field)
{
	static const char *const words[] = {"local", "utc", "rel", "ns"}; /* as enum view_time */

	return store_word(argument, field, words, ARRAY_SIZE(words));
}

int option_store_color(const char *argument, void *field)
{
	static const char *const words[] = {"auto", "always", "never"}; /* as enum color_choice */

	return store_word(argument, field, words, ARRAY_SIZE(words));
}

bool color_wanted(int choice)
{
	if (choice != COLOR_AUTO)
		return choice == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}
