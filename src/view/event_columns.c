/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which fields of an event, in which order. Pure. */
#include "view/event_columns.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "view/field_list.h"

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
		if (field_is(fields[id].name, word, size))
			return (int)id;
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (field_is(others[i].name, word, size))
			return others[i].id;
	}
	return -1;
}

int event_columns_parse(const char *text, struct event_columns *ret_columns)
{
	struct event_columns columns = {};
	int err = field_list_parse(text, event_field_find, columns.ids, EVENT_COLUMNS_MAX,
				   &columns.count);

	if (!err)
		*ret_columns = columns;
	return err;
}

const char *event_columns_unknown(const char *text, size_t *ret_size)
{
	return field_list_unknown(text, event_field_find, ret_size);
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
