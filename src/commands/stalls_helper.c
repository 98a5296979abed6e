/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What stalls wants to know -> questions to the process that kept its privileges. */
#include "commands/stalls_helper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "commands/stalls_answers.h"
#include "commands/stalls_listing.h"
#include "diagnosis/attempts.h"
#include "diagnosis/kept.h"
#include "privilege/drop.h"

#define HOLD_AGAIN_NS (NETNS_HOLD_NS / 3)
#define IPV6_AGAIN_NS 500000000u /* the hooks stay longer */

/* 0 or -errno; `size`: of the data that belong to this answer. */
static int ask(struct stalls_helper *helper, const struct helper_question *question, size_t size,
	       struct helper_answer *ret_answer)
{
	int err;

	*ret_answer = (struct helper_answer){};
	if (!helper->helper) {
		stalls_answer(helper, question, ret_answer);
		return ret_answer->err;
	}
	err = helper_ask(helper->helper, question, ret_answer);
	return err ? err : ret_answer->size == size ? 0 : -EPROTO;
}

static void chore(void *context, enum tracer_chore chore)
{
	struct helper_answer ignored;

	ask(context, &(struct helper_question){.kind = STALLS_CHORE, .index = chore}, 0, &ignored);
}

void stalls_helper_start(struct stalls_helper *helper, struct evidence_sources *evidence,
			 struct lookups *lookups)
{
	helper->evidence = evidence;
	helper->lookups = lookups;
	if (evidence->tracer)
		tracer_set_chores(evidence->tracer, chore, helper);
	clock_utc_offset(0); /* reads the time zone's file while that can be opened */
	if (helper_start(stalls_answer, helper, 0, &helper->helper)) {
		helper->helper = NULL;
		privilege_keep(false);
		return;
	}
	lookups_ask(lookups, helper->helper);
	privilege_drop(false);
}

void stalls_helper_stop(struct stalls_helper *helper)
{
	helper_stop(helper->helper);
	helper->helper = NULL;
}

bool stalls_helper_has_room(const struct stalls_helper *helper)
{
	return helper->ahead < (helper->helper ? HELPER_AHEAD_MAX : 1);
}

bool stalls_helper_inspect_ahead(struct stalls_helper *helper, const struct attempt *attempt,
				 bool follow)
{
	struct stalls_about about = {.cookie = attempt->flow.cookie};
	const struct helper_question question = {.kind = STALLS_INSPECT,
						 .number = attempt->flow.sock,
						 .index = follow ? STALLS_WANT_FOLLOW : 0,
						 .data = &about,
						 .size = sizeof(about)};

	if (!stalls_helper_has_room(helper))
		return false;
	stall_keep(attempt->stall, stall_hooks_senses(helper->evidence->hooks), 0, &about.kept);
	if (!helper->helper) {
		helper->own = (struct helper_answer){};
		stalls_answer(helper, &question, &helper->own);
	} else if (helper_ask_ahead(helper->helper, &question)) {
		return false;
	}
	helper->ahead++;
	return true;
}

int stalls_helper_inspected(struct stalls_helper *helper, struct stalls_inspected *ret_inspected)
{
	struct helper_answer answered = helper->own;
	int err = helper->helper ? helper_answer_ahead(helper->helper, &answered) : answered.err;

	helper->ahead--;
	if (!err && helper->helper && answered.size != sizeof(*ret_inspected))
		err = -EPROTO;
	if (!err)
		memcpy(ret_inspected, answered.data, sizeof(*ret_inspected));
	return err;
}

void stalls_helper_unfollow(struct stalls_helper *helper, uint32_t isn)
{
	const struct helper_question question = {.kind = STALLS_UNFOLLOW, .index = isn};
	struct helper_answer ignored;

	ask(helper, &question, 0, &ignored);
}

void stalls_helper_collect_end(struct stalls_helper *helper, struct stall *stall)
{
	struct stalls_about about = {};
	const struct helper_question question = {
		.kind = STALLS_COLLECT_END, .data = &about, .size = sizeof(about)};
	struct helper_answer answered;

	stall_keep(stall, stall_hooks_senses(helper->evidence->hooks), 0, &about.kept);
	if (!ask(helper, &question, sizeof(*stall), &answered))
		memcpy(stall, answered.data, sizeof(*stall));
}

/* Once in a while for each namespace: connects may be very many. */
static void hold(struct stalls_helper *helper, const struct event *event)
{
	uint32_t netns = event->flow.netns, slot = netns % STALLS_HELD_SLOTS;
	int32_t descriptor = event->kind == EVENT_CONNECT ? event->fd : -1;
	const struct helper_question question = {.kind = STALLS_HOLD,
						 .number = netns,
						 .index = event->flow.pid,
						 .data = &descriptor,
						 .size = sizeof(descriptor)};
	struct helper_answer ignored;
	uint64_t now;

	if (!netns || netns == helper->evidence->netns.own_inode)
		return;
	now = clock_monotonic_ns();
	if (helper->held[slot].netns == netns && now < helper->held[slot].until_ns)
		return;
	if (ask(helper, &question, 0, &ignored))
		return;
	helper->held[slot].netns = netns;
	helper->held[slot].until_ns = now + HOLD_AGAIN_NS;
}

void stalls_helper_begins(struct stalls_helper *helper, const struct event *event)
{
	struct helper_answer ignored;

	if (hooks_arming_is_ipv6(&helper->evidence->arming, event) &&
	    event->ktime_ns >= helper->ipv6_ns + IPV6_AGAIN_NS) {
		ask(helper, &(struct helper_question){.kind = STALLS_IPV6}, 0, &ignored);
		helper->ipv6_ns = event->ktime_ns;
		helper->arming_ns = 0;
	}
	hold(helper, event);
}

void stalls_helper_hold_seen(struct stalls_helper *helper)
{
	struct helper_answer ignored;

	ask(helper, &(struct helper_question){.kind = STALLS_HOLD_SEEN}, 0, &ignored);
}

/* Namespaces are let go by the second: an early answer is not needed. */
uint64_t stalls_helper_expire(struct stalls_helper *helper, uint64_t now_ns)
{
	struct helper_answer answered;

	if (now_ns < helper->expire_ns)
		return helper->expire_ns;
	helper->expire_ns = now_ns + HOLD_AGAIN_NS;
	if (ask(helper, &(struct helper_question){.kind = STALLS_EXPIRE}, 0, &answered) ||
	    answered.number == UINT64_MAX)
		return UINT64_MAX;
	return helper->expire_ns;
}

int stalls_helper_arm(struct stalls_helper *helper, bool needed, uint64_t now_ns,
		      uint64_t *ret_next_ns)
{
	const struct helper_question question = {.kind = STALLS_ARM, .index = needed};
	struct helper_answer answered;
	struct stalls_armed armed = {.next_ns = UINT64_MAX};

	*ret_next_ns = helper->arming_ns;
	if (needed == helper->needed && now_ns < helper->arming_ns)
		return 0;
	if (!ask(helper, &question, sizeof(armed), &answered)) {
		memcpy(&armed, answered.data, sizeof(armed));
		stall_hooks_told_senses(helper->evidence->hooks, &armed.senses);
	}
	helper->needed = needed;
	helper->arming_ns = *ret_next_ns = armed.next_ns;
	return armed.err;
}

struct collector {
	stall_record_fn handle;
	void *context;
};

static void on_part(void *context, const struct helper_answer *part)
{
	const struct collector *collector = context;

	stalls_listing_unpack(part, collector->handle, collector->context);
}

void stalls_helper_listeners(struct stalls_helper *helper, stall_record_fn handle, void *context,
			     struct netns_left_out *ret_left)
{
	const struct helper_question question = {.kind = STALLS_LISTENERS};
	struct collector collector = {handle, context};
	struct helper_answer last = {};

	*ret_left = (struct netns_left_out){.limit = NAMESPACES_MAX};
	if (!helper->helper)
		stalls_listing_read(helper->evidence, handle, context, ret_left);
	else if (!helper_ask_parts(helper->helper, &question, on_part, &collector, &last))
		stalls_listing_end(&last, ret_left);
}

void stalls_helper_owners(struct stalls_helper *helper, struct socket_owner_row *rows, size_t count)
{
	const struct helper_question question = {
		.kind = STALLS_OWNERS, .data = rows, .size = count * sizeof(*rows)};
	struct helper_answer answered;

	if (!ask(helper, &question, question.size, &answered))
		memcpy(rows, answered.data, question.size);
}

static int add_looked(struct polled *polled, const struct stalls_looked *looked)
{
	if (polled->count == polled->room) {
		size_t room = polled->room ? polled->room * 2 : 64;
		void *sockets = reallocarray(polled->sockets, room, sizeof(*polled->sockets));
		void *owners = reallocarray(polled->owners, room, sizeof(*polled->owners));

		polled->sockets = sockets ? sockets : polled->sockets;
		polled->owners = owners ? owners : polled->owners;
		if (!sockets || !owners)
			return -ENOMEM;
		polled->room = room;
	}
	polled->sockets[polled->count] = looked->sock;
	polled->owners[polled->count++] = looked->owner;
	polled->owner_count = polled->count;
	return 0;
}

static void on_looked(void *context, const struct helper_answer *part)
{
	struct polled *polled = context;
	struct stalls_looked looked;

	for (size_t at = 0; at + sizeof(looked) <= part->size; at += sizeof(looked)) {
		memcpy(&looked, part->data + at, sizeof(looked));
		if (add_looked(polled, &looked))
			return;
	}
}

int stalls_helper_look(struct stalls_helper *helper, bool refresh)
{
	const struct helper_question question = {.kind = STALLS_LOOK, .index = refresh};
	struct polled *polled = helper->evidence->polled, fresh = {}, before = *polled;
	struct helper_answer last = {};
	int err;

	if (!helper->helper)
		return stalls_look(helper->evidence, refresh);
	err = helper_ask_parts(helper->helper, &question, on_looked, &fresh, &last);
	fresh.unread = (unsigned int)last.number;
	*polled = err ? before : fresh;
	free(err ? fresh.sockets : before.sockets);
	free(err ? fresh.owners : before.owners);
	return err;
}

int stalls_helper_account(struct stalls_helper *helper, struct trace_account *ret_account)
{
	struct helper_answer answered;
	int err = ask(helper, &(struct helper_question){.kind = STALLS_ACCOUNT},
		      sizeof(*ret_account), &answered);

	if (!err)
		memcpy(ret_account, answered.data, sizeof(*ret_account));
	return err;
}
