/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of connects, the answers to its questions, and what it reported. */
#ifndef UNIT_DIAGNOSIS_ATTEMPTS_SCENE_H
#define UNIT_DIAGNOSIS_ATTEMPTS_SCENE_H

#include <errno.h>
#include <sys/socket.h>

#include "diagnosis/attempts.h"
#include "netstate/tcp_state.h"
#include "unit/unit.h"

#define MS UINT64_C(1000000)
#define START (100000 * MS)
#define THRESHOLD (300 * MS)
#define ARM (150 * MS)

struct seen {
	unsigned int watched, unwatched, looked, reports[STALL_UPDATE_MAX];
	uint16_t lport; /* what a look finds */
	struct stall last;
	bool gone;
	bool full; /* no more connects can be followed */
};

static inline bool excludes(const struct flow *flow)
{
	return flow->remote.port == 7777 || flow->local.port == 7777;
}

static inline void answer_pending(struct seen *seen, const struct attempt_question *question,
				  struct attempt_answer *answer)
{
	struct flow *flow = &question->attempt->stall->flow;

	seen->looked++;
	flow->local.port = seen->lport;
	answer->pending = !seen->gone;
	answer->excluded = excludes(flow);
	answer->refused = question->follow && seen->full;
	answer->followed = question->follow && answer->pending && !answer->excluded && !seen->full;
	seen->watched += answer->followed;
}

static inline void answer_ended(struct seen *seen, const struct attempt_question *question)
{
	seen->unwatched += question->attempt->watched;
	seen->looked += question->report;
}

/* Asks, answers, notes what is reported: until nothing is left at this moment. Returns when to come
 * again. */
static inline uint64_t turn(struct attempts *attempts, struct seen *seen, uint64_t now)
{
	struct attempt_question question;
	enum stall_update update;
	uint64_t next = 0;

	while (attempts_next_question(attempts, now, &question, &next)) {
		struct attempt_answer answer = {};

		if (question.ended)
			answer_ended(seen, &question);
		else
			answer_pending(seen, &question, &answer);
		answer.shown = question.attempt->flow.remote.port != 9999;
		if (!attempts_answer(attempts, &answer, &update))
			continue;
		seen->reports[update]++;
		seen->last = *question.attempt->stall;
	}
	return next;
}

static inline struct attempts *new_table(struct seen *seen)
{
	struct attempts *attempts;

	*seen = (struct seen){};
	assert_int_equal(attempts_new(THRESHOLD, ARM, &attempts), 0);
	return attempts;
}

static inline void take(struct attempts *attempts, const struct event *event)
{
	attempts_event(attempts, event, excludes(&event->flow));
}

static inline struct event state_event(uint64_t sock, uint64_t at, uint8_t old, uint8_t new,
				       int err)
{
	return (struct event){
		.kind = EVENT_STATE,
		.old_state = old,
		.new_state = new,
		.err = err,
		.ktime_ns = at,
		.flow = {.sock = sock, .cookie = sock + 1, .family = AF_INET, .remote.port = 80}};
}

static inline void begin(struct attempts *attempts, uint64_t sock, uint64_t at)
{
	struct event event = state_event(sock, at, TCP_STATE_CLOSE, TCP_STATE_SYN_SENT, 0);

	take(attempts, &event);
}

static inline void end(struct attempts *attempts, uint64_t sock, uint64_t at, uint8_t new, int err)
{
	struct event event = state_event(sock, at, TCP_STATE_SYN_SENT, new, err);

	take(attempts, &event);
}

/* A call that began at `called`, of process `pid`. */
static inline void call_returned(struct attempts *attempts, uint64_t sock, uint64_t cookie,
				 uint64_t called, uint64_t at, int ret, uint32_t pid)
{
	struct event event = {.kind = EVENT_CONNECT,
			      .ret = ret,
			      .ktime_ns = at,
			      .latency_ns = at - called,
			      .flow = {.sock = sock,
				       .cookie = cookie,
				       .pid = pid,
				       .family = AF_INET,
				       .remote.port = 80}};

	take(attempts, &event);
}

static inline void returned(struct attempts *attempts, uint64_t sock, uint64_t cookie, uint64_t at,
			    int ret)
{
	struct event event = {
		.kind = EVENT_CONNECT,
		.ret = ret,
		.ktime_ns = at,
		.flow = {.sock = sock, .cookie = cookie, .family = AF_INET, .remote.port = 80}};

	take(attempts, &event);
}

#endif
