/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* connect()'s return -> the connect that it belongs to, or one that failed without a SYN. Pure. */
#include <errno.h>

#include "base/cleanup.h"
#include "diagnosis/attempts_table.h"
#include "netstate/tcp_state.h"

static bool latency_known(const struct event *event)
{
	return event->latency_ns != EVENT_NS_UNKNOWN && event->latency_ns < event->ktime_ns;
}

static uint64_t called_at(const struct event *event)
{
	return event->ktime_ns - (latency_known(event) ? event->latency_ns : 0);
}

/* What inet_stream_connect() (net/ipv4/af_inet.c) gives of a SYN that is under way, or that another
 * call or thread took back: each reports that the call itself has not failed. */
static bool is_of_waiting(int ret)
{
	static const int errors[] = {EINPROGRESS, EALREADY, EINTR, ECONNABORTED};

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		if (ret == -errors[i])
			return true;
	}
	return false;
}

/*
 * An errno of any kind: filters, policies and programs give what they like. Of a socket that never made
 * a SYN, or that has no peer (told_address), no SYN is under way and there is no connection: EINPROGRESS,
 * EALREADY and EISCONN are somebody's refusal as well.
 */
static bool is_failure(const struct event *event)
{
	int ret = event->ret;

	if (ret >= 0 || event->no_syn || event->told_address)
		return ret < 0;
	return ret != -EISCONN && (ret == -ECONNABORTED || !is_of_waiting(ret));
}

static struct attempt *begun_in_call(const struct attempts *attempts, const struct event *event)
{
	struct attempt *attempt = attempt_find(attempts, event->flow.sock);

	for (; attempt; attempt = attempt->next_in_bucket) {
		if (attempt->flow.sock == event->flow.sock && attempt->end != STALL_REFUSED_EARLY &&
		    attempt->start_ns <= event->ktime_ns && attempt->start_ns >= called_at(event))
			return attempt;
	}
	return NULL;
}

/* Without a cookie (before 5.12) an address identifies a socket while the connect that it had goes on,
 * no longer. */
static bool is_same_socket(const struct attempt *attempt, const struct event *event)
{
	if (attempt->flow.cookie && event->flow.cookie)
		return attempt->flow.cookie == event->flow.cookie;
	return !attempt->end_ns || attempt->end_ns >= called_at(event);
}

static struct attempt *begun_before(const struct attempts *attempts, const struct event *event)
{
	struct attempt *attempt = attempt_find(attempts, event->flow.sock);

	for (; attempt; attempt = attempt->next_in_bucket) {
		if (attempt->flow.sock == event->flow.sock && attempt->end != STALL_REFUSED_EARLY &&
		    attempt->start_ns <= event->ktime_ns)
			break;
	}
	return attempt && is_same_socket(attempt, event) ? attempt : NULL;
}

static void fail_early(struct attempts *attempts, struct attempt *attempt,
		       const struct event *event)
{
	attempt->end = STALL_REFUSED_EARLY;
	attempt->end_ns = event->ktime_ns;
	attempt->connect_ret = event->ret;
	attempt->descriptor = event->fd;
	attempt->end_state = TCP_STATE_CLOSE;
	attempt->err = 0;
	if (attempt->flow.remote.port != event->flow.remote.port)
		attempt->flow.remote = event->flow.remote;
	if (!attempt->stall && attempt_promote(attempts, attempt)) {
		attempt_remove(attempts, attempt);
		return;
	}
	attempt->stall->connect_ret = event->ret;
	attempt->changed = true;
}

static void note_return(struct attempt *attempt, const struct event *event)
{
	attempt->connect_ret = event->ret;
	attempt->returned_ns = event->ktime_ns;
	attempt->descriptor = event->fd;
	attempt->flow.pid = event->flow.pid ? event->flow.pid : attempt->flow.pid;
	attempt->changed = true;
	if (attempt->stall)
		attempt->stall->connect_ret = event->ret;
}

/*
 * tcp_v4_connect() enters SYN_SENT before it looks for a port, and leaves it without an error of
 * the socket where that fails: no SYN was made.
 */
static bool made_no_syn(const struct attempt *attempt, const struct event *event)
{
	return attempt->end == STALL_CLOSED && event->ret < 0 && !is_of_waiting(event->ret);
}

static void apply_own_call(struct attempts *attempts, struct attempt *attempt,
			   const struct event *event)
{
	if (attempt->left_out || attempt->final)
		return;
	if (made_no_syn(attempt, event))
		fail_early(attempts, attempt, event);
	else
		note_return(attempt, event);
}

/* A further call of the same socket. True: it reported the connect that it had, and nothing of its
 * own. */
static bool apply_later_event(struct attempt *attempt, const struct event *event)
{
	if (attempt->left_out)
		return true;
	if (!attempt->end_ns) {
		if (!is_of_waiting(event->ret) ||
		    (attempt->connect_ret == STALL_RET_UNKNOWN && event->ret != -EALREADY))
			note_return(attempt, event);
		return true;
	}
	if (!is_failure(event)) {
		if (!attempt->final && attempt->connect_ret == STALL_RET_UNKNOWN)
			note_return(attempt, event);
		return true;
	}
	if (attempt->result_taken || attempt->end == STALL_ESTABLISHED ||
	    (event->ret != -attempt->err && event->ret != -ECONNABORTED))
		return false;
	attempt->result_taken = true;
	if (!attempt->final && attempt->connect_ret == STALL_RET_UNKNOWN)
		note_return(attempt, event);
	return true;
}

/* The socket says so, all events since the call began were seen, or the socket never got the cookie that
 * each has which makes a SYN. */
static bool no_syn_for_sure(const struct attempts *attempts, const struct event *event)
{
	return event->no_syn || !event->flow.cookie ||
	       (latency_known(event) && called_at(event) > attempts->gap_ns);
}

static void fail(struct attempts *attempts, const struct event *event, bool excluded)
{
	struct attempt *attempt;

	/* a connection that was reset before connect() returned, or one that is reported already */
	if (excluded ||
	    attempt_is_gone(attempts, event->flow.sock, called_at(event), event->ktime_ns))
		return;
	attempt = attempt_add(attempts, &event->flow, called_at(event));
	if (!attempt)
		return;
	if (no_syn_for_sure(attempts, event)) {
		fail_early(attempts, attempt, event);
		return;
	}
	attempt->end = STALL_FAILED;
	attempt->end_ns = event->ktime_ns;
	attempt->end_state = TCP_STATE_CLOSE;
	attempt->err = -event->ret;
	if (attempt_promote(attempts, attempt)) {
		attempt_remove(attempts, attempt);
		return;
	}
	attempt->stall->end_unseen = true;
	note_return(attempt, event);
}

void attempts_returned(struct attempts *attempts, const struct event *event, bool excluded)
{
	struct attempt *attempt = begun_in_call(attempts, event);

	if (attempt) {
		apply_own_call(attempts, attempt, event);
		return;
	}
	attempt = event->no_syn ? NULL : begun_before(attempts, event);
	if (attempt && apply_later_event(attempt, event))
		return;
	if (is_failure(event))
		fail(attempts, event, excluded);
}
