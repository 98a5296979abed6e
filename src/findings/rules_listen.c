/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Listeners, their queues, half-open connections. Pure. */
#include "findings/machine.h"
#include "findings/rules_established.h"

#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "netstate/errno_name.h"

/* ---------------------------------------------------------------- what came of it */

/* Of this listener, or of one of its process that has the same port. */
static bool is_of(const struct evidence_event *event, const struct socket_detail *listener)
{
	const struct flow *flow = &event->flow;

	if (event->cookie && event->cookie == listener->flow.cookie)
		return true;
	return event->kind == EVIDENCE_ACCEPT && flow->netns == listener->flow.netns &&
	       flow->local.port == listener->flow.local.port &&
	       (address_is_any(listener->flow.local.addr) ||
		!memcmp(flow->local.addr, listener->flow.local.addr, sizeof(flow->local.addr))) &&
	       (!flow->pid || !listener->flow.pid || flow->pid == listener->flow.pid);
}

struct accepts {
	const struct evidence_event *last, *last_failed;
	uint64_t count;
};

static struct accepts accepts_of(const struct judging *judging,
				 const struct socket_detail *listener)
{
	const struct evidence *evidence = judging->evidence;
	struct accepts accepts = {};

	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];

		if (event->kind != EVIDENCE_ACCEPT || !is_of(event, listener))
			continue;
		if (event->value) {
			accepts.last_failed = event;
			continue;
		}
		accepts.last = event;
		accepts.count += event->value2;
	}
	return accepts;
}

static uint64_t ago_ms(const struct judging *judging, const struct evidence_event *event)
{
	return (judging->evidence->now_ns - event->ktime_ns) / 1000000;
}

static void describe_accepts(const struct judging *judging, struct finding *finding,
			     const struct socket_detail *listener)
{
	struct accepts accepts = accepts_of(judging, listener);
	uint64_t ms = judging->evidence->watch_ns / 1000000;

	if (!ms)
		return;
	if (accepts.last)
		finding_line(finding,
			     "%llu connection%s accepted in %s (%llu.%llu/s), the last "
			     "one %s ago",
			     (unsigned long long)accepts.count, plural(accepts.count),
			     span_text(ms).s, (unsigned long long)(accepts.count * 1000 / ms),
			     (unsigned long long)(accepts.count * 10000 / ms % 10),
			     span_text(ago_ms(judging, accepts.last)).s);
	else
		finding_line(finding, "no connection was accepted in the %s that were watched",
			     span_text(ms).s);
	if (accepts.last_failed) {
		const char *name = errno_name(accepts.last_failed->value);

		finding_line(finding, "the last failed accept(): %s %s ago, %u in all",
			     name ? name : "an error",
			     span_text(ago_ms(judging, accepts.last_failed)).s,
			     accepts.last_failed->value2);
	}
}

static void describe_limit(const struct judging *judging, struct finding *finding,
			   const struct socket_detail *listener)
{
	uint64_t somaxconn = setting_of(judging, listener->flow.netns, SPACE_SOMAXCONN);
	const struct evidence *evidence = judging->evidence;
	const struct evidence_event *asked = NULL;

	for (size_t i = 0; i < evidence->event_count; i++) {
		if (evidence->events[i].kind == EVIDENCE_LISTEN &&
		    is_of(&evidence->events[i], listener))
			asked = &evidence->events[i];
	}
	if (asked && asked->value > listener->unacked)
		finding_line(finding, "listen(%d) was asked for, net.core.somaxconn allows %u",
			     (int)asked->value, listener->unacked);
	else if (asked)
		finding_line(finding, "listen(%d) was asked for", (int)asked->value);
	else if (somaxconn == listener->unacked)
		finding_line(finding,
			     "the limit %u is net.core.somaxconn: listen() may have asked "
			     "for more",
			     listener->unacked);
}

/* Connections of the listener's port that wait for data before they count (TCP_DEFER_ACCEPT). */
static uint32_t deferred_of(const struct judging *judging, const struct socket_detail *listener)
{
	const struct evidence *evidence = judging->evidence;
	uint32_t count = 0;

	for (size_t i = 0; i < evidence->socket_count; i++)
		count += evidence->sockets[i].form == SOCKET_REQUEST &&
			 evidence->sockets[i].flags & SOCKET_DEFERRED &&
			 listener_of(judging, &evidence->sockets[i]) == listener;
	return count;
}

/* ---------------------------------------------------------------- listeners */

/* The kernel takes one more than the limit. */
bool listener_full(const struct judging *judging, const struct socket_detail *socket)
{
	return socket->unread && socket->unread > socket->unacked;
}

bool listener_stopped(const struct judging *judging, const struct socket_detail *socket)
{
	const struct evidence_process *process = process_of(judging, socket->flow.pid);

	if (!process || holders_of(judging, socket).processes != 1)
		return false;
	/* strace(1) stops a process at each system call, for a moment */
	return process->state == 'T' || (process->state == 't' && waiting_at(judging, socket).old);
}

bool descriptors_used_up(const struct judging *judging, const struct socket_detail *socket)
{
	const struct evidence_process *process = process_of(judging, socket->flow.pid);

	return process && process->nofile != EVIDENCE_UNKNOWN64 &&
	       process->descriptors != EVIDENCE_UNKNOWN32 && process->nofile &&
	       process->descriptors >= process->nofile;
}

struct share {
	uint32_t members, open, all; /* connections: of this member's process, of the whole group */
};

/* Of a SO_REUSEPORT group, as far as the connections are open. */
static struct share share_of(const struct judging *judging, const struct socket_detail *listener)
{
	const struct evidence *evidence = judging->evidence;
	struct share share = {};

	for (size_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];
		const struct flow *flow = &socket->flow;

		if (flow->netns != listener->flow.netns ||
		    flow->local.port != listener->flow.local.port)
			continue;
		if (socket->state != TCP_STATE_LISTEN) {
			share.all += flow->pid != 0;
			share.open += flow->pid && flow->pid == listener->flow.pid;
		} else {
			share.members += socket->flags & SOCKET_REUSEPORT &&
					 same_end(&flow->local, &listener->flow.local);
		}
	}
	return share;
}

static void describe_share(const struct judging *judging, struct finding *finding,
			   const struct socket_detail *listener)
{
	struct share share;

	if (!(listener->flags & SOCKET_REUSEPORT))
		return;
	share = share_of(judging, listener);
	if (share.members > 1)
		finding_line(finding,
			     "one of %u sockets of a SO_REUSEPORT group: its process has %u of "
			     "the %u open connections",
			     share.members, share.open, share.all);
}

static void describe_queue(const struct judging *judging, struct finding *finding,
			   const struct socket_detail *listener)
{
	const struct evidence_space *space = space_of(judging, listener->flow.netns);
	struct waiting waiting = waiting_at(judging, listener);
	bool shares = listener->flags & SOCKET_REUSEPORT && share_of(judging, listener).members > 1;

	finding_line(finding, "accept queue %u of %u, %u half-open", listener->unread,
		     listener->unacked, listener->requests);
	if (waiting.oldest_ms && (listener->unread || !shares))
		finding_line(finding, "the oldest connection in %s has waited for %s",
			     shares ? "the queues of the group" : "the queue",
			     span_text(waiting.oldest_ms).s);
	if (listener->defer_accept)
		finding_line(finding,
			     "TCP_DEFER_ACCEPT: %u of the half-open have finished the handshake "
			     "and wait for data",
			     deferred_of(judging, listener));
	describe_limit(judging, finding, listener);
	describe_accepts(judging, finding, listener);
	describe_share(judging, finding, listener);
	/* the kernel counts each ACK without data that TCP_DEFER_ACCEPT ignores */
	if (listener->drops && !listener->defer_accept)
		finding_line(finding,
			     "%u connection request%s dropped by this socket since it "
			     "listens",
			     listener->drops, plural(listener->drops));
	if (space && space->counters[SPACE_LISTEN_OVERFLOWS] != EVIDENCE_UNKNOWN64 &&
	    space->counters[SPACE_LISTEN_OVERFLOWS])
		finding_line(finding, "%llu overflows in %s since it was created",
			     (unsigned long long)space->counters[SPACE_LISTEN_OVERFLOWS],
			     space_text(judging, listener->flow.netns).s);
	describe_holder(judging, finding, listener);
}

/* What waits for a process that cannot accept, at each of its listeners. */
static void begin_with_waiting(const struct judging *judging, const struct group *group,
			       struct finding *finding)
{
	for (uint32_t i = 0; i < group->socket_count; i++) {
		const struct socket_detail *listener =
			&judging->evidence->sockets[group->sockets[i]];
		struct waiting waiting = waiting_at(judging, listener);

		if (waiting.old &&
		    (finding->since_ms == UINT64_MAX || waiting.oldest_ms > finding->since_ms))
			finding->since_ms = waiting.oldest_ms;
		describe_held_up(judging, finding, listener);
	}
}

void describe_listener_full(const struct judging *judging, const struct group *group,
			    struct finding *finding)
{
	const struct socket_detail *listener = &judging->evidence->sockets[group->oldest];
	uint64_t abort = setting_of(judging, listener->flow.netns, SPACE_ABORT_ON_OVERFLOW);
	struct waiting waiting = waiting_at(judging, listener);

	finding->severity = queue_is_young(listener, &waiting) ? FINDING_NOTE : FINDING_CRITICAL;
	finding->confidence = FINDING_HIGH;
	finding->limit = (struct finding_limit){
		.name = "backlog", .used = listener->unread, .max = listener->unacked, .eta_ms = 0};
	finding_title(finding, "%s of %s: the accept queue is full (%u of %u), new connections %s",
		      end_text(&listener->flow.local).s,
		      who_text(listener->flow.pid, listener->flow.comm).s, listener->unread,
		      listener->unacked, abort == 1 ? "are reset (tcp_abort_on_overflow)" : "hang");
	if (waiting.old)
		finding->since_ms = waiting.oldest_ms;
	describe_held_up(judging, finding, listener);
	describe_queue(judging, finding, listener);
	if (is_stopped(process_of(judging, listener->flow.pid))) {
		advise_to_continue(finding, listener->flow.pid);
		return;
	}
	finding_advice(finding, "the process accepts too slowly or not at all");
	if (listener->flow.pid)
		snprintf(finding->command, sizeof(finding->command), "cat /proc/%u/stack",
			 listener->flow.pid);
}

void describe_listener_stopped(const struct judging *judging, const struct group *group,
			       struct finding *finding)
{
	const struct socket_detail *listener = &judging->evidence->sockets[group->oldest];

	finding->severity = FINDING_WARN;
	finding->confidence = FINDING_HIGH;
	finding_title(finding, "%s: its process %s is stopped, connections are not accepted",
		      end_text(&listener->flow.local).s,
		      who_text(listener->flow.pid, listener->flow.comm).s);
	begin_with_waiting(judging, group, finding);
	describe_queue(judging, finding, listener);
	advise_to_continue(finding, listener->flow.pid);
}

void describe_descriptors(const struct judging *judging, const struct group *group,
			  struct finding *finding)
{
	const struct socket_detail *listener = &judging->evidence->sockets[group->oldest];
	const struct evidence_process *process = process_of(judging, listener->flow.pid);

	if (!process)
		return;
	finding->severity = FINDING_CRITICAL;
	finding->confidence = FINDING_HIGH;
	finding->limit = (struct finding_limit){.name = "RLIMIT_NOFILE",
						.used = process->descriptors,
						.max = process->nofile,
						.eta_ms = 0};
	finding_title(finding, "%s: all %u descriptors are used, accept() fails with EMFILE on %s",
		      who_text(process->pid, process->comm).s, process->descriptors,
		      end_text(&listener->flow.local).s);
	begin_with_waiting(judging, group, finding);
	describe_queue(judging, finding, listener);
	finding_advice(finding, "find the descriptor leak, or raise the limit");
	snprintf(finding->command, sizeof(finding->command), "ls -l /proc/%u/fd; prlimit -n -p %u",
		 process->pid, process->pid);
}

/* Asked for by its process, those that wait are no connections of it: no other finding tells them. */
static void describe_not_accepting(const struct judging *judging, struct finding *finding,
				   const struct socket_detail *listener, uint32_t oldest_ms)
{
	finding->kind = FINDING_NEVER_ACCEPTED;
	finding->severity = FINDING_WARN;
	finding->since_ms = oldest_ms;
	finding_title(finding, "%s: %s does not accept: queue %u of %u, the oldest waits for %s",
		      end_text(&listener->flow.local).s,
		      who_text(listener->flow.pid, listener->flow.comm).s, listener->unread,
		      listener->unacked, span_text(oldest_ms).s);
	describe_held_up(judging, finding, listener);
	describe_queue(judging, finding, listener);
	advise_acceptor(judging, finding, listener);
}

void describe_listening(const struct judging *judging, const struct group *group,
			struct finding *finding)
{
	const struct socket_detail *listener = &judging->evidence->sockets[group->oldest];

	struct waiting waiting = waiting_at(judging, listener);

	finding->confidence = FINDING_HIGH;
	if (listener->unread && waiting.old) {
		describe_not_accepting(judging, finding, listener, waiting.oldest_ms);
		return;
	}
	finding_title(finding, "%s: %s listens, accept queue %u of %u",
		      end_text(&listener->flow.local).s,
		      who_text(listener->flow.pid, listener->flow.comm).s, listener->unread,
		      listener->unacked);
	describe_queue(judging, finding, listener);
}

/* ---------------------------------------------------------------- the beginnings */

void describe_half_open(const struct judging *judging, const struct group *group,
			struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	finding->confidence = FINDING_HIGH;
	finding_title(finding, "%s <- %s: %s", end_text(&socket->flow.local).s,
		      end_text(&socket->flow.remote).s,
		      socket->flags & SOCKET_DEFERRED
			      ? "the handshake is done, TCP_DEFER_ACCEPT waits for data"
			      : "half-open: the client has not acknowledged the SYN-ACK");
	if (!(socket->flags & SOCKET_DEFERRED))
		finding_line(finding, "SYN-ACK sent %u time%s", socket->retransmits + 1u,
			     plural(socket->retransmits + 1u));
}

void describe_connecting(const struct judging *judging, const struct group *group,
			 struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	finding->confidence = FINDING_HIGH;
	finding_title(finding, "%s -> %s: connecting, SYN retransmitted %u time%s",
		      end_text(&socket->flow.local).s, end_text(&socket->flow.remote).s,
		      socket->retransmits, plural(socket->retransmits));
	finding_advice(finding, "stalls says why");
	snprintf(finding->command, sizeof(finding->command), "netstate stalls --once rport %u",
		 socket->flow.remote.port);
}
