/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How fast a process gathers CLOSE_WAITs, and when that uses its descriptors up. Pure. */
#include "findings/rules_established.h"

/* Fewer are no trend. */
#define TREND_COUNT 3

bool growth_is_watched(const struct judging *judging, const struct evidence_process *process)
{
	return judging->evidence->watch_ns && process &&
	       process->close_waits_before != EVIDENCE_UNKNOWN32;
}

/* Seen, not estimated. */
static uint64_t watched_milli(const struct judging *judging, const struct group *group,
			      const struct evidence_process *process)
{
	uint64_t ms = judging->evidence->watch_ns / 1000000;

	if (!ms || group->count <= process->close_waits_before)
		return 0;
	return (uint64_t)(group->count - process->close_waits_before) * 1000000 / ms;
}

/* The newest is older than two of them took on average: those that came at once do not grow. */
static bool has_ended(const struct judging *judging, const struct group *group)
{
	uint32_t oldest = group_age(judging, group->oldest);
	uint32_t newest = group_age(judging, group->newest);

	return oldest != EVIDENCE_UNKNOWN32 && newest != EVIDENCE_UNKNOWN32 &&
	       (uint64_t)newest * group->count > 2 * (uint64_t)oldest;
}

static void describe_descriptors_open(const struct judging *judging, struct finding *finding,
				      const struct group *group,
				      const struct evidence_process *process)
{
	uint32_t newest = group_age(judging, group->newest);
	bool says_when = group->count >= TREND_COUNT && newest != EVIDENCE_UNKNOWN32 &&
			 !growth_is_watched(judging, process) && has_ended(judging, group);

	finding_line(finding, "%u of %llu descriptors are open%s%s", process->descriptors,
		     (unsigned long long)process->nofile,
		     says_when ? "; the newest of these connections has been closed by its peer "
				 "for "
			       : "",
		     says_when ? span_text(newest).s : "");
}

static void describe_trend(const struct judging *judging, struct finding *finding,
			   const struct evidence_process *process)
{
	finding_line(finding,
		     "growing %u.%u/s%s; %u of %llu descriptors are open: EMFILE in "
		     "%s at this rate",
		     (unsigned int)(finding->rate_milli / 1000),
		     (unsigned int)(finding->rate_milli % 1000 / 100),
		     growth_is_watched(judging, process) ? "" : " on average since the oldest",
		     process->descriptors, (unsigned long long)process->nofile,
		     span_text(finding->limit.eta_ms).s);
}

/* A process that is stopped takes no further connection. */
static bool may_grow(const struct judging *judging, const struct group *group,
		     const struct evidence_process *process)
{
	return group->count >= TREND_COUNT && group->kind != FINDING_CLOSE_WAIT_STOPPED &&
	       (growth_is_watched(judging, process) || !has_ended(judging, group));
}

void describe_growth(const struct judging *judging, const struct group *group,
		     struct finding *finding)
{
	const struct evidence_process *process = process_of(judging, finding->pid);
	uint64_t left;

	if (growth_is_watched(judging, process))
		finding->rate_milli = watched_milli(judging, group, process);
	else if (group->count >= TREND_COUNT && finding->since_ms &&
		 finding->since_ms != UINT64_MAX)
		finding->rate_milli = (uint64_t)group->count * 1000000 / finding->since_ms;
	if (!process || process->nofile == EVIDENCE_UNKNOWN64 ||
	    process->descriptors == EVIDENCE_UNKNOWN32)
		return;
	finding->limit = (struct finding_limit){.name = "RLIMIT_NOFILE",
						.used = process->descriptors,
						.max = process->nofile,
						.eta_ms = UINT64_MAX};
	left = process->nofile > process->descriptors ? process->nofile - process->descriptors : 0;
	if (finding->rate_milli && may_grow(judging, group, process))
		finding->limit.eta_ms = left * 1000000 / finding->rate_milli;
	if (!left)
		finding_line(finding,
			     "all %u descriptors of the process are used: accept() and "
			     "open() fail with EMFILE",
			     process->descriptors);
	else if (finding->limit.eta_ms != UINT64_MAX)
		describe_trend(judging, finding, process);
	else
		describe_descriptors_open(judging, finding, group, process);
	if (finding->severity == FINDING_WARN &&
	    (uint64_t)process->descriptors * 10 >= process->nofile * 8)
		finding->severity = FINDING_CRITICAL;
}
