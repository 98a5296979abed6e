/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An option that getopt_long refused -> the sentence that says why. */
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "base/say.h"
#include "base/suggest.h"

#define LIST_MAX 256 /* characters of a list of options; what is longer is cut */

/* Appends "--name" to a list with commas. */
static void list_add(char *list, size_t size, const char *name)
{
	size_t used = strlen(list);

	snprintf(list + used, size - used, "%s--%s", used ? ", " : "", name);
}

static int refuse_unknown(const struct option_table *table, const char *name, size_t size)
{
	const char *names[OPTIONS_MAX + 2] = {"help", "debug"}, *nearest;
	char typed[64];
	size_t count = 2;

	for (size_t i = 0; i < table->count; i++) {
		if (table->rows[i].help) /* an alias is in no help */
			names[count++] = table->rows[i].name;
	}
	snprintf(typed, sizeof(typed), "%.*s", (int)size, name);
	nearest = suggest_nearest(typed, names, count);
	if (nearest)
		return say_usage(table->command, "unknown option --%s; did you mean --%s?", typed,
				 nearest);
	return say_usage(table->command, "unknown option --%s", typed);
}

/* The rows that the (abbreviated) name fits, in `ret_list`; the last of them. An exact name fits
 * its own row alone, as for getopt. */
static const struct option_row *rows_that_fit(const struct option_table *table, const char *name,
					      size_t size, size_t *ret_count, char *ret_list)
{
	const struct option_row *found = NULL;

	*ret_count = 0;
	*ret_list = '\0';
	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];

		if (strncmp(row->name, name, size) != 0)
			continue;
		found = row;
		if (strlen(row->name) == size) {
			*ret_count = 1;
			return found;
		}
		list_add(ret_list, LIST_MAX, row->name);
		++*ret_count;
	}
	return found;
}

static int refuse_long(const struct option_table *table, const char *word)
{
	const char *name = word + 2;
	size_t size = strcspn(name, "="), count;
	char list[LIST_MAX];
	const struct option_row *row = rows_that_fit(table, name, size, &count, list);

	if (!count && (strncmp("help", name, size) != 0 || !size))
		return refuse_unknown(table, name, size);
	if (count > 1)
		return say_usage(table->command, "option --%.*s is ambiguous: %s", (int)size, name,
				 list);
	return say_usage(table->command, "option --%s takes no argument; got \"%s\"",
			 row ? row->name : "help", name[size] ? name + size + 1 : "");
}

int options_refuse(const struct option_table *table, int value, const char *word, int short_name)
{
	if (value == ':')
		return say_usage(table->command, "option %s needs an argument", word);
	if (short_name && strncmp(word, "--", 2) != 0)
		return say_usage(table->command, "unknown option -%c", short_name);
	return refuse_long(table, word);
}
