/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --fields of trace. */
#ifndef COMMANDS_EVENT_FIELDS_H
#define COMMANDS_EVENT_FIELDS_H

#include <stdbool.h>

#include "view/event_columns.h"

/* `text` NULL: nothing was asked. OPTIONS_GO_ON, or the exit status: help was printed, an error said. */
int event_fields_init(const char *command, const char *text, bool json,
		      struct event_columns *ret_columns);

#endif
