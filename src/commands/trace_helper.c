/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What trace needs privileges for, done by the process that kept them. */
#include "commands/trace_helper.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/debug.h"
#include "privilege/drop.h"
#include "table/blocker.h"
#include "table/dump.h"

enum trace_question {
	TRACE_DETACH = LOOKUP_KINDS,
	TRACE_CHORE, /* number: enum tracer_chore */
	TRACE_ACCOUNT,
	TRACE_DUMP,
	TRACE_BLOCKER, /* data: struct wire_refusal, as is the answer */
};

_Static_assert(sizeof(struct trace_account) <= HELPER_DATA_SIZE, "an account is one answer");

static void answer_blocker(struct trace_helper *helper, const struct helper_question *question,
			   struct helper_answer *ret_answer)
{
	struct wire_refusal *ret_refusal = (struct wire_refusal *)(void *)ret_answer->data;

	if (question->size != sizeof(*ret_refusal)) {
		ret_answer->err = -EINVAL;
		return;
	}
	memcpy(ret_refusal, question->data, sizeof(*ret_refusal));
	ret_answer->size = sizeof(*ret_refusal);
	if (!helper->ports_open && table_source_open(&helper->ports, "trace"))
		return;
	helper->ports_open = true;
	blocker_ask(&helper->ports, ret_refusal);
}

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
	case TRACE_CHORE:
		tracer_do(helper->tracer, (enum tracer_chore)question->number);
		return;
	case TRACE_ACCOUNT:
		ret_answer->size = sizeof(struct trace_account);
		ret_answer->err = trace_account_read(
			helper->tracer, (struct trace_account *)(void *)ret_answer->data);
		return;
	case TRACE_BLOCKER:
		answer_blocker(helper, question, ret_answer);
		return;
	case TRACE_DUMP:
		if (!helper->handovers) { /* who has no table to write */
			ret_answer->err = -ENOSYS;
			return;
		}
		helper->handovers->count = question->number;
		dump_handovers(helper->handovers, helper->dump_path, helper->force);
		return;
	default:
		ret_answer->err = -ENOSYS;
	}
}

static void copy_blocker(const struct wire_refusal *from, struct wire_refusal *to)
{
	to->blocker_state = from->blocker_state;
	to->blocker_port = from->blocker_port;
	memcpy(to->blocker_addr, from->blocker_addr, sizeof(to->blocker_addr));
	to->blocker = from->blocker;
}

static int ask(struct trace_helper *helper, enum trace_question kind,
	       struct helper_answer *ret_answer)
{
	const struct helper_question question = {.kind = kind};

	return helper_ask(helper->helper, &question, ret_answer);
}

static void chore(void *context, enum tracer_chore which)
{
	const struct helper_question question = {.kind = TRACE_CHORE, .number = which};
	struct trace_helper *helper = context;
	struct helper_answer ignored;

	if (helper->helper)
		helper_ask(helper->helper, &question, &ignored);
	else
		tracer_do(helper->tracer, which);
}

void trace_helper_start(struct trace_helper *helper)
{
	unsigned int dropped;

	tracer_set_chores(helper->tracer, chore, helper);
	clock_utc_offset(0); /* reads the time zone's file while that can be opened */
	if (helper_start(answer, helper, helper->dump_path && helper->force ? HELPER_WRITES : 0,
			 &helper->helper))
		return;
	lookups_ask(helper->lookups, helper->helper);
	dropped = privilege_drop(false);
	debug_say("privileges dropped:%s%s%s%s", dropped & DROP_CAPABILITIES ? " capabilities" : "",
		  dropped & DROP_NEW_PRIVILEGES ? " new_privileges" : "",
		  dropped & DROP_FILES ? " files" : "",
		  dropped & DROP_SYSTEM_CALLS ? " system_calls" : "");
}

void trace_helper_stop(struct trace_helper *helper)
{
	helper_stop(helper->helper);
	helper->helper = NULL;
	if (helper->ports_open)
		table_source_close(&helper->ports);
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
		dump_handovers(helper->handovers, helper->dump_path, helper->force);
}

/* Records wait while it asks: of its time it spends a share on that, after a burst. */
#define BLOCKER_SHARE 10
#define BLOCKER_BURST_NS INT64_C(300000000)
#define BLOCKER_DEBT_NS INT64_C(100000000)

static bool may_ask(struct trace_helper *helper, uint64_t now_ns)
{
	unsigned int share = helper->blocker_share ? helper->blocker_share : BLOCKER_SHARE;
	uint64_t earned = (now_ns - helper->blocker_ns) / share;

	helper->blocker_ns = now_ns;
	if (earned > (uint64_t)(BLOCKER_BURST_NS - helper->blocker_budget_ns))
		helper->blocker_budget_ns = BLOCKER_BURST_NS;
	else
		helper->blocker_budget_ns += (int64_t)earned;
	return helper->blocker_budget_ns > 0;
}

/* The first question opens the source, which happens once. */
static void note_asked(struct trace_helper *helper, uint64_t since_ns)
{
	bool is_first = !helper->blocker_asked;

	helper->blocker_asked = true;
	if (is_first)
		return;
	helper->blocker_budget_ns -= (int64_t)(clock_monotonic_ns() - since_ns);
	if (helper->blocker_budget_ns < -BLOCKER_DEBT_NS)
		helper->blocker_budget_ns = -BLOCKER_DEBT_NS;
}

/* False: it could not be asked. */
static bool ask_blocker(struct trace_helper *helper, struct wire_refusal *refusal)
{
	const struct helper_question question = {
		.kind = TRACE_BLOCKER, .data = refusal, .size = sizeof(*refusal)};
	struct helper_answer answered = {};

	if (helper->helper && helper_ask(helper->helper, &question, &answered))
		return false;
	if (!helper->helper)
		answer(helper, &question, &answered);
	memcpy(&helper->blocker, refusal, sizeof(helper->blocker));
	copy_blocker((const struct wire_refusal *)(const void *)answered.data, &helper->blocker);
	return true;
}

static bool is_about_the_same(const struct wire_refusal *a, const struct wire_refusal *b)
{
	return a->head.kind == b->head.kind && a->sock.netns == b->sock.netns &&
	       a->sock.protocol == b->sock.protocol && a->sock.lport == b->sock.lport &&
	       a->sharing == b->sharing && a->device == b->device &&
	       a->socket_uid == b->socket_uid &&
	       !memcmp(a->sock.laddr, b->sock.laddr, sizeof(a->sock.laddr));
}

bool trace_helper_blocker(struct trace_helper *helper, const void *record, size_t size,
			  struct wire_refusal *ret_refusal)
{
	uint64_t now_ns = clock_monotonic_ns();
	bool asked;

	if (!blocker_wanted(record, size))
		return false;
	memcpy(ret_refusal, record, sizeof(*ret_refusal));
	if (may_ask(helper, now_ns)) {
		helper->blocker = (struct wire_refusal){};
		asked = ask_blocker(helper, ret_refusal);
		note_asked(helper, now_ns);
		if (!asked)
			return false;
	} else if (!is_about_the_same(ret_refusal, &helper->blocker)) {
		return false;
	}
	copy_blocker(&helper->blocker, ret_refusal);
	return true;
}
