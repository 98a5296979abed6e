/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connections that ended with an error while they were watched, by what ended them. Pure. */
#include "findings/machine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "netstate/errno_name.h"

#define GROUPS_MAX 64 /* further ones are left out: the first ones suffice */
#define RESETS_WARN 10
#define RESETS_WARN_PERCENT 10	   /* of the connections that were accepted or closed meanwhile */
#define RESET_ON_WAY_NS 1000000000 /* from one socket of this host to another */

#define BETWEEN_MAX 1000 /* events between a reset and its arrival on this host */

struct ends {
	uint16_t kind;
	const struct evidence_event *first, *last;
	uint32_t count, unseen; /* `unseen`: their reset came before its hook was there */
	const char *why;	/* of a reset that this host sent; NULL */
	uint32_t why_pid;	/* whose it was */
	bool is_wanted;
};

static unsigned int kind_of(const struct evidence_event *event)
{
	switch (event->timeout.cause) {
	case TIMEOUT_KEEPALIVE:
		return FINDING_KEEPALIVE_KILLED;
	case TIMEOUT_USER:
		return FINDING_USER_TIMEOUT_KILLED;
	case TIMEOUT_RETRANSMISSION:
	case TIMEOUT_WINDOW_PROBE:
		return FINDING_TIMED_OUT;
	}
	switch (event->value) {
	case ECONNRESET:
	case EPIPE:
		return FINDING_RESET;
	case ETIMEDOUT:
		return FINDING_TIMED_OUT;
	}
	return FINDING_NONE;
}

/* The kernel reports an abort once its packet has left: over loopback that is after it arrived. */
bool reset_ended(const struct evidence_event *reset, const struct evidence_event *end)
{
	bool is_late = reset->ktime_ns > end->ktime_ns;
	uint64_t apart =
		is_late ? reset->ktime_ns - end->ktime_ns : end->ktime_ns - reset->ktime_ns;

	return reset->kind == EVIDENCE_RESET_SENT && end->kind == EVIDENCE_ENDED &&
	       apart < RESET_ON_WAY_NS && (!is_late || reset->value2 & EVIDENCE_ACTIVE) &&
	       !compare_end(&reset->flow.local, &end->flow.remote) &&
	       !compare_end(&reset->flow.remote, &end->flow.local);
}

/* The reset that ended it, where this host sent it; NULL. */
static const struct evidence_event *reset_behind(const struct evidence *evidence,
						 const struct evidence_event *end)
{
	size_t at = (size_t)(end - evidence->events);
	size_t begin = at > BETWEEN_MAX ? at - BETWEEN_MAX : 0;
	size_t behind =
		at + BETWEEN_MAX < evidence->event_count ? at + BETWEEN_MAX : evidence->event_count;

	for (size_t i = behind; i-- > begin;) {
		const struct evidence_event *event = &evidence->events[i];

		if (reset_ended(event, end))
			return event;
	}
	return NULL;
}

static struct ends ends_of(const struct judging *judging, const struct evidence_event *event,
			   unsigned int kind)
{
	struct ends ends = {.kind = (uint16_t)kind, .first = event};
	const struct evidence_event *reset =
		kind == FINDING_RESET ? reset_behind(judging->evidence, event) : NULL;

	if (reset) {
		ends.why = reset_meaning(judging, reset);
		ends.why_pid = reset->flow.pid;
		ends.is_wanted = reset_is_wanted(reset);
	}
	return ends;
}

static bool is_same_service(const struct ends *a, const struct ends *b)
{
	return a->kind == b->kind && a->first->flow.netns == b->first->flow.netns &&
	       a->first->flow.pid == b->first->flow.pid &&
	       !compare_end(service_of(&a->first->flow), service_of(&b->first->flow));
}

/* Resets for another reason are another finding. */
static bool belongs(const struct ends *a, const struct ends *b)
{
	return is_same_service(a, b) && a->why == b->why && a->why_pid == b->why_pid;
}

static size_t group_ends(const struct judging *judging, struct ends groups[GROUPS_MAX])
{
	const struct evidence *evidence = judging->evidence;
	size_t count = 0;

	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];
		unsigned int kind = event->kind == EVIDENCE_ENDED ? kind_of(event) : FINDING_NONE;
		struct ends ends;
		size_t at = 0;

		if (kind == FINDING_NONE || !is_event_chosen(judging, event))
			continue;
		ends = ends_of(judging, event, kind);
		while (at < count && !belongs(&groups[at], &ends))
			at++;
		if (at == GROUPS_MAX)
			continue;
		if (at == count)
			groups[count++] = ends;
		groups[at].last = event;
		groups[at].count++;
	}
	return count;
}

/* NULL: it was not watched. */
static const struct evidence_event *reset_that_came(const struct evidence *evidence,
						    const struct evidence_event *end)
{
	for (size_t i = 0; i < evidence->event_count; i++) {
		if (evidence->events[i].kind == EVIDENCE_RESET_CAME && end->cookie &&
		    evidence->events[i].cookie == end->cookie)
			return &evidence->events[i];
	}
	return NULL;
}

/*
 * Before the hooks of resets were there no reason could be seen: those of the same service that came later
 * tell it.
 */
static void fold_unseen(const struct evidence *evidence, struct ends *groups, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ends *known = NULL;

		if (groups[i].kind != FINDING_RESET || groups[i].why ||
		    reset_that_came(evidence, groups[i].last))
			continue;
		for (size_t j = 0; j < count; j++) {
			if (groups[j].why && is_same_service(&groups[i], &groups[j]) &&
			    groups[j].first->ktime_ns >= groups[i].last->ktime_ns)
				known = &groups[j];
		}
		if (!known)
			continue;
		known->first = groups[i].first;
		known->unseen += groups[i].count;
		known->count += groups[i].count;
		groups[i].count = 0;
	}
}

/* Of all reasons that nobody asked for. */
static uint32_t count_service(const struct ends *groups, size_t count, const struct ends *of)
{
	uint32_t all = 0;

	for (size_t i = 0; i < count; i++) {
		if (!groups[i].is_wanted && is_same_service(&groups[i], of))
			all += groups[i].count;
	}
	return all;
}

static const char *what_of(unsigned int kind)
{
	switch (kind) {
	case FINDING_KEEPALIVE_KILLED:
		return "ended by keepalive, the peer did not answer the probes";
	case FINDING_USER_TIMEOUT_KILLED:
		return "ended by TCP_USER_TIMEOUT, the peer did not answer";
	case FINDING_TIMED_OUT:
		return "the kernel gave up, the peer acknowledged nothing";
	default:
		return "reset by the peer";
	}
}

/* Both ends were on this host when it was looked at. */
static bool peer_is_here(const struct judging *judging, const struct flow *flow)
{
	return address_is_loopback(flow->remote.addr) ||
	       !memcmp(flow->local.addr, flow->remote.addr, sizeof(flow->local.addr)) ||
	       space_with_address(judging, flow->remote.addr);
}

static void describe_reset(const struct judging *judging, struct finding *finding,
			   const struct evidence_event *end)
{
	const struct evidence_event *reset = reset_behind(judging->evidence, end);
	const struct evidence_event *came = reset_that_came(judging->evidence, end);

	if (reset) {
		finding_line(finding, "%s sent the reset in %s: %s",
			     reset->flow.pid ? who_text(reset->flow.pid, reset->flow.comm).s
					     : "this host",
			     space_text(judging, reset->netns).s, reset_meaning(judging, reset));
		return;
	}
	if (!came)
		return;
	if (!peer_is_here(judging, &end->flow))
		finding_line(finding,
			     "the reset came from outside: the peer, or something on the path");
	else if (came->value2 & EVIDENCE_SENDERS_PARTIAL)
		finding_line(
			finding,
			"sender of the reset unknown: this kernel reports only resets that a socket sends");
	else
		finding_line(finding, "no socket of this host sent the reset: a firewall's reject "
				      "or something on the path");
}

/* Both ends are here, and no socket sent it: the rules beside the peer, or beside this end. */
static bool advise_reject(const struct judging *judging, struct finding *finding,
			  const struct evidence_event *end)
{
	const struct evidence_event *came = reset_that_came(judging->evidence, end);
	const struct evidence_space *space = space_with_address(judging, end->flow.remote.addr);
	uint32_t netns = finding->netns;

	if (!came || came->value2 & EVIDENCE_SENDERS_PARTIAL ||
	    reset_behind(judging->evidence, end) || !peer_is_here(judging, &end->flow))
		return false;
	if (space && !address_is_loopback(end->flow.remote.addr))
		finding->netns = space->netns;
	finding_advice(finding, "look for a rule that rejects with a reset in %s",
		       space_text(judging, finding->netns).s);
	finding_command(judging, finding, "nft list ruleset");
	finding->netns = netns;
	return true;
}

/* What went unanswered, and by which settings that was the end. */
static void describe_timeout(const struct judging *judging, struct finding *finding,
			     const struct evidence_event *end)
{
	const char *name = errno_name(end->value);
	const struct timeout *timeout = &end->timeout;
	char text[TIMEOUT_TEXT_SIZE];

	timeout_format(timeout, text);
	if (!text[0])
		return;
	finding_line(finding, "-> CLOSE %s: %s", name ? name : "with an error", text);
	if (timeout->cause == TIMEOUT_KEEPALIVE)
		finding_line(finding,
			     "its limit is %u probes (TCP_KEEPCNT or "
			     "tcp_keepalive_probes); no TCP_USER_TIMEOUT is set",
			     timeout->probes_max);
	else if (timeout->cause == TIMEOUT_RETRANSMISSION)
		finding_line(finding, "the limit is tcp_retries2, of an orphan "
				      "tcp_orphan_retries; no TCP_USER_TIMEOUT is set");
}

/*
 * Clients that vanish are usual on a busy server, and load balancers end their checks with a reset:
 * only resets that are many, and many of the service's connections, matter.
 */
static bool is_usual(const struct judging *judging, const struct ends *ends, uint32_t resets)
{
	const struct evidence *evidence = judging->evidence;
	const struct endpoint *service = service_of(&ends->last->flow);
	uint64_t all = 0;

	if (ends->kind != FINDING_RESET)
		return false;
	if (resets < RESETS_WARN || ends->is_wanted)
		return true;
	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];

		if ((event->kind == EVIDENCE_ACCEPT && !event->value &&
		     event->flow.local.port == service->port) ||
		    (event->kind == EVIDENCE_STATE && same_end(&event->flow.remote, service)))
			all += event->netns == ends->last->netns ? event->value2 : 0;
	}
	return (uint64_t)resets * 100 < all * RESETS_WARN_PERCENT;
}

static int describe_ends(const struct judging *judging, const struct ends *ends, uint32_t resets,
			 struct findings *findings)
{
	const struct flow *flow = &ends->last->flow;
	struct finding finding = machine_finding(ends->kind);
	const struct evidence_space *space = space_of(judging, flow->netns);

	finding.count = ends->count;
	finding.confidence = FINDING_HIGH;
	finding.severity = is_usual(judging, ends, resets) ? FINDING_NOTE : FINDING_WARN;
	finding.netns = flow->netns;
	finding.pid = flow->pid;
	memcpy(finding.comm, flow->comm, sizeof(finding.comm));
	if (space)
		memcpy(finding.netns_name, space->name, sizeof(finding.netns_name));
	finding.since_ms = (judging->evidence->now_ns - ends->first->ktime_ns) / 1000000;
	finding_title(&finding, "%u connection%s with %s: %s%s%s", ends->count, plural(ends->count),
		      end_text(service_of(flow)).s, what_of(ends->kind), ends->why ? ": " : "",
		      ends->why ? ends->why : "");
	finding_line(&finding, "the last one: %s -> %s, %s ago", end_text(&flow->local).s,
		     end_text(&flow->remote).s,
		     span_text((judging->evidence->now_ns - ends->last->ktime_ns) / 1000000).s);
	if (ends->unseen)
		finding_line(&finding, "of %u of them the reset was not watched yet", ends->unseen);
	if (ends->count > 1)
		finding_line(&finding, "the first one %s ago", span_text(finding.since_ms).s);
	if (ends->kind == FINDING_RESET)
		describe_reset(judging, &finding, ends->last);
	else
		describe_timeout(judging, &finding, ends->last);
	if (ends->kind == FINDING_RESET && advise_reject(judging, &finding, ends->last))
		return findings_add(findings, &finding);
	finding_advice(&finding, ends->kind == FINDING_RESET
					 ? "look at the peer: it aborted, or has no such connection"
					 : "check the peer and the path to it");
	snprintf(finding.command, sizeof(finding.command), "netstate trace --port %u",
		 service_of(flow)->port);
	return findings_add(findings, &finding);
}

int machine_ends(struct judging *judging, struct findings *findings, bool explain)
{
	struct ends groups[GROUPS_MAX];
	size_t count;
	int err = 0;

	count = group_ends(judging, groups);
	fold_unseen(judging->evidence, groups, count);
	for (size_t i = 0; !err && i < count; i++) {
		if (groups[i].count)
			err = describe_ends(judging, &groups[i],
					    count_service(groups, count, &groups[i]), findings);
	}
	return err;
}
