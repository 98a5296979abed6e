/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What trace needs privileges for, done by the process that kept them. */
#include "commands/trace_helper.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/debug.h"
#include "privilege/drop.h"
#include "table/dump.h"

enum trace_question {
	TRACE_DETACH = LOOKUP_KINDS,
	TRACE_SWEEP,
	TRACE_ACCOUNT,
	TRACE_DUMP,
};

_Static_assert(sizeof(struct trace_account) <= HELPER_DATA_SIZE, "an account is one answer");

static void answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer)
{
	struct trace_helper *helper = context;

	if (lookups_answer(helper->lookups, question, ret_answer))
		return;
	switch (question->kind) {
	case TRACE_DETACH:
		tracer_stop(helper->tracer);
		return;
	case TRACE_SWEEP:
		tracer_sweep(helper->tracer);
		return;
	case TRACE_ACCOUNT:
		ret_answer->size = sizeof(struct trace_account);
		ret_answer->err = trace_account_read(
			helper->tracer, (struct trace_account *)(void *)ret_answer->data);
		return;
	case TRACE_DUMP:
		helper->handovers->count = question->number;
		dump_lists(helper->handovers, helper->dump_path, helper->force);
		return;
	default:
		ret_answer->err = -ENOSYS;
	}
}

static int ask(struct trace_helper *helper, enum trace_question kind,
	       struct helper_answer *ret_answer)
{
	const struct helper_question question = {.kind = kind};

	return helper_ask(helper->helper, &question, ret_answer);
}

static void sweep(void *context)
{
	struct trace_helper *helper = context;
	struct helper_answer ignored;

	if (helper->helper)
		ask(helper, TRACE_SWEEP, &ignored);
	else
		tracer_sweep(helper->tracer);
}

void trace_helper_start(struct trace_helper *helper)
{
	unsigned int dropped;

	tracer_set_sweep(helper->tracer, sweep, helper);
	clock_utc_offset(0); /* reads the time zone's file while that can be opened */
	if (helper_start(answer, helper, helper->dump_path && helper->force, &helper->helper))
		return;
	lookups_ask(helper->lookups, helper->helper);
	dropped = privilege_drop();
	debug_say("privileges dropped:%s%s%s%s", dropped & DROP_CAPABILITIES ? " capabilities" : "",
		  dropped & DROP_NEW_PRIVILEGES ? " new_privileges" : "",
		  dropped & DROP_FILES ? " files" : "",
		  dropped & DROP_SYSTEM_CALLS ? " system_calls" : "");
}

void trace_helper_stop(struct trace_helper *helper)
{
	helper_stop(helper->helper);
	helper->helper = NULL;
}

/* This process's links go first: the last one that is closed detaches. */
void trace_helper_detach(struct trace_helper *helper)
{
	struct helper_answer ignored;

	tracer_stop(helper->tracer);
	if (helper->helper)
		ask(helper, TRACE_DETACH, &ignored);
}

int trace_helper_account(struct trace_helper *helper, struct trace_account *ret_account)
{
	struct helper_answer answered;
	int err;

	if (!helper->helper)
		return trace_account_read(helper->tracer, ret_account);
	err = ask(helper, TRACE_ACCOUNT, &answered);
	if (!err && answered.size == sizeof(*ret_account))
		memcpy(ret_account, answered.data, sizeof(*ret_account));
	return err ? err : answered.size == sizeof(*ret_account) ? 0 : -EINVAL;
}

void trace_helper_dump(struct trace_helper *helper)
{
	const struct helper_question question = {.kind = TRACE_DUMP,
						 .number = helper->handovers->count};
	struct helper_answer ignored;

	if (helper->helper)
		helper_ask(helper->helper, &question, &ignored);
	else
		dump_lists(helper->handovers, helper->dump_path, helper->force);
}
