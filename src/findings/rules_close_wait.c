/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* CLOSE_WAIT, and connections that nobody has accepted. Pure. */
#include "findings/rules_established.h"

#include <stdio.h>
#include <stdlib.h>

/* A close takes a moment. */
#define YOUNG_MS 1000
/* So many of one process, which are most of its connections, are no chance. */
#define LEAK_COUNT 3
#define LEAK_OLDEST_MS 1500
#define LEAK_FAR_OLDEST_MS (10 * SECOND)
#define LEAK_MANY 100
#define LEAK_MANY_OLDEST_MS (10 * SECOND)
#define LEAK_LONG_MS MINUTE

/* ---------------------------------------------------------------- never accepted */

bool waits_for_accept(const struct judging *judging, const struct socket_detail *socket)
{
	return socket->form == SOCKET_FULL && socket->flags & SOCKET_DETAILS &&
	       !(socket->flags & (SOCKET_ACCEPTED | SOCKET_ORPHAN)) && listener_of(judging, socket);
}

/* Which one it is in the order of their handshakes, where all in the queue are seen. */
static void describe_place(const struct judging *judging, struct finding *finding,
			   const struct group *group, const struct socket_detail *listener)
{
	struct waiting waiting = waiting_at(judging, listener);
	uint32_t age = group_age(judging, group->oldest), place = 1;

	if (!group->single || age == EVIDENCE_UNKNOWN32 || waiting.count != listener->unread)
		return;
	for (uint32_t i = 0; i < judging->waiting_count; i++) {
		const struct socket_detail *other =
			&judging->evidence->sockets[judging->waiting[i]];

		if (group_age(judging, judging->waiting[i]) > age &&
		    listener_of(judging, other) == listener)
			place++;
	}
	finding_line(finding, "place %u of %u in the queue", place, listener->unread);
}

void describe_never_accepted(const struct judging *judging, const struct group *group,
			     struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	const struct socket_detail *listener = listener_of(judging, socket);
	uint32_t age = group_age(judging, group->oldest);

	if (!listener)
		return;
	finding_subject_of(judging, finding, listener);
	finding->since_ms = age;
	finding->severity =
		age >= YOUNG_MS && age != EVIDENCE_UNKNOWN32 ? FINDING_WARN : FINDING_NOTE;
	finding->confidence = FINDING_HIGH;
	finding_title(finding,
		      "%u connection%s never accepted: %s in the accept queue of %s "
		      "(%u of %u), listening on %s",
		      group->count, plural(group->count), group->count == 1 ? "waits" : "wait",
		      who_text(listener->flow.pid, listener->flow.comm).s, listener->unread,
		      listener->unacked, end_text(&listener->flow.local).s);
	if (socket->state == TCP_STATE_CLOSE_WAIT)
		finding_line(finding, "the clients have closed already (CLOSE_WAIT); no descriptor "
				      "leads to these connections");
	else
		finding_line(finding, "the handshake is done; the client may believe that it is "
				      "served");
	if (group->unread)
		finding_line(finding, "%s of requests wait unread", bytes_text(group->unread).s);
	describe_holder(judging, finding, listener);
	describe_peer(judging, finding, socket);
	describe_place(judging, finding, group, listener);
	advise_acceptor(judging, finding, listener);
}

/* ---------------------------------------------------------------- CLOSE_WAIT */

/* The peer's descriptor is open: it closed its direction and waits for our answer. */
bool close_wait_half_closed(const struct judging *judging, const struct socket_detail *socket)
{
	const struct socket_detail *peer = peer_of(judging, socket);

	return peer && peer->state == TCP_STATE_FIN_WAIT2 && peer->form == SOCKET_FULL &&
	       !(peer->flags & SOCKET_ORPHAN);
}

bool close_wait_stopped(const struct judging *judging, const struct socket_detail *socket)
{
	const struct evidence_process *process = process_of(judging, socket->flow.pid);

	/* the state is that of the main thread: others may run while it waits for a disk */
	return is_stopped(process) || (process && process->state == 'D' && process->threads == 1);
}

/* Of a process and a connection: how much younger it is must not be their clocks' grain. */
#define YOUNGER_MS 50

/* It was started after the connection was there. */
static bool is_younger(const struct judging *judging, const struct socket_detail *socket,
		       uint32_t pid)
{
	const struct evidence_process *process = process_of(judging, pid);
	uint32_t age = socket->never_read ? socket->read_ms : socket->state_ms;

	return process && process->age_ms != EVIDENCE_UNKNOWN32 && age != EVIDENCE_UNKNOWN32 &&
	       process->age_ms + YOUNGER_MS < age;
}

/*
 * Several processes hold it; or one that cannot have accepted it, being younger or holding no
 * listener. Workers that accept from a listener that they inherited hold that, too.
 */
bool close_wait_inherited(const struct judging *judging, const struct socket_detail *socket)
{
	const struct socket_detail *listener = listener_of(judging, socket);
	struct holders holders = holders_of(judging, socket);

	if (holders.processes != 1)
		return holders.processes > 1;
	if (is_younger(judging, socket, holders.first->pid))
		return true;
	return listener && listener->flow.pid &&
	       !listens_there(judging, socket, holders.first->pid);
}

/* Those that were there when the watch began are closed: the process is slow, it leaks nothing. */
static bool closes_them(const struct judging *judging, const struct group *group, uint32_t oldest,
			uint32_t pid)
{
	const struct evidence_process *process = process_of(judging, pid);

	return growth_is_watched(judging, process) && process->close_waits_before &&
	       oldest < judging->evidence->watch_ns / 1000000 &&
	       group->count <= 2 * process->close_waits_before + 2;
}

/* Connections that it made, on which it has asked something and got no answer since. */
static uint32_t answers_awaited(const struct judging *judging, uint32_t pid)
{
	const struct evidence *evidence = judging->evidence;
	uint32_t count = 0;

	for (size_t i = 0; pid && i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		count += socket->flow.pid == pid && socket->state == TCP_STATE_ESTABLISHED &&
			 socket->flags & SOCKET_DETAILS && socket->bytes_sent && !socket->unacked &&
			 !socket->unread && socket->sent_ms < socket->received_ms &&
			 !listener_of(judging, socket);
	}
	return count;
}

/*
 * It has not come round to the ends of these connections, and waits for as many answers of others: its
 * clients may have lost their patience meanwhile.
 */
static bool waits_for_others(const struct judging *judging, const struct group *group,
			     uint32_t oldest, uint32_t pid)
{
	return group->fins_unread == group->count && oldest < LEAK_LONG_MS &&
	       answers_awaited(judging, pid) >= group->count;
}

/* It made them, has read what came before the ends, and has not looked since, as a pool. */
static bool may_be_pooled(const struct judging *judging, const struct group *group, uint32_t oldest)
{
	return group->fins_unread == group->count && !group->never_read && !group->unread &&
	       group->count < LEAK_MANY && oldest < LEAK_LONG_MS &&
	       !listener_of(judging, &judging->evidence->sockets[group->oldest]);
}

/* It has read what came before the ends, and may be about to answer. */
static bool may_be_at_work(const struct group *group, uint32_t age)
{
	return group->fins_unread && group->never_read < group->count && age < LEAK_LONG_MS;
}

/*
 * A client that is not seen may have closed its direction only, and wait for the answer; one that is known to
 * be gone waits for none, but a process at work does not know yet.
 */
static uint32_t leak_begins_ms(const struct group *group)
{
	bool gone = group->peers_closed == group->count;

	if (may_be_at_work(group, 0))
		return gone ? LEAK_FAR_OLDEST_MS : LEAK_LONG_MS;
	return gone ? LEAK_OLDEST_MS : LEAK_FAR_OLDEST_MS;
}

static bool is_leak(const struct judging *judging, const struct group *group, uint32_t oldest,
		    uint32_t pid)
{
	if (oldest == EVIDENCE_UNKNOWN32 || closes_them(judging, group, oldest, pid) ||
	    waits_for_others(judging, group, oldest, pid) || may_be_pooled(judging, group, oldest))
		return false;
	if (group->count >= LEAK_COUNT && oldest >= LEAK_LONG_MS)
		return true;
	if (oldest >= 5 * LEAK_LONG_MS)
		return true;
	if (group->count >= LEAK_MANY && oldest >= LEAK_MANY_OLDEST_MS)
		return true;
	return group->count >= LEAK_COUNT && oldest >= leak_begins_ms(group) &&
	       group->count * 2 >= connections_like(judging, group->oldest);
}

static void describe_reading(struct finding *finding, const struct group *group)
{
	uint32_t read = group->count - group->fins_unread;

	if (group->fins_unread && !read)
		finding_line(finding, "the end is unread (Recv-Q holds the FIN)%s%s%s",
			     group->unread ? ", with " : "",
			     group->unread ? bytes_text(group->unread).s : "",
			     group->unread ? " of data before it" : "");
	else if (group->fins_unread)
		finding_line(finding,
			     "of %u the end is unread, of %u it was read and the "
			     "descriptor not closed",
			     group->fins_unread, read);
	else
		finding_line(finding, "the end was read, the descriptor was not closed");
	if (group->never_read == group->count)
		finding_line(finding, "the process has never read from %s",
			     group->count == 1 ? "it" : "them");
	if (group->unacked)
		finding_line(finding, "%s are still being sent", bytes_text(group->unacked).s);
}

static int by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/* "fd 4, 5, 6" of the process, as far as the group keeps its sockets. */
static void describe_descriptors_of(const struct judging *judging, struct finding *finding,
				    const struct group *group)
{
	char text[FINDING_TEXT_SIZE];
	uint32_t fds[FINDING_CONNECTIONS_MAX], count = 0;
	int size = 0;

	for (uint32_t i = 0; i < group->socket_count; i++) {
		const struct socket_detail *socket = &judging->evidence->sockets[group->sockets[i]];
		struct holders holders = holders_of(judging, socket);

		if (holders.processes && holders.first->pid == finding->pid)
			fds[count++] = holders.first->fd;
	}
	if (!count)
		return;
	qsort(fds, count, sizeof(*fds), by_number);
	for (uint32_t i = 0; i < count; i++)
		size += snprintf(text + size, sizeof(text) - (size_t)size, "%s%u", i ? ", " : "",
				 fds[i]);
	finding_line(finding, "descriptor%s %s%s of %s", plural(count), text,
		     count < group->count ? ", ..." : "", who_text(finding->pid, finding->comm).s);
}

static void begin_close_wait(const struct judging *judging, const struct group *group,
			     struct finding *finding, const char *what)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	uint32_t age = group_age(judging, group->oldest);

	finding->since_ms = age == EVIDENCE_UNKNOWN32 ? UINT64_MAX : age;
	finding->since_at_least = !socket->exact_since;
	finding->confidence = may_be_at_work(group, age) ? FINDING_MEDIUM : FINDING_HIGH;
	finding_title(finding, "%s: %u in CLOSE_WAIT, oldest %s%s, the peer closed first%s",
		      who_text(socket->flow.pid, socket->flow.comm).s, group->count,
		      finding->since_at_least ? "at least " : "",
		      age == EVIDENCE_UNKNOWN32 ? "not known" : span_text(age).s, what);
	describe_reading(finding, group);
	describe_descriptors_of(judging, finding, group);
}

static void end_close_wait(const struct judging *judging, const struct group *group,
			   struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	describe_growth(judging, group, finding);
	describe_holder(judging, finding, socket);
	describe_peer(judging, finding, socket);
	if (socket->flow.pid)
		finding_command(judging, finding, "ss -tnp state close-wait | awk '/pid=%u,/'",
				socket->flow.pid);
}

/* Why it is no leak yet. */
static void describe_excuse(const struct judging *judging, const struct group *group,
			    struct finding *finding)
{
	uint32_t pid = judging->evidence->sockets[group->oldest].flow.pid;
	uint32_t age = group_age(judging, group->oldest), awaited;

	if (age == EVIDENCE_UNKNOWN32)
		return;
	if (may_be_pooled(judging, group, age))
		finding_line(
			finding,
			"the process made %s and has read what came before the end: a pool sees the "
			"end at the next use",
			group->count == 1 ? "it" : "them");
	if (!waits_for_others(judging, group, age, pid))
		return;
	awaited = answers_awaited(judging, pid);
	finding_line(finding,
		     "the process waits for answers on %u connection%s that it made: it may "
		     "close these afterwards",
		     awaited, plural(awaited));
}

void describe_close_wait(const struct judging *judging, const struct group *group,
			 struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	uint32_t age = group_age(judging, group->oldest);
	bool stopped = group->kind == FINDING_CLOSE_WAIT_STOPPED;

	if (is_leak(judging, group, age, socket->flow.pid) ||
	    (stopped && age != EVIDENCE_UNKNOWN32 && age >= YOUNG_MS))
		finding->severity = FINDING_WARN;
	if (!stopped && finding->severity == FINDING_NOTE)
		finding->kind = FINDING_CLOSE_WAIT;
	begin_close_wait(judging, group, finding, "");
	describe_excuse(judging, group, finding);
	finding_advice(finding,
		       stopped ? "continue the process or find out what it waits for"
			       : "the program must read the end of a connection and close it");
	end_close_wait(judging, group, finding);
}

void describe_close_wait_inherited(const struct judging *judging, const struct group *group,
				   struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	const struct socket_detail *listener = listener_of(judging, socket);
	struct holders holders = holders_of(judging, socket);
	uint32_t age = group_age(judging, group->oldest);

	if (is_leak(judging, group, age, socket->flow.pid))
		finding->severity = FINDING_WARN;
	begin_close_wait(judging, group, finding, "");
	if (holders.processes > 1)
		finding_line(finding,
			     "%zu processes hold the descriptor: %s, %s%s: each must close it",
			     holders.processes, who_text(holders.first->pid, holders.first->comm).s,
			     who_text(holders.second->pid, holders.second->comm).s,
			     holders.processes > 2 ? ", ..." : "");
	else if (is_younger(judging, socket, socket->flow.pid))
		finding_line(finding,
			     "%s was started after the connection was made: it inherited or was "
			     "given the descriptor",
			     who_text(socket->flow.pid, socket->flow.comm).s);
	else if (listener)
		finding_line(finding,
			     "%s listens there and does not hold it; %s does, which "
			     "inherited or was given the descriptor",
			     who_text(listener->flow.pid, listener->flow.comm).s,
			     who_text(socket->flow.pid, socket->flow.comm).s);
	finding_advice(finding, "open descriptors with SOCK_CLOEXEC, or close them in the child");
	end_close_wait(judging, group, finding);
}

void describe_half_closed(const struct judging *judging, const struct group *group,
			  struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	finding_subject_of(judging, finding, socket);
	begin_close_wait(judging, group, finding, " and waits for the answer");
	describe_process(judging, finding, socket->flow.pid);
	describe_peer(judging, finding, socket);
}
