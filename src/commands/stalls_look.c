/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A connect that hangs or failed -> what its socket, the routing tables and /proc tell about it
 * now. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "commands/stalls.h"
#include "diagnosis/record.h"
#include "netstate/tcp_state.h"

/* ---------------------------------------------------------------- the socket */

static bool inspect(struct stalls *stalls, struct attempt *attempt, struct stall_record *ret_record)
{
	const struct flow *flow = &attempt->flow;
	struct wire_stall_sock sock;

	if (stall_hooks_inspect(stalls->hooks, flow->sock, flow->cookie, &sock))
		return false;
	stalls_keep(stalls, &sock, sizeof(sock));
	return !stall_record_decode(&sock, sizeof(sock), ret_record);
}

bool stalls_watch(void *context, struct attempt *attempt)
{
	struct stalls *stalls = context;
	struct stall_record record;

	if (!inspect(stalls, attempt, &record) || record.sock.state != TCP_STATE_SYN_SENT)
		return false;
	stall_collect(attempt->stall, &record, &stalls->kernel);
	if (attempt->stall->no_syn || stall_hooks_watch(stalls->hooks, &record.sock))
		return false;
	attempt->isn = record.sock.isn;
	return true;
}

void stalls_unwatch(void *context, struct attempt *attempt)
{
	stall_hooks_unwatch(((struct stalls *)context)->hooks, attempt->isn);
}

/* ---------------------------------------------------------------- the way */

static void look_route(struct stalls *stalls, struct stall *stall)
{
	struct route_answer answer;

	if (!stalls_ask_route(stalls, stall->flow.netns, stall->flow.uid, &stall->flow.remote,
			      &answer))
		return;
	stall->route = answer.route;
	snprintf(stall->route_text, sizeof(stall->route_text), "%s", answer.text);
	snprintf(stall->device, sizeof(stall->device), "%s", answer.device);
	stall->next_hop = answer.next_hop;
	if (answer.local && !stall->peer.seen) {
		stall->peer.seen = true;
		stall->peer.seen_netns = stall->flow.netns;
		stall->peer.seen_end = stall->flow.remote;
	}
	if (stall->end == STALL_GOES_ON && answer.ifindex && !answer.local &&
	    (stall->in_host || stall->retries_busy || stall->retries_failed))
		stall->neighbour = stalls_ask_neighbour(stalls, stall->flow.netns, &answer);
}

/* A process that has exited, or is only waited for by its parent. */
static bool is_dead(uint32_t pid)
{
	_cleanup_(cleanup_fclose) FILE *file = NULL;
	char path[32], line[512];
	const char *behind;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	file = fopen(path, "re");
	if (!file || !fgets(line, sizeof(line), file))
		return true;
	behind = strrchr(line, ')'); /* the last: comm may hold any */
	return !behind || behind[1] != ' ' || behind[2] == 'Z' || behind[2] == 'X';
}

static bool look_at_end(struct stalls *stalls, struct stall *stall)
{
	switch (stall->end) {
	case STALL_REFUSED_EARLY:
		look_route(stalls, stall);
		if (stall->connect_ret == -EACCES && stall->route == STALL_ROUTE_FOUND)
			stall->some_prohibited = stalls_ask_prohibits_some(
				stalls, stall->flow.netns, &stall->flow.remote);
		if (stall->connect_ret == -EADDRNOTAVAIL)
			stalls_look_ports(stalls, stall);
		break;
	case STALL_CLOSED:
		stall->killed = stall->flow.pid && is_dead(stall->flow.pid);
		break;
	case STALL_FAILED:
		if (stall->reset_from_here && !stall->peer.seen) {
			stall->peer.seen = true;
			stall->peer.seen_netns = stall->reset_netns;
			stall->peer.seen_end = stall->flow.remote;
		}
		if (stall->resets && !stall->peer.seen)
			look_route(stalls, stall); /* an address of this namespace itself */
		if (stall->peer.seen)
			stalls_look_peer(stalls, stall);
		break;
	}
	return true;
}

bool stalls_look(void *context, struct attempt *attempt)
{
	struct stalls *stalls = context;
	struct stall *stall = attempt->stall;
	struct stall_record record;
	uint8_t neighbour = stall->neighbour;
	bool was_full = stall->peer.was_full;

	if (stall->end != STALL_GOES_ON)
		return look_at_end(stalls, stall);
	if (!inspect(stalls, attempt, &record))
		return false;
	if (record.sock.state != TCP_STATE_SYN_SENT) {
		attempt->seen_state = record.sock.state;
		attempt->seen_err = record.sock.err;
		return false;
	}
	attempt->changed |= stall_collect(stall, &record, &stalls->kernel);
	look_route(stalls, stall);
	if (stall->peer.seen)
		stalls_look_peer(stalls, stall);
	attempt->changed |= neighbour != stall->neighbour || was_full != stall->peer.was_full;
	return true;
}

/* ---------------------------------------------------------------- at the start */

static void take_old(void *context, const void *bytes, size_t size)
{
	struct stalls *stalls = context;
	struct stall_record record;

	if (stall_record_decode(bytes, size, &record) || record.head.kind != WIRE_KIND_STALL_SOCK)
		return;
	stalls_keep(stalls, bytes, size);
	attempts_found(stalls->attempts, &record.sock, &stalls->kernel);
}

static void name_old(struct attempt *attempt, const struct stalls_owner *owner)
{
	struct flow *flow = &attempt->stall->flow;

	if (!owner->pid || flow->pid)
		return;
	flow->pid = owner->pid;
	flow->uid = owner->uid;
	flow->owner = FLOW_OWNER_SCAN;
	memcpy(flow->comm, owner->comm, sizeof(flow->comm));
	attempt->flow = *flow;
}

static void name_all(struct stalls *stalls)
{
	_cleanup_(cleanup_free) struct stalls_owner *owners = NULL;
	size_t count = 0, filled = 0;

	for (struct attempt *at = attempts_first(stalls->attempts); at; at = attempts_next(at))
		count++;
	owners = calloc(count, sizeof(*owners));
	if (!owners)
		return;
	for (struct attempt *at = attempts_first(stalls->attempts); at; at = attempts_next(at))
		owners[filled++] = (struct stalls_owner){
			.sock = at->flow.sock, .inode = at->stall->inode, .uid = at->flow.uid};
	stalls_find_owners(stalls, owners, count);
	for (struct attempt *at = attempts_first(stalls->attempts); at; at = attempts_next(at))
		name_old(at, stalls_owner_of(owners, count, at->flow.sock));
}

/* An address of this namespace that others may reach: "fd77..01 02 40 00 80 h0", scope 00. */
static bool has_global_ipv6(void)
{
	_cleanup_(cleanup_fclose) FILE *file = fopen("/proc/thread-self/net/if_inet6", "re");
	unsigned int scope;

	while (file && fscanf(file, "%*s %*s %*s %x %*s %*s", &scope) == 1) {
		if (!scope)
			return true;
	}
	return false;
}

void stalls_find_old(struct stalls *stalls)
{
	for (size_t i = 0; i < stalls->netns.spaces.count; i++) {
		struct flow any = {.netns = stalls->netns.spaces.list[i].inode};

		if (stalls_excluded(stalls, &any) || netns_switch_enter(&stalls->netns, any.netns))
			continue;
		stall_hooks_dump(stalls->hooks, 1u << TCP_STATE_SYN_SENT, NULL, take_old, stalls);
		stalls->ipv6_used |= has_global_ipv6();
		netns_switch_leave(&stalls->netns);
	}
	if (stalls->ipv6_used)
		stall_hooks_use_ipv6(stalls->hooks, true);
	name_all(stalls);
}
