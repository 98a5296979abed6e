/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What explain wants to know, from the process that kept its privileges. */
#include "commands/explain_helper.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/safe_open.h"
#include "commands/left_out.h"
#include "privilege/drop.h"
#include "privilege/helper.h"

enum explain_question {
	EXPLAIN_GATHER = LOOKUP_KINDS,
	EXPLAIN_CHORE,	 /* index: enum tracer_chore */
	EXPLAIN_SKIPPED, /* struct explain_skipped */
	EXPLAIN_RECORD,	 /* a descriptor of --record's file */
};

/* helper_answer.number of a part: rows of one kind, as many as fit. */
enum explain_part {
	EXPLAIN_SOCKETS,
	EXPLAIN_HOLDERS,
	EXPLAIN_PROCESSES,
	EXPLAIN_SPACES,
};

/* The last: what the store has beside its rows. */
struct explain_gathered {
	uint64_t now_ns;
	int64_t wall_offset_ns;
	uint64_t left_out;
	uint32_t own_netns;
	uint32_t holders_known;
	uint32_t untracked;
	uint32_t socket_max;
	struct netns_left_out spaces_left_out;
};

/* ---------------------------------------------------------------- one snapshot */

static bool wants_any(const struct socket_detail *socket)
{
	return true;
}

static int gather_here(struct explain *explain)
{
	struct gather_choice choice = {
		.wants_process = explain->chosen ? wants_any : findings_want_process,
		.two_snapshots = explain->watch_ns,
	};
	struct findings_choice asked;
	int err;

	if (explain_choice(explain, &asked))
		choice.tracked = (struct tracked_choice){asked.wanted, asked.context};
	err = gather(&explain->gatherer, &explain->store, &choice);
	if (!err)
		explain_name_all(explain);
	left_out_say_slow("explain");
	return err;
}

/* ---------------------------------------------------------------- in the helper */

static void put_rows(struct helper_answer *part, enum explain_part kind, const void *rows,
		     size_t count, size_t size)
{
	size_t fitting = sizeof(part->data) / size;

	part->number = kind;
	for (size_t i = 0; i < count; i += fitting) {
		size_t some = count - i < fitting ? count - i : fitting;

		part->size = (uint32_t)(some * size);
		memcpy(part->data, (const char *)rows + i * size, part->size);
		if (!helper_part(part))
			return;
	}
}

static void answer_gather(struct explain *explain, struct helper_answer *ret_answer)
{
	const struct evidence_store *store = &explain->store;
	struct explain_gathered gathered;

	explain_detach(explain); /* the watch has ended */
	ret_answer->err = gather_here(explain);
	if (ret_answer->err)
		return;
	put_rows(ret_answer, EXPLAIN_SOCKETS, store->sockets, store->socket_count,
		 sizeof(*store->sockets));
	put_rows(ret_answer, EXPLAIN_HOLDERS, store->holders, store->holder_count,
		 sizeof(*store->holders));
	put_rows(ret_answer, EXPLAIN_PROCESSES, store->processes, store->process_count,
		 sizeof(*store->processes));
	put_rows(ret_answer, EXPLAIN_SPACES, store->spaces, store->space_count,
		 sizeof(*store->spaces));
	gathered = (struct explain_gathered){
		.now_ns = store->now_ns,
		.wall_offset_ns = store->wall_offset_ns,
		.left_out = store->left_out,
		.own_netns = store->own_netns,
		.holders_known = store->holders_known,
		.untracked = store->untracked,
		.socket_max = store->socket_max,
		.spaces_left_out = store->spaces_left_out,
	};
	ret_answer->size = sizeof(gathered);
	memcpy(ret_answer->data, &gathered, sizeof(gathered));
}

static void count_skipped(const struct explain *explain, struct explain_skipped *ret_skipped)
{
	ret_skipped->events = tracer_skipped_events(explain->tracer);
	ret_skipped->packets = trouble_hooks_skipped(explain->hooks);
}

static void answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer)
{
	struct explain *explain = context;

	if (lookups_answer(explain->selection.lookups, question, ret_answer))
		return;
	switch (question->kind) {
	case EXPLAIN_GATHER:
		answer_gather(explain, ret_answer);
		return;
	case EXPLAIN_CHORE:
		if (explain->tracer)
			tracer_do(explain->tracer, (enum tracer_chore)question->index);
		return;
	case EXPLAIN_SKIPPED:
		ret_answer->size = sizeof(struct explain_skipped);
		count_skipped(explain, (struct explain_skipped *)(void *)ret_answer->data);
		return;
	case EXPLAIN_RECORD:
		helper_give_fd(ret_answer,
			       explain->record_path
				       ? safe_open_output(explain->record_path, explain->force)
				       : -EINVAL);
		return;
	default:
		ret_answer->err = -ENOSYS;
	}
}

/* ---------------------------------------------------------------- in explain */

struct gathering {
	struct evidence_store *store;
	int err;
};

static int on_row(struct evidence_store *store, uint64_t kind, const unsigned char *row)
{
	switch (kind) {
	case EXPLAIN_SOCKETS:
		return evidence_store_socket(store, (const void *)row);
	case EXPLAIN_HOLDERS:
		return evidence_store_holder(store, (const void *)row);
	case EXPLAIN_PROCESSES:
		return evidence_store_process(store, (const void *)row);
	default:
		return evidence_store_space(store, (const void *)row);
	}
}

static void on_part(void *context, const struct helper_answer *part)
{
	static const size_t sizes[] = {
		[EXPLAIN_SOCKETS] = sizeof(struct socket_detail),
		[EXPLAIN_HOLDERS] = sizeof(struct evidence_holder),
		[EXPLAIN_PROCESSES] = sizeof(struct evidence_process),
		[EXPLAIN_SPACES] = sizeof(struct evidence_space),
	};
	struct gathering *gathering = context;
	size_t size = part->number <= EXPLAIN_SPACES ? sizes[part->number] : 0;

	for (size_t at = 0; size && !gathering->err && part->size - at >= size; at += size)
		gathering->err = on_row(gathering->store, part->number, part->data + at);
}

int explain_gather(struct explain *explain)
{
	const struct helper_question question = {.kind = EXPLAIN_GATHER};
	struct evidence_store *store = &explain->store;
	struct gathering gathering = {.store = store};
	struct explain_gathered gathered;
	struct helper_answer last;
	int err;

	if (!explain->helper)
		return gather_here(explain);
	evidence_store_clear(store);
	err = helper_ask_parts(explain->helper, &question, on_part, &gathering, &last);
	if (!err)
		err = last.size == sizeof(gathered) ? gathering.err : -EPROTO;
	if (err)
		return err;
	memcpy(&gathered, last.data, sizeof(gathered));
	store->now_ns = gathered.now_ns;
	store->wall_offset_ns = gathered.wall_offset_ns;
	store->left_out = gathered.left_out;
	store->own_netns = gathered.own_netns;
	store->holders_known = gathered.holders_known;
	store->untracked = gathered.untracked;
	store->socket_max = gathered.socket_max;
	store->spaces_left_out = gathered.spaces_left_out;
	return 0;
}

void explain_helper_chore(void *context, enum tracer_chore chore)
{
	const struct helper_question question = {.kind = EXPLAIN_CHORE, .index = chore};
	struct explain *explain = context;
	struct helper_answer ignored;

	if (explain->helper)
		helper_ask(explain->helper, &question, &ignored);
	else
		tracer_do(explain->tracer, chore);
}

void explain_read_skipped(const struct explain *explain, struct explain_skipped *ret_skipped)
{
	struct helper_answer answered;

	*ret_skipped = (struct explain_skipped){};
	if (!explain->helper)
		count_skipped(explain, ret_skipped);
	else if (!helper_ask(explain->helper, &(struct helper_question){.kind = EXPLAIN_SKIPPED},
			     &answered) &&
		 answered.size == sizeof(*ret_skipped))
		memcpy(ret_skipped, answered.data, sizeof(*ret_skipped));
}

int explain_open_record(struct explain *explain)
{
	if (!explain->helper)
		return safe_open_output(explain->record_path, explain->force);
	return helper_ask_fd(explain->helper, &(struct helper_question){.kind = EXPLAIN_RECORD});
}

void explain_helper_start(struct explain *explain)
{
	clock_utc_offset(0); /* reads the time zone's file while that can be opened */
	if (helper_start(answer, explain, explain->record_path ? HELPER_WRITES : 0,
			 &explain->helper)) {
		explain->helper = NULL;
		return;
	}
	lookups_ask(explain->selection.lookups, explain->helper);
	privilege_drop(false);
}

void explain_helper_stop(struct explain *explain)
{
	helper_stop(explain->helper);
	explain->helper = NULL;
}
