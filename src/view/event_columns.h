/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which fields of an event, in which order: --fields of trace. Pure. */
#ifndef VIEW_EVENT_COLUMNS_H
#define VIEW_EVENT_COLUMNS_H

#include "view/field.h"

#define EVENT_COLUMNS_MAX 64

struct event_columns {
	uint8_t ids[EVENT_COLUMNS_MAX]; /* enum field_id */
	unsigned int count;
};

/* The field of this name, "after" also for after_us, "state" for the new state; -1: there is none. */
int event_field_find(const char *word, size_t size);

/* "time,pid,new". 0, or -EINVAL: a word is no field, or there are too many. */
int event_columns_parse(const char *text, struct event_columns *ret_columns);

/* The first word of such a text that is no field, and its size; NULL: all are. */
const char *event_columns_unknown(const char *text, size_t *ret_size);

bool event_columns_have(const struct event_columns *columns, unsigned int id);

/* One line a field. */
void event_fields_help(struct buf *out);

#endif
