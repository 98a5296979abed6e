/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions of stalls -> evidence, in the process that kept its privileges. */
#include "commands/stalls_answers.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "commands/stalls_listing.h"
#include "diagnosis/kept.h"
#include "diagnosis/record.h"
#include "evidence/connect.h"
#include "evidence/socket.h"

_Static_assert(sizeof(struct stalls_about) <= HELPER_DATA_SIZE, "a connect is one question");
_Static_assert(sizeof(struct socket_owner_row) * STALLS_OWNERS_MAX <= HELPER_DATA_SIZE,
	       "so many owners are one question");
_Static_assert(sizeof(struct trace_account) <= HELPER_DATA_SIZE, "an account is one answer");

/* The process that asks reads what others shape: its words are checked as those of a recording. */
static int answer_collect(struct stalls_helper *helper, const struct helper_question *question,
			  struct helper_answer *ret_answer)
{
	const struct stalls_about *about = question->data;
	struct stall_record record;
	struct stall_kept kept;

	if (question->size != sizeof(*about) ||
	    stall_kept_decode(&about->kept, sizeof(about->kept), &kept))
		return -EINVAL;
	if (question->kind == STALLS_COLLECT_END)
		connect_collect_end(helper->evidence, &kept.stall);
	else if (stall_record_decode(&about->sock, sizeof(about->sock), &record))
		return -EINVAL;
	else
		ret_answer->number = connect_collect(helper->evidence, &record.sock, &kept.stall);
	ret_answer->size = sizeof(kept.stall);
	memcpy(ret_answer->data, &kept.stall, sizeof(kept.stall));
	return 0;
}

static int answer_socket(struct stalls_helper *helper, const struct helper_question *question,
			 struct helper_answer *ret_answer)
{
	struct stall_record record;
	uint64_t cookie;

	switch (question->kind) {
	case STALLS_SOCKET:
		if (question->size != sizeof(cookie))
			return -EINVAL;
		memcpy(&cookie, question->data, sizeof(cookie));
		ret_answer->size = sizeof(struct wire_stall_sock);
		return socket_read(helper->evidence, question->number, cookie,
				   (struct wire_stall_sock *)(void *)ret_answer->data);
	case STALLS_FOLLOW:
		if (stall_record_decode(question->data, question->size, &record) ||
		    record.head.kind != WIRE_KIND_STALL_SOCK)
			return -EINVAL;
		return socket_follow(helper->evidence, &record.sock);
	default:
		socket_unfollow(helper->evidence, question->index);
		return 0;
	}
}

static int answer_arming(struct stalls_helper *helper, const struct helper_question *question,
			 struct helper_answer *ret_answer)
{
	struct evidence_sources *evidence = helper->evidence;
	struct stalls_armed *armed = (struct stalls_armed *)(void *)ret_answer->data;

	if (question->kind == STALLS_IPV6) {
		hooks_arming_use_ipv6(&evidence->arming, clock_monotonic_ns());
		return 0;
	}
	armed->err = hooks_arming_turn(&evidence->arming, question->index, clock_monotonic_ns(),
				       &armed->next_ns);
	armed->senses = *stall_hooks_senses(evidence->hooks);
	ret_answer->size = sizeof(*armed);
	return 0;
}

static int answer_netns(struct stalls_helper *helper, const struct helper_question *question,
			struct helper_answer *ret_answer)
{
	struct netns_switch *netns = &helper->evidence->netns;
	int32_t descriptor;

	switch (question->kind) {
	case STALLS_HOLD:
		if (question->size != sizeof(descriptor))
			return -EINVAL;
		memcpy(&descriptor, question->data, sizeof(descriptor));
		return netns_switch_hold(netns, (uint32_t)question->number, question->index,
					 descriptor);
	case STALLS_HOLD_SEEN:
		netns_switch_hold_seen(netns);
		return 0;
	default:
		ret_answer->number = netns_switch_expire(netns, clock_monotonic_ns());
		return 0;
	}
}

static int answer_owners(struct stalls_helper *helper, const struct helper_question *question,
			 struct helper_answer *ret_answer)
{
	struct socket_owner_row *rows = (struct socket_owner_row *)(void *)ret_answer->data;

	if (question->size > sizeof(*rows) * STALLS_OWNERS_MAX)
		return -EINVAL;
	memcpy(rows, question->data, question->size);
	socket_owner_find(helper->evidence->lists, rows, question->size / sizeof(*rows));
	ret_answer->size = (uint32_t)question->size;
	return 0;
}

static int answer_tracer(struct stalls_helper *helper, const struct helper_question *question,
			 struct helper_answer *ret_answer)
{
	struct tracer *tracer = helper->evidence->tracer;

	if (question->kind == STALLS_ACCOUNT) {
		ret_answer->size = sizeof(struct trace_account);
		return trace_account_read(tracer, (struct trace_account *)(void *)ret_answer->data);
	}
	tracer_do(tracer, question->index);
	return 0;
}

void stalls_answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer)
{
	static int (*const answers[])(struct stalls_helper * helper,
				      const struct helper_question *question,
				      struct helper_answer *ret_answer) = {
		[STALLS_SOCKET] = answer_socket,       [STALLS_FOLLOW] = answer_socket,
		[STALLS_UNFOLLOW] = answer_socket,     [STALLS_COLLECT] = answer_collect,
		[STALLS_COLLECT_END] = answer_collect, [STALLS_IPV6] = answer_arming,
		[STALLS_ARM] = answer_arming,	       [STALLS_HOLD] = answer_netns,
		[STALLS_HOLD_SEEN] = answer_netns,     [STALLS_EXPIRE] = answer_netns,
		[STALLS_OWNERS] = answer_owners,       [STALLS_CHORE] = answer_tracer,
		[STALLS_ACCOUNT] = answer_tracer,
	};
	struct stalls_helper *helper = context;

	if (lookups_answer(helper->lookups, question, ret_answer))
		return;
	if (question->kind == STALLS_LISTENERS)
		stalls_listing_send(helper->evidence, ret_answer);
	else if (question->kind < sizeof(answers) / sizeof(answers[0]) && answers[question->kind])
		ret_answer->err = answers[question->kind](helper, question, ret_answer);
	else
		ret_answer->err = -ENOSYS;
}
