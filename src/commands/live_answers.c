/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The answers of live's helper, which has the privileges. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/safe_open.h"
#include "commands/live_helper.h"
#include "commands/live_parts.h"

#define BETWEEN_NS 1000000 /* a reader is not stopped more often where it need not be */

/* An answer in parts: elements of one kind are sent together. */
struct parts {
	struct helper_answer *part;
	uint64_t between_ns;
};

static void flush(struct parts *parts)
{
	if (parts->part->size)
		helper_part(parts->part);
	parts->part->size = 0;
}

static void put(struct parts *parts, enum live_part kind, const void *element, size_t size)
{
	struct helper_answer *part = parts->part;

	if (part->number != kind || part->size + size > sizeof(part->data))
		flush(parts);
	part->number = kind;
	memcpy(part->data + part->size, element, size);
	part->size += (uint32_t)size;
}

/* One that is sent at once, in its place. */
static void put_alone(struct parts *parts, enum live_part kind, const void *data, size_t size)
{
	struct helper_answer *part = parts->part;

	flush(parts);
	part->number = kind;
	part->size = (uint32_t)size;
	if (size)
		memcpy(part->data, data, size);
	helper_part(part);
	part->size = 0;
}

static void put_rows(void *context, const struct listed_connection *listed, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put(context, LIVE_ROWS, &listed[i], sizeof(listed[i]));
}

static void put_unread(void *context, uint32_t netns, bool gone)
{
	const struct live_unread unread = {netns, gone};

	put(context, LIVE_UNREAD, &unread, sizeof(unread));
}

static void put_owners_begin(void *context, const uint32_t *pids, size_t count)
{
	if (count * sizeof(*pids) <= HELPER_DATA_SIZE)
		put_alone(context, pids ? LIVE_OWNERS_OF : LIVE_OWNERS_BEGIN, pids,
			  count * sizeof(*pids));
}

static void put_held(void *context, const struct held_socket *held, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put(context, LIVE_HELD, &held[i], sizeof(held[i]));
}

static void put_owners_end(void *context)
{
	put_alone(context, LIVE_OWNERS_END, NULL, 0);
}

static void put_between(void *context, bool due)
{
	struct parts *parts = context;
	uint64_t now_ns = clock_monotonic_ns();

	if (!due && now_ns - parts->between_ns < BETWEEN_NS)
		return;
	flush(parts);
	parts->part->number = LIVE_BETWEEN;
	helper_part_wait(parts->part);
	parts->between_ns = clock_monotonic_ns();
}

static struct pass_handler pass_handler_of(struct parts *parts)
{
	return (struct pass_handler){
		.rows = put_rows,
		.unread = put_unread,
		.owners_begin = put_owners_begin,
		.held = put_held,
		.owners_end = put_owners_end,
		.between = put_between,
		.context = parts,
	};
}

static void answer_pass(struct live_helper *helper, const struct helper_question *question,
			struct helper_answer *ret_answer)
{
	struct parts parts = {.part = ret_answer};
	const struct pass_handler handler = pass_handler_of(&parts);
	struct pass_report report;
	int err;

	if (question->index > TABLE_PASS_HOLDERS) {
		ret_answer->err = -EINVAL;
		return;
	}
	err = table_source_read(&helper->engine->source, (enum table_pass)question->index,
				question->number, &handler, &report);
	flush(&parts);
	ret_answer->err = err;
	ret_answer->size = sizeof(report);
	memcpy(ret_answer->data, &report, sizeof(report));
}

static void answer_processes(struct live_helper *helper, const struct helper_question *question,
			     struct helper_answer *ret_answer)
{
	struct parts parts = {.part = ret_answer};
	const struct pass_handler handler = pass_handler_of(&parts);
	size_t count = question->size / sizeof(uint32_t);
	uint32_t pids[HELPER_DATA_SIZE / sizeof(uint32_t)];
	int err;

	memcpy(pids, question->data, count * sizeof(*pids));
	err = table_source_read_of(&helper->engine->source, pids, count, &handler);
	flush(&parts);
	ret_answer->err = err;
}

static void answer_touched(struct live_helper *helper, struct helper_answer *ret_answer)
{
	uint32_t pids[ENGINE_TOUCHED];
	struct tracer *tracer = helper->engine->tracer;
	int count = tracer ? tracer_touched(tracer, pids, ENGINE_TOUCHED) : -ENOTSUP;

	if (count < 0) {
		ret_answer->err = count;
		return;
	}
	ret_answer->size = (uint32_t)((size_t)count * sizeof(*pids));
	memcpy(ret_answer->data, pids, ret_answer->size);
}

static void put_inodes(struct parts *parts, enum live_part kind, const struct namespaces *spaces)
{
	for (size_t i = 0; i < spaces->count; i++)
		put(parts, kind, &spaces->list[i].inode, sizeof(spaces->list[i].inode));
}

static void answer_verify(struct live_helper *helper, struct helper_answer *ret_answer)
{
	struct parts parts = {.part = ret_answer};
	struct verify_namespaces found;
	struct live_verified verified;

	if (!helper->verifying)
		verify_source_open(&helper->verify, &helper->engine->source);
	helper->verifying = true;
	ret_answer->err = verify_source_compare(&helper->verify, &found);
	put_inodes(&parts, LIVE_MISSED, &found.missed);
	put_inodes(&parts, LIVE_UNREACHABLE, &found.unreachable);
	flush(&parts);
	verified = (struct live_verified){.count = found.count,
					  .way = found.way,
					  .list = found.list,
					  .unlisted = found.unlisted};
	verify_namespaces_release(&found);
	ret_answer->size = sizeof(verified);
	memcpy(ret_answer->data, &verified, sizeof(verified));
}

static void put_unverified(void *context, uint32_t netns, int err)
{
	put_unread(context, netns, false);
}

static void answer_verify_rows(struct live_helper *helper, struct helper_answer *ret_answer)
{
	struct parts parts = {.part = ret_answer};
	const struct socket_rows_handler handler = {
		.rows = put_rows, .unread = put_unverified, .context = &parts};
	int err = helper->verifying ? verify_source_read(&helper->verify, &handler) : -EINVAL;

	flush(&parts);
	ret_answer->err = err;
}

static void answer_dump(struct live_helper *helper, struct helper_answer *ret_answer)
{
	helper_give_fd(ret_answer, helper->dump_path
					   ? safe_open_output(helper->dump_path, helper->force)
					   : -EINVAL);
}

void live_answer(void *context, const struct helper_question *question,
		 struct helper_answer *ret_answer)
{
	struct live_helper *helper = context;

	if (lookups_answer(helper->lookups, question, ret_answer))
		return;
	switch (question->kind) {
	case LIVE_PASS:
		answer_pass(helper, question, ret_answer);
		return;
	case LIVE_PROCESSES:
		answer_processes(helper, question, ret_answer);
		return;
	case LIVE_TOUCHED:
		answer_touched(helper, ret_answer);
		return;
	case LIVE_SKIPPED:
		ret_answer->number = tracer_skipped_events(helper->engine->tracer);
		return;
	case LIVE_CHORE:
		if (helper->engine->tracer)
			tracer_do(helper->engine->tracer, (enum tracer_chore)question->index);
		return;
	case LIVE_VERIFY:
		answer_verify(helper, ret_answer);
		return;
	case LIVE_VERIFY_ROWS:
		answer_verify_rows(helper, ret_answer);
		return;
	case LIVE_DUMP:
		answer_dump(helper, ret_answer);
		return;
	default:
		ret_answer->err = -ENOSYS;
	}
}
