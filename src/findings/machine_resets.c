/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connections that this host reset while it was watched, by who and why. Pure. */
#include "findings/machine.h"

#include <string.h>

#include "base/cleanup.h"

#define GROUPS_MAX 64
#define BETWEEN_MAX 1000 /* events between a reset and its arrival on this host */

/* enum sk_rst_reason, from 6.10 */
static const struct {
	const char *reason, *meaning;
} reasons[] = {
	{"NO_SOCKET", "no socket had this connection"},
	{"TCP_ABORT_ON_CLOSE", "closed with unread data"},
	{"TCP_ABORT_ON_DATA", "data came after it was closed"},
	{"TCP_ABORT_ON_LINGER", "aborted, TCP_LINGER2 expired"},
	{"TCP_ABORT_ON_MEMORY", "too little memory or too many orphans"},
	{"TCP_STATE", "aborted on close (SO_LINGER 0)"},
	{"TCP_DISCONNECT_WITH_DATA", "aborted on close with data unsent"},
	{"TCP_KEEPALIVE_TIMEOUT", "the peer did not answer keepalive probes"},
	{"TCP_TIMEWAIT_SOCKET", "data came after it was closed, in FIN_WAIT2"},
	{"TCP_ACK_UNSENT_DATA", "the peer acknowledged what was never sent"},
	{"TCP_FLAGS", "the peer sent invalid TCP flags"},
};

#define OVERFLOW "the accept queue overflows (tcp_abort_on_overflow)"

/* A listener answers an ACK by a reset in one case, where the setting is on. */
static bool is_overflow(const struct judging *judging, const struct evidence_event *reset)
{
	return reset->value2 & EVIDENCE_LISTENER &&
	       setting_of(judging, reset->netns, SPACE_ABORT_ON_OVERFLOW) == 1;
}

const char *reset_meaning(const struct judging *judging, const struct evidence_event *reset)
{
	if (is_overflow(judging, reset))
		return OVERFLOW;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (!strcmp(reset->reason, reasons[i].reason))
			return reasons[i].meaning;
	}
	if (reset->value2 & EVIDENCE_ACTIVE)
		return "aborted by its process or the kernel, which does not say why";
	return reset->reason[0] ? reset->reason : "in answer to a packet, no reason is given";
}

bool reset_is_wanted(const struct evidence_event *reset)
{
	return !strcmp(reset->reason, "TCP_STATE");
}

struct resets {
	const struct evidence_event *first, *last;
	const char *meaning;
	uint32_t count;
};

/* The kernel gave its own connection up, which machine_ends() reports. */
static bool is_given_up(const struct evidence_event *reset, const struct evidence_event *end)
{
	return end->kind == EVIDENCE_ENDED && end->timeout.cause && end->cookie &&
	       end->cookie == reset->cookie;
}

const struct evidence_event *end_that_tells(const struct judging *judging, size_t at)
{
	const struct evidence *evidence = judging->evidence;
	size_t begin = at > BETWEEN_MAX ? at - BETWEEN_MAX : 0;

	for (size_t i = begin; i < evidence->event_count && i < at + BETWEEN_MAX; i++) {
		if ((reset_ended(&evidence->events[at], &evidence->events[i]) ||
		     is_given_up(&evidence->events[at], &evidence->events[i])) &&
		    is_event_chosen(judging, &evidence->events[i]))
			return &evidence->events[i];
	}
	return NULL;
}

static bool belongs(const struct resets *resets, const struct evidence_event *event,
		    const char *meaning)
{
	return resets->meaning == meaning && resets->first->netns == event->netns &&
	       resets->first->flow.pid == event->flow.pid;
}

static size_t group_resets(const struct judging *judging, struct resets groups[GROUPS_MAX])
{
	const struct evidence *evidence = judging->evidence;
	size_t count = 0;

	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];
		const char *meaning;
		size_t at = 0;

		if (event->kind != EVIDENCE_RESET_SENT)
			continue;
		/* of no socket of this host: the answer to a stranger's packet */
		if (!event->cookie && !is_overflow(judging, event))
			continue;
		if (!is_event_chosen(judging, event))
			continue;
		meaning = reset_meaning(judging, event);
		while (at < count && !belongs(&groups[at], event, meaning))
			at++;
		if (at == GROUPS_MAX || (at == count && end_that_tells(judging, i)))
			continue;
		if (at == count)
			groups[count++] = (struct resets){.first = event, .meaning = meaning};
		groups[at].last = event;
		groups[at].count++;
	}
	return count;
}

/* A process may abort on purpose, and often does. */
static uint8_t severity_of(const struct resets *resets)
{
	if (!strcmp(resets->meaning, OVERFLOW))
		return FINDING_WARN;
	return !strcmp(resets->last->reason, "TCP_ABORT_ON_MEMORY") ? FINDING_WARN : FINDING_NOTE;
}

/* The counter's finding names who is behind it. */
static bool is_told_by_rise(const struct findings *findings, const struct finding *finding)
{
	for (size_t i = 0; finding->severity == FINDING_NOTE && i < findings->count; i++) {
		if (findings->list[i].kind == FINDING_RESETS_RISE &&
		    findings->list[i].netns == finding->netns)
			return true;
	}
	return false;
}

static int describe_resets(const struct judging *judging, const struct resets *resets,
			   struct findings *findings)
{
	struct finding finding = machine_finding(FINDING_RESET);
	const struct flow *flow = &resets->last->flow;
	const struct evidence_space *space = space_of(judging, resets->last->netns);
	uint64_t now = judging->evidence->now_ns;

	finding.count = resets->count;
	finding.severity = severity_of(resets);
	finding.confidence = resets->last->reason[0] ? FINDING_HIGH : FINDING_MEDIUM;
	finding.netns = resets->last->netns;
	finding.pid = flow->pid;
	memcpy(finding.comm, flow->comm, sizeof(finding.comm));
	if (space)
		memcpy(finding.netns_name, space->name, sizeof(finding.netns_name));
	finding.since_ms = (now - resets->first->ktime_ns) / 1000000;
	finding_title(&finding, "%u connection%s reset by %s: %s", resets->count,
		      plural(resets->count),
		      flow->pid ? who_text(flow->pid, flow->comm).s : "this host", resets->meaning);
	finding_line(&finding, "the last one: %s -> %s, %s ago", end_text(&flow->local).s,
		     end_text(&flow->remote).s,
		     span_text((now - resets->last->ktime_ns) / 1000000).s);
	return is_told_by_rise(findings, &finding) ? 0 : findings_add(findings, &finding);
}

int machine_resets(struct judging *judging, struct findings *findings, bool explain)
{
	struct resets groups[GROUPS_MAX];
	size_t count;
	int err = 0;

	count = group_resets(judging, groups);
	for (size_t i = 0; !err && i < count; i++)
		err = describe_resets(judging, &groups[i], findings);
	return err;
}
