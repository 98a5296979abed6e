/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* accept() that failed while it was watched, for a reason that is no connection's. Pure. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "findings/machine.h"
#include "netstate/errno_name.h"

static const struct failure {
	uint32_t err;
	const char *why, *advice, *command; /* NULL: the process's descriptors */
} failures[] = {
	{EMFILE, "the process has no descriptor left (RLIMIT_NOFILE)",
	 "find the descriptor leak, or raise the limit", NULL},
	{ENFILE, "the machine's limit of open files is reached (fs.file-max)",
	 "find the process that holds so many, or raise fs.file-max",
	 "sysctl fs.file-nr fs.file-max"},
	{ENOBUFS, "the kernel has no memory for another connection",
	 "look at the memory of this host and of the cgroup", "cat /proc/net/sockstat"},
	{ENOMEM, "the kernel has no memory for another connection",
	 "look at the memory of this host and of the cgroup", "cat /proc/net/sockstat"},
};

/* NULL: it is of one connection alone, or not an error of accept(). */
static const struct failure *failure_of(const struct evidence_event *event)
{
	for (size_t i = 0; event->kind == EVIDENCE_ACCEPT && i < ARRAY_SIZE(failures); i++) {
		if (failures[i].err == event->value)
			return &failures[i];
	}
	return NULL;
}

/* By the same process from the same port; NULL: none. */
static const struct evidence_event *last_success(const struct evidence *evidence,
						 const struct evidence_event *failed)
{
	const struct evidence_event *last = NULL;

	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];

		if (event->kind == EVIDENCE_ACCEPT && !event->value &&
		    event->netns == failed->netns && event->flow.pid == failed->flow.pid &&
		    event->flow.local.port == failed->flow.local.port)
			last = event;
	}
	return last;
}

static void describe_listener(const struct judging *judging, struct finding *finding,
			      const struct socket_detail *listener)
{
	if (!listener)
		return;
	finding_line(finding, "accept queue %u of %u", listener->unread, listener->unacked);
	machine_connection(finding, (uint32_t)(listener - judging->evidence->sockets));
}

static int describe_failure(const struct judging *judging, const struct failure *failure,
			    const struct evidence_event *event,
			    const struct socket_detail *listener, struct findings *findings)
{
	struct finding finding = machine_finding(FINDING_ACCEPT_FAILS);
	const struct evidence_event *success = last_success(judging->evidence, event);
	const struct socket_detail subject = {.flow = event->flow};
	uint64_t now = judging->evidence->now_ns;

	finding.count = event->value2;
	finding.confidence = FINDING_HIGH;
	finding.severity =
		success && success->ktime_ns > event->ktime_ns ? FINDING_WARN : FINDING_CRITICAL;
	finding_subject_of(judging, &finding, &subject);
	finding_title(&finding, "%s of %s: accept() failed with %s, %u time%s in %s",
		      end_text(&event->flow.local).s, who_text(finding.pid, finding.comm).s,
		      errno_name(event->value), event->value2, plural(event->value2),
		      span_text(judging->evidence->watch_ns / 1000000).s);
	finding_line(&finding, "%s; the last time %s ago", failure->why,
		     span_text((now - event->ktime_ns) / 1000000).s);
	if (success)
		finding_line(&finding, "%u connection%s accepted meanwhile, the last one %s ago",
			     success->value2, plural(success->value2),
			     span_text((now - success->ktime_ns) / 1000000).s);
	describe_listener(judging, &finding, listener);
	finding_advice(&finding, "%s", failure->advice);
	if (failure->command)
		finding_command(judging, &finding, "%s", failure->command);
	else
		snprintf(finding.command, sizeof(finding.command),
			 "ls -l /proc/%u/fd; prlimit -n -p %u", finding.pid, finding.pid);
	return findings_add(findings, &finding);
}

int machine_accepts(struct judging *judging, struct findings *findings, bool explain)
{
	const struct evidence *evidence = judging->evidence;
	int err = 0;

	for (size_t i = 0; !err && i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];
		const struct failure *failure = failure_of(event);
		const struct socket_detail flow = {.flow = event->flow};
		const struct socket_detail *listener;

		if (!failure || !is_event_chosen(judging, event))
			continue;
		listener = listener_of(judging, &flow);
		if (listener && event->value == EMFILE &&
		    judging->kinds[listener - evidence->sockets] == FINDING_DESCRIPTORS_USED_UP)
			continue; /* reported with the limit */
		err = describe_failure(judging, failure, event, listener, findings);
	}
	return err;
}
