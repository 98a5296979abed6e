/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* FIN_WAIT1, CLOSING, LAST_ACK, FIN_WAIT2, TIME_WAIT. Pure. */
#include "findings/rules_established.h"

#define RETRIES_WARN 3
#define HELD_WARN_MS (5 * MINUTE)
#define TIME_WAIT_MS (60 * SECOND) /* TCP_TIMEWAIT_LEN */
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
	return details(socket) && tries_of(socket);
}

/* What a container or service leaves behind when it ends. */
static void describe_abandoned(const struct judging *judging, struct finding *finding,
			       const struct socket_detail *socket)
{
	finding->severity = FINDING_NOTE;
	finding_line(finding, "nobody lives in %s any more: what ended there left them",
		     space_text(judging, socket->flow.netns).s);
	finding_advice(finding, "nothing waits for them; the kernel drops them");
}

void describe_closing_unacked(const struct judging *judging, const struct group *group,
			      struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	const struct evidence_event *drop = drop_of(judging, socket, NULL);
	bool unsent = is_unsent(socket);

	finding->severity = group->most_retries >= RETRIES_WARN ? FINDING_WARN : FINDING_NOTE;
	finding->confidence = unsent && !drop ? FINDING_MEDIUM : FINDING_HIGH;
	since_hang(judging, finding, socket);
	finding_title(finding, "%u in %s to %s: %s%s %s%u time%s", group->count, state_of(socket),
		      far_text(judging, group).s,
		      group->unacked ? bytes_text(group->unacked).s : "",
		      group->unacked ? (socket->fin_unacked ? " and the FIN" : "") : "the FIN",
		      unsent			  ? "cannot leave this host, tried "
		      : probes_unanswered(socket) ? "wait for a window, probed without answer "
						  : "unacknowledged, retransmitted ",
		      tries_of(socket), plural(tries_of(socket)));
	finding_line(finding, "%u of %u orphaned (closed or exited process); socket memory %s",
		     group->orphans, group->count, bytes_text(socket->wmem).s);
	describe_closer(judging, finding, socket);
	describe_tries(finding, socket);
	describe_give_up(judging, finding, socket);
	if (socket->heard_ms != EVIDENCE_UNKNOWN32)
		finding_line(finding, "last segment from the peer %s ago",
			     span_text(socket->heard_ms).s);
	if (drop)
		describe_drop(judging, finding, drop);
	describe_peer(judging, finding, socket);
	describe_untracked(judging, finding, socket);
	if (group->orphans == group->count && is_abandoned(judging, socket->flow.netns)) {
		describe_abandoned(judging, finding, socket);
		return;
	}
	if (drop || unsent) {
		describe_drop_advice(judging, finding, socket, drop);
		return;
	}
	finding_advice(finding, "the peer or the path to it is dead; the kernel gives these up");
	finding_command(judging, finding, "ss -tnoi %s", far_filter(judging, group).s);
}

void describe_closing_window(const struct judging *judging, const struct group *group,
			     struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	describe_window(judging, group, finding);
	finding_title(finding, "%u in %s to %s: %s before the FIN wait for the peer's window",
		      group->count, state_of(socket), far_text(judging, group).s,
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

/* tcp_fin_time(): of a minisocket TCP_LINGER2 is not known any more. */
static uint64_t fin_time_ms(const struct judging *judging, const struct socket_detail *socket)
{
	uint64_t seconds = setting_of(judging, socket->flow.netns, SPACE_FIN_TIMEOUT);

	if (socket->form == SOCKET_FULL && socket->linger2_ms > 0)
		return (uint64_t)socket->linger2_ms;
	return seconds == EVIDENCE_UNKNOWN64 ? 0 : seconds * 1000;
}

/* What is beyond TIME_WAIT's 60 s runs twice: as a socket by its keepalive timer, then as a
 * minisocket (tcp_keepalive_timer()). */
static uint64_t beyond_ms(uint64_t fin_time)
{
	return fin_time > TIME_WAIT_MS ? fin_time - TIME_WAIT_MS : 0;
}

uint32_t time_left(const struct judging *judging, const struct socket_detail *socket)
{
	int32_t left = socket->form == SOCKET_TIME_WAIT ? socket->timer_ms : socket->keep_timer_ms;
	uint32_t later = socket->form == SOCKET_FULL && socket->state == TCP_STATE_FIN_WAIT2
				 ? (uint32_t)beyond_ms(fin_time_ms(judging, socket))
				 : 0;

	return (left > 0 ? (uint32_t)left : 0) + later;
}

static void since_closed(const struct judging *judging, struct finding *finding,
			 const struct socket_detail *socket)
{
	uint64_t fin_time = fin_time_ms(judging, socket), left = time_left(judging, socket);
	uint64_t all = beyond_ms(fin_time) ? 2 * beyond_ms(fin_time) : fin_time;

	if (fin_time && all >= left) {
		finding->since_ms = all - left;
		finding->since_at_least = false;
	}
}

void describe_fin_wait2_orphan(const struct judging *judging, const struct group *group,
			       struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	const struct socket_detail *peer = peer_of(judging, socket);
	bool linger = socket->form == SOCKET_FULL && socket->linger2_ms > 0;

	finding->severity = group->count >= ORPHANS_WARN ? FINDING_WARN : FINDING_NOTE;
	finding->confidence = FINDING_HIGH;
	since_closed(judging, finding, socket);
	finding_title(finding,
		      "%u in FIN_WAIT2 to %s: closed here, the peer has not closed; dropped "
		      "in %s%s%s (%s)",
		      group->count, far_text(judging, group).s, span_text(group->timer_low_ms).s,
		      group->timer_high_ms >= group->timer_low_ms + SECOND ? " to " : "",
		      group->timer_high_ms >= group->timer_low_ms + SECOND
			      ? span_text(group->timer_high_ms).s
			      : "",
		      linger ? "TCP_LINGER2" : "tcp_fin_timeout");
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
	finding_command(judging, finding, "ss -tno state fin-wait-2 %s",
			far_filter(judging, group).s);
}

void describe_fin_wait2_held(const struct judging *judging, const struct group *group,
			     struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	uint32_t silent = socket->heard_ms;

	finding->severity = silent != EVIDENCE_UNKNOWN32 && silent >= HELD_WARN_MS ? FINDING_WARN
										   : FINDING_NOTE;
	finding->confidence = FINDING_HIGH;
	finding->since_ms = silent;
	finding->since_at_least = true;
	finding_title(finding,
		      "%u in FIN_WAIT2 to %s: half closed by %s, waits for the peer's FIN "
		      "without a time limit",
		      group->count, far_text(judging, group).s,
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
		      span_text(time_left(judging, socket)).s);
}
