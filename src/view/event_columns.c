/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which fields of an event, in which order. Pure. */
#include "view/event_columns.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

static bool is_name(const char *name, const char *word, size_t size)
{
	return strlen(name) == size && !memcmp(name, word, size);
}

/* The words that `list` has for what an event calls otherwise, and spans without their unit. */
static const struct {
	const char *name;
	uint8_t id;
} others[] = {
	{"state", FIELD_NEW},
	{"previous", FIELD_OLD},
	{"latency", FIELD_LATENCY_US},
};

int event_field_find(const char *word, size_t size)
{
	for (unsigned int id = 0; id < FIELD_MAX; id++) {
		if (is_name(fields[id].name, word, size))
			return (int)id;
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (is_name(others[i].name, word, size))
			return others[i].id;
	}
	return -1;
}

int event_columns_parse(const char *text, struct event_columns *ret_columns)
{
	struct event_columns columns = {};

	for (;;) {
		size_t size = strcspn(text, ",");
		int id = event_field_find(text, size);

		if (id < 0 || columns.count == EVENT_COLUMNS_MAX)
			return -EINVAL;
		columns.ids[columns.count++] = (uint8_t)id;
		if (!text[size])
			break;
		text += size + 1;
	}
	*ret_columns = columns;
	return 0;
}

const char *event_columns_unknown(const char *text, size_t *ret_size)
{
	for (;;) {
		*ret_size = strcspn(text, ",");
		if (event_field_find(text, *ret_size) < 0)
			return text;
		if (!text[*ret_size])
			return NULL;
		text += *ret_size + 1;
	}
}

bool event_columns_have(const struct event_columns *columns, unsigned int id)
{
	return memchr(columns->ids, (int)id, columns->count);
}

void event_fields_help(struct buf *out)
{
	for (unsigned int id = 0; id < FIELD_MAX; id++)
		buf_printf(out, "%-15s %-11s %s\n", fields[id].name,
			   *fields[id].header ? fields[id].header : "-", fields[id].help);
}
