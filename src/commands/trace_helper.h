/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What trace needs privileges for once its programs are attached: a helper process that keeps them
 * does it on request. Without a helper (it could not be started) trace does it itself.
 */
#ifndef COMMANDS_TRACE_HELPER_H
#define COMMANDS_TRACE_HELPER_H

#include <stdbool.h>

#include "commands/lookups.h"
#include "commands/trace_summary.h"
#include "kernel/tracer.h"
#include "netstate/wire.h"
#include "table/handovers.h"
#include "table/source.h"

struct trace_helper {
	struct helper *helper; /* NULL: none */
	struct tracer *tracer;
	struct lookups *lookups;
	struct handovers *handovers; /* in memory that both processes share */
	const char *dump_path;
	bool force;
	struct table_source ports; /* of the helper: who has a port */
	bool ports_open;
	unsigned int
		blocker_share; /* 1/N of the time may go on questions for blockers; 0: a tenth */
	uint64_t blocker_ns;   /* when one was due last, */
	bool blocker_asked;
	int64_t blocker_budget_ns;   /* the time that was left, */
	struct wire_refusal blocker; /* and what was answered last */
};

/* Starts the helper and drops this process's privileges. The fields but `helper` are the caller's. */
void trace_helper_start(struct trace_helper *helper);
void trace_helper_stop(struct trace_helper *helper);

/* Detaches the programs, in both processes. */
void trace_helper_detach(struct trace_helper *helper);
/* 0 or -errno. */
int trace_helper_account(struct trace_helper *helper, struct trace_account *ret_account);
/*
 * `record` is one of trace's. Where it is a bind or listen call that failed since the port is taken:
 * *ret_refusal is the same with who has it, and true. While there is no time to ask, the last answer serves
 * where it was about the same call; else who has it stays unknown.
 */
bool trace_helper_blocker(struct trace_helper *helper, const void *record, size_t size,
			  struct wire_refusal *ret_refusal);
/* The table to --dump's file or stderr; what fails is said. */
void trace_helper_dump(struct trace_helper *helper);

#endif
