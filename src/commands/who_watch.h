/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate who :PORT --watch: binds and listens that fail there, as they happen. */
#ifndef COMMANDS_WHO_WATCH_H
#define COMMANDS_WHO_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "commands/trace_helper.h"
#include "sink/output.h"
#include "table/who.h"
#include "view/view.h"

struct who_watch {
	/* by the caller */
	const struct who_question *question; /* of a port */
	struct trace_helper *helper;	     /* not started; gets the tracer */
	struct lookups *lookups;
	struct output *output;
	uint64_t duration_ns; /* 0: until a signal, or nobody reads any more */
	bool json;
	/* its own */
	struct loop loop;
	struct view view;
	bool ended;
};

/* Attaches. 0, or the exit status after an error was said. To be released in any case. */
int who_watch_open(struct who_watch *watch);
void who_watch_release(struct who_watch *watch);

/* Prints what comes, without privileges. The command's exit status. */
int who_watch_run(struct who_watch *watch);

#endif
