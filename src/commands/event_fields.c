/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --fields of trace -> columns, or why not. */
#include "commands/event_fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "base/say.h"
#include "base/suggest.h"
#include "commands/output_end.h"
#include "sink/output.h"

static int print_help(void)
{
	struct output output = {.fd = STDOUT_FILENO};
	int status;

	event_fields_help(&output.buf);
	output_flush(&output);
	status = output_end(&output);
	output_release(&output);
	return status;
}

static int refuse(const char *command, const char *text)
{
	const char *names[FIELD_MAX], *nearest, *unknown;
	char typed[64];
	size_t size;

	unknown = event_columns_unknown(text, &size);
	if (!unknown)
		return say_usage(command, "--fields: more than %d fields", EVENT_COLUMNS_MAX);
	for (unsigned int id = 0; id < FIELD_MAX; id++)
		names[id] = fields[id].name;
	snprintf(typed, sizeof(typed), "%.*s", (int)size, unknown);
	nearest = suggest_nearest(typed, names, FIELD_MAX);
	if (nearest)
		return say_usage(command, "--fields: no field \"%s\"; did you mean %s?", typed,
				 nearest);
	return say_usage(command, "--fields: no field \"%s\"; --fields help lists the fields",
			 typed);
}

static int check_keys(const char *command, const struct event_columns *columns)
{
	for (unsigned int i = 0; i < columns->count; i++) {
		const struct field *field = &fields[columns->ids[i]];

		if (field->json == FIELD_JSON_NONE)
			return say_usage(command,
					 "--fields: field %s is not allowed with --json: %s",
					 field->name, field->help);
		if (memchr(columns->ids, columns->ids[i], i))
			return say_usage(command,
					 "--fields: duplicate field %s is not allowed with --json",
					 field->name);
	}
	return OPTIONS_GO_ON;
}

int event_fields_init(const char *command, const char *text, bool json,
		      struct event_columns *ret_columns)
{
	if (!text)
		return OPTIONS_GO_ON;
	if (!strcmp(text, "help"))
		return print_help();
	if (event_columns_parse(text, ret_columns))
		return refuse(command, text);
	return json ? check_keys(command, ret_columns) : OPTIONS_GO_ON;
}
