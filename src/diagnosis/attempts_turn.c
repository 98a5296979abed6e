/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connects under way and the time -> what is watched, looked at and reported. Pure. */
#include <errno.h>

#include "base/cleanup.h"
#include "diagnosis/attempts_table.h"
#include "diagnosis/collect_packet.h"
#include "netstate/tcp_state.h"

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The end as the events reported it -> the evidence. */
static void finish(struct attempt *attempt)
{
	struct stall *stall = attempt->stall;

	stall->end = attempt->end;
	stall->end_ns = attempt->end_ns;
	stall->sk_err = attempt->err;
	stall->connect_ret = attempt->connect_ret;
	stall->descriptor = attempt->descriptor;
	if (attempt->flow.local.port)
		stall->flow.local = attempt->flow.local;
	if (attempt->end == STALL_REFUSED_EARLY)
		stall->flow.remote = attempt->flow.remote;
}

static bool worth_a_report(const struct attempts *attempts, const struct attempt *attempt)
{
	if (attempt->end == STALL_UNSEEN)
		return attempt->reported;
	return attempt->reported || attempt->end != STALL_ESTABLISHED ||
	       attempt->end_ns - attempt->start_ns >= attempts->threshold_ns;
}

/*
 * When all that belongs to its end should be there. A call that failed without a SYN reported all of
 * it; what it failed on (a namespace, ports) may be gone in a moment.
 */
static uint64_t settled_at(const struct attempt *attempt)
{
	bool returned = attempt->connect_ret != STALL_RET_UNKNOWN || attempt->stall->before_start ||
			attempt->stall->end_unseen;

	if (attempt->end == STALL_REFUSED_EARLY)
		return attempt->end_ns;
	return attempt->end_ns + (returned ? ATTEMPTS_SETTLE_NS : ATTEMPTS_RETURN_NS);
}

/* The call's own return decides, where it waited for the end; what else it may give says nothing of
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
 * No event reported its end: it was lost. The call's return or the socket decides; where neither does,
 * what was reported is closed, and what was not stays unsaid.
 */
static void conclude(struct attempt *attempt, uint64_t now)
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
}

/* Its socket was not found in SYN_SENT. */
static void note_missing(struct attempt *attempt, const struct attempt_answer *answer, uint64_t now)
{
	if (answer->state) {
		attempt->seen_state = answer->state;
		attempt->seen_err = answer->err;
	}
	if (!attempt->missing_ns)
		attempt->missing_ns = now;
	if (now - attempt->missing_ns > ATTEMPTS_MISSING_NS)
		conclude(attempt, now);
}

static bool gathered(struct attempt *attempt, uint64_t now)
{
	if (!attempt->changed_ns)
		attempt->changed_ns = now;
	return now >= attempt->changed_ns + ATTEMPTS_GATHER_NS;
}

/* Some time after the next retry is due: where its record is lost the socket has counted it. */
static uint64_t check_after_retry(const struct attempt *attempt)
{
	const struct stall_timer *timer = &attempt->stall->timer;
	uint64_t at = timer->next_ns + ATTEMPTS_RETRY_LATE_NS;

	return timer->known && at > attempt->checked_ns ? at : UINT64_MAX;
}

/* When a SYN that was on its way at the last reading has come out somewhere, or does not any more. */
static uint64_t check_after_arrival(const struct attempt *attempt)
{
	uint64_t at = collect_settles_at(attempt->stall);

	return at > attempt->checked_ns ? at : UINT64_MAX;
}

static uint64_t next_check(const struct attempt *attempt)
{
	return earlier(
		earlier(attempt->checked_ns + ATTEMPTS_CHECK_NS, check_after_arrival(attempt)),
		check_after_retry(attempt));
}

static uint64_t report_at(const struct attempts *attempts, const struct attempt *attempt)
{
	return attempt->start_ns + attempts->threshold_ns;
}

static bool report_due(const struct attempts *attempts, const struct attempt *attempt, uint64_t now)
{
	return attempt->reported ? attempt->changed : now >= report_at(attempts, attempt);
}

/* When the next question about one that goes on is due; now or earlier: at once. */
static uint64_t question_at(const struct attempts *attempts, struct attempt *attempt, uint64_t now)
{
	if (attempt->reported && attempt->changed && !gathered(attempt, now))
		return attempt->changed_ns + ATTEMPTS_GATHER_NS;
	if (report_due(attempts, attempt, now) || !attempt->checked_ns || attempt->missing_ns)
		return now;
	if (attempt->reported)
		return next_check(attempt);
	return earlier(report_at(attempts, attempt), next_check(attempt));
}

/* Those that last are asked about from now on. Fresh ones stand in the order of their start: only
 * the head can be due. */
static uint64_t promote_fresh(struct attempts *attempts, uint64_t now)
{
	struct attempt *attempt;

	while ((attempt = attempts->fresh.oldest)) {
		if (now < attempt->start_ns + attempts->arm_ns)
			return attempt->start_ns + attempts->arm_ns;
		if (attempt_promote(attempts, attempt))
			attempt_remove(attempts, attempt);
	}
	return UINT64_MAX;
}

static uint64_t forget_finals(struct attempts *attempts, uint64_t now)
{
	struct attempt *attempt;

	while ((attempt = attempts->finals.oldest)) {
		if (now < attempt->end_ns + ATTEMPTS_KEEP_NS)
			return attempt->end_ns + ATTEMPTS_KEEP_NS;
		attempt_remove(attempts, attempt);
	}
	return UINT64_MAX;
}

/* ---------------------------------------------------------------- questions */

/* False: nothing about it is to be asked now. */
static bool ask_ended(struct attempts *attempts, struct attempt *attempt,
		      struct attempt_question *ret_question)
{
	uint64_t settled = settled_at(attempt);

	if (attempts->turn.now_ns < settled) {
		attempts->turn.next_ns = earlier(attempts->turn.next_ns, settled);
		return false;
	}
	finish(attempt);
	*ret_question = (struct attempt_question){
		.attempt = attempt, .ended = true, .report = worth_a_report(attempts, attempt)};
	if (ret_question->report || attempt->watched)
		return true;
	attempt_finalize(attempts, attempt);
	return false;
}

static bool ask_pending(struct attempts *attempts, struct attempt *attempt,
			struct attempt_question *ret_question)
{
	uint64_t at = question_at(attempts, attempt, attempts->turn.now_ns);

	if (attempts->turn.now_ns < at) {
		attempts->turn.next_ns = earlier(attempts->turn.next_ns, at);
		return false;
	}
	*ret_question = (struct attempt_question){.attempt = attempt, .follow = !attempt->watched};
	return true;
}

static void open_turn(struct attempts *attempts, uint64_t now)
{
	attempts->turn.open = true;
	attempts->turn.now_ns = now;
	attempts->turn.next_ns =
		earlier(promote_fresh(attempts, now), forget_finals(attempts, now));
	attempts->turn.cursor = attempts->turn.ahead = attempts->stalls.oldest;
}

/* What came meanwhile, and what the turn has passed already, is due for another one at once. */
static void resume_turn(struct attempts *attempts, uint64_t now)
{
	attempts->turn.now_ns = attempts->turn.next_ns = now;
	attempts->turn.ahead = attempts->turn.cursor;
}

/* What the last question was about is reported; an ended one goes. */
static void close_question(struct attempts *attempts)
{
	if (attempts->turn.asked.attempt && attempts->turn.asked.ended)
		attempt_finalize(attempts, attempts->turn.asked.attempt);
	attempts->turn.asked.attempt = NULL;
}

bool attempts_next_question(struct attempts *attempts, uint64_t now_ns,
			    struct attempt_question *ret_question, uint64_t *ret_next_ns)
{
	struct attempt *attempt;

	close_question(attempts);
	if (!attempts->turn.open)
		open_turn(attempts, now_ns);
	else if (now_ns != attempts->turn.now_ns)
		resume_turn(attempts, now_ns);
	while ((attempt = attempts->turn.cursor)) {
		attempts->turn.cursor = attempt->newer;
		if (attempts->turn.ahead == attempt)
			attempts->turn.ahead = attempt->newer;
		if (attempt->end_ns ? ask_ended(attempts, attempt, ret_question)
				    : ask_pending(attempts, attempt, ret_question)) {
			attempts->turn.asked = *ret_question;
			return true;
		}
	}
	attempts->turn.open = false;
	*ret_next_ns = attempts->turn.next_ns;
	return false;
}

bool attempts_question_ahead(struct attempts *attempts, struct attempt_question *ret_question)
{
	uint64_t now = attempts->turn.now_ns;
	struct attempt *attempt;

	while (attempts->turn.open && (attempt = attempts->turn.ahead)) {
		attempts->turn.ahead = attempt->newer;
		if (attempt->end_ns || now < question_at(attempts, attempt, now))
			continue;
		*ret_question =
			(struct attempt_question){.attempt = attempt, .follow = !attempt->watched};
		return true;
	}
	return false;
}

/* ---------------------------------------------------------------- answers */

static void unwatch(struct attempts *attempts, struct attempt *attempt)
{
	attempts->watched -= attempt->watched;
	attempt->watched = false;
}

/* It is said now what changed, or nobody wants to see it. */
static bool report(struct attempts *attempts, struct attempt *attempt,
		   const struct attempt_answer *answer)
{
	attempt->changed = false;
	attempt->changed_ns = 0;
	attempts->totals.reported += answer->shown && !attempt->reported;
	attempt->reported |= answer->shown;
	return answer->shown;
}

/* In SYN_SENT, or in SYN_RECV, where a simultaneous open goes on. */
static bool goes_on(const struct attempt *attempt, const struct attempt_answer *answer)
{
	return answer->pending || (attempt->crossed_ns && answer->state == TCP_STATE_SYN_RECV);
}

/* A connect counts once, however often it is tried again. */
static void note_follow(struct attempts *attempts, struct attempt *attempt,
			const struct attempt_answer *answer)
{
	struct stall *stall = attempt->stall;

	attempts->watched += !attempt->watched && answer->followed;
	attempt->watched |= answer->followed;
	if (answer->followed && !stall->followed_ns)
		stall->followed_ns = attempts->turn.now_ns;
	if (answer->refused && !attempt->refused)
		attempts->refused++;
	attempt->refused |= answer->refused;
	stall->not_followed = answer->refused;
}

static bool answer_pending(struct attempts *attempts, struct attempt *attempt,
			   const struct attempt_answer *answer, enum stall_update *ret_update)
{
	uint64_t now = attempts->turn.now_ns;
	bool first = !attempt->reported;

	attempt->checked_ns = now;
	if (!goes_on(attempt, answer)) {
		note_missing(attempt, answer, now);
		attempts->turn.next_ns = earlier(attempts->turn.next_ns, now + ATTEMPTS_SETTLE_NS);
		return false;
	}
	note_follow(attempts, attempt, answer);
	attempt->missing_ns = 0;
	attempt->changed |= answer->news;
	*ret_update = first ? STALL_UPDATE_STALLED : STALL_UPDATE_CHANGED;
	return report_due(attempts, attempt, now) && report(attempts, attempt, answer);
}

/* When the next question about it comes, if nothing happens: not before this turn is over. */
static void note_next(struct attempts *attempts, const struct attempt *attempt)
{
	uint64_t next = next_check(attempt), at = report_at(attempts, attempt);

	if (!attempt->reported && at > attempts->turn.now_ns)
		next = earlier(next, at);
	attempts->turn.next_ns = earlier(attempts->turn.next_ns, next);
}

bool attempts_answer(struct attempts *attempts, const struct attempt_answer *answer,
		     enum stall_update *ret_update)
{
	struct attempt_question *asked = &attempts->turn.asked;
	struct attempt *attempt = asked->attempt;
	bool due;

	if (!attempt)
		return false;
	if (asked->ended) {
		unwatch(attempts, attempt);
		*ret_update = STALL_UPDATE_ENDED;
		return asked->report && report(attempts, attempt, answer);
	}
	if (answer->excluded) {
		unwatch(attempts, attempt);
		attempt_leave_out(attempts, attempt);
		asked->attempt = NULL;
		return false;
	}
	due = answer_pending(attempts, attempt, answer, ret_update);
	if (!attempt->missing_ns)
		note_next(attempts, attempt);
	return due;
}
