/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions of stalls -> evidence, in the process that kept its privileges. */
#include "commands/stalls_answers.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "commands/left_out.h"
#include "commands/stalls_listing.h"
#include "diagnosis/collect.h"
#include "diagnosis/kept.h"
#include "diagnosis/record.h"
#include "evidence/connect.h"
#include "evidence/socket.h"
#include "netstate/tcp_state.h"

_Static_assert(sizeof(struct stalls_about) <= HELPER_DATA_SIZE, "a connect is one question");
_Static_assert(sizeof(struct stalls_inspected) <= HELPER_DATA_SIZE, "and one answer");
_Static_assert(sizeof(struct socket_owner_row) * STALLS_OWNERS_MAX <= HELPER_DATA_SIZE,
	       "so many owners are one question");
_Static_assert(sizeof(struct trace_account) <= HELPER_DATA_SIZE, "an account is one answer");

/* The process that asks reads what others shape: its words are checked as those of a recording. */
static int decode_about(const struct helper_question *question, struct stall_kept *ret_kept)
{
	const struct stalls_about *about = question->data;

	return question->size == sizeof(*about)
		       ? stall_kept_decode(&about->kept, sizeof(about->kept), ret_kept)
		       : -EINVAL;
}

/* One question for each connect: a round trip takes longer than most looks. */
static int answer_inspect(struct stalls_helper *helper, const struct helper_question *question,
			  struct helper_answer *ret_answer)
{
	struct stalls_inspected *inspected = (struct stalls_inspected *)(void *)ret_answer->data;
	const struct stalls_about *about = question->data;
	struct evidence_sources *evidence = helper->evidence;
	struct stall_record record;
	struct stall_kept kept;
	int err = decode_about(question, &kept);

	if (!err)
		err = socket_read(evidence, question->number, about->cookie, &inspected->sock);
	if (!err)
		err = stall_record_decode(&inspected->sock, sizeof(inspected->sock), &record);
	if (err)
		return err;
	ret_answer->size = sizeof(*inspected);
	if (record.sock.state == TCP_STATE_SYN_SENT) {
		inspected->news = stall_collect(&kept.stall, &record, &evidence->kernel);
		if (question->index == STALLS_WANT_FOLLOW && !kept.stall.no_syn) {
			inspected->refused = socket_follow(evidence, &record.sock);
			inspected->followed = !inspected->refused;
		}
		inspected->news |= connect_collect(evidence, &record.sock, &kept.stall);
	}
	inspected->stall = kept.stall;
	return 0;
}

static int answer_end(struct stalls_helper *helper, const struct helper_question *question,
		      struct helper_answer *ret_answer)
{
	struct stall_kept kept;
	int err = decode_about(question, &kept);

	if (err)
		return err;
	connect_collect_end(helper->evidence, &kept.stall);
	ret_answer->size = sizeof(kept.stall);
	memcpy(ret_answer->data, &kept.stall, sizeof(kept.stall));
	return 0;
}

static int answer_unfollow(struct stalls_helper *helper, const struct helper_question *question,
			   struct helper_answer *ret_answer)
{
	socket_unfollow(helper->evidence, question->index);
	rule_traces_end(&helper->evidence->rule_traces, question->index);
	return 0;
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
	uint64_t now, traces_next;
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
		now = clock_monotonic_ns();
		traces_next = rule_traces_expire(&helper->evidence->rule_traces, now);
		ret_answer->number = netns_switch_expire(netns, now);
		if (traces_next < ret_answer->number)
			ret_answer->number = traces_next;
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
	socket_owner_find(helper->evidence->socket_reader, rows, question->size / sizeof(*rows));
	ret_answer->size = (uint32_t)question->size;
	return 0;
}

static int answer_tracer(struct stalls_helper *helper, const struct helper_question *question,
			 struct helper_answer *ret_answer)
{
	struct tracer *tracer = helper->evidence->tracer;

	if (question->kind == STALLS_ACCOUNT) {
		struct trace_account *account = (struct trace_account *)(void *)ret_answer->data;
		int err = trace_account_read(tracer, account);

		ret_answer->size = sizeof(*account);
		account->skipped_packets = stall_hooks_skipped(helper->evidence->hooks);
		return err;
	}
	tracer_do(tracer, question->index);
	return 0;
}

int stalls_look(struct evidence_sources *evidence, bool refresh)
{
	int err;

	if (refresh)
		netns_switch_refresh(&evidence->netns);
	err = polled_read(evidence);
	return err ? err : polled_name_owners(evidence);
}

static int answer_look(struct evidence_sources *evidence, bool refresh,
		       struct helper_answer *answer)
{
	const struct polled *polled = evidence->polled;
	struct stalls_looked looked;
	int err = polled ? stalls_look(evidence, refresh) : -EINVAL;

	for (size_t i = 0; !err && i < polled->count; i++) {
		looked = (struct stalls_looked){polled->sockets[i], polled->owners[i]};
		if (answer->size + sizeof(looked) > HELPER_DATA_SIZE) {
			helper_part(answer);
			answer->size = 0;
		}
		memcpy(answer->data + answer->size, &looked, sizeof(looked));
		answer->size += (uint32_t)sizeof(looked);
	}
	if (!err && answer->size)
		helper_part(answer);
	answer->size = 0;
	answer->number = err ? 0 : polled->unread;
	return err;
}

void stalls_answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer)
{
	static int (*const answers[])(struct stalls_helper * helper,
				      const struct helper_question *question,
				      struct helper_answer *ret_answer) = {
		[STALLS_INSPECT] = answer_inspect, [STALLS_UNFOLLOW] = answer_unfollow,
		[STALLS_COLLECT_END] = answer_end, [STALLS_IPV6] = answer_arming,
		[STALLS_ARM] = answer_arming,	   [STALLS_HOLD] = answer_netns,
		[STALLS_HOLD_SEEN] = answer_netns, [STALLS_EXPIRE] = answer_netns,
		[STALLS_OWNERS] = answer_owners,   [STALLS_CHORE] = answer_tracer,
		[STALLS_ACCOUNT] = answer_tracer,
	};
	struct stalls_helper *helper = context;

	if (lookups_answer(helper->lookups, question, ret_answer))
		return;
	if (question->kind == STALLS_LISTENERS)
		stalls_listing_send(helper->evidence, ret_answer);
	else if (question->kind == STALLS_LOOK)
		ret_answer->err = answer_look(helper->evidence, question->index, ret_answer);
	else if (question->kind < sizeof(answers) / sizeof(answers[0]) && answers[question->kind])
		ret_answer->err = answers[question->kind](helper, question, ret_answer);
	else
		ret_answer->err = -ENOSYS;
	left_out_say_slow("stalls");
}
