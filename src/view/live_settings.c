/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* live's settings <-> "key=value" lines. Pure. */
#include "view/live_settings.h"

#include <string.h>

#define VALUE_SIZE 1024 /* of a line: all columns there are */

static void parse_sort(const char *value, struct live_settings *settings)
{
	bool descending = *value == '-';
	int id = row_field_find(value + descending, strlen(value + descending));

	if (id < 0)
		return;
	settings->sort = id;
	settings->descending = descending;
}

static void parse_group(const char *value, struct live_settings *settings)
{
	for (unsigned int group = 0; group < FRAME_GROUP_MAX; group++) {
		if (!strcmp(value, frame_group_name(group)))
			settings->group = (uint8_t)group;
	}
}

static void parse_line(const char *key, size_t key_size, const char *value,
		       struct live_settings *settings)
{
	if (key_size == 7 && !memcmp(key, "columns", 7))
		row_columns_parse(value, &settings->columns);
	else if (key_size == 4 && !memcmp(key, "sort", 4))
		parse_sort(value, settings);
	else if (key_size == 5 && !memcmp(key, "group", 5))
		parse_group(value, settings);
	else if (key_size == 5 && !memcmp(key, "names", 5))
		settings->names = !strcmp(value, "on");
}

void live_settings_parse(const char *text, struct live_settings *ret_settings)
{
	*ret_settings = (struct live_settings){.sort = -1};
	while (*text) {
		size_t size = strcspn(text, "\n"), key = strcspn(text, "=\n");
		char value[VALUE_SIZE];

		if (*text != '#' && key < size && size - key - 1 < sizeof(value)) {
			memcpy(value, text + key + 1, size - key - 1);
			value[size - key - 1] = '\0';
			parse_line(text, key, value, ret_settings);
		}
		text += size + (text[size] == '\n');
	}
}

void live_settings_format(const struct live_settings *settings, struct buf *out)
{
	buf_puts(out, "# netstate live, written by its key W\ncolumns=");
	for (unsigned int i = 0; i < settings->columns.count; i++) {
		buf_puts(out, i ? "," : "");
		buf_puts(out, row_field_text(settings->columns.ids[i]).name);
	}
	buf_puts(out, "\nsort=");
	buf_puts(out, settings->descending ? "-" : "");
	buf_puts(out, settings->sort < 0 ? "" : row_field_text((unsigned int)settings->sort).name);
	buf_puts(out, "\ngroup=");
	buf_puts(out, frame_group_name(settings->group));
	buf_puts(out, settings->names ? "\nnames=on\n" : "\nnames=off\n");
}
