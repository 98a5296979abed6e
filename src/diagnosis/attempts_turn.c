/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connects under way and the time -> what is watched, looked at and reported. Pure. */
#include <errno.h>

#include "base/cleanup.h"
#include "diagnosis/attempts_table.h"
#include "netstate/tcp_state.h"

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool may_be_shown(const struct attempts *attempts, const struct attempt *attempt)
{
	return attempts->ask.wanted(attempts->ask.context, &attempt->stall->flow);
}

static void unwatch(struct attempts *attempts, struct attempt *attempt)
{
	if (!attempt->watched)
		return;
	attempts->ask.unwatch(attempts->ask.context, attempt);
	attempt->watched = false;
	attempts->watched--;
}

static bool leave_out(struct attempts *attempts, struct attempt *attempt)
{
	if (!attempts->ask.excluded(attempts->ask.context, &attempt->stall->flow))
		return false;
	unwatch(attempts, attempt);
	attempt_leave_out(attempts, attempt);
	return true;
}

/*
 * False: what its socket tells (the local port) shows that nobody wants to see it, and it is left
 * out.
 */
static bool watch(struct attempts *attempts, struct attempt *attempt)
{
	if (attempt->watched || attempt->end_ns)
		return true;
	attempt->watched = attempts->ask.watch(attempts->ask.context, attempt);
	attempts->watched += attempt->watched;
	return !leave_out(attempts, attempt);
}

/* The end as the events told it -> the evidence. */
static void take_end(struct attempt *attempt)
{
	struct stall *stall = attempt->stall;

	stall->end = attempt->end;
	stall->end_ns = attempt->end_ns;
	stall->sk_err = attempt->err;
	stall->connect_ret = attempt->connect_ret;
	if (attempt->flow.local.port)
		stall->flow.local = attempt->flow.local;
	if (attempt->end == STALL_REFUSED_EARLY)
		stall->flow.remote = attempt->flow.remote;
}

static void report(struct attempts *attempts, struct attempt *attempt, enum stall_update update)
{
	attempt->changed = false;
	attempt->changed_ns = 0;
	if (!may_be_shown(attempts, attempt))
		return;
	attempt->reported = true;
	attempts->ask.report(attempts->ask.context, attempt, update);
}

static bool worth_a_report(const struct attempts *attempts, const struct attempt *attempt)
{
	return attempt->reported || attempt->end != STALL_ESTABLISHED ||
	       attempt->end_ns - attempt->start_ns >= attempts->threshold_ns;
}

/* When all that belongs to its end should be there. */
static uint64_t settled_at(const struct attempt *attempt)
{
	bool returned = attempt->connect_ret != STALL_RET_UNKNOWN || attempt->stall->before_start ||
			attempt->stall->end_unseen;

	return attempt->end_ns + (returned ? ATTEMPTS_SETTLE_NS : ATTEMPTS_RETURN_NS);
}

/* Returns when it wants to be seen again; 0: it is over. */
static uint64_t turn_ended(struct attempts *attempts, struct attempt *attempt, uint64_t now)
{
	uint64_t settled = settled_at(attempt);

	if (now < settled)
		return settled;
	take_end(attempt);
	unwatch(attempts, attempt);
	if (worth_a_report(attempts, attempt) && may_be_shown(attempts, attempt)) {
		attempts->ask.look(attempts->ask.context, attempt);
		report(attempts, attempt, STALL_UPDATE_ENDED);
	}
	attempt_finalize(attempts, attempt);
	return 0;
}

/* The call's own return tells, where it waited for the end; what else it may give says nothing of
 * it. */
static bool told_by_call(const struct attempt *attempt)
{
	static const int others[] = {EINPROGRESS, EALREADY, EINTR, ECANCELED};

	if (attempt->connect_ret == STALL_RET_UNKNOWN)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (attempt->connect_ret == -others[i])
			return false;
	}
	return true;
}

/*
 * No event told its end: it was lost. The call's return or the socket tells; where neither does,
 * what was reported is closed, and what was not stays unsaid.
 */
static void conclude(struct attempts *attempts, struct attempt *attempt, uint64_t now)
{
	attempt->stall->end_unseen = true;
	attempt->end_ns = now;
	if (told_by_call(attempt)) {
		attempt->end_ns = attempt->returned_ns;
		attempt->err = attempt->connect_ret < 0 ? -attempt->connect_ret : 0;
		attempt->end = attempt->err ? STALL_FAILED : STALL_ESTABLISHED;
	} else if (attempt->seen_state && attempt->seen_state != TCP_STATE_CLOSE) {
		attempt->end = STALL_ESTABLISHED;
	} else if (attempt->seen_err) {
		attempt->err = attempt->seen_err;
		attempt->end = STALL_FAILED;
	} else {
		attempt->end = STALL_UNSEEN;
	}
	if (attempt->end == STALL_UNSEEN && !attempt->reported) {
		unwatch(attempts, attempt);
		attempt_finalize(attempts, attempt);
	}
}

/* False: it was not found, and nothing is to be said of it for now. */
static bool look(struct attempts *attempts, struct attempt *attempt, uint64_t now)
{
	attempt->looked_ns = now;
	if (attempts->ask.look(attempts->ask.context, attempt)) {
		attempt->missing_ns = 0;
		return true;
	}
	if (attempt->crossed_ns && attempt->seen_state == TCP_STATE_SYN_RECV)
		return true; /* a simultaneous open goes on there */
	if (!attempt->missing_ns)
		attempt->missing_ns = now;
	if (now - attempt->missing_ns > ATTEMPTS_MISSING_NS)
		conclude(attempts, attempt, now);
	return false;
}

static bool gathered(struct attempt *attempt, uint64_t now)
{
	if (!attempt->changed_ns)
		attempt->changed_ns = now;
	return now >= attempt->changed_ns + ATTEMPTS_GATHER_NS;
}

/* Some time after the next retry is due: where its record is lost the socket has counted it. */
static uint64_t look_after_retry(const struct attempt *attempt)
{
	const struct stall_timer *timer = &attempt->stall->timer;
	uint64_t at = timer->next_ns + ATTEMPTS_RETRY_LATE_NS;

	return timer->known && at > attempt->looked_ns ? at : UINT64_MAX;
}

static uint64_t next_look(const struct attempt *attempt)
{
	return earlier(attempt->looked_ns + ATTEMPTS_LOOK_NS, look_after_retry(attempt));
}

/* Returns when it wants to be seen again; 0: it was left out. */
static uint64_t turn_stalled(struct attempts *attempts, struct attempt *attempt, uint64_t now)
{
	uint64_t report_at = attempt->start_ns + attempts->threshold_ns;
	bool due = attempt->reported ? attempt->changed : now >= report_at;
	uint64_t next = next_look(attempt);

	if (attempt->reported && attempt->changed && !gathered(attempt, now))
		return attempt->changed_ns + ATTEMPTS_GATHER_NS;
	if (due || !attempt->looked_ns || attempt->missing_ns || now >= next) {
		if (!watch(attempts, attempt))
			return 0;
		if (!look(attempts, attempt, now))
			return now + ATTEMPTS_SETTLE_NS;
		next = next_look(attempt);
		due = attempt->reported ? attempt->changed : now >= report_at;
	}
	if (due)
		report(attempts, attempt,
		       attempt->reported ? STALL_UPDATE_CHANGED : STALL_UPDATE_STALLED);
	return attempt->reported || report_at <= now ? next : earlier(report_at, next);
}

/* Fresh ones stand in the order of their start: only the head can be due. */
static uint64_t turn_fresh(struct attempts *attempts, uint64_t now)
{
	struct attempt *attempt;

	while ((attempt = attempts->fresh.oldest)) {
		if (now < attempt->start_ns + attempts->arm_ns)
			return attempt->start_ns + attempts->arm_ns;
		if (attempt_promote(attempts, attempt)) {
			attempt_remove(attempts, attempt);
			continue;
		}
		watch(attempts, attempt);
	}
	return UINT64_MAX;
}

static uint64_t turn_finals(struct attempts *attempts, uint64_t now)
{
	struct attempt *attempt;

	while ((attempt = attempts->finals.oldest)) {
		if (now < attempt->end_ns + ATTEMPTS_KEEP_NS)
			return attempt->end_ns + ATTEMPTS_KEEP_NS;
		attempt_remove(attempts, attempt);
	}
	return UINT64_MAX;
}

uint64_t attempts_turn(struct attempts *attempts, uint64_t now_ns)
{
	uint64_t next = earlier(turn_fresh(attempts, now_ns), turn_finals(attempts, now_ns));
	struct attempt *attempt = attempts->stalls.oldest;

	while (attempt) {
		struct attempt *newer = attempt->newer;
		uint64_t at = attempt->end_ns ? turn_ended(attempts, attempt, now_ns)
					      : turn_stalled(attempts, attempt, now_ns);

		if (at)
			next = earlier(next, at);
		attempt = newer;
	}
	return next;
}
