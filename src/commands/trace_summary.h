/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a trace says at its end: the account of all that the kernel side saw. */
#ifndef COMMANDS_TRACE_SUMMARY_H
#define COMMANDS_TRACE_SUMMARY_H

#include <stdint.h>

#include "kernel/tracer.h"

struct trace_account {
	struct counters counters;
	uint64_t skipped_transitions, skipped_calls; /* tracer_skipped() */
	uint64_t skipped_packets;		     /* stalls: stall_hooks_skipped() */
};

/* 0 or -errno. */
int trace_account_read(const struct tracer *tracer, struct trace_account *ret_account);

/* `account` NULL: it could not be read. */
void trace_say_summary(const struct trace_account *account, uint64_t printed);

/* What passed without a record; nothing where nothing did. */
void trace_say_skipped(const struct trace_account *account);
void trace_say_skipped_packets(uint64_t skipped);

#endif
