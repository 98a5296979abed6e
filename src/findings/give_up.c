/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What gets no answer, or does not even leave this host, and when the kernel gives it up. Pure. */
#include "base/tcp_clock.h"
#include "findings/rules_established.h"

#define NS_PER_MS UINT64_C(1000000)
#define NOW_NS (UINT64_C(1) << 62) /* any moment: what is asked for is a distance from it */
/* A probe is unanswered once the next one was sent; of more the path is to be blamed. */
#define PROBES_WARN 3
#define ORPHAN_RETRIES 8   /* tcp_orphan_retries(), where the setting is 0 */
#define PROBE_SHIFT_MAX 16 /* beyond, the timeout is the longest anyway */

static bool is_probing(const struct socket_detail *socket)
{
	return socket->form == SOCKET_FULL && socket->flags & SOCKET_DETAILS &&
	       socket->flags & SOCKET_PROBE && !socket->packets_out &&
	       (socket->unacked || socket->fin_unacked);
}

/*
 * TCP probes the window where it has something to send and nothing is on its way. A probe that fits
 * into the window is the data itself: where that stays unsent, the packet did not leave TCP.
 */
bool is_unsent(const struct socket_detail *socket)
{
	return is_probing(socket) && socket->probes_out &&
	       (socket->snd_wnd >= socket->mss ||
		socket->snd_wnd >= socket->unacked + socket->fin_unacked);
}

bool probes_unanswered(const struct socket_detail *socket)
{
	return is_probing(socket) && !is_unsent(socket) && socket->probes_out >= PROBES_WARN;
}

uint32_t tries_of(const struct socket_detail *socket)
{
	if (is_unsent(socket))
		return socket->probes_out + 1u;
	return probes_unanswered(socket) ? socket->probes_out : socket->retransmits;
}

static uint64_t probe_timeout_ms(const struct socket_detail *socket, uint64_t max_ms)
{
	unsigned int shift = socket->backoff < PROBE_SHIFT_MAX ? socket->backoff : PROBE_SHIFT_MAX;
	uint64_t timeout = (uint64_t)socket->rto_ms << shift;

	return timeout < max_ms ? timeout : max_ms;
}

static uint64_t longest_timeout_ms(const struct judging *judging,
				   const struct socket_detail *socket)
{
	uint64_t most = setting_of(judging, socket->flow.netns, SPACE_RTO_MAX_MS);

	return most && most != EVIDENCE_UNKNOWN64 ? most : TCP_CLOCK_RTO_MAX_NS / NS_PER_MS;
}

/* Each try waits twice as long as the one before: the sum of the waits gives the time of the first. */
uint64_t unsent_ms(const struct judging *judging, const struct socket_detail *socket)
{
	uint64_t most = longest_timeout_ms(judging, socket);
	uint64_t now = probe_timeout_ms(socket, most);
	uint64_t left = socket->timer_ms > 0 ? (uint64_t)socket->timer_ms : 0;
	uint64_t before =
		socket->backoff ? tcp_clock_model(socket->backoff - 1u, socket->rto_ms, most) : 0;

	return before + (now > left ? now - left : 0);
}

static unsigned int retry_limit(const struct judging *judging, const struct socket_detail *socket)
{
	bool orphan = socket->flags & SOCKET_ORPHAN;
	uint64_t limit = setting_of(judging, socket->flow.netns,
				    orphan ? SPACE_ORPHAN_RETRIES : SPACE_RETRIES2);

	if (orphan && !limit)
		return ORPHAN_RETRIES;
	return limit > UINT8_MAX ? 0 : (unsigned int)limit;
}

/* The firing of the timer at which it is over; EVIDENCE_UNKNOWN64: not known. */
static uint64_t gives_up_ms(const struct judging *judging, const struct socket_detail *socket,
			    bool late)
{
	uint64_t most = longest_timeout_ms(judging, socket);
	bool probe = is_unsent(socket) || probes_unanswered(socket);
	bool timed = !probe && socket->retransmits && socket->hang_ms != EVIDENCE_UNKNOWN32;
	struct tcp_clock clock = {
		.first_ns = timed ? NOW_NS - socket->hang_ms * NS_PER_MS : 0,
		.next_ns = NOW_NS +
			   (socket->timer_ms > 0 ? (uint64_t)socket->timer_ms : 0) * NS_PER_MS,
		.rto_ns = (probe ? probe_timeout_ms(socket, most) : socket->rto_ms) * NS_PER_MS,
		.rto_max_ns = most * NS_PER_MS,
		.base_ns = TCP_CLOCK_RTO_MIN_NS,
		.user_timeout_ns = socket->user_timeout_ms * NS_PER_MS,
		.retransmits = probe ? socket->probes_out : socket->retransmits,
		.limit = retry_limit(judging, socket),
		.counted = probe,
		.late = late,
	};
	uint64_t end;

	/* from when on TCP_USER_TIMEOUT counts for probes is not known */
	if (!socket->rto_ms || (!timed && !probe) || (probe && socket->user_timeout_ms) ||
	    (!clock.limit && !socket->user_timeout_ms))
		return EVIDENCE_UNKNOWN64;
	end = tcp_clock_gives_up(&clock);
	return end == TCP_CLOCK_NEVER ? EVIDENCE_UNKNOWN64 : (end - NOW_NS) / NS_PER_MS;
}

/* How long until the kernel gives up; EVIDENCE_UNKNOWN64: not known. */
static uint64_t give_up_ms(const struct judging *judging, const struct socket_detail *socket)
{
	return gives_up_ms(judging, socket, false);
}

void describe_give_up(const struct judging *judging, struct finding *finding,
		      const struct socket_detail *socket)
{
	uint64_t left = give_up_ms(judging, socket);
	uint64_t early = gives_up_ms(judging, socket, true);
	bool orphan = socket->flags & SOCKET_ORPHAN;

	if (left == EVIDENCE_UNKNOWN64)
		return;
	finding_line(finding, "the kernel gives up in about %s%s%s (%s)", span_text(early).s,
		     early < left ? " or, one try later, " : "",
		     early < left ? span_text(left).s : "",
		     socket->user_timeout_ms ? "TCP_USER_TIMEOUT"
		     : orphan		     ? "tcp_orphan_retries"
					     : "tcp_retries2; no TCP_USER_TIMEOUT is set");
}
