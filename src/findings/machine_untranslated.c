/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Entries of connection tracking that keep connections from being translated. Pure. */
#include "findings/machine.h"

#include <string.h>

/* The SYN_SENT socket whose SYNs renew the entry, where it is on this host. */
static uint32_t socket_of(const struct evidence *evidence, const struct evidence_event *entry)
{
	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if (socket->state == TCP_STATE_SYN_SENT &&
		    same_end(&socket->flow.local, &entry->flow.local) &&
		    same_end(&socket->flow.remote, &entry->flow.remote))
			return i;
	}
	return NO_SOCKET;
}

/* What the same source is translated to; NULL. */
static const struct evidence_event *other_of(const struct evidence *evidence,
					     const struct evidence_event *entry)
{
	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];

		if (event->kind == EVIDENCE_TRANSLATED && event->netns == entry->netns &&
		    event->ktime_ns == entry->ktime_ns)
			return event;
	}
	return NULL;
}

/* A watch asks twice: the later answer counts. */
static bool is_asked_again(const struct evidence *evidence, size_t at)
{
	const struct evidence_event *entry = &evidence->events[at];

	for (size_t i = at + 1; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];

		if (event->kind == EVIDENCE_UNTRANSLATED && event->netns == entry->netns &&
		    same_end(&event->flow.local, &entry->flow.local) &&
		    same_end(&event->flow.remote, &entry->flow.remote))
			return true;
	}
	return false;
}

static bool is_entry_chosen(const struct judging *judging, const struct evidence_event *entry,
			    uint32_t socket)
{
	return is_event_chosen(judging, entry) ||
	       (socket != NO_SOCKET && is_chosen(judging, socket));
}

static void describe_socket(const struct judging *judging, struct finding *finding, uint32_t index)
{
	const struct socket_detail *socket;

	if (index == NO_SOCKET)
		return;
	socket = &judging->evidence->sockets[index];
	finding_subject_of(judging, finding, socket);
	machine_connection(finding, index);
	if (!socket->retransmits)
		return;
	finding->severity = FINDING_WARN;
	finding->confidence = FINDING_HIGH;
	finding_line(finding,
		     "%s in %s waits in SYN_SENT: its SYN was retransmitted %u time%s, and each "
		     "renews the entry",
		     who_text(socket->flow.pid, socket->flow.comm).s,
		     space_text(judging, socket->flow.netns).s, socket->retransmits,
		     plural(socket->retransmits));
}

static int describe_entry(const struct judging *judging, const struct evidence_event *entry,
			  const struct evidence_event *other, uint32_t socket,
			  struct findings *findings)
{
	struct finding finding = machine_finding(FINDING_CONNTRACK_UNTRANSLATED);
	const struct evidence_space *space = space_of(judging, entry->netns);
	const struct flow *flow = &entry->flow;

	finding.confidence = entry->value ? FINDING_HIGH : FINDING_MEDIUM;
	finding.count = 1;
	finding.netns = entry->netns;
	if (space)
		memcpy(finding.netns_name, space->name, sizeof(finding.netns_name));
	finding_command(judging, &finding, "conntrack -D -p tcp -s %s --sport %u -d %s --dport %u",
			addr_text(&flow->local).s, flow->local.port, addr_text(&flow->remote).s,
			flow->remote.port);
	finding_title(&finding,
		      "%s -> %s: an entry of connection tracking in %s keeps it from being "
		      "translated",
		      end_text(&flow->local).s, end_text(&flow->remote).s,
		      space_text(judging, entry->netns).s);
	finding_line(&finding,
		     "the entry has no translation and no reply; %s -> %s is translated to %s "
		     "there, and answered",
		     end_text(&other->flow.local).s, end_text(&flow->remote).s,
		     end_text(&other->flow.remote).s);
	finding_line(&finding, "NAT looks at the first packet alone: the entry %s than the rule",
		     entry->value ? "is older" : "may be older");
	describe_socket(judging, &finding, socket);
	finding_advice(&finding, "delete the entry, or reconnect from another port");
	return findings_add(findings, &finding);
}

int machine_untranslated(struct judging *judging, struct findings *findings, bool explain)
{
	const struct evidence *evidence = judging->evidence;
	int err = 0;

	for (size_t i = 0; !err && i < evidence->event_count; i++) {
		const struct evidence_event *entry = &evidence->events[i];
		const struct evidence_event *other;
		uint32_t socket;

		if (entry->kind != EVIDENCE_UNTRANSLATED || is_asked_again(evidence, i))
			continue;
		other = other_of(evidence, entry);
		socket = socket_of(evidence, entry);
		if (other && is_entry_chosen(judging, entry, socket))
			err = describe_entry(judging, entry, other, socket, findings);
	}
	return err;
}
