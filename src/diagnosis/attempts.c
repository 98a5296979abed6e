/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events and stall records -> connects under way, and what is due to be said of them. Pure. */
#include "diagnosis/attempts.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "diagnosis/attempts_table.h"
#include "netstate/tcp_state.h"

/* ---------------------------------------------------------------- events */

/* An older kernel gives a socket its cookie only when somebody asks: 0 then, and a number later. */
static bool same_cookie(uint64_t a, uint64_t b)
{
	return a == b || !a || !b;
}

/*
 * One that the reading at the start found while this event waited in the ring: it is no other connect, and
 * its beginning and owner are known now.
 */
static struct attempt *found_before(const struct attempts *attempts, const struct event *event)
{
	struct attempt *attempt = attempt_find(attempts, event->flow.sock);
	struct flow flow = event->flow;

	if (!attempt || event->ktime_ns > attempt->found_ns || !attempt->stall ||
	    !same_cookie(attempt->flow.cookie, event->flow.cookie))
		return NULL;
	if (!flow.local.port) /* chosen after this event */
		flow.local = attempt->flow.local;
	attempt->flow = attempt->stall->flow = flow;
	attempt->start_ns = attempt->stall->start_ns = event->ktime_ns;
	attempt->stall->before_start = false;
	return attempt;
}

static void begin(struct attempts *attempts, const struct event *event, bool excluded)
{
	struct attempt *attempt = found_before(attempts, event);

	if (!attempt)
		attempt = attempt_add(attempts, &event->flow, event->ktime_ns);
	if (attempt && excluded)
		attempt_leave_out(attempts, attempt);
}

/* The peer's own SYN crossed this one (simultaneous open, RFC 9293 3.5): nothing is decided yet. */
static void cross(struct attempts *attempts, struct attempt *attempt, const struct event *event)
{
	attempt->crossed_ns = event->ktime_ns;
	attempts->crossed++;
	if (attempt->left_out || (!attempt->stall && attempt_promote(attempts, attempt)))
		return;
	attempt->stall->crossed_ns = event->ktime_ns;
	attempt->changed = true;
}

static enum stall_end end_of(const struct event *event)
{
	if (event->new_state != TCP_STATE_CLOSE)
		return STALL_ESTABLISHED;
	return event->err ? STALL_FAILED : STALL_CLOSED;
}

static void note_end(struct attempt *attempt, const struct event *event)
{
	attempt->end = end_of(event);
	attempt->end_ns = event->ktime_ns;
	attempt->end_state = event->new_state;
	attempt->err = event->err;
	if (event->flow.local.port)
		attempt->flow.local = event->flow.local;
	if (event->flow.pid)
		attempt->flow.pid = event->flow.pid;
}

/* A fresh connect that succeeded is forgotten at once: that is what nearly all of them do. */
static void finish(struct attempts *attempts, struct attempt *attempt, const struct event *event)
{
	attempts->crossed -= attempt->crossed_ns != 0;
	if (attempt->left_out) {
		attempt_remove(attempts, attempt);
		return;
	}
	note_end(attempt, event);
	if (attempt->end == STALL_ESTABLISHED &&
	    (!attempt->stall || (attempt->crossed_ns && !attempt->watched)) &&
	    attempt->end_ns - attempt->start_ns < attempts->threshold_ns) {
		attempt_remove(attempts, attempt);
		return;
	}
	if (!attempt->stall && attempt_promote(attempts, attempt)) {
		attempt_remove(attempts, attempt);
		return;
	}
	attempt->changed = true;
}

static void state_event(struct attempts *attempts, const struct event *event, bool excluded)
{
	struct attempt *attempt;

	if (event->old_state == TCP_STATE_CLOSE && event->new_state == TCP_STATE_SYN_SENT) {
		begin(attempts, event, excluded);
		return;
	}
	if (event->old_state != TCP_STATE_SYN_SENT &&
	    (event->old_state != TCP_STATE_SYN_RECV || !attempts->crossed))
		return;
	attempt = attempt_find(attempts, event->flow.sock);
	if (!attempt || attempt->end_ns || event->ktime_ns < attempt->found_ns ||
	    !same_cookie(attempt->flow.cookie, event->flow.cookie))
		return;
	if (event->new_state == TCP_STATE_SYN_RECV)
		cross(attempts, attempt, event);
	else
		finish(attempts, attempt, event);
}

void attempts_event(struct attempts *attempts, const struct event *event, bool excluded)
{
	if (event->kind == EVENT_STATE)
		state_event(attempts, event, excluded);
	else if (event->kind == EVENT_CONNECT)
		attempts_returned(attempts, event, excluded);
	else if (event->kind == EVENT_GAP)
		attempts->gap_ns = event->ktime_ns;
}

/* ---------------------------------------------------------------- records */

/*
 * The connect that was the address's latest at that moment. Those that began later are passed over:
 * addresses are used again within microseconds.
 */
static struct attempt *find_for_record(struct attempts *attempts, const struct stall_record *record)
{
	bool packet = record->head.kind == WIRE_KIND_STALL_DROP ||
		      record->head.kind == WIRE_KIND_STALL_PASS;
	uint64_t sock = packet ? record->packet.sock : record->sock.sock;
	uint64_t cookie = packet ? record->packet.cookie : record->sock.cookie;
	struct attempt *attempt = attempt_find(attempts, sock);

	while (attempt && (attempt->flow.sock != sock || attempt->start_ns > record->head.ktime_ns))
		attempt = attempt->next_in_bucket;
	if (!attempt || attempt->final || !same_cookie(attempt->flow.cookie, cookie))
		return NULL;
	return attempt;
}

static bool on_record(struct attempts *attempts, const struct stall_record *record,
		      const struct stall_kernel *kernel)
{
	struct attempt *attempt = find_for_record(attempts, record);

	if (!attempt)
		return false;
	if (attempt->left_out)
		return true;
	if (!attempt->stall && attempt_promote(attempts, attempt))
		return true;
	if (stall_collect(attempt->stall, record, kernel))
		attempt->changed = true;
	return true;
}

/* The two rings are read one after the other: a record may be there before the event that begins
 * its connect. */
static void store_early(struct attempts *attempts, const struct stall_record *record)
{
	unsigned int slot;

	if (attempts->early.count == ATTEMPTS_EARLY_RECORDS) {
		attempts->early.first = (attempts->early.first + 1) % ATTEMPTS_EARLY_RECORDS;
		attempts->early.count--;
	}
	slot = (attempts->early.first + attempts->early.count++) % ATTEMPTS_EARLY_RECORDS;
	attempts->early.records[slot] = *record;
}

static void replay_early(struct attempts *attempts, const struct stall_kernel *kernel,
			 uint64_t now_ns)
{
	unsigned int count = attempts->early.count;

	attempts->begun = false;
	for (unsigned int i = 0; i < count; i++) {
		struct stall_record record = attempts->early.records[attempts->early.first];

		attempts->early.first = (attempts->early.first + 1) % ATTEMPTS_EARLY_RECORDS;
		attempts->early.count--;
		if (!on_record(attempts, &record, kernel) &&
		    record.head.ktime_ns + ATTEMPTS_CHECK_NS > now_ns)
			store_early(attempts, &record);
	}
}

void attempts_record(struct attempts *attempts, const struct stall_record *record,
		     const struct stall_kernel *kernel)
{
	if (attempts->early.count && attempts->begun)
		replay_early(attempts, kernel, record->head.ktime_ns);
	if (!on_record(attempts, record, kernel))
		store_early(attempts, record);
}

void attempts_catch_up(struct attempts *attempts, const struct stall_kernel *kernel,
		       uint64_t now_ns)
{
	if (attempts->early.count)
		replay_early(attempts, kernel, now_ns);
}

void attempts_records_lost(struct attempts *attempts, uint64_t now_ns)
{
	for (struct attempt *attempt = attempts->stalls.oldest; attempt; attempt = attempt->newer) {
		struct stall *stall = attempt->stall;

		if (stall->followed_ns)
			stall->followed_ns = now_ns;
		stall->followed_sends = 0;
	}
}

void attempts_found(struct attempts *attempts, const struct wire_stall_sock *sock,
		    const struct stall_kernel *kernel)
{
	struct attempt *attempt = attempt_find(attempts, sock->sock);
	struct stall_record record = {.sock = *sock};
	struct flow flow = {};

	if (attempt && same_cookie(attempt->flow.cookie, sock->cookie) && !attempt->final)
		return;
	stall_collect_flow(&flow, sock);
	attempt = attempt_add(attempts, &flow, sock->head.ktime_ns);
	if (!attempt || attempt_promote(attempts, attempt))
		return;
	attempt->found_ns = sock->head.ktime_ns;
	stall_collect(attempt->stall, &record, kernel);
	attempt->stall->polled = kernel->polled;
	if (attempt->stall->timer.known && attempt->stall->timer.first_ns < attempt->start_ns) {
		attempt->start_ns = attempt->stall->timer.first_ns;
		attempt->stall->start_ns = attempt->start_ns;
	}
	attempt->stall->before_start = !kernel->polled || attempt->start_ns < kernel->begin_ns;
}
