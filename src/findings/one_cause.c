/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A consequence is told with its cause, where that made a finding too. Pure. */
#include <stdio.h>
#include <string.h>

#include "findings/machine.h"

/* Of a hundred retransmissions or resets that were seen, so many are of what is reported. */
#define SAME_PERCENT 80

static void remove_at(struct findings *findings, size_t at)
{
	findings->count--;
	memmove(&findings->list[at], &findings->list[at + 1],
		(findings->count - at) * sizeof(*findings->list));
}

/* ---------------------------------------------------------------- descriptors */

/* The connections that a process does not close are most of the descriptors that it has. */
static bool uses_them_up(const struct finding *leak, const struct finding *limit)
{
	switch (leak->kind) {
	case FINDING_CLOSE_WAIT_LEAK:
	case FINDING_CLOSE_WAIT_INHERITED:
	case FINDING_CLOSE_WAIT_STOPPED:
		break;
	default:
		return false;
	}
	return leak->pid == limit->pid && leak->severity == limit->severity &&
	       (uint64_t)leak->count * 2 >= limit->limit.used;
}

static struct finding *leak_behind(struct findings *findings, const struct finding *limit)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (uses_them_up(&findings->list[i], limit))
			return &findings->list[i];
	}
	return NULL;
}

static void describe_limit(const struct judging *judging, struct finding *leak,
			   const struct finding *limit)
{
	size_t size = strlen(leak->title);

	snprintf(leak->title + size, sizeof(leak->title) - size,
		 "; no descriptor is left (EMFILE)");
	if (limit->connection_count)
		finding_line(
			leak, "accept() fails with EMFILE on %s",
			end_text(&judging->evidence->sockets[limit->connections[0]].flow.local).s);
	for (uint32_t i = 0; i < limit->evidence_count; i++)
		finding_line(leak, "%s", limit->evidence[i]);
}

static bool join_descriptors(const struct judging *judging, struct findings *findings,
			     const struct finding *limit)
{
	struct finding *leak = leak_behind(findings, limit);

	if (!leak)
		return false;
	describe_limit(judging, leak, limit);
	return true;
}

/* ---------------------------------------------------------------- retransmissions */

bool kind_hangs(unsigned int kind)
{
	switch (kind) {
	case FINDING_UNACKNOWLEDGED:
	case FINDING_DROPPED_HERE:
	case FINDING_MTU_BLACK_HOLE:
	case FINDING_CONNTRACK_FORGOT:
	case FINDING_PEER_GONE:
	case FINDING_CLOSING_UNACKNOWLEDGED:
		return true;
	}
	return false;
}

/* Or the other ends of its connections are there. */
static bool is_of_space(const struct judging *judging, const struct finding *finding,
			uint32_t netns)
{
	for (uint32_t i = 0; i < finding->connection_count; i++) {
		uint32_t peer = judging->peers[finding->connections[i]];

		if (peer != NO_SOCKET && judging->evidence->sockets[peer].flow.netns == netns)
			return true;
	}
	return finding->netns == netns;
}

static struct finding *worst_that_hangs(const struct judging *judging, struct findings *findings,
					const struct finding *rise)
{
	struct finding *worst = NULL;

	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->list[i];

		if (is_of_space(judging, finding, rise->netns) && kind_hangs(finding->kind) &&
		    finding->severity >= rise->severity &&
		    (!worst || finding->count > worst->count))
			worst = finding;
	}
	return worst;
}

static uint64_t retransmissions_in(const struct judging *judging, uint32_t netns)
{
	const struct evidence *evidence = judging->evidence;
	uint64_t count = 0;

	for (size_t i = 0; i < evidence->event_count; i++)
		count += evidence->events[i].kind == EVIDENCE_RETRANSMIT &&
			 evidence->events[i].netns == netns;
	return count;
}

static uint64_t retransmissions_of_hanging(const struct judging *judging, uint32_t netns)
{
	const struct evidence *evidence = judging->evidence;
	uint64_t count = 0;

	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if (socket->flow.netns == netns && kind_hangs(judging->kinds[i]))
			count += retransmissions_of(judging, socket).count;
	}
	return count;
}

static bool join_retransmissions(const struct judging *judging, struct findings *findings,
				 const struct finding *rise)
{
	struct finding *cause = worst_that_hangs(judging, findings, rise);
	uint64_t all = retransmissions_in(judging, rise->netns);

	if (!cause || !all ||
	    retransmissions_of_hanging(judging, rise->netns) * 100 < all * SAME_PERCENT)
		return false;
	finding_line(cause, "%s", rise->title);
	return true;
}

/* ---------------------------------------------------------------- resets */

static uint64_t rise_of_resets(const struct judging *judging, uint32_t netns)
{
	const struct evidence_space *space = space_of(judging, netns);

	return space ? space->counters[SPACE_OUT_RSTS] - space->before[SPACE_OUT_RSTS] : 0;
}

static struct finding *resets_of_space(struct findings *findings, const struct finding *rise,
				       uint32_t netns)
{
	struct finding *most = NULL;

	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->list[i];

		if (finding->kind == FINDING_RESET && finding->netns == netns &&
		    finding->severity >= rise->severity && (!most || finding->count > most->count))
			most = finding;
	}
	return most;
}

/* Of so many resets it is looked up whether they are reported by the ends that they came to. */
#define RESETS_ASKED 256

static bool join_resets(const struct judging *judging, struct findings *findings,
			const struct finding *rise)
{
	const struct evidence *evidence = judging->evidence;
	const struct evidence_event *end, *last = NULL;
	uint32_t asked = 0, told = 0;
	struct finding *cause;

	for (size_t i = 0; i < evidence->event_count && asked < RESETS_ASKED; i++) {
		if (evidence->events[i].kind != EVIDENCE_RESET_SENT ||
		    evidence->events[i].netns != rise->netns)
			continue;
		end = end_that_tells(judging, i);
		last = end ? end : last;
		told += end != NULL;
		asked++;
	}
	cause = last && told * 100 >= asked * SAME_PERCENT
			? resets_of_space(findings, rise, last->flow.netns)
			: NULL;
	/* others may be of no connection */
	if (!cause || (uint64_t)cause->count * 2 < rise_of_resets(judging, rise->netns))
		return false;
	finding_line(cause, "%s", rise->title);
	return true;
}

/* ---------------------------------------------------------------- a stopped process */

/* Another finding that the same command ends; NULL. */
static struct finding *same_cure(struct findings *findings, const struct finding *stopped)
{
	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->list[i];

		if (finding != stopped && finding->severity >= stopped->severity &&
		    !strcmp(finding->command, stopped->command))
			return finding;
	}
	return NULL;
}

/* A listener at which nobody waits is the lesser part of what stands still. */
static bool join_stopped(struct findings *findings, const struct finding *stopped)
{
	struct finding *cause = same_cure(findings, stopped);

	if (!cause || stopped->since_ms != UINT64_MAX)
		return false;
	finding_line(cause, "%s", stopped->title);
	return true;
}

/* ---------------------------------------------------------------- all */

static bool join(const struct judging *judging, struct findings *findings,
		 const struct finding *finding)
{
	switch (finding->kind) {
	case FINDING_DESCRIPTORS_USED_UP:
		return join_descriptors(judging, findings, finding);
	case FINDING_LISTENER_STOPPED:
		return join_stopped(findings, finding);
	case FINDING_RESETS_RISE:
		return join_resets(judging, findings, finding);
	case FINDING_RETRANSMITS_RISE:
		return join_retransmissions(judging, findings, finding);
	}
	return false;
}

void findings_join_causes(const struct judging *judging, struct findings *findings)
{
	for (size_t i = 0; i < findings->count;) {
		if (join(judging, findings, &findings->list[i]))
			remove_at(findings, i);
		else
			i++;
	}
}
