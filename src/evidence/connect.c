/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which questions a connect raises, by what is known of it so far. */
#include "evidence/connect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "diagnosis/drops.h"
#include "evidence/local_end.h"
#include "evidence/path.h"
#include "evidence/places.h"
#include "evidence/peer.h"
#include "evidence/ports.h"
#include "evidence/programs.h"
#include "evidence/rejects.h"
#include "evidence/socket_owner.h"
#include "evidence/tracking.h"

#define HOLDERS_SHARE 20

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

static struct socket_options options_of(const struct wire_stall_sock *socket)
{
	struct socket_options options = {.mark = socket->mark, .ifindex = socket->bound_ifindex};

	memcpy(options.local.addr, socket->laddr, sizeof(options.local.addr));
	options.local.port = socket->lport;
	return options;
}

/* The way that its last SYN took: the socket's cached route. */
static void copy_cached_route(const struct wire_stall_sock *socket, struct route_answer *route)
{
	static const uint8_t none[16];

	if (!socket->out_ifindex || route->route != STALL_ROUTE_FOUND || route->local)
		return;
	route->ifindex = socket->out_ifindex;
	memcpy(route->next_hop.addr,
	       memcmp(socket->gateway, none, sizeof(none)) ? socket->gateway : socket->raddr,
	       sizeof(route->next_hop.addr));
}

/* NULL: its route is not known. */
static void note_used(const struct wire_stall_sock *socket, const struct route_answer *route,
		      struct stall *stall)
{
	bool found = route && route->route == STALL_ROUTE_FOUND && !route->local;

	if (found && route->ifindex) {
		stall->used = (struct stall_used){.ifindex = route->ifindex};
		snprintf(stall->used.device, sizeof(stall->used.device), "%s", stall->device);
	} else if (!stall->used.ifindex) {
		stall->used.ifindex = socket->out_ifindex;
	}
}

/*
 * The process that began the connect is gone, the connect is not: another one holds the socket, by
 * fork or by a UNIX message. All descriptors are gone through for it, at most one part in
 * HOLDERS_SHARE of the time.
 */
static void name_holder(struct evidence_sources *sources, const struct wire_stall_sock *socket,
			struct flow *flow)
{
	struct socket_owner_row row = {.sock = socket->sock, .inode = socket->inode};
	uint64_t before = clock_monotonic_ns();

	if (!flow->pid || !socket->inode || before < sources->holders_ns || !is_dead(flow->pid))
		return;
	socket_owner_find(sources->socket_reader, &row, 1);
	sources->holders_ns = before + (clock_monotonic_ns() - before) * HOLDERS_SHARE;
	if (!row.pid)
		return;
	flow->pid = row.pid;
	flow->uid = row.uid;
	flow->owner = FLOW_OWNER_SCAN;
	memcpy(flow->comm, row.comm, sizeof(flow->comm));
}

/* What was not known with the record of an arrival. */
static bool is_news(const struct stall_peer *before, const struct stall_peer *now)
{
	return before->was_full != now->was_full || before->seen_netns != now->seen_netns ||
	       before->onward_asked != now->onward_asked;
}

bool connect_collect(struct evidence_sources *sources, const struct wire_stall_sock *socket,
		     struct stall *stall)
{
	uint8_t neighbour = stall->neighbour;
	struct stall_peer peer = stall->peer;
	uint32_t place = stall->hop_place.netns;
	bool traced;
	struct socket_options options = options_of(socket);
	struct route_answer route;
	bool routed = path_ask(sources, &options, stall, &route);

	name_holder(sources, socket, &stall->flow);
	if (routed) {
		path_collect_policy(sources, &options, &route, stall);
		copy_cached_route(socket, &route);
		path_collect(sources, &route, stall);
	}
	note_used(socket, routed ? &route : NULL, stall);
	if (routed && route.route == STALL_ROUTE_NONE)
		local_end_collect_used(sources, stall);
	stall->ipsec_blocks = STALL_NOT_KNOWN;
	if (routed && stall_unrouted(stall))
		path_collect_ipsec(sources, &options, &route, stall);
	local_end_collect(sources, stall->flow.local.port ? &stall->flow.local : NULL,
			  routed ? &route : NULL, stall);
	places_collect(sources, routed ? &route : NULL, stall);
	tracking_collect(sources, stall);
	if (stall->peer.seen)
		peer_collect(sources, stall);
	path_collect_reroute(sources, &options, stall);
	programs_collect(sources, stall);
	traced = rule_traces_collect(&sources->rule_traces, &sources->netns, socket->isn, stall);
	return traced || neighbour != stall->neighbour || place != stall->hop_place.netns ||
	       is_news(&peer, &stall->peer);
}

/*
 * A connect that found no port or address. Its source is the address that its socket is bound to,
 * else the one that the route gives.
 */
static void collect_no_address(struct evidence_sources *sources,
			       const struct socket_options *options,
			       const struct route_answer *route, struct stall *stall)
{
	struct endpoint source = options ? options->local : stall->flow.local;

	local_end_collect(sources, endpoint_has_address(&source) ? &source : NULL, route, stall);
	if (!endpoint_has_address(&source) && route)
		memcpy(source.addr, route->source.addr, sizeof(source.addr));
	ports_collect(sources, endpoint_has_address(&source) ? &source : NULL, options, stall);
	stall->ports.late = stall->flow.pid && is_dead(stall->flow.pid);
}

/* It may be bound to an address that has gone since: IPv4 says then that there is no route. */
static void collect_source(struct evidence_sources *sources, const struct socket_options *options,
			   struct stall *stall)
{
	const struct endpoint *source = options ? &options->local : &stall->flow.local;

	if (endpoint_has_address(source))
		local_end_collect(sources, source, NULL, stall);
}

static void collect_refusal(struct evidence_sources *sources, struct stall *stall)
{
	struct socket_options options;
	bool known = socket_options_read(stall, &options);
	const struct socket_options *set = known ? &options : NULL;
	struct route_answer route;
	bool routed;

	if (!endpoint_is_known(&stall->flow.remote))
		return;
	routed = path_ask_refused(sources, set, stall, &route);
	if (routed)
		path_collect(sources, &route, stall);
	stall->asked = routed ? STALL_KNOWN_YES : STALL_KNOWN_NO;
	if (stall->connect_ret == -EACCES && stall->route == STALL_ROUTE_FOUND)
		path_collect_prohibits(sources, stall);
	if (routed && stall->connect_ret == -EPERM)
		path_collect_ipsec(sources, set, &route, stall);
	if (stall->connect_ret == -EADDRNOTAVAIL)
		collect_no_address(sources, set, routed ? &route : NULL, stall);
	else if (stall->connect_ret == -ENETUNREACH && endpoint_is_v4(&stall->flow.remote))
		collect_source(sources, set, stall);
}

/*
 * The route that it had: as its socket was asked about while it hung, with mark and device; else as a
 * socket without these would be sent.
 */
static bool route_at_end(struct evidence_sources *sources, struct stall *stall,
			 struct route_answer *ret_route)
{
	const struct stall_peer *peer = &stall->peer;

	if (stall->route == STALL_ROUTE_FOUND && endpoint_has_address(&stall->next_hop)) {
		*ret_route = (struct route_answer){
			.route = stall->route,
			.local = peer->seen && peer->seen_netns == stall->flow.netns,
			.next_hop = stall->next_hop,
		};
		return true;
	}
	if (!path_ask(sources, NULL, stall, ret_route))
		return false;
	stall->next_hop = ret_route->next_hop;
	return true;
}

/* Whoever refused it is no TCP of this host: a router that is one of its namespaces may be. */
static void collect_sender(struct evidence_sources *sources, struct stall *stall)
{
	struct route_answer route;
	bool routed = route_at_end(sources, stall, &route);

	places_collect(sources, routed && !stall->hop_place.netns ? &route : NULL, stall);
	if (routed && stall->resets && !stall->reset_from_here && !stall->reset_at_home &&
	    sources->kernel.senses.reset_sender)
		rejects_collect(sources, &route, stall);
}

static void collect_failure(struct evidence_sources *sources, struct stall *stall)
{
	struct stall_peer *peer = &stall->peer;

	if (stall->reset_from_here && !peer->seen) {
		peer->seen = true;
		peer->seen_netns = stall->reset_netns;
		peer->seen_end = stall->reset_end.port ? stall->reset_end : stall->flow.remote;
	}
	if (stall->resets && !peer->seen)
		path_collect_local(sources, stall); /* an address of this namespace itself */
	if (stall->reset_at_home)
		rejects_collect_own(sources, stall);
	if (!peer->seen || stall->icmp.family)
		collect_sender(sources, stall);
	if (peer->seen)
		peer_collect(sources, stall);
}

void connect_collect_end(struct evidence_sources *sources, struct stall *stall)
{
	rule_traces_collect(&sources->rule_traces, &sources->netns, 0, stall);
	if (stall->end == STALL_REFUSED_EARLY)
		collect_refusal(sources, stall);
	else if (stall->end == STALL_FAILED)
		collect_failure(sources, stall);
	else if (stall->end == STALL_CLOSED)
		stall->killed = stall->flow.pid && is_dead(stall->flow.pid);
	else if (stall->end == STALL_ESTABLISHED)
		peer_collect_accept(sources, stall);
	if (stall->end == STALL_FAILED || stall->end == STALL_CLOSED)
		tracking_collect_end(sources, stall);
}
