/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recording file -> records: the way of events without a kernel. */
#ifndef COMMANDS_REPLAY_H
#define COMMANDS_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Calls take for each record until it returns non-zero; before that it writes the clock's offset,
 * and whether the numbers are of another machine or another boot of this one. STATUS_OK, or
 * STATUS_FAILURE after saying why. */
int replay(const char *path, int64_t *ret_wall_offset_ns, bool *ret_foreign,
	   int (*handle)(void *context, const void *record, size_t size), void *context);

#endif
