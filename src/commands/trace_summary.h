/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a trace says at its end: the account of all that the kernel side saw. */
#ifndef COMMANDS_TRACE_SUMMARY_H
#define COMMANDS_TRACE_SUMMARY_H

#include <stdint.h>

#include "kernel/tracer.h"

void trace_say_summary(const struct tracer *tracer, uint64_t printed);

/* What passed without a record; nothing where nothing did. */
void trace_say_skipped(const struct tracer *tracer);

#endif
