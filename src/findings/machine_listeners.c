/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Half-open connections by listener; SO_REUSEPORT groups. Pure. */
#include "findings/machine.h"

#include <stdio.h>
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

static bool is_any_chosen(const struct judging *judging, const uint32_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is_chosen(judging, list[i]))
			return true;
	}
	return false;
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

static void describe_backlog(const struct judging *judging, struct finding *finding,
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
			     sent ? "%llu SYN cookies sent in this namespace since it was created"
				  : "no SYN cookies sent yet",
			     (unsigned long long)sent);
	if (flood->count >= limit && cookies == 0)
		finding->severity = FINDING_CRITICAL;
}

/* A short backlog is full with fewer. */
static uint64_t flood_size(const struct judging *judging, const struct socket_detail *listener)
{
	uint64_t limit = HALF_OPEN_WARN;

	if (listener)
		limit = syn_limit(judging, listener,
				  setting_of(judging, listener->flow.netns, SPACE_SYNCOOKIES));
	return limit && limit < HALF_OPEN_WARN ? limit : HALF_OPEN_WARN;
}

static int describe_flood(struct judging *judging, const uint32_t *list, size_t count,
			  struct findings *findings)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	const struct socket_detail *socket = &sockets[list[0]];
	const struct socket_detail *listener = listener_of(judging, socket);
	struct flood flood = count_flood(sockets, list, count);
	struct finding finding = machine_finding(FINDING_HALF_OPEN_FLOOD);

	if (flood.unanswered < flood_size(judging, listener) ||
	    !is_any_chosen(judging, list, count))
		return 0;
	finding.severity = listener || !is_abandoned(judging, socket->flow.netns) ? FINDING_WARN
										  : FINDING_NOTE;
	finding.confidence = FINDING_HIGH;
	finding.count = flood.count;
	finding_subject_of(judging, &finding, listener ? listener : socket);
	for (size_t i = 0; i < count; i++) {
		machine_connection(&finding, list[i]);
		judging->kinds[list[i]] = FINDING_NONE;
	}
	finding_title(&finding,
		      "%s of %s: %u half-open from %u address%s (%s%s), SYN-ACK sent %u%s%.0u "
		      "times, not answered",
		      end_text(&socket->flow.local).s, who_text(finding.pid, finding.comm).s,
		      flood.count, flood.clients, flood.clients == 1 ? "" : "es",
		      addr_text(&socket->flow.remote).s, flood.clients == 1 ? "" : ", ...",
		      flood.least + 1, flood.most > flood.least ? " to " : "",
		      flood.most > flood.least ? flood.most + 1 : 0);
	if (listener)
		describe_backlog(judging, &finding, listener, &flood);
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
	static const struct grouping grouping = {is_half_open, by_listener_and_client, same_local,
						 describe_flood};

	return machine_group(judging, &grouping, findings);
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

#define MEMBERS_COUNTED 64 /* further ones are not judged */

struct members {
	const struct socket_detail *list[MEMBERS_COUNTED];
	uint32_t index[MEMBERS_COUNTED];
	uint32_t open[MEMBERS_COUNTED];
	bool shared[MEMBERS_COUNTED]; /* its process has another member: `open` is of both */
	bool dead[MEMBERS_COUNTED];
	uint32_t count, all, queued, dead_count, first_dead;
	struct waiting waiting; /* in all their queues */
};

/* A process with several members is counted once. */
static void add_member(struct members *members, const struct judging *judging, uint32_t index)
{
	const struct socket_detail *member = &judging->evidence->sockets[index];
	uint32_t at = members->count++;

	members->list[at] = member;
	members->index[at] = index;
	members->queued += member->unread;
	for (uint32_t i = 0; i < at && member->flow.pid; i++) {
		if (members->list[i]->flow.pid != member->flow.pid)
			continue;
		members->shared[i] = members->shared[at] = true;
		members->open[at] = members->open[i];
	}
	if (members->shared[at])
		return;
	members->open[at] = open_of(judging, member);
	members->all += members->open[at];
}

/* More connections have waited long than the other queues hold. */
static bool is_stuck(const struct members *members, const struct socket_detail *member)
{
	if (!members->waiting.count)
		return true; /* their ages are not known */
	return members->waiting.old > members->queued - member->unread;
}

/* Its queue stays full, or nobody takes what waits there while the others have connections. */
static bool is_dead(const struct members *members, uint32_t at)
{
	const struct socket_detail *member = members->list[at];
	uint32_t others = members->all - members->open[at];

	if (!member->unread || !is_stuck(members, member))
		return false;
	return member->unread > member->unacked || members->shared[at] ||
	       (!members->open[at] && others);
}

static void find_dead(struct members *members)
{
	for (uint32_t i = 0; i < members->count; i++) {
		members->dead[i] = is_dead(members, i);
		if (members->dead[i] && !members->dead_count++)
			members->first_dead = i;
	}
}

static void describe_member(const struct judging *judging, struct finding *finding,
			    const struct members *members, uint32_t at)
{
	const struct socket_detail *member = members->list[at];

	finding_line(finding, "%s: %u open%s, queue %u of %u%s",
		     who_text(member->flow.pid, member->flow.comm).s, members->open[at],
		     members->shared[at] ? " of all its sockets" : "", member->unread,
		     member->unacked, member->unread > member->unacked ? " (full)" : "");
}

static void describe_balance(struct finding *finding, const struct members *members)
{
	uint32_t least = UINT32_MAX, most = 0;

	for (uint32_t i = 0; i < members->count; i++) {
		if (members->shared[i])
			return;
		least = members->open[i] < least ? members->open[i] : least;
		most = members->open[i] > most ? members->open[i] : most;
	}
	finding_line(finding, "open connections: %u, a member has %u to %u", members->all, least,
		     most);
}

static void describe_members(struct judging *judging, struct finding *finding,
			     const struct members *members)
{
	for (uint32_t i = 0; i < members->count; i++) {
		if (!members->dead[i])
			continue;
		if (members->list[i]->unread > members->list[i]->unacked)
			finding->severity = FINDING_CRITICAL;
		judging->kinds[members->index[i]] = FINDING_NONE;
		machine_connection(finding, members->index[i]);
		describe_member(judging, finding, members, i);
		describe_process(judging, finding, members->list[i]->flow.pid);
	}
	if (members->waiting.oldest_ms) {
		finding->since_ms = members->waiting.oldest_ms;
		finding_line(finding, "the oldest connection there has waited for %s",
			     span_text(members->waiting.oldest_ms).s);
	}
	describe_balance(finding, members);
	for (uint32_t i = 0; i < members->count; i++) {
		if (!members->dead[i])
			describe_member(judging, finding, members, i);
	}
}

/* Those that wait in the queues are reported with the group. */
static void hide_waiting(struct judging *judging, const struct socket_detail *member)
{
	for (uint32_t i = 0; i < judging->waiting_count; i++) {
		uint32_t index = judging->waiting[i];
		const struct socket_detail *through =
			listener_of(judging, &judging->evidence->sockets[index]);

		if (through && through->flow.netns == member->flow.netns &&
		    same_end(&through->flow.local, &member->flow.local))
			judging->kinds[index] = FINDING_NONE;
	}
}

static int describe_group(struct judging *judging, const uint32_t *list, size_t count,
			  struct findings *findings)
{
	struct finding finding = machine_finding(FINDING_REUSEPORT_DEAD_MEMBER);
	const struct socket_detail *dead;
	struct members members = {};

	if (count < 2 || count > MEMBERS_COUNTED || !is_any_chosen(judging, list, count))
		return 0;
	for (size_t i = 0; i < count; i++)
		add_member(&members, judging, list[i]);
	members.waiting = waiting_at(judging, members.list[0]);
	find_dead(&members);
	if (!members.dead_count || members.dead_count == count)
		return 0;
	dead = members.list[members.first_dead];
	finding.severity = FINDING_WARN;
	finding.confidence = members.waiting.count ? FINDING_HIGH : FINDING_MEDIUM;
	finding.count = members.dead_count;
	finding_subject_of(judging, &finding, dead);
	describe_members(judging, &finding, &members);
	finding_title(&finding,
		      "%s, SO_REUSEPORT group of %zu sockets: %s accepts nothing%s, %u of %zu "
		      "new connections hang",
		      end_text(&dead->flow.local).s, count,
		      who_text(dead->flow.pid, dead->flow.comm).s,
		      members.shared[members.first_dead] ? " from one of its sockets" : "",
		      members.dead_count, count);
	finding_advice(&finding, "end that process: the kernel then gives its share to the others");
	if (dead->flow.pid)
		finding_command(judging, &finding, "cat /proc/%u/stack /proc/%u/status",
				dead->flow.pid, dead->flow.pid);
	hide_waiting(judging, dead);
	return findings_add(findings, &finding);
}

int machine_reuseport(struct judging *judging, struct findings *findings, bool explain)
{
	static const struct grouping grouping = {is_member, by_listener_and_client, same_local,
						 describe_group};

	return machine_group(judging, &grouping, findings);
}
