/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A full accept queue is one cause, as is a process that cannot accept: the connections that wait in the
 * queue, and clients of this host whose handshake it keeps from ending, are reported with the listener. Pure.
 */
#include "findings/machine.h"
#include "findings/rules_established.h"

/* NULL: not reported, or not known. */
static const struct socket_detail *reported_listener(const struct judging *judging,
						     const struct socket_detail *socket)
{
	const struct socket_detail *listener = listener_of(judging, socket);

	return listener && is_chosen(judging, (uint32_t)(listener - judging->evidence->sockets))
		       ? listener
		       : NULL;
}

static unsigned int kind_of(const struct judging *judging, const struct socket_detail *socket)
{
	return judging->kinds[socket - judging->evidence->sockets];
}

/* NULL: not full, or not known. */
static const struct socket_detail *told_listener(const struct judging *judging,
						 const struct socket_detail *socket)
{
	const struct socket_detail *listener = reported_listener(judging, socket);

	return listener && kind_of(judging, listener) == FINDING_ACCEPT_QUEUE_FULL ? listener
										   : NULL;
}

/* Its listener's finding says why nobody accepts this one. */
static bool is_told_by_listener(const struct judging *judging, const struct socket_detail *socket)
{
	const struct socket_detail *listener = reported_listener(judging, socket);

	switch (listener ? kind_of(judging, listener) : FINDING_NONE) {
	case FINDING_ACCEPT_QUEUE_FULL:
	case FINDING_LISTENER_STOPPED:
	case FINDING_DESCRIPTORS_USED_UP:
		return true;
	}
	return false;
}

const struct socket_detail *queue_that_blocks(const struct judging *judging,
					      const struct socket_detail *client)
{
	const struct socket_detail *peer =
		unacked(judging, client) ? peer_of(judging, client) : NULL;

	if (!peer || peer->form != SOCKET_REQUEST)
		return NULL;
	return told_listener(judging, peer);
}

/* The rise of ListenDrops in a namespace with a full listener has that reason. */
bool is_told_by_queue(const struct judging *judging, uint32_t netns)
{
	for (uint32_t i = 0; i < judging->listener_count; i++) {
		const struct socket_detail *listener =
			&judging->evidence->sockets[judging->listeners[i]];
		struct waiting waiting;

		if (listener->flow.netns != netns || told_listener(judging, listener) != listener)
			continue;
		waiting = waiting_at(judging, listener);
		if (!queue_is_young(listener, &waiting))
			return true;
	}
	return false;
}

int machine_queues(struct judging *judging, struct findings *findings, bool explain)
{
	const struct evidence *evidence = judging->evidence;

	for (uint32_t i = 0; !explain && i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if ((judging->kinds[i] == FINDING_NEVER_ACCEPTED &&
		     is_told_by_listener(judging, socket)) ||
		    (judging->kinds[i] == FINDING_UNACKNOWLEDGED &&
		     queue_that_blocks(judging, socket)))
			judging->kinds[i] = FINDING_NONE;
	}
	return 0;
}

/* ---------------------------------------------------------------- what the listener's finding says */

/* Those in the queue, as far as no client has reset them. */
static void describe_waiting(const struct judging *judging, struct finding *finding,
			     const struct socket_detail *listener)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	uint32_t count = 0, closed = 0;
	uint64_t unread = 0;

	for (uint32_t i = 0; i < judging->waiting_count; i++) {
		uint32_t index = judging->waiting[i];

		if (listener_of(judging, &sockets[index]) != listener)
			continue;
		count++;
		closed += sockets[index].state == TCP_STATE_CLOSE_WAIT;
		unread += sockets[index].unread;
		machine_connection(finding, index);
	}
	if (count)
		finding_line(
			finding,
			"%u connection%s in the queue never accepted, %u of them closed by the client "
			"(CLOSE_WAIT), %s unread",
			count, plural(count), closed, bytes_text(unread).s);
}

/* Clients of this host that believe to be connected, and send. */
static void describe_blocked(const struct judging *judging, struct finding *finding,
			     const struct socket_detail *listener)
{
	const struct evidence *evidence = judging->evidence;
	const struct socket_detail *one = NULL;
	uint32_t count = 0;

	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		if (queue_that_blocks(judging, &evidence->sockets[i]) != listener)
			continue;
		one = &evidence->sockets[i];
		count++;
	}
	if (one)
		finding_line(finding,
			     "%u client%s sent data that is not acknowledged, the handshake is not "
			     "finished here: %s %s",
			     count, plural(count), count == 1 ? "" : "one is",
			     who_text(one->flow.pid, one->flow.comm).s);
}

static void describe_drops(const struct judging *judging, struct finding *finding, uint32_t netns)
{
	const struct evidence_space *space = space_of(judging, netns);
	uint64_t before = space ? space->before[SPACE_LISTEN_DROPS] : EVIDENCE_UNKNOWN64;
	uint64_t now = space ? space->counters[SPACE_LISTEN_DROPS] : EVIDENCE_UNKNOWN64;

	if (before == EVIDENCE_UNKNOWN64 || now == EVIDENCE_UNKNOWN64 || now <= before)
		return;
	finding_line(finding, "ListenDrops of %s rose by %llu in %s", space_text(judging, netns).s,
		     (unsigned long long)(now - before),
		     span_text(judging->evidence->watch_ns / 1000000).s);
}

void describe_held_up(const struct judging *judging, struct finding *finding,
		      const struct socket_detail *listener)
{
	describe_waiting(judging, finding, listener);
	describe_blocked(judging, finding, listener);
	describe_drops(judging, finding, listener->flow.netns);
}
