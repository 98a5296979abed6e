/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets of which the same is so, by what they are reported together with. Pure. */
#include "findings/groups.h"
#include "findings/rules_established.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct rule *rule_for(unsigned int kind)
{
	for (size_t i = 0; i < finding_rule_count; i++) {
		if (finding_rules[i].kind == kind)
			return &finding_rules[i];
	}
	return NULL;
}

uint32_t group_age(const struct judging *judging, uint32_t index)
{
	const struct socket_detail *socket = &judging->evidence->sockets[index];

	if (!(socket->flags & (SOCKET_ACCEPTED | SOCKET_ORPHAN)) && socket->never_read &&
	    socket->read_ms != EVIDENCE_UNKNOWN32)
		return socket->read_ms; /* since the handshake: it waits for accept() */
	if (socket->hang_ms != EVIDENCE_UNKNOWN32)
		return socket->hang_ms;
	if (is_unsent(socket))
		return (uint32_t)unsent_ms(judging, socket);
	if (socket->flags & SOCKET_RWND_LIMITED)
		return socket->limited_ms;
	return socket->state_ms;
}

/* Unknown counts as young. */
static uint32_t known_age(const struct judging *judging, uint32_t index)
{
	uint32_t age = group_age(judging, index);

	return age == EVIDENCE_UNKNOWN32 ? 0 : age;
}

static bool peer_closed(const struct socket_detail *peer)
{
	return peer && (peer->form == SOCKET_TIME_WAIT || peer->flags & SOCKET_ORPHAN);
}

static void add_member(struct group *group, const struct judging *judging, uint32_t index)
{
	const struct socket_detail *socket = &judging->evidence->sockets[index];
	uint32_t left = time_left(judging, socket);

	if (!group->count || known_age(judging, index) > known_age(judging, group->oldest))
		group->oldest = index;
	if (!group->count || known_age(judging, index) < known_age(judging, group->newest))
		group->newest = index;
	if (!group->count || left < group->timer_low_ms)
		group->timer_low_ms = left;
	if (left > group->timer_high_ms)
		group->timer_high_ms = left;
	if (tries_of(socket) > group->most_retries)
		group->most_retries = tries_of(socket);
	group->fins_unread += socket->fin_unread;
	group->never_read += socket->never_read;
	group->orphans += socket->flags & SOCKET_ORPHAN ? 1 : 0;
	group->peers_closed += peer_closed(peer_of(judging, socket));
	group->unread += socket->unread;
	group->unacked += socket->unacked;
	group->several_addresses |=
		group->count &&
		memcmp(judging->evidence->sockets[group->sockets[0]].flow.remote.addr,
		       socket->flow.remote.addr, sizeof(socket->flow.remote.addr));
	if (group->socket_count < FINDING_CONNECTIONS_MAX)
		group->sockets[group->socket_count++] = index;
	group->count++;
}

void group_of_one(struct group *group, const struct judging *judging, const struct rule *rule,
		  uint32_t index)
{
	*group = (struct group){.kind = rule->kind, .single = true};
	add_member(group, judging, index);
}

int groups_add(struct groups *groups, const struct judging *judging, const struct rule *rule,
	       uint32_t index, bool by_process)
{
	rule_key *key_of = by_process && rule->only_asked ? key_process : rule->key;
	uint64_t key = key_of(judging, &judging->evidence->sockets[index]);
	struct group **bucket =
		&groups->buckets[(key * 0x9e3779b97f4a7c15ULL >> 40) & (GROUP_BUCKETS - 1)];
	struct group *group = *bucket;

	while (group && (group->key != key || group->kind != rule->kind))
		group = group->next;
	if (!group) {
		group = calloc(1, sizeof(*group));
		if (!group)
			return -ENOMEM;
		group->kind = rule->kind;
		group->key = key;
		group->next = *bucket;
		*bucket = group;
		groups->count++;
	}
	add_member(group, judging, index);
	return 0;
}

void groups_release(struct groups *groups)
{
	for (size_t i = 0; i < GROUP_BUCKETS; i++) {
		while (groups->buckets[i]) {
			struct group *next = groups->buckets[i]->next;

			free(groups->buckets[i]);
			groups->buckets[i] = next;
		}
	}
}

bool group_describe(const struct judging *judging, const struct group *group,
		    struct finding *finding)
{
	const struct rule *rule = rule_for(group->kind);

	*finding = (struct finding){
		.kind = group->kind,
		.count = group->count,
		.since_ms = UINT64_MAX,
		.connection_count = group->socket_count,
	};
	finding->limit.eta_ms = UINT64_MAX;
	memcpy(finding->connections, group->sockets, sizeof(finding->connections));
	if (!rule || !rule->describe)
		return false;
	finding_subject_of(judging, finding, &judging->evidence->sockets[group->oldest]);
	rule->describe(judging, group, finding);
	return finding->title[0];
}
