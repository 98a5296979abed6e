/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What live needs privileges for once its programs are attached: reading the kernel's lists, whose
 * descriptors changed, names, and opening the file of --dump. A helper process that keeps them does it on
 * request; the process that decodes, keeps the table and draws has none.
 */
#ifndef COMMANDS_LIVE_HELPER_H
#define COMMANDS_LIVE_HELPER_H

#include <stdbool.h>

#include "commands/lookups.h"
#include "table/engine.h"
#include "table/verify_source.h"

struct live_helper {
	/* by the caller */
	struct engine *engine; /* open */
	struct lookups *lookups;
	const char *dump_path;
	bool force;
	bool (*go_on)(
		void *context); /* asked while a pass takes long; false: the user wants to end */
	void *context;
	/* its own */
	struct helper *helper; /* NULL: none, live does it itself */
	struct table_reader reader;
	bool busy;	     /* amid an answer in parts */
	unsigned int chores; /* bits 1 << enum tracer_chore that are due after it */
	/* of the helper */
	struct verify_source verify;
	bool verifying;
};

/* Starts it, and gives this process's privileges up. */
void live_helper_start(struct live_helper *helper, bool on_screen);
void live_helper_stop(struct live_helper *helper);

/* --dump's file: a descriptor, or as safe_open_output(). */
int live_helper_open_dump(struct live_helper *helper);

/* Of the helper (live_answers.c): helper_handler. */
void live_answer(void *context, const struct helper_question *question,
		 struct helper_answer *ret_answer);

#endif
