/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ESTABLISHED: flow control, keepalive, idleness. Pure. */
#include "findings/rules_established.h"

#include <stdio.h>

/* A window that is closed so long is more than a slow reader where nothing is read meanwhile. */
#define WINDOW_WARN_MS (2 * SECOND)
/* A reader that comes by at least so often is slow, not stuck. */
#define SLOW_READER_MS (10 * SECOND)
/* Of a peer that is not on this host nothing more is known: then the time must speak. */
#define WINDOW_FAR_WARN_MS (60 * SECOND)
#define IDLE_MS (2 * SECOND)
#define PROBES_WARN 2

static bool is_plain_socket(const struct socket_detail *socket)
{
	return socket->form == SOCKET_FULL && socket->flags & SOCKET_DETAILS;
}

/* ---------------------------------------------------------------- the peer's window */

/*
 * The peer had no room for what was on its way, and took the window back: TCP retransmits in place
 * of probing, waits twice as long each time and counts no try (tcp_retransmit_timer()).
 */
static bool window_taken_back(const struct socket_detail *socket)
{
	return !socket->snd_wnd && socket->packets_out && socket->backoff && !socket->retransmits;
}

bool window_closed(const struct judging *judging, const struct socket_detail *socket)
{
	if (!is_plain_socket(socket) || !socket->unacked)
		return false;
	if (socket->packets_out || is_unsent(socket))
		return window_taken_back(socket);
	return socket->flags & SOCKET_PROBE ||
	       (socket->flags & SOCKET_RWND_LIMITED && socket->snd_wnd < socket->mss);
}

static uint32_t window_age(const struct socket_detail *socket)
{
	if (window_taken_back(socket))
		return socket->hang_ms;
	return socket->flags & SOCKET_RWND_LIMITED ? socket->limited_ms : EVIDENCE_UNKNOWN32;
}

static bool does_not_read(const struct socket_detail *socket, uint32_t at_least_ms)
{
	return socket->unread && socket->read_ms != EVIDENCE_UNKNOWN32 &&
	       socket->read_ms >= at_least_ms;
}

/* Its last read distinguishes a slow reader from one that does not read. */
static bool reader_is_stuck(const struct socket_detail *reader)
{
	return does_not_read(reader, reader->never_read ? WINDOW_WARN_MS : SLOW_READER_MS);
}

static void describe_reader(struct finding *finding, const struct socket_detail *reader)
{
	if (!reader->unread)
		return;
	if (reader->read_ms == EVIDENCE_UNKNOWN32)
		finding_line(finding, "%s wait in the receive queue of %s",
			     bytes_text(reader->unread).s,
			     who_text(reader->flow.pid, reader->flow.comm).s);
	else
		finding_line(finding, "%s has %s %s; %s wait in its receive queue",
			     who_text(reader->flow.pid, reader->flow.comm).s,
			     reader->never_read ? "never read from it in" : "not read for",
			     span_text(reader->read_ms).s, bytes_text(reader->unread).s);
}

static void advise_reader(const struct judging *judging, struct finding *finding,
			  const struct socket_detail *reader)
{
	uint32_t pid = reader->flow.pid;

	if (!pid)
		return;
	if (is_stopped(process_of(judging, pid))) {
		finding_advice(finding, "continue %s", who_text(pid, reader->flow.comm).s);
		command_to_continue(finding, pid);
		return;
	}
	finding_advice(finding, "find out why %s does not read",
		       who_text(pid, reader->flow.comm).s);
	snprintf(finding->command, sizeof(finding->command),
		 "cat /proc/%u/wchan; echo; cat /proc/%u/stack", pid, pid);
}

/* ---------------------------------------------------------------- the peer's receive buffer */

/*
 * Nobody reads at the other end, which is on this host, and its buffer is past its limit. Linux 5.10 and 6.1
 * discard what arrives then and answer nothing; 6.12 announces a window of zero.
 */
bool receiver_full(const struct judging *judging, const struct socket_detail *socket)
{
	const struct socket_detail *peer = peer_of(judging, socket);

	return peer && is_plain_socket(peer) && unacked(judging, socket) && socket->packets_out &&
	       peer->rcvbuf && peer->unread >= peer->rcvbuf && reader_is_stuck(peer) &&
	       peer->rcv_nxt == socket->snd_una;
}

static void describe_receiver_full(const struct judging *judging, const struct group *group,
				   struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	const struct socket_detail *peer = peer_of(judging, socket);

	since_hang(judging, finding, socket);
	finding->severity = FINDING_WARN;
	finding->confidence = FINDING_HIGH;
	finding_title(finding,
		      "%u connection%s to %s: flow control, the peer's receive buffer is full",
		      group->count, plural(group->count), far_text(judging, group).s);
	describe_tries(finding, socket);
	describe_give_up(judging, finding, socket);
	describe_reader(finding, peer);
	finding_line(finding, "its receive buffer is limited to %s: the kernel discards the rest",
		     bytes_text(peer->rcvbuf).s);
	describe_process(judging, finding, peer->flow.pid);
	describe_peer(judging, finding, socket);
	advise_reader(judging, finding, peer);
}

void describe_window(const struct judging *judging, const struct group *group,
		     struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	const struct socket_detail *peer = peer_of(judging, socket);
	uint32_t age = window_age(socket);
	bool known = age != EVIDENCE_UNKNOWN32;

	if (receiver_full(judging, socket)) {
		describe_receiver_full(judging, group, finding);
		return;
	}
	if (known)
		finding->since_ms = age;
	if (peer && reader_is_stuck(peer) && (!known || age >= WINDOW_WARN_MS))
		finding->severity = FINDING_WARN;
	else if (!peer && known && age >= WINDOW_FAR_WARN_MS)
		finding->severity = FINDING_WARN;
	finding->confidence = FINDING_HIGH;
	finding_title(finding, "%u connection%s to %s: flow control, the peer's window is closed",
		      group->count, plural(group->count), far_text(judging, group).s);
	finding_line(finding, "window %u, %s wait, %s %u, next in %s", socket->snd_wnd,
		     bytes_text(socket->unacked).s,
		     window_taken_back(socket) ? "retransmission" : "probe", socket->backoff,
		     span_text(socket->timer_ms > 0 ? (uint64_t)socket->timer_ms : 0).s);
	if (socket->heard_ms != EVIDENCE_UNKNOWN32)
		finding_line(finding, "the peer answered %s ago%s", span_text(socket->heard_ms).s,
			     socket->probes_out > 1 ? "" : ": it is alive");
	if (!peer) {
		finding_advice(finding, "the receiver does not read; it is not on this host");
		return;
	}
	describe_reader(finding, peer);
	describe_process(judging, finding, peer->flow.pid);
	describe_peer(judging, finding, socket);
	advise_reader(judging, finding, peer);
}

/* ---------------------------------------------------------------- our own window */

bool receiver_sleeps(const struct judging *judging, const struct socket_detail *socket)
{
	if (!is_plain_socket(socket) || !(socket->flags & SOCKET_ACCEPTED))
		return false;
	return does_not_read(socket, socket->never_read ? WINDOW_WARN_MS : SLOW_READER_MS);
}

void describe_receiver(const struct judging *judging, const struct group *group,
		       struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	const struct socket_detail *peer = peer_of(judging, socket);
	bool full = socket->rcv_wnd < socket->mss;
	bool waited_for = peer && window_closed(judging, peer);

	finding->since_ms = socket->read_ms;
	if (full && (waited_for ? reader_is_stuck(socket) : socket->read_ms >= SLOW_READER_MS))
		finding->severity = FINDING_WARN;
	finding->confidence = FINDING_HIGH;
	finding_title(finding, "%u connection%s of %s: what arrived is not read%s", group->count,
		      plural(group->count), who_text(socket->flow.pid, socket->flow.comm).s,
		      full ? ", the receive buffer is full" : "");
	describe_reader(finding, socket);
	finding_line(finding, "receive buffer %s, window left %s", bytes_text(socket->rcvbuf).s,
		     bytes_text(socket->rcv_wnd).s);
	describe_process(judging, finding, socket->flow.pid);
	describe_peer(judging, finding, socket);
	advise_reader(judging, finding, socket);
}

/* ---------------------------------------------------------------- keepalive and idleness */

static uint64_t keep_setting(const struct judging *judging, const struct socket_detail *socket,
			     uint64_t own, enum space_setting setting)
{
	uint64_t seconds = setting_of(judging, socket->flow.netns, setting);

	if (own)
		return own;
	return seconds == EVIDENCE_UNKNOWN64 || setting == SPACE_KEEP_PROBES ? seconds
									     : seconds * 1000;
}

/* TCP_USER_TIMEOUT takes the place of the number of probes: tcp_keepalive_timer(). */
static void describe_keepalive_end(const struct judging *judging, struct finding *finding,
				   const struct socket_detail *socket)
{
	uint64_t probes = keep_setting(judging, socket, socket->keep_probes, SPACE_KEEP_PROBES);
	uint64_t interval =
		keep_setting(judging, socket, socket->keep_interval_ms, SPACE_KEEP_INTERVAL);

	if (interval == EVIDENCE_UNKNOWN64)
		return;
	if (socket->user_timeout_ms)
		finding_line(
			finding,
			"a dead peer is detected once a probe (one every %s) is unanswered and "
			"nothing was received for %s (TCP_USER_TIMEOUT)",
			span_text(interval).s, span_text(socket->user_timeout_ms).s);
	else if (probes != EVIDENCE_UNKNOWN64)
		finding_line(finding,
			     "a dead peer is detected after %u unanswered probes, one every %s",
			     (unsigned int)probes, span_text(interval).s);
}

bool keepalive_unanswered(const struct judging *judging, const struct socket_detail *socket)
{
	return is_plain_socket(socket) && socket->flags & SOCKET_KEEPALIVE && !socket->unacked &&
	       socket->probes_out >= PROBES_WARN;
}

void describe_keepalive(const struct judging *judging, const struct group *group,
			struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	uint64_t probes = keep_setting(judging, socket, socket->keep_probes, SPACE_KEEP_PROBES);
	uint64_t interval =
		keep_setting(judging, socket, socket->keep_interval_ms, SPACE_KEEP_INTERVAL);

	finding->severity = FINDING_WARN;
	finding->confidence = FINDING_HIGH;
	finding->since_ms = socket->heard_ms;
	finding_title(finding, "%u connection%s to %s: %u keepalive probes are not answered",
		      group->count, plural(group->count), far_text(judging, group).s,
		      socket->probes_out);
	if (socket->user_timeout_ms)
		finding_line(finding,
			     "the kernel ends it with ETIMEDOUT once nothing was received for %s "
			     "(TCP_USER_TIMEOUT)",
			     span_text(socket->user_timeout_ms).s);
	else if (probes != EVIDENCE_UNKNOWN64 && interval != EVIDENCE_UNKNOWN64)
		finding_line(
			finding,
			"the kernel ends it with ETIMEDOUT after %u of them, one every "
			"%s; the next in %s",
			(unsigned int)probes, span_text(interval).s,
			span_text(socket->keep_timer_ms > 0 ? (uint64_t)socket->keep_timer_ms : 0)
				.s);
	finding_line(finding, "last segment from the peer %s ago", span_text(socket->heard_ms).s);
	describe_peer(judging, finding, socket);
	finding_advice(finding, "check the peer and the path to it");
}

static uint32_t idle_ms(const struct socket_detail *socket)
{
	return socket->sent_ms < socket->received_ms ? socket->sent_ms : socket->received_ms;
}

static bool is_idle(const struct socket_detail *socket)
{
	return is_plain_socket(socket) && !socket->unacked && !socket->unread &&
	       idle_ms(socket) >= IDLE_MS;
}

bool idle_guarded(const struct judging *judging, const struct socket_detail *socket)
{
	return is_idle(socket) && socket->flags & SOCKET_KEEPALIVE;
}

bool idle_unguarded(const struct judging *judging, const struct socket_detail *socket)
{
	return is_idle(socket);
}

static void describe_idle_times(const struct judging *judging, const struct socket_detail *socket,
				struct finding *finding)
{
	finding->since_ms = idle_ms(socket);
	finding->confidence = FINDING_HIGH;
	finding_line(finding, "data out %s ago (%s in all), in %s ago (%s), last ACK %s ago",
		     span_text(socket->sent_ms).s, bytes_text(socket->bytes_sent).s,
		     span_text(socket->received_ms).s, bytes_text(socket->bytes_received).s,
		     span_text(socket->heard_ms).s);
	describe_stopped(judging, finding, socket->flow.pid);
	describe_peer(judging, finding, socket);
}

void describe_idle(const struct judging *judging, const struct group *group,
		   struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	finding_title(finding, "%s -> %s: idle for %s, keepalive acts in %s",
		      end_text(&socket->flow.local).s, end_text(&socket->flow.remote).s,
		      span_text(idle_ms(socket)).s,
		      span_text(socket->keep_timer_ms > 0 ? (uint64_t)socket->keep_timer_ms : 0).s);
	describe_idle_times(judging, socket, finding);
	describe_keepalive_end(judging, finding, socket);
}

void describe_idle_unguarded(const struct judging *judging, const struct group *group,
			     struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	finding_title(finding,
		      "%s -> %s: idle for %s, keepalive off: nothing would notice a dead "
		      "peer",
		      end_text(&socket->flow.local).s, end_text(&socket->flow.remote).s,
		      span_text(idle_ms(socket)).s);
	describe_idle_times(judging, socket, finding);
}

/* ---------------------------------------------------------------- nothing wrong */

bool always(const struct judging *judging, const struct socket_detail *socket)
{
	return true;
}

void describe_moving(const struct judging *judging, const struct group *group,
		     struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	const char *limit = "the application";

	if (socket->flags & SOCKET_RWND_LIMITED)
		limit = "the peer's window";
	else if (socket->flags & SOCKET_SNDBUF_LIMITED)
		limit = "the send buffer";
	else if (socket->unacked && socket->packets_out >= socket->cwnd)
		limit = "the congestion window";
	finding->confidence = socket->flags & SOCKET_DETAILS ? FINDING_HIGH : FINDING_LOW;
	finding_title(finding, "%s -> %s: data moves", end_text(&socket->flow.local).s,
		      end_text(&socket->flow.remote).s);
	if (!(socket->flags & SOCKET_DETAILS))
		return;
	finding_line(finding, "data out %s ago, in %s ago, last ACK %s ago, round trip %u us",
		     span_text(socket->sent_ms).s, span_text(socket->received_ms).s,
		     span_text(socket->heard_ms).s, socket->rtt_us);
	finding_line(finding, "%s unacknowledged, %s not read; sending is limited by %s",
		     bytes_text(socket->unacked).s, bytes_text(socket->unread).s, limit);
	describe_stopped(judging, finding, socket->flow.pid);
	if (socket->total_retrans)
		finding_line(finding, "%u segment%s retransmitted during its lifetime",
			     socket->total_retrans, plural(socket->total_retrans));
	describe_peer(judging, finding, socket);
}
