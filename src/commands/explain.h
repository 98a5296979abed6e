/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of netstate explain share. */
#ifndef COMMANDS_EXPLAIN_H
#define COMMANDS_EXPLAIN_H

#include "commands/selection.h"
#include "evidence/closers.h"
#include "evidence/gather.h"
#include "findings/findings.h"
#include "kernel/tracer.h"
#include "kernel/trouble_hooks.h"
#include "privilege/helper.h"
#include "sink/output.h"

#define STATUS_FINDINGS 3 /* at least one that is worse than a note */

struct explain {
	/* as given */
	struct selection selection;
	bool json, force, redact;
	uint64_t watch_ns;
	const char *severity_text;
	const char *replay_path, *record_path;
	/* as understood */
	bool chosen;	     /* connections are named: each is explained */
	const char *operand; /* PID, :PORT, ADDRESS:PORT or COOKIE; NULL: none */
	uint32_t pid;
	uint64_t cookie;
	struct endpoint end;   /* port 0: none */
	bool whole;	       /* with its address */
	unsigned int severity; /* the least that is printed */
	/* while it runs */
	struct gatherer gatherer;
	struct evidence_store store;
	struct evidence evidence;
	struct helper *helper;	     /* once privileges were dropped */
	struct tracer *tracer;	     /* of a watch */
	struct trouble_hooks *hooks; /* likewise; NULL: this kernel has none */
	struct closers *closers;     /* of a watch, until the snapshots are compared */
	struct output output;
};

/* Gives namespaces and processes the names that people know them by. */
void explain_name_all(struct explain *explain);

/* --record: keeps the evidence; --replay: takes it from there. An exit status. */
int explain_record(struct explain *explain);
int explain_replay(struct explain *explain);

/*
 * --watch: follows the machine from the first snapshot on, without privileges once it is attached; its events go
 * to `before`. An exit status.
 */
int explain_watch(struct explain *explain, struct evidence_store *before);
/* Detaches. */
void explain_detach(struct explain *explain);
/* What changed between that look and the last one. */
void explain_compare(struct explain *explain, const struct evidence_store *before);

/* True: connections or namespaces are chosen, these. */
bool explain_choice(struct explain *explain, struct findings_choice *ret_choice);

/* Judges explain->evidence and prints. The exit status. */
int explain_print(struct explain *explain);

#endif
