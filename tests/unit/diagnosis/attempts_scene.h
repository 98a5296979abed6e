/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of connects, and what it asked and reported. */
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
};

static inline bool watch(void *context, struct attempt *attempt)
{
	struct seen *seen = context;

	seen->watched++;
	attempt->stall->flow.local.port = seen->lport;
	return true;
}

static inline void unwatch(void *context, struct attempt *attempt)
{
	((struct seen *)context)->unwatched++;
}

static inline bool look(void *context, struct attempt *attempt)
{
	struct seen *seen = context;

	seen->looked++;
	return !seen->gone;
}

static inline void report(void *context, struct attempt *attempt, enum stall_update update)
{
	struct seen *seen = context;

	seen->reports[update]++;
	seen->last = *attempt->stall;
}

static inline bool wanted(void *context, const struct flow *flow)
{
	return flow->remote.port != 9999;
}

static inline bool excluded(void *context, const struct flow *flow)
{
	return flow->remote.port == 7777 || flow->local.port == 7777;
}

static inline struct attempts *new_table(struct seen *seen)
{
	const struct attempts_ask ask = {.watch = watch,
					 .unwatch = unwatch,
					 .look = look,
					 .report = report,
					 .wanted = wanted,
					 .excluded = excluded,
					 .context = seen};
	struct attempts *attempts;

	*seen = (struct seen){};
	assert_int_equal(attempts_new(THRESHOLD, ARM, &ask, &attempts), 0);
	return attempts;
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

	attempts_event(attempts, &event);
}

static inline void end(struct attempts *attempts, uint64_t sock, uint64_t at, uint8_t new, int err)
{
	struct event event = state_event(sock, at, TCP_STATE_SYN_SENT, new, err);

	attempts_event(attempts, &event);
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

	attempts_event(attempts, &event);
}

static inline void returned(struct attempts *attempts, uint64_t sock, uint64_t cookie, uint64_t at,
			    int ret)
{
	struct event event = {
		.kind = EVENT_CONNECT,
		.ret = ret,
		.ktime_ns = at,
		.flow = {.sock = sock, .cookie = cookie, .family = AF_INET, .remote.port = 80}};

	attempts_event(attempts, &event);
}

#endif
