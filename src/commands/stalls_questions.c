/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions of the diagnosis -> evidence -> answers, and the reports that they make due. */
#include "base/clock.h"
#include "commands/stalls.h"
#include "commands/stalls_answers.h"

#include "diagnosis/collect.h"
#include "evidence/pending.h"
#include "evidence/socket.h"
#include "netstate/tcp_state.h"

#define NS_PER_S 1000000000ull
/* Records and events come meanwhile: the rings hold half a second of the busiest host's. */
#define SLICE_NS 100000000u
/* Of each second, for the ends of connects: those that follow wait so long. */
#define ENDS_NS 300000000u
#define ENDS_AT_LEAST 50 /* a second, also where each takes long */

bool stalls_shows(const struct stalls *stalls, const struct flow *flow)
{
	struct filter_subject subject = {
		.flow = flow, .state = TCP_STATE_SYN_SENT, .age_ns = UINT64_MAX};

	return selection_match(&stalls->settings.selection, &subject);
}

bool stalls_excludes(const struct stalls *stalls, const struct flow *flow)
{
	struct filter_subject subject = {
		.flow = flow, .state = TCP_STATE_SYN_SENT, .age_ns = UINT64_MAX};

	return !selection_may_match(&stalls->settings.selection, &subject);
}

/* ---------------------------------------------------------------- questions */

/* What its socket has (the local port) may show that nobody wants to see it: then it needs no
 * hooks. */
static bool ask_ahead(struct stalls *stalls, const struct attempt_question *question)
{
	return stalls_helper_inspect_ahead(&stalls->helper, question->attempt,
					   question->follow && !stalls->evidence.polled);
}

/* This one, where it was not asked yet, and those that follow, for which the helper has room and this turn
 * has time. */
static bool inspect(struct stalls *stalls, const struct attempt_question *question,
		    struct stalls_inspected *ret_inspected)
{
	struct attempt_question ahead;
	bool asked = stalls->helper.ahead || ask_ahead(stalls, question);

	while (!stalls->slice_over && stalls_helper_has_room(&stalls->helper) &&
	       attempts_question_ahead(stalls->attempts, &ahead))
		ask_ahead(stalls, &ahead);
	return asked && !stalls_helper_inspected(&stalls->helper, ret_inspected);
}

static void answer_pending(struct stalls *stalls, const struct attempt_question *question,
			   struct attempt_answer *answer)
{
	struct stalls_helper *helper = &stalls->helper;
	struct attempt *attempt = question->attempt;
	struct stall *stall = attempt->stall;
	struct stalls_inspected inspected;

	if (inspect(stalls, question, &inspected)) {
		socket_report(&stalls->evidence, &inspected.sock, answer);
		if (answer->pending) {
			*stall = inspected.stall;
			answer->news = inspected.news;
			answer->refused = inspected.refused;
			answer->followed = inspected.followed;
		}
	}
	if (answer->followed)
		attempt->isn = answer->socket.isn;
	answer->excluded = stalls_excludes(stalls, &stall->flow);
	if (answer->excluded && (attempt->watched || answer->followed))
		stalls_helper_unfollow(helper, attempt->isn);
	answer->shown = stalls_shows(stalls, &stall->flow);
}

/* Each end costs a question to the helper. In a storm of ends that would cost the records of those
 * that follow; a connect whose own records say what ended it then goes without hints. */
static void ask_end(struct stalls *stalls, struct stall *stall)
{
	uint64_t begin = clock_monotonic_ns();

	if (begin - stalls->ends_since_ns >= NS_PER_S) {
		stalls->ends_since_ns = begin;
		stalls->ends_ns = stalls->ends_asked = 0;
	}
	if (stalls->ends_ns >= ENDS_NS && stalls->ends_asked >= ENDS_AT_LEAST) {
		stalls->ends_unasked++;
		return;
	}
	stalls_helper_collect_end(&stalls->helper, stall);
	stalls->ends_asked++;
	stalls->ends_ns += clock_monotonic_ns() - begin;
}

static void answer_ended(struct stalls *stalls, const struct attempt_question *question,
			 struct attempt_answer *answer)
{
	struct stall *stall = question->attempt->stall;

	answer->shown = question->report && stalls_shows(stalls, &stall->flow);
	if (answer->shown)
		ask_end(stalls, stall);
	if (question->attempt->watched)
		stalls_helper_unfollow(&stalls->helper, question->attempt->isn);
}

uint64_t stalls_answer_questions(struct stalls *stalls, uint64_t now_ns)
{
	struct attempt_question question;
	enum stall_update update;
	uint64_t next_ns;

	stalls->slice_over = false;
	while (attempts_next_question(stalls->attempts, now_ns, &question, &next_ns)) {
		struct attempt_answer answer = {};

		stalls->slice_over |= !stalls->evidence.polled && !stalls->ended &&
				      clock_monotonic_ns() >= now_ns + SLICE_NS;

		if (question.ended)
			answer_ended(stalls, &question, &answer);
		else
			answer_pending(stalls, &question, &answer);
		if (attempts_answer(stalls->attempts, &answer, &update))
			stalls_report(stalls, question.attempt, update);
		if (stalls->slice_over && !stalls->helper.ahead)
			return now_ns;
	}
	return next_ns;
}

/* ---------------------------------------------------------------- at the start */

static void on_pending(void *context, const void *bytes, size_t size)
{
	struct stalls *stalls = context;
	struct stall_record record;
	struct flow flow = {};

	if (stall_record_decode(bytes, size, &record) || record.head.kind != WIRE_KIND_STALL_SOCK)
		return;
	if (stalls->evidence.recording)
		buf_put(stalls->evidence.recording, bytes, size);
	stall_collect_flow(&flow, &record.sock);
	if (!stalls_excludes(stalls, &flow))
		attempts_found(stalls->attempts, &record.sock, &stalls->evidence.kernel);
}

void stalls_find_pending(struct stalls *stalls)
{
	const struct namespaces *spaces = &stalls->evidence.netns.spaces;
	bool ipv6 = false;

	for (size_t i = 0; i < spaces->count; i++) {
		struct flow any = {.netns = spaces->list[i].inode};
		bool address = false;

		if (!stalls_excludes(stalls, &any))
			pending_read(&stalls->evidence, any.netns, on_pending, stalls, &address);
		ipv6 |= address;
	}
	hooks_arming_ipv6(&stalls->evidence.arming, ipv6);
	pending_name_owners(&stalls->evidence, stalls->attempts);
}
