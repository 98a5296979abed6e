/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* FIN_WAIT1, CLOSING, LAST_ACK, FIN_WAIT2, TIME_WAIT. Pure. */
#include "findings/rules_established.h"

#define RETRIES_WARN 3
#define HELD_WARN_MS (5 * MINUTE)
#define ORPHANS_WARN 1000

static const char *state_of(const struct socket_detail *socket)
{
	const char *name = tcp_state_name(socket->state);

	return name ? name : "?";
}

static bool details(const struct socket_detail *socket)
{
	return socket->form == SOCKET_FULL && socket->flags & SOCKET_DETAILS;
}

static const char *owner_text(const struct socket_detail *socket)
{
	return socket->flags & SOCKET_ORPHAN ? "orphaned (its process closed it or exited)"
					     : "held by a process";
}

bool closing_window(const struct judging *judging, const struct socket_detail *socket)
{
	return details(socket) && window_closed(judging, socket);
}

bool closing_unacked(const struct judging *judging, const struct socket_detail *socket)
{
	return details(socket) && socket->retransmits >= 1;
}

void describe_closing_unacked(const struct judging *judging, const struct group *group,
			      struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	uint64_t end = gives_up_ms(judging, socket);
	uint64_t hang = socket->hang_ms == EVIDENCE_UNKNOWN32 ? 0 : socket->hang_ms;
	const struct evidence_event *drop = drop_of(judging, socket, NULL);

	finding->severity = group->most_retries >= RETRIES_WARN ? FINDING_WARN : FINDING_NOTE;
	finding->confidence = FINDING_HIGH;
	if (hang)
		finding->since_ms = hang;
	finding_title(finding, "%u in %s to %s: %s%s unacknowledged, retransmitted %u time%s",
		      group->count, state_of(socket), end_text(&socket->flow.remote).s,
		      group->unacked ? bytes_text(group->unacked).s : "",
		      group->unacked ? (socket->fin_unacked ? " and the FIN" : "") : "the FIN",
		      socket->retransmits, plural(socket->retransmits));
	finding_line(finding, "%u of %u orphaned (closed or exited process); socket memory %s",
		     group->orphans, group->count, bytes_text(socket->wmem).s);
	describe_closer(judging, finding, socket);
	if (end != EVIDENCE_UNKNOWN64 && hang)
		finding_line(finding, "the kernel gives up in about %s (%s), next retry in %s",
			     span_text(end > hang ? end - hang : 0).s,
			     socket->user_timeout_ms	     ? "TCP_USER_TIMEOUT"
			     : socket->flags & SOCKET_ORPHAN ? "tcp_orphan_retries"
							     : "tcp_retries2",
			     span_text(socket->timer_ms > 0 ? (uint64_t)socket->timer_ms : 0).s);
	if (socket->heard_ms != EVIDENCE_UNKNOWN32)
		finding_line(finding, "last heard of the peer %s ago",
			     span_text(socket->heard_ms).s);
	if (drop)
		describe_drop(judging, finding, drop);
	describe_peer(judging, finding, socket);
	finding_advice(finding,
		       drop ? "look at the rules there; they end by themselves"
			    : "the peer or the path to it is dead; they end by themselves");
	finding_command(judging, finding, "ss -tnoie dst %s", end_text(&socket->flow.remote).s);
}

void describe_closing_window(const struct judging *judging, const struct group *group,
			     struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	describe_window(judging, group, finding);
	finding_title(finding, "%u in %s to %s: %s before the FIN wait for the peer's window",
		      group->count, state_of(socket), end_text(&socket->flow.remote).s,
		      bytes_text(group->unacked).s);
	finding_line(finding, "%s", owner_text(socket));
}

void describe_closing(const struct judging *judging, const struct group *group,
		      struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	finding->confidence = FINDING_HIGH;
	finding_title(finding, "%s -> %s: %s, %s%s not acknowledged yet",
		      end_text(&socket->flow.local).s, end_text(&socket->flow.remote).s,
		      state_of(socket), socket->unacked ? bytes_text(socket->unacked).s : "",
		      socket->unacked ? " and the FIN" : "the FIN");
	finding_line(finding, "%s", owner_text(socket));
	describe_peer(judging, finding, socket);
}

/* ---------------------------------------------------------------- FIN_WAIT2 */

bool fin_wait2_orphan(const struct judging *judging, const struct socket_detail *socket)
{
	return socket->form == SOCKET_TIME_WAIT || socket->flags & SOCKET_ORPHAN;
}

bool fin_wait2_held(const struct judging *judging, const struct socket_detail *socket)
{
	return socket->form == SOCKET_FULL;
}

uint32_t time_left(const struct socket_detail *socket)
{
	int32_t left = socket->form == SOCKET_TIME_WAIT ? socket->timer_ms : socket->keep_timer_ms;

	return left > 0 ? (uint32_t)left : 0;
}

void describe_fin_wait2_orphan(const struct judging *judging, const struct group *group,
			       struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	const struct socket_detail *peer = peer_of(judging, socket);
	uint64_t timeout = setting_of(judging, socket->flow.netns, SPACE_FIN_TIMEOUT);

	finding->severity = group->count >= ORPHANS_WARN ? FINDING_WARN : FINDING_NOTE;
	finding->confidence = FINDING_HIGH;
	if (timeout != EVIDENCE_UNKNOWN64 && timeout * 1000 >= time_left(socket)) {
		finding->since_ms = timeout * 1000 - time_left(socket);
		finding->since_at_least = false;
	}
	finding_title(finding,
		      "%u in FIN_WAIT2 to %s: closed here, the peer has not closed; dropped "
		      "in %s%s%s (tcp_fin_timeout)",
		      group->count, end_text(&socket->flow.remote).s,
		      span_text(group->timer_low_ms).s,
		      group->timer_high_ms >= group->timer_low_ms + SECOND ? " to " : "",
		      group->timer_high_ms >= group->timer_low_ms + SECOND
			      ? span_text(group->timer_high_ms).s
			      : "");
	if (closer_of(judging, socket))
		describe_closer(judging, finding, socket);
	else
		finding_line(finding, "no process holds %s: closed, or its process is gone",
			     group->count == 1 ? "it" : "them");
	if (peer && peer->flow.pid)
		finding_line(finding,
			     "the peer is on this host: %s in %s holds its end in %s and does "
			     "not close it",
			     who_text(peer->flow.pid, peer->flow.comm).s,
			     space_text(judging, peer->flow.netns).s, state_of(peer));
	else
		describe_peer(judging, finding, socket);
	finding_advice(finding, "the program at the other end should close");
	finding_command(judging, finding, "ss -tno state fin-wait-2 dst %s",
			end_text(&socket->flow.remote).s);
}

void describe_fin_wait2_held(const struct judging *judging, const struct group *group,
			     struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	uint32_t quiet = socket->heard_ms;

	finding->severity =
		quiet != EVIDENCE_UNKNOWN32 && quiet >= HELD_WARN_MS ? FINDING_WARN : FINDING_NOTE;
	finding->confidence = FINDING_HIGH;
	finding->since_ms = quiet;
	finding->since_at_least = true;
	finding_title(finding,
		      "%u in FIN_WAIT2 to %s: half closed by %s, waits for the peer's FIN "
		      "without a time limit",
		      group->count, end_text(&socket->flow.remote).s,
		      who_text(socket->flow.pid, socket->flow.comm).s);
	finding_line(finding, "shutdown() was called, the descriptor is open: no timer runs%s",
		     socket->flags & SOCKET_KEEPALIVE ? ", but keepalive" : "");
	finding_line(finding, "data in %s ago, %s in all", span_text(socket->received_ms).s,
		     bytes_text(socket->bytes_received).s);
	describe_peer(judging, finding, socket);
	finding_advice(finding, "the other end should close, or this one close its descriptor");
}

void describe_time_wait(const struct judging *judging, const struct group *group,
			struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	finding->confidence = FINDING_HIGH;
	finding_title(finding, "%s -> %s: TIME_WAIT, %s left: both ends closed, this one first",
		      end_text(&socket->flow.local).s, end_text(&socket->flow.remote).s,
		      span_text(time_left(socket)).s);
}
