/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connections that ended with an error while they were watched, by what ended them. Pure. */
#include "findings/machine.h"

#include <errno.h>
#include <string.h>

#define GROUPS_MAX 64 /* further ones are left out: the first tell the story */
#define RESETS_WARN 10

struct ends {
	uint16_t kind;
	const struct evidence_event *first, *last;
	uint32_t count;
};

static unsigned int kind_of(const struct evidence_event *event)
{
	switch (event->value) {
	case ETIMEDOUT:
		if (event->value2 & EVIDENCE_END_USER_TIMEOUT)
			return FINDING_USER_TIMEOUT_KILLED;
		return event->value2 & EVIDENCE_END_KEEPALIVE &&
				       !(event->value2 & EVIDENCE_END_UNACKED)
			       ? FINDING_KEEPALIVE_KILLED
			       : FINDING_TIMED_OUT;
	case ECONNRESET:
	case EPIPE:
		return FINDING_RESET;
	}
	return FINDING_NONE;
}

/* A service is known by the lower of both ports. */
static const struct endpoint *service_of(const struct flow *flow)
{
	return flow->local.port < flow->remote.port ? &flow->local : &flow->remote;
}

static bool belongs(const struct ends *ends, unsigned int kind, const struct evidence_event *event)
{
	return ends->kind == kind && ends->first->flow.netns == event->flow.netns &&
	       ends->first->flow.pid == event->flow.pid &&
	       !compare_end(service_of(&ends->first->flow), service_of(&event->flow));
}

static size_t group_ends(const struct evidence *evidence, struct ends groups[GROUPS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];
		unsigned int kind = event->kind == EVIDENCE_ENDED ? kind_of(event) : FINDING_NONE;
		size_t at = 0;

		if (kind == FINDING_NONE)
			continue;
		while (at < count && !belongs(&groups[at], kind, event))
			at++;
		if (at == GROUPS_MAX)
			continue;
		if (at == count)
			groups[count++] = (struct ends){.kind = (uint16_t)kind, .first = event};
		groups[at].last = event;
		groups[at].count++;
	}
	return count;
}

static const char *what_of(unsigned int kind)
{
	switch (kind) {
	case FINDING_KEEPALIVE_KILLED:
		return "keepalive ended it with ETIMEDOUT, the peer did not answer the probes";
	case FINDING_USER_TIMEOUT_KILLED:
		return "TCP_USER_TIMEOUT ended it with ETIMEDOUT, the peer acknowledged nothing";
	case FINDING_TIMED_OUT:
		return "it ended with ETIMEDOUT, the peer acknowledged nothing";
	default:
		return "reset by the peer";
	}
}

static int tell_ends(const struct judging *judging, const struct ends *ends,
		     struct findings *findings)
{
	const struct flow *flow = &ends->last->flow;
	struct finding finding = machine_finding(ends->kind);
	const struct evidence_space *space = space_of(judging, flow->netns);

	finding.count = ends->count;
	finding.confidence = FINDING_HIGH;
	finding.severity = ends->kind == FINDING_RESET && ends->count < RESETS_WARN ? FINDING_NOTE
										    : FINDING_WARN;
	finding.netns = flow->netns;
	finding.pid = flow->pid;
	memcpy(finding.comm, flow->comm, sizeof(finding.comm));
	if (space)
		memcpy(finding.netns_name, space->name, sizeof(finding.netns_name));
	finding.since_ms = (judging->evidence->now_ns - ends->first->ktime_ns) / 1000000;
	finding_title(&finding, "%u connection%s with %s: %s", ends->count, plural(ends->count),
		      end_text(service_of(flow)).s, what_of(ends->kind));
	finding_line(&finding, "the last one: %s -> %s, %s ago", end_text(&flow->local).s,
		     end_text(&flow->remote).s,
		     span_text((judging->evidence->now_ns - ends->last->ktime_ns) / 1000000).s);
	finding_advice(&finding, ends->kind == FINDING_RESET
					 ? "look at the peer: it aborted, or has no such connection"
					 : "check the peer and the path to it");
	return findings_add(findings, &finding);
}

int machine_ends(struct judging *judging, struct findings *findings, bool explain)
{
	struct ends groups[GROUPS_MAX];
	size_t count;
	int err = 0;

	if (explain || (judging->choice && judging->choice->wanted))
		return 0;
	count = group_ends(judging->evidence, groups);
	for (size_t i = 0; !err && i < count; i++)
		err = tell_ends(judging, &groups[i], findings);
	return err;
}
