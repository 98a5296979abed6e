/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What befell one socket while it was watched. Pure. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "diagnosis/reasons.h"
#include "findings/judging.h"

/* An event that comes a little before the hang it explains still belongs to it. */
#define EVENT_SLACK_MS 1000u

/* ---------------------------------------------------------------- by socket */

static uint32_t bucket_of(const struct judging *judging, uint64_t cookie, uint64_t sock)
{
	return (uint32_t)((cookie ? cookie : sock) * 0x9e3779b97f4a7c15ULL >> 40) &
	       (judging->event_buckets - 1);
}

int judging_index_events(struct judging *judging)
{
	const struct evidence *evidence = judging->evidence;
	uint32_t count = (uint32_t)evidence->event_count;

	judging->event_buckets = 64;
	while (judging->event_buckets < count)
		judging->event_buckets *= 2;
	judging->event_heads = malloc(judging->event_buckets * sizeof(uint32_t));
	judging->event_nexts = malloc((count + 1) * sizeof(uint32_t));
	if (!judging->event_heads || !judging->event_nexts)
		return -ENOMEM;
	memset(judging->event_heads, 0xff, judging->event_buckets * sizeof(uint32_t));
	for (uint32_t i = count; i-- > 0;) {
		const struct evidence_event *event = &evidence->events[i];
		uint32_t bucket = bucket_of(judging, event->cookie, event->flow.sock);

		judging->event_nexts[i] = judging->event_heads[bucket];
		judging->event_heads[bucket] = i;
	}
	return 0;
}

static bool is_of(const struct evidence_event *event, const struct socket_detail *socket)
{
	const struct flow *flow = &socket->flow;

	if (flow->cookie || event->cookie)
		return flow->cookie == event->cookie;
	return flow->sock && flow->sock == event->flow.sock && flow->netns == event->flow.netns;
}

static uint32_t event_from(const struct judging *judging, const struct socket_detail *socket,
			   uint32_t at)
{
	while (at != NO_EVENT && !is_of(&judging->evidence->events[at], socket))
		at = judging->event_nexts[at];
	return at;
}

uint32_t event_first(const struct judging *judging, const struct socket_detail *socket)
{
	uint32_t bucket = bucket_of(judging, socket->flow.cookie, socket->flow.sock);

	return event_from(judging, socket, judging->event_heads[bucket]);
}

uint32_t event_next(const struct judging *judging, const struct socket_detail *socket, uint32_t at)
{
	return event_from(judging, socket, judging->event_nexts[at]);
}

/* ---------------------------------------------------------------- drops */

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/*
 * Packets are freed for many reasons that are no trouble: duplicates, old acknowledgements, a port
 * that nobody has. Where the kernel names no reason only the place of a firewall's verdict counts.
 */
static bool is_trouble(const struct evidence_event *drop)
{
	static const char *const usual[] = {"TCP_", "NO_SOCKET", "SKB_CONSUMED", "CONSUMED",
					    "SOCKET_CLOSE"};

	if (!drop->reason[0] || !strcmp(drop->reason, "NOT_SPECIFIED"))
		return begins(drop->place, "nf_hook_slow");
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++) {
		if (begins(drop->reason, usual[i]))
			return false;
	}
	return true;
}

static bool is_of_this_hang(const struct judging *judging, const struct socket_detail *socket,
			    const struct evidence_event *event)
{
	uint64_t ago = (judging->evidence->now_ns - event->ktime_ns) / 1000000;

	return socket->hang_ms == EVIDENCE_UNKNOWN32 || ago <= socket->hang_ms + EVENT_SLACK_MS;
}

const struct evidence_event *drop_of(const struct judging *judging,
				     const struct socket_detail *socket, const char *reason)
{
	const struct evidence_event *last = NULL;

	for (uint32_t at = event_first(judging, socket); at != NO_EVENT;
	     at = event_next(judging, socket, at)) {
		const struct evidence_event *event = &judging->evidence->events[at];

		if (event->kind == EVIDENCE_DROP && event->cookie && is_trouble(event) &&
		    is_of_this_hang(judging, socket, event) &&
		    (!reason || !strcmp(event->reason, reason)))
			last = event;
	}
	return last;
}

const struct reason_row *reason_of_drop(const struct evidence_event *drop)
{
	struct stall_drop stall = {};

	snprintf(stall.reason, sizeof(stall.reason), "%s", drop->reason);
	snprintf(stall.location, sizeof(stall.location), "%s", drop->place);
	return reason_find(&stall);
}

void describe_drop(const struct judging *judging, struct finding *finding,
		   const struct evidence_event *drop)
{
	const struct reason_row *reason = reason_of_drop(drop);

	finding_line(finding, "this host drops %s in %s at %s%s%s, %s ago",
		     drop->value2 & EVIDENCE_INCOMING ? "what comes back" : "what is sent",
		     space_text(judging, drop->netns).s,
		     drop->place[0] ? drop->place : "an unknown place", drop->reason[0] ? ": " : "",
		     drop->reason,
		     span_text((judging->evidence->now_ns - drop->ktime_ns) / 1000000).s);
	if (reason)
		finding_line(finding, "%s means: %s", drop->reason[0] ? drop->reason : drop->place,
			     reason->meaning);
}

/* ---------------------------------------------------------------- what else befell it */

struct retransmissions retransmissions_of(const struct judging *judging,
					  const struct socket_detail *socket)
{
	struct retransmissions seen = {.least = UINT32_MAX};

	for (uint32_t at = event_first(judging, socket); at != NO_EVENT;
	     at = event_next(judging, socket, at)) {
		const struct evidence_event *event = &judging->evidence->events[at];

		if (event->kind != EVIDENCE_RETRANSMIT || !event->cookie)
			continue;
		seen.count++;
		seen.least = event->value < seen.least ? event->value : seen.least;
		seen.most = event->value > seen.most ? event->value : seen.most;
	}
	return seen;
}

const struct evidence_event *closer_of(const struct judging *judging,
				       const struct socket_detail *socket)
{
	for (uint32_t at = event_first(judging, socket); at != NO_EVENT;
	     at = event_next(judging, socket, at)) {
		const struct evidence_event *event = &judging->evidence->events[at];

		if (event->kind == EVIDENCE_CLOSED && event->cookie)
			return event;
	}
	return NULL;
}

void describe_closer(const struct judging *judging, struct finding *finding,
		     const struct socket_detail *socket)
{
	const struct evidence_event *closer = closer_of(judging, socket);

	if (!closer)
		return;
	finding_line(finding, "closed by %s%s", who_text(closer->flow.pid, closer->flow.comm).s,
		     closer->value ? ", which is gone" : "");
	finding->pid = closer->flow.pid;
	memcpy(finding->comm, closer->flow.comm, sizeof(finding->comm));
}
