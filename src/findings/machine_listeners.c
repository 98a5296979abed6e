/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Half-open connections by listener; SO_REUSEPORT groups. Pure. */
#include "findings/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many handshakes whose first SYN-ACK nobody answered in a second. */
#define HALF_OPEN_WARN 10

/* ---------------------------------------------------------------- half-open */

static bool is_half_open(const struct judging *judging, const struct socket_detail *socket)
{
	return socket->form == SOCKET_REQUEST && !(socket->flags & SOCKET_DEFERRED);
}

static int by_listener_and_client(const void *a, const void *b, void *context)
{
	const struct socket_detail *sockets = context;
	const struct flow *left = &sockets[*(const uint32_t *)a].flow;
	const struct flow *right = &sockets[*(const uint32_t *)b].flow;
	int order;

	if (left->netns != right->netns)
		return left->netns < right->netns ? -1 : 1;
	order = compare_end(&left->local, &right->local);
	return order ? order : compare_end(&left->remote, &right->remote);
}

struct flood {
	uint32_t count, unanswered, clients, least, most;
};

static struct flood count_flood(const struct socket_detail *sockets, const uint32_t *list,
				size_t count)
{
	struct flood flood = {.count = (uint32_t)count, .least = UINT8_MAX};

	for (size_t i = 0; i < count; i++) {
		const struct socket_detail *socket = &sockets[list[i]];

		flood.unanswered += socket->retransmits >= 1;
		flood.least = socket->retransmits < flood.least ? socket->retransmits : flood.least;
		flood.most = socket->retransmits > flood.most ? socket->retransmits : flood.most;
		flood.clients += !i || memcmp(sockets[list[i - 1]].flow.remote.addr,
					      socket->flow.remote.addr, 16) != 0;
	}
	return flood;
}

/* Without cookies the last quarter of tcp_max_syn_backlog is for known peers: tcp_conn_request(). */
static uint64_t syn_limit(const struct judging *judging, const struct socket_detail *listener,
			  uint64_t cookies)
{
	uint64_t most = setting_of(judging, listener->flow.netns, SPACE_SYN_BACKLOG);

	if (cookies != 0 || most == EVIDENCE_UNKNOWN64 || most - most / 4 >= listener->unacked)
		return listener->unacked;
	return most - most / 4;
}

static void tell_backlog(const struct judging *judging, struct finding *finding,
			 const struct socket_detail *listener, const struct flood *flood)
{
	const struct evidence_space *space = space_of(judging, listener->flow.netns);
	uint64_t cookies = setting_of(judging, listener->flow.netns, SPACE_SYNCOOKIES);
	uint64_t sent = space ? space->counters[SPACE_COOKIES_SENT] : EVIDENCE_UNKNOWN64;

	uint64_t limit = syn_limit(judging, listener, cookies);

	finding->limit = (struct finding_limit){
		.name = "backlog", .used = flood->count, .max = limit, .eta_ms = UINT64_MAX};
	finding_line(finding, "accept queue %u of %u; %u half-open of %llu, then %s",
		     listener->unread, listener->unacked, flood->count, (unsigned long long)limit,
		     cookies == 0 ? "SYNs are dropped (tcp_syncookies is 0)" : "SYN cookies");
	if (sent != EVIDENCE_UNKNOWN64)
		finding_line(finding,
			     sent ? "%llu SYN cookies sent in this namespace since it began"
				  : "no SYN cookies sent yet",
			     (unsigned long long)sent);
	if (flood->count >= limit && cookies == 0)
		finding->severity = FINDING_CRITICAL;
}

static int tell_flood(const struct judging *judging, const uint32_t *list, size_t count,
		      struct findings *findings)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	const struct socket_detail *socket = &sockets[list[0]];
	const struct socket_detail *listener = listener_of(judging, socket);
	struct flood flood = count_flood(sockets, list, count);
	struct finding finding = machine_finding(FINDING_HALF_OPEN_FLOOD);

	if (flood.unanswered < HALF_OPEN_WARN || !is_chosen(judging, list[0]))
		return 0;
	finding.severity = FINDING_WARN;
	finding.confidence = FINDING_HIGH;
	finding.count = flood.count;
	finding_subject_of(judging, &finding, listener ? listener : socket);
	for (size_t i = 0; i < count; i++)
		machine_connection(&finding, list[i]);
	finding_title(&finding,
		      "%s of %s: %u half-open from %u address%s (%s%s), SYN-ACK sent %u%s%.0u "
		      "times, not answered",
		      end_text(&socket->flow.local).s, who_text(finding.pid, finding.comm).s,
		      flood.count, flood.clients, flood.clients == 1 ? "" : "es",
		      addr_text(&socket->flow.remote).s, flood.clients == 1 ? "" : ", ...",
		      flood.least + 1, flood.most > flood.least ? " to " : "",
		      flood.most > flood.least ? flood.most + 1 : 0);
	if (listener)
		tell_backlog(judging, &finding, listener, &flood);
	finding_advice(&finding,
		       "addresses that never answer are forged, or their answers are lost");
	finding_command(judging, &finding, "ss -tan state syn-recv sport = :%u",
			socket->flow.local.port);
	return findings_add(findings, &finding);
}

static bool same_local(const struct flow *a, const struct flow *b)
{
	return a->netns == b->netns && !compare_end(&a->local, &b->local);
}

int machine_half_open(struct judging *judging, struct findings *findings, bool explain)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	size_t count, begin = 0;
	uint32_t *list;
	int err;

	if (explain)
		return 0;
	err = machine_collect(judging, is_half_open, by_listener_and_client, &list, &count);
	if (err)
		return err;
	for (size_t i = 1; !err && i <= count; i++) {
		if (i < count && same_local(&sockets[list[begin]].flow, &sockets[list[i]].flow))
			continue;
		err = tell_flood(judging, list + begin, i - begin, findings);
		begin = i;
	}
	free(list);
	return err;
}

/* ---------------------------------------------------------------- SO_REUSEPORT */

static bool is_member(const struct judging *judging, const struct socket_detail *socket)
{
	return socket->state == TCP_STATE_LISTEN && socket->flags & SOCKET_REUSEPORT;
}

/* Connections that this process took from the group's port, as far as they are open. */
static uint32_t open_of(const struct judging *judging, const struct socket_detail *member)
{
	const struct evidence *evidence = judging->evidence;
	uint32_t count = 0;

	for (size_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		count += socket->flow.pid && socket->flow.pid == member->flow.pid &&
			 socket->state != TCP_STATE_LISTEN &&
			 socket->flow.netns == member->flow.netns &&
			 socket->flow.local.port == member->flow.local.port;
	}
	return count;
}

/* Its queue is full, or has what nobody takes while others have and take. */
static bool is_dead(const struct socket_detail *member, uint32_t open, uint32_t others)
{
	return member->unread > member->unacked || (member->unread && !open && others);
}

static void tell_member(const struct judging *judging, struct finding *finding,
			const struct socket_detail *member, uint32_t open)
{
	finding_line(finding, "%s: %u open, queue %u of %u%s",
		     who_text(member->flow.pid, member->flow.comm).s, open, member->unread,
		     member->unacked, member->unread > member->unacked ? " (full)" : "");
}

static void tell_balance(struct finding *finding, const uint32_t *open, size_t count)
{
	uint32_t least = UINT32_MAX, most = 0, all = 0;

	for (size_t i = 0; i < count; i++) {
		least = open[i] < least ? open[i] : least;
		most = open[i] > most ? open[i] : most;
		all += open[i];
	}
	finding_line(finding, "open connections: %u, a member has %u to %u", all, least, most);
}

#define MEMBERS_COUNTED 64 /* further ones are not judged */

static int tell_group(struct judging *judging, const uint32_t *list, size_t count,
		      struct findings *findings)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	struct finding finding = machine_finding(FINDING_REUSEPORT_DEAD_MEMBER);
	uint32_t open[MEMBERS_COUNTED], all = 0, dead = 0;
	const struct socket_detail *first_dead = NULL;

	if (count < 2 || count > MEMBERS_COUNTED || !is_chosen(judging, list[0]))
		return 0;
	for (size_t i = 0; i < count; i++)
		all += open[i] = open_of(judging, &sockets[list[i]]);
	for (size_t i = 0; i < count; i++) {
		const struct socket_detail *member = &sockets[list[i]];

		if (!is_dead(member, open[i], all - open[i]))
			continue;
		if (!first_dead)
			first_dead = member;
		dead++;
		finding.severity =
			member->unread > member->unacked ? FINDING_CRITICAL : FINDING_WARN;
		judging->kinds[list[i]] = FINDING_NONE;
		machine_connection(&finding, list[i]);
		tell_member(judging, &finding, member, open[i]);
		tell_process(judging, &finding, member->flow.pid);
	}
	if (!dead || dead == count)
		return 0;
	tell_balance(&finding, open, count);
	for (size_t i = 0; i < count; i++) {
		if (!is_dead(&sockets[list[i]], open[i], all - open[i]))
			tell_member(judging, &finding, &sockets[list[i]], open[i]);
	}
	finding_subject_of(judging, &finding, first_dead);
	finding.confidence = FINDING_HIGH;
	finding.count = dead;
	finding_title(&finding,
		      "%s, SO_REUSEPORT group of %zu sockets: %s accepts nothing, %u of %zu "
		      "new connections hang",
		      end_text(&first_dead->flow.local).s, count,
		      who_text(first_dead->flow.pid, first_dead->flow.comm).s, dead, count);
	finding_advice(&finding, "end that process: the kernel shares its part among the others");
	return findings_add(findings, &finding);
}

int machine_reuseport(struct judging *judging, struct findings *findings, bool explain)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	size_t count, begin = 0;
	uint32_t *list;
	int err;

	if (explain)
		return 0;
	err = machine_collect(judging, is_member, by_listener_and_client, &list, &count);
	if (err)
		return err;
	for (size_t i = 1; !err && i <= count; i++) {
		if (i < count && same_local(&sockets[list[begin]].flow, &sockets[list[i]].flow))
			continue;
		err = tell_group(judging, list + begin, i - begin, findings);
		begin = i;
	}
	free(list);
	return err;
}
