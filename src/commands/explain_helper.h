/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What explain needs privileges for once it has looked at the machine and attached: names, another look
 * behind a watch, the file of --record. A helper process that keeps them does it on request; the process
 * that keeps events, judges and prints has none.
 */
#ifndef COMMANDS_EXPLAIN_HELPER_H
#define COMMANDS_EXPLAIN_HELPER_H

#include "commands/explain.h"

/* Starts it, and gives this process's privileges up. Without a helper explain does it all itself. */
void explain_helper_start(struct explain *explain);
void explain_helper_stop(struct explain *explain);

/* gather() and explain_name_all(), by whoever has the privileges. 0 or -errno. */
int explain_gather(struct explain *explain);

/* What the tracer finds due, see tracer_set_chores(). */
void explain_helper_chore(void *context, enum tracer_chore chore);

/* What the hooks did not see, see kernel/skips.h: at most so many. */
struct explain_skipped {
	uint64_t events, packets;
};

void explain_read_skipped(const struct explain *explain, struct explain_skipped *ret_skipped);

/* --record's file: a descriptor, or as safe_open_output(). */
int explain_open_record(struct explain *explain);

#endif
