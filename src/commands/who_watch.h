/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate who :PORT --watch: binds and listens that fail there, as they happen. */
#ifndef COMMANDS_WHO_WATCH_H
#define COMMANDS_WHO_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "names/labels.h"
#include "sink/output.h"
#include "table/who.h"

struct who_watch {
	const struct who_question *question; /* of a port */
	struct table_source *source;	     /* open */
	struct labels *labels;		     /* may be NULL */
	struct output *output;
	uint64_t duration_ns; /* 0: until a signal, or nobody reads any more */
	bool json;
};

/* The command's exit status. */
int who_watch(const struct who_watch *watch);

#endif
