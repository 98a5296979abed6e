/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --time, --color, --count. */
#include "commands/line_options.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/options.h"

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

int option_store_count(const char *argument, void *field_u64)
{
	uint64_t count;
	int err = option_store_u64(argument, &count);

	if (err || !count)
		return err ? err : -ERANGE;
	*(uint64_t *)field_u64 = count;
	return 0;
}

/* no-color.org: an empty NO_COLOR means nothing. */
static bool terminal_has_colors(void)
{
	const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(none && *none) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

bool color_wanted(int choice)
{
	return choice == COLOR_AUTO ? terminal_has_colors() : choice == COLOR_ALWAYS;
}
