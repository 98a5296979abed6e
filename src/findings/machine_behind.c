/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The connections and processes behind a counter of a namespace, as far as they were seen. Pure. */
#include "findings/machine.h"

#include <string.h>

#define GROUPS_MAX 64 /* further ones are left out */
#define TOLD_MAX 3
/* So many in a hundred of the resets that were seen were asked for by their process. */
#define WANTED_PERCENT 90

/* ---------------------------------------------------------------- listeners */

static uint32_t busiest_listener(const struct judging *judging, uint32_t netns)
{
	const struct evidence *evidence = judging->evidence;
	uint32_t found = NO_SOCKET;

	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if (socket->state != TCP_STATE_LISTEN || socket->flow.netns != netns)
			continue;
		if (found == NO_SOCKET ||
		    socket->unread + socket->requests >
			    evidence->sockets[found].unread + evidence->sockets[found].requests)
			found = i;
	}
	return found;
}

static void describe_listener(const struct judging *judging, struct finding *finding)
{
	const struct socket_detail *listener;
	uint32_t index = busiest_listener(judging, finding->netns);

	if (index == NO_SOCKET)
		return;
	listener = &judging->evidence->sockets[index];
	if (!listener->unread && !listener->requests)
		return;
	finding_line(finding, "the fullest listener there: %s of %s, queue %u of %u, %u half-open",
		     end_text(&listener->flow.local).s,
		     who_text(listener->flow.pid, listener->flow.comm).s, listener->unread,
		     listener->unacked, listener->requests);
	machine_connection(finding, index);
}

/* ---------------------------------------------------------------- events */

struct behind {
	const struct evidence_event *last;
	const char *meaning; /* of resets */
	uint32_t count;
};

static bool is_same(const struct behind *behind, const struct evidence_event *event,
		    const char *meaning)
{
	return behind->meaning == meaning && behind->last->flow.pid == event->flow.pid &&
	       (meaning || !compare_end(&behind->last->flow.remote, &event->flow.remote));
}

/* By process, and by the reason or the other end. */
static size_t group_events(const struct judging *judging, uint32_t netns, unsigned int kind,
			   struct behind groups[GROUPS_MAX])
{
	const struct evidence *evidence = judging->evidence;
	size_t count = 0;

	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];
		const char *meaning = NULL;
		size_t at = 0;

		if (event->kind != kind || event->netns != netns)
			continue;
		if (kind == EVIDENCE_RESET_SENT)
			meaning = reset_meaning(judging, event);
		while (at < count && !is_same(&groups[at], event, meaning))
			at++;
		if (at == GROUPS_MAX)
			continue;
		if (at == count)
			groups[count++] = (struct behind){.meaning = meaning};
		groups[at].last = event;
		groups[at].count++;
	}
	return count;
}

/* Takes the largest group out; NULL: there is none. */
static const struct behind *take_largest(struct behind *groups, size_t count, struct behind *taken)
{
	struct behind *largest = NULL;

	for (size_t i = 0; i < count; i++) {
		if (groups[i].count && (!largest || groups[i].count > largest->count))
			largest = &groups[i];
	}
	if (!largest)
		return NULL;
	*taken = *largest;
	largest->count = 0;
	return taken;
}

static void note_connection(const struct judging *judging, struct finding *finding, uint64_t cookie)
{
	const struct evidence *evidence = judging->evidence;

	for (uint32_t i = 0; cookie && i < evidence->socket_count; i++) {
		if (evidence->sockets[i].flow.cookie != cookie)
			continue;
		machine_connection(finding, i);
		return;
	}
}

static void describe_events(const struct judging *judging, struct finding *finding,
			    unsigned int kind)
{
	struct behind groups[GROUPS_MAX], taken;
	size_t count = group_events(judging, finding->netns, kind, groups);

	for (int i = 0; i < TOLD_MAX && take_largest(groups, count, &taken); i++) {
		const struct flow *flow = &taken.last->flow;
		struct text who = who_text(flow->pid, flow->comm);

		if (taken.meaning)
			finding_line(finding, "%u by %s: %s, the last one %s -> %s", taken.count,
				     flow->pid ? who.s : "no process", taken.meaning,
				     end_text(&flow->local).s, end_text(&flow->remote).s);
		else
			finding_line(finding, "%u of %s, to %s", taken.count,
				     flow->pid ? who.s : "no process", end_text(&flow->remote).s);
		note_connection(judging, finding, taken.last->cookie);
	}
}

/* Of what the kernel counts the answers to SYNs are no events of a connection. */
static void describe_refusals(const struct judging *judging, struct finding *finding)
{
	const struct evidence_space *space = space_of(judging, finding->netns);
	const struct evidence *evidence = judging->evidence;
	uint64_t unseen =
		space ? space->counters[SPACE_OUT_RSTS] - space->before[SPACE_OUT_RSTS] : 0;

	for (size_t i = 0; i < evidence->event_count && unseen; i++)
		unseen -= evidence->events[i].kind == EVIDENCE_RESET_SENT &&
			  evidence->events[i].netns == finding->netns;
	if (unseen * 2 < finding->rate_milli * (evidence->watch_ns / 1000000) / 1000000)
		return;
	finding_line(finding,
		     "about %llu of them are of no connection: nothing listens on the port that a "
		     "SYN came to, or no socket has what a packet is of",
		     (unsigned long long)unseen);
	finding_advice(finding, "netstate stalls names connects of this host that are refused");
}

/* Programs that end their connections by SO_LINGER do so on purpose. */
static bool resets_are_wanted(const struct judging *judging, uint32_t netns)
{
	const struct evidence *evidence = judging->evidence;
	uint64_t all = 0, wanted = 0;

	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];

		if (event->kind != EVIDENCE_RESET_SENT || event->netns != netns)
			continue;
		all++;
		wanted += reset_is_wanted(event);
	}
	return all && wanted * 100 >= all * WANTED_PERCENT;
}

/* ---------------------------------------------------------------- memory */

static void describe_memory(const struct judging *judging, struct finding *finding)
{
	const struct evidence *evidence = judging->evidence;
	const struct socket_detail *most = NULL;

	for (size_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if (socket->flow.netns == finding->netns &&
		    (!most ||
		     (uint64_t)socket->rmem + socket->wmem > (uint64_t)most->rmem + most->wmem))
			most = socket;
	}
	if (!most || most->rmem + most->wmem == 0)
		return;
	finding_line(finding,
		     "the largest connection there: %s -> %s of %s, %s received, %s to send",
		     end_text(&most->flow.local).s, end_text(&most->flow.remote).s,
		     who_text(most->flow.pid, most->flow.comm).s, bytes_text(most->rmem).s,
		     bytes_text(most->wmem).s);
	machine_connection(finding, (uint32_t)(most - evidence->sockets));
}

void machine_describe_behind(const struct judging *judging, struct finding *finding)
{
	switch (finding->kind) {
	case FINDING_SYN_COOKIES:
	case FINDING_LISTEN_DROPS:
		describe_listener(judging, finding);
		break;
	case FINDING_RETRANSMITS_RISE:
		describe_events(judging, finding, EVIDENCE_RETRANSMIT);
		break;
	case FINDING_RESETS_RISE:
		describe_events(judging, finding, EVIDENCE_RESET_SENT);
		describe_refusals(judging, finding);
		if (resets_are_wanted(judging, finding->netns))
			finding->severity = FINDING_NOTE;
		break;
	case FINDING_MEMORY_PRESSURE:
		describe_memory(judging, finding);
		break;
	}
}
