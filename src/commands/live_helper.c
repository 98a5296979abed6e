/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What live wants to know -> questions to the process that kept its privileges. */
#include "commands/live_helper.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/safe_open.h"
#include "commands/live_parts.h"
#include "privilege/drop.h"

/* ---------------------------------------------------------------- chores of the tracer */

static void ask_chore(struct live_helper *helper, enum tracer_chore which)
{
	const struct helper_question question = {.kind = LIVE_CHORE, .index = which};
	struct helper_answer ignored;

	helper->busy = true; /* some take long among very many sockets */
	helper_ask(helper->helper, &question, &ignored);
	helper->busy = false;
}

/* Events are applied amid a pass, too: the helper is not asked then. */
static void chore(void *context, enum tracer_chore which)
{
	struct live_helper *helper = context;

	if (!helper->helper)
		tracer_do(helper->engine->tracer, which);
	else if (helper->busy)
		helper->chores |= 1u << which;
	else
		ask_chore(helper, which);
}

static void do_chores(struct live_helper *helper)
{
	for (unsigned int i = 0; helper->chores; i++) {
		if (helper->chores & 1u << i)
			ask_chore(helper, (enum tracer_chore)i);
		helper->chores &= ~(1u << i);
	}
}

/* ---------------------------------------------------------------- passes */

/* Who takes an answer in parts: one of these. */
struct collector {
	const struct pass_handler *pass;
	const struct socket_rows_handler *rows;
	struct verify_namespaces *namespaces;
};

static void on_rows(const struct collector *collector, const struct helper_answer *part)
{
	const struct listed_connection *rows = (const void *)part->data;
	size_t count = part->size / sizeof(*rows);

	if (collector->pass)
		collector->pass->rows(collector->pass->context, rows, count);
	else if (collector->rows)
		collector->rows->rows(collector->rows->context, rows, count);
}

static void on_unread(const struct collector *collector, const struct helper_answer *part)
{
	const struct live_unread *list = (const void *)part->data;

	for (size_t i = 0; i < part->size / sizeof(*list); i++) {
		if (collector->pass)
			collector->pass->unread(collector->pass->context, list[i].netns,
						list[i].gone);
		else if (collector->rows)
			collector->rows->unread(collector->rows->context, list[i].netns, -EIO);
	}
}

static void on_namespaces(struct namespaces *spaces, const struct helper_answer *part)
{
	const uint32_t *inodes = (const void *)part->data;

	for (size_t i = 0; i < part->size / sizeof(*inodes); i++)
		namespaces_add(spaces, &(struct namespace){.inode = inodes[i]});
}

static void copy_owners(const struct pass_handler *handler, const struct helper_answer *part)
{
	switch (part->number) {
	case LIVE_OWNERS_BEGIN:
		handler->owners_begin(handler->context, NULL, 0);
		return;
	case LIVE_OWNERS_OF:
		handler->owners_begin(handler->context, (const void *)part->data,
				      part->size / sizeof(uint32_t));
		return;
	case LIVE_HELD:
		handler->held(handler->context, (const void *)part->data,
			      part->size / sizeof(struct held_socket));
		return;
	case LIVE_OWNERS_END:
		handler->owners_end(handler->context);
		return;
	case LIVE_BETWEEN:
		handler->between(handler->context, true);
		return;
	default:
		return;
	}
}

static void on_part(void *context, const struct helper_answer *part)
{
	const struct collector *collector = context;

	if (part->number == LIVE_ROWS)
		on_rows(collector, part);
	else if (part->number == LIVE_UNREAD)
		on_unread(collector, part);
	else if (part->number == LIVE_MISSED && collector->namespaces)
		on_namespaces(&collector->namespaces->missed, part);
	else if (part->number == LIVE_UNREACHABLE && collector->namespaces)
		on_namespaces(&collector->namespaces->unreachable, part);
	else if (collector->pass)
		copy_owners(collector->pass, part);
}

static int ask_parts(struct live_helper *helper, const struct helper_question *question,
		     struct collector *collector, struct helper_answer *ret_last)
{
	int err;

	helper->busy = true;
	lookups_pause(helper->lookups, true);
	err = helper_ask_parts(helper->helper, question, on_part, collector, ret_last);
	lookups_pause(helper->lookups, false);
	helper->busy = false;
	do_chores(helper);
	return err;
}

static int pass(void *context, enum table_pass what, bool details,
		const struct pass_handler *handler, struct pass_report *ret_report)
{
	const struct helper_question question = {
		.kind = LIVE_PASS, .index = what, .number = details};
	struct collector collector = {.pass = handler};
	struct helper_answer last;
	int err = ask_parts(context, &question, &collector, &last);

	if (!err && last.size == sizeof(*ret_report))
		memcpy(ret_report, last.data, sizeof(*ret_report));
	return err;
}

static int read_process(void *context, const uint32_t *pids, size_t count,
			const struct pass_handler *handler)
{
	const struct helper_question question = {
		.kind = LIVE_PROCESSES, .data = pids, .size = count * sizeof(*pids)};
	struct collector collector = {.pass = handler};
	struct helper_answer last;

	return question.size > HELPER_DATA_SIZE ? -E2BIG
						: ask_parts(context, &question, &collector, &last);
}

static int touched(void *context, uint32_t *ret_pids, size_t room)
{
	const struct helper_question question = {.kind = LIVE_TOUCHED};
	struct live_helper *helper = context;
	struct helper_answer answered;
	int err = helper_ask(helper->helper, &question, &answered);

	if (err)
		return err;
	if (answered.size > room * sizeof(*ret_pids))
		return -E2BIG;
	memcpy(ret_pids, answered.data, answered.size);
	return (int)(answered.size / sizeof(*ret_pids));
}

static uint64_t skipped(void *context)
{
	const struct helper_question question = {.kind = LIVE_SKIPPED};
	struct live_helper *helper = context;
	struct helper_answer answered;

	return helper_ask(helper->helper, &question, &answered) ? 0 : answered.number;
}

/* ---------------------------------------------------------------- --verify, --dump */

static int verify_namespaces(void *context, struct verify_namespaces *ret_namespaces)
{
	struct collector collector = {.namespaces = ret_namespaces};
	struct live_verified verified = {};
	struct helper_answer last;
	int err;

	*ret_namespaces = (struct verify_namespaces){};
	err = ask_parts(context, &(struct helper_question){.kind = LIVE_VERIFY}, &collector, &last);
	if (!err && last.size == sizeof(verified))
		memcpy(&verified, last.data, sizeof(verified));
	ret_namespaces->count = verified.count;
	ret_namespaces->unlisted = verified.unlisted;
	if (verified.way <= VERIFY_BY_PROC)
		ret_namespaces->way = (enum verify_way)verified.way;
	if (verified.list <= VERIFY_LIST_OF_TASKS)
		ret_namespaces->list = (enum verify_list)verified.list;
	return err;
}

static int verify_rows(void *context, const struct socket_rows_handler *handler)
{
	struct collector collector = {.rows = handler};
	struct helper_answer last;

	return ask_parts(context, &(struct helper_question){.kind = LIVE_VERIFY_ROWS}, &collector,
			 &last);
}

int live_helper_open_dump(struct live_helper *helper)
{
	if (!helper->helper)
		return safe_open_output(helper->dump_path, helper->force);
	return helper_ask_fd(helper->helper, &(struct helper_question){.kind = LIVE_DUMP});
}

/* ---------------------------------------------------------------- beginning and end */

#define ANSWER_MS 5000 /* for what is answered at once */

/* A pass may take long among very many sockets; the helper may also be stopped, or hang on a file. */
static bool waiting(void *context, unsigned int waited_ms)
{
	const struct live_helper *helper = context;

	return helper->busy ? helper->go_on(helper->context) : waited_ms < ANSWER_MS;
}

void live_helper_start(struct live_helper *helper, bool on_screen)
{
	clock_utc_offset(0); /* reads the time zone's file while that can be opened */
	if (helper_start(live_answer, helper, helper->dump_path ? HELPER_WRITES : 0,
			 &helper->helper)) {
		helper->helper = NULL;
		privilege_keep(helper->dump_path != NULL);
		return;
	}
	helper_set_waiting(helper->helper, waiting, helper);
	if (helper->engine->tracer)
		tracer_set_chores(helper->engine->tracer, chore, helper);
	helper->reader = (struct table_reader){
		.pass = pass,
		.read_process = read_process,
		.touched = touched,
		.skipped = skipped,
		.verify_namespaces = verify_namespaces,
		.verify_rows = verify_rows,
		.context = helper,
	};
	helper->engine->source.reader = &helper->reader;
	lookups_ask(helper->lookups, helper->helper);
	privilege_drop(on_screen);
}

void live_helper_stop(struct live_helper *helper)
{
	if (!helper->helper)
		return;
	lookups_ask(helper->lookups, NULL);
	helper->engine->source.reader = NULL;
	helper_kill(helper->helper); /* it may be busy, or stopped */
	helper->helper = NULL;
}
