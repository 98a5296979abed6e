/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What befell one socket while it was watched. Pure. */
#include <string.h>

#include "base/cleanup.h"
#include "findings/judging.h"

/* An event that comes a little before the hang it explains still belongs to it. */
#define EVENT_SLACK_MS 1000u

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
	const struct evidence *evidence = judging->evidence;

	for (size_t i = evidence->event_count; i-- > 0;) {
		const struct evidence_event *event = &evidence->events[i];

		if (event->kind == EVIDENCE_DROP && event->cookie &&
		    event->cookie == socket->flow.cookie && is_trouble(event) &&
		    is_of_this_hang(judging, socket, event) &&
		    (!reason || !strcmp(event->reason, reason)))
			return event;
	}
	return NULL;
}

void describe_drop(const struct judging *judging, struct finding *finding,
		   const struct evidence_event *drop)
{
	finding_line(finding, "this host drops %s in %s at %s%s%s, %s ago",
		     drop->value2 & EVIDENCE_INCOMING ? "what comes back" : "what is sent",
		     space_text(judging, drop->netns).s,
		     drop->place[0] ? drop->place : "a place that is not known",
		     drop->reason[0] ? ": " : "", drop->reason,
		     span_text((judging->evidence->now_ns - drop->ktime_ns) / 1000000).s);
}

struct retransmissions retransmissions_of(const struct judging *judging,
					  const struct socket_detail *socket)
{
	const struct evidence *evidence = judging->evidence;
	struct retransmissions seen = {.least = UINT32_MAX};

	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];

		if (event->kind != EVIDENCE_RETRANSMIT || !event->cookie ||
		    event->cookie != socket->flow.cookie)
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
	const struct evidence *evidence = judging->evidence;

	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];

		if (event->kind == EVIDENCE_CLOSED && event->cookie &&
		    event->cookie == socket->flow.cookie)
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
