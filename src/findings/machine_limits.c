/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Limits of minisockets, orphans and tracked connections. Pure. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings/machine.h"

#define WARN_PERCENT 80
#define CRITICAL_PERCENT 95
#define SPACES_COUNTED 1024 /* orphans of further namespaces count for the machine alone */

static bool is_near(uint64_t used, uint64_t max, unsigned int percent)
{
	return max && max != EVIDENCE_UNKNOWN64 && used != EVIDENCE_UNKNOWN64 &&
	       used * 100 >= max * percent;
}

/* What a watch saw come; the ETA of a limit that is not near yet makes no finding. */
static void describe_growth(const struct judging *judging, struct finding *finding, uint64_t before)
{
	uint64_t ms = judging->evidence->watch_ns / 1000000;
	uint64_t now = finding->limit.used, left = finding->limit.max - now;

	if (!ms || before == EVIDENCE_UNKNOWN64 || now <= before || now > finding->limit.max)
		return;
	finding->rate_milli = (now - before) * 1000000 / ms;
	finding->limit.eta_ms = left * ms / (now - before);
	finding_line(finding, "growing %llu.%llu/s: full in %s at this rate",
		     (unsigned long long)(finding->rate_milli / 1000),
		     (unsigned long long)(finding->rate_milli % 1000 / 100),
		     span_text(finding->limit.eta_ms).s);
}

/* With whom most of them were, by majority vote, and who closed most while it was watched. */
static void describe_time_waits(const struct judging *judging, struct finding *finding)
{
	const struct evidence *evidence = judging->evidence;
	const struct evidence_event *maker = NULL;
	struct endpoint with = {};
	uint32_t votes = 0, count = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < evidence->socket_count; i++) {
			const struct socket_detail *socket = &evidence->sockets[i];
			const struct endpoint *end = service_of(&socket->flow);

			if (socket->form != SOCKET_TIME_WAIT ||
			    socket->flow.netns != finding->netns)
				continue;
			if (!pass && !votes)
				with = *end;
			if (pass)
				count += same_end(end, &with);
			else
				votes += same_end(end, &with) ? 1u : -1u;
		}
	}
	if (count)
		finding_line(finding, "%u of them with %s", count, end_text(&with).s);
	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];

		if (event->kind == EVIDENCE_STATE && event->value == TCP_STATE_TIME_WAIT &&
		    event->netns == finding->netns && event->flow.pid &&
		    (!maker || event->value2 > maker->value2))
			maker = event;
	}
	if (maker)
		finding_line(finding, "%s made %u of them in the %s that were watched",
			     who_text(maker->flow.pid, maker->flow.comm).s, maker->value2,
			     span_text(evidence->watch_ns / 1000000).s);
}

static int describe_limit(struct judging *judging, struct findings *findings, unsigned int kind,
			  const struct evidence_space *space, const char *setting, uint64_t used,
			  uint64_t max, const char *what)
{
	struct finding finding = machine_finding(kind);

	if (!is_space_chosen(judging, space))
		return 0;
	finding.count = (uint32_t)used;
	finding.severity = is_near(used, max, CRITICAL_PERCENT) ? FINDING_CRITICAL : FINDING_WARN;
	finding.confidence = FINDING_HIGH;
	finding.netns = space->netns;
	memcpy(finding.netns_name, space->name, sizeof(finding.netns_name));
	finding.limit = (struct finding_limit){.used = used, .max = max, .eta_ms = UINT64_MAX};
	snprintf(finding.limit.name, sizeof(finding.limit.name), "%s", setting);
	finding_title(&finding, "%s: %llu of %llu (%s)%s", space_text(judging, space->netns).s,
		      (unsigned long long)used, (unsigned long long)max, setting, what);
	if (kind == FINDING_TIME_WAIT_LIMIT)
		describe_time_waits(judging, &finding);
	if (kind == FINDING_CONNTRACK_FULL)
		describe_growth(judging, &finding, space->before[SPACE_CT_ENTRIES]);
	finding_advice(&finding, "raise the limit, or find what creates so many");
	finding_command(judging, &finding, "sysctl -a -r %s", setting);
	return findings_add(findings, &finding);
}

static int limits_of(struct judging *judging, struct findings *findings,
		     const struct evidence_space *space, uint32_t waiting)
{
	uint64_t tracked = space->settings[SPACE_CT_COUNT], max = space->settings[SPACE_CT_MAX];
	uint64_t buckets = space->settings[SPACE_TW_BUCKETS];
	int err = 0;

	if (is_near(waiting, buckets, WARN_PERCENT))
		err = describe_limit(
			judging, findings, FINDING_TIME_WAIT_LIMIT, space, "tcp_max_tw_buckets",
			waiting, buckets,
			" in TIME_WAIT: beyond, they are dropped at once and late segments "
			"meet a new connection");
	if (!err && is_near(tracked, max, 90))
		err = describe_limit(judging, findings, FINDING_CONNTRACK_FULL, space,
				     "nf_conntrack_max", tracked, max,
				     " tracked connections: beyond, new connections are dropped");
	return err;
}

/* Of each namespace, in the order of evidence.spaces; to be freed. */
static uint32_t *count_time_waits(const struct judging *judging)
{
	const struct evidence *evidence = judging->evidence;
	uint32_t *counts = calloc(evidence->space_count + 1, sizeof(*counts));

	for (size_t i = 0; counts && i < evidence->socket_count; i++) {
		const struct evidence_space *space;

		if (evidence->sockets[i].form != SOCKET_TIME_WAIT)
			continue;
		space = space_of(judging, evidence->sockets[i].flow.netns);
		if (space)
			counts[space - evidence->spaces]++;
	}
	return counts;
}

/* How many orphans each namespace has; the one with the most. */
static const struct evidence_space *most_orphans(const struct judging *judging, uint64_t *ret_count,
						 uint64_t *ret_all)
{
	const struct evidence *evidence = judging->evidence;
	const struct evidence_space *most = NULL;
	uint32_t counts[SPACES_COUNTED] = {};

	*ret_all = *ret_count = 0;
	for (size_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];
		const struct evidence_space *space;
		size_t at;

		if (!(socket->flags & SOCKET_ORPHAN))
			continue;
		(*ret_all)++;
		space = space_of(judging, socket->flow.netns);
		at = space ? (size_t)(space - evidence->spaces) : SPACES_COUNTED;
		if (at >= SPACES_COUNTED)
			continue;
		if (++counts[at] > *ret_count) {
			*ret_count = counts[at];
			most = space;
		}
	}
	return most;
}

/* One limit for all namespaces, which the first one alone shows. */
static int describe_orphans(struct judging *judging, struct findings *findings)
{
	const struct evidence *evidence = judging->evidence;
	uint64_t all, here, max = EVIDENCE_UNKNOWN64;
	const struct evidence_space *space = most_orphans(judging, &here, &all);
	char what[FINDING_TEXT_SIZE];

	for (size_t i = 0; i < evidence->space_count; i++) {
		if (evidence->spaces[i].settings[SPACE_ORPHANS] != EVIDENCE_UNKNOWN64)
			max = evidence->spaces[i].settings[SPACE_ORPHANS];
	}
	if (!space || !is_near(all, max, 50))
		return 0;
	snprintf(what, sizeof(what),
		 " orphans of all namespaces, %llu of them here: beyond, connections are reset at "
		 "close",
		 (unsigned long long)here);
	return describe_limit(judging, findings, FINDING_ORPHAN_LIMIT, space, "tcp_max_orphans",
			      all, max, what);
}

int machine_limits(struct judging *judging, struct findings *findings, bool explain)
{
	const struct evidence *evidence = judging->evidence;
	uint32_t *waiting;
	int err = 0;

	if (explain)
		return 0;
	waiting = count_time_waits(judging);
	if (!waiting)
		return -ENOMEM;
	for (size_t i = 0; !err && i < evidence->space_count; i++)
		err = limits_of(judging, findings, &evidence->spaces[i], waiting[i]);
	free(waiting);
	return err ? err : describe_orphans(judging, findings);
}
