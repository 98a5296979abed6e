/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Listeners, their queues, half-open connections. Pure. */
#include "findings/rules_established.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- what came of it */

static const struct evidence_event *latest(const struct judging *judging, unsigned int kind,
					   const struct socket_detail *listener)
{
	const struct evidence *evidence = judging->evidence;

	for (size_t i = evidence->event_count; i-- > 0;) {
		const struct evidence_event *event = &evidence->events[i];

		if (event->kind == kind && event->flow.netns == listener->flow.netns &&
		    event->flow.local.port == listener->flow.local.port &&
		    (!event->flow.pid || !listener->flow.pid ||
		     event->flow.pid == listener->flow.pid))
			return event;
	}
	return NULL;
}

static void tell_accepts(const struct judging *judging, struct finding *finding,
			 const struct socket_detail *listener)
{
	const struct evidence_event *event = latest(judging, EVIDENCE_ACCEPT, listener);
	uint64_t ago;

	if (!judging->evidence->watch_ns)
		return;
	if (!event) {
		finding_line(finding, "no accept() returned in the %s that were watched",
			     span_text(judging->evidence->watch_ns / 1000000).s);
		return;
	}
	ago = (judging->evidence->now_ns - event->ktime_ns) / 1000000;
	if (event->value)
		finding_line(finding, "the last accept() failed %s ago: %s", span_text(ago).s,
			     event->reason);
	else
		finding_line(finding, "the last accept() returned %s ago", span_text(ago).s);
}

static void tell_limit(const struct judging *judging, struct finding *finding,
		       const struct socket_detail *listener)
{
	uint64_t somaxconn = setting_of(judging, listener->flow.netns, SPACE_SOMAXCONN);
	const struct evidence_event *event = latest(judging, EVIDENCE_LISTEN, listener);

	if (event && event->value > listener->unacked)
		finding_line(finding, "listen(%u) was asked for, net.core.somaxconn allows %u",
			     event->value, listener->unacked);
	else if (somaxconn == listener->unacked)
		finding_line(finding,
			     "the limit %u is net.core.somaxconn: listen() may have asked "
			     "for more",
			     listener->unacked);
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
	const struct evidence_holder *holders;

	return process && (process->state == 'T' || process->state == 't') &&
	       holders_of(judging, socket, &holders) == 1;
}

bool descriptors_used_up(const struct judging *judging, const struct socket_detail *socket)
{
	const struct evidence_process *process = process_of(judging, socket->flow.pid);

	return process && process->nofile != EVIDENCE_UNKNOWN64 &&
	       process->descriptors != EVIDENCE_UNKNOWN32 && process->nofile &&
	       process->descriptors >= process->nofile;
}

static void tell_queue(const struct judging *judging, struct finding *finding,
		       const struct socket_detail *listener)
{
	const struct evidence_space *space = space_of(judging, listener->flow.netns);

	finding_line(finding, "accept queue %u of %u, %u half-open%s", listener->unread,
		     listener->unacked, listener->requests,
		     listener->defer_accept ? ", TCP_DEFER_ACCEPT" : "");
	tell_limit(judging, finding, listener);
	tell_accepts(judging, finding, listener);
	if (space && space->counters[SPACE_LISTEN_OVERFLOWS] != EVIDENCE_UNKNOWN64 &&
	    space->counters[SPACE_LISTEN_OVERFLOWS])
		finding_line(finding, "%llu overflows in %s since it began",
			     (unsigned long long)space->counters[SPACE_LISTEN_OVERFLOWS],
			     space_text(judging, listener->flow.netns).s);
	tell_process(judging, finding, listener->flow.pid);
}

void tell_listener_full(const struct judging *judging, const struct group *group,
			struct finding *finding)
{
	const struct socket_detail *listener = &judging->evidence->sockets[group->oldest];
	uint64_t abort = setting_of(judging, listener->flow.netns, SPACE_ABORT_ON_OVERFLOW);

	finding->severity = FINDING_CRITICAL;
	finding->confidence = FINDING_HIGH;
	finding->limit = (struct finding_limit){
		.name = "backlog", .used = listener->unread, .max = listener->unacked, .eta_ms = 0};
	finding_title(finding, "%s of %s: the accept queue is full (%u of %u), new connections %s",
		      end_text(&listener->flow.local).s,
		      who_text(listener->flow.pid, listener->flow.comm).s, listener->unread,
		      listener->unacked, abort == 1 ? "are reset (tcp_abort_on_overflow)" : "hang");
	tell_queue(judging, finding, listener);
	finding_advice(finding, "the process accepts too slowly or not at all");
	if (listener->flow.pid)
		finding_command(judging, finding, "cat /proc/%u/stack", listener->flow.pid);
}

void tell_listener_stopped(const struct judging *judging, const struct group *group,
			   struct finding *finding)
{
	const struct socket_detail *listener = &judging->evidence->sockets[group->oldest];

	finding->severity = FINDING_WARN;
	finding->confidence = FINDING_HIGH;
	finding_title(finding, "%s: its process %s is stopped, connections are not accepted",
		      end_text(&listener->flow.local).s,
		      who_text(listener->flow.pid, listener->flow.comm).s);
	tell_queue(judging, finding, listener);
	finding_advice(finding, "continue it");
	snprintf(finding->command, sizeof(finding->command), "kill -CONT %u", listener->flow.pid);
}

void tell_descriptors(const struct judging *judging, const struct group *group,
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
	tell_queue(judging, finding, listener);
	finding_advice(finding, "find what it leaks, or raise its limit");
	snprintf(finding->command, sizeof(finding->command), "ls -l /proc/%u/fd; prlimit -n -p %u",
		 process->pid, process->pid);
}

void tell_listening(const struct judging *judging, const struct group *group,
		    struct finding *finding)
{
	const struct socket_detail *listener = &judging->evidence->sockets[group->oldest];

	finding->confidence = FINDING_HIGH;
	finding_title(finding, "%s: %s listens, accept queue %u of %u",
		      end_text(&listener->flow.local).s,
		      who_text(listener->flow.pid, listener->flow.comm).s, listener->unread,
		      listener->unacked);
	tell_queue(judging, finding, listener);
}

/* ---------------------------------------------------------------- the beginnings */

void tell_half_open(const struct judging *judging, const struct group *group,
		    struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	finding->confidence = FINDING_HIGH;
	finding_title(finding, "%s <- %s: %s", end_text(&socket->flow.local).s,
		      end_text(&socket->flow.remote).s,
		      socket->flags & SOCKET_DEFERRED
			      ? "the handshake is done, TCP_DEFER_ACCEPT waits for data"
			      : "half-open: the client has not acknowledged the SYN-ACK");
	finding_line(finding, "SYN-ACK sent %u time%s", socket->retransmits + 1u,
		     plural(socket->retransmits + 1u));
}

void tell_connecting(const struct judging *judging, const struct group *group,
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
