/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The namespace that a SYN came to -> its listener, the queue, the process. */
#include "evidence/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "diagnosis/collect_packet.h"
#include "diagnosis/tracking.h"
#include "evidence/local_end.h"
#include "evidence/path.h"
#include "evidence/places.h"
#include "netstate/tcp_state.h"

#define OWNERS_KEEP_NS 1000000000u
/* passes over sockets or descriptors take at most one part in so many of the time */
#define SHARE 20

/* ---------------------------------------------------------------- the snapshot */

static void add_listener(void *context, const void *bytes, size_t size)
{
	listener_snapshot_add(context, bytes, size);
}

static uint64_t longer(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void read_listeners(struct evidence_sources *sources, struct listener_snapshot *snapshot,
			   uint64_t now)
{
	struct listener_snapshot fresh = {.netns = snapshot->netns,
					  .used_ns = now,
					  .complete = true,
					  .owners_until_ns = snapshot->owners_until_ns};

	if (netns_switch_enter(&sources->netns, snapshot->netns)) {
		fresh.complete = false;
	} else {
		if (stall_hooks_dump(sources->hooks, 1u << TCP_STATE_LISTEN, NULL, add_listener,
				     &fresh))
			fresh.complete = false;
		netns_switch_leave(&sources->netns);
	}
	fresh.until_ns = now + longer(LISTENER_SNAPSHOT_NS, (clock_monotonic_ns() - now) * SHARE);
	listener_snapshot_replace(snapshot, &fresh);
}

/* As it is now, or was LISTENER_SNAPSHOT_NS ago at most (longer where a pass is slow). */
static struct listener_snapshot *new_snapshot(struct evidence_sources *sources, uint32_t netns)
{
	uint64_t now = clock_monotonic_ns();
	struct listener_snapshot *snapshot =
		listener_snapshots_slot(&sources->listeners, netns, now);

	if (now >= snapshot->until_ns)
		read_listeners(sources, snapshot, now);
	return snapshot;
}

/* ---------------------------------------------------------------- whose they are */

static void find_owners(struct evidence_sources *sources, struct listener_snapshot *snapshot,
			uint64_t now)
{
	struct socket_owner_row *owners = calloc(snapshot->count, sizeof(*owners));

	if (!owners)
		return;
	for (size_t i = 0; i < snapshot->count; i++)
		owners[i] = (struct socket_owner_row){.sock = snapshot->rows[i].sock.sock,
						      .inode = snapshot->rows[i].sock.inode};
	socket_owner_find(sources->socket_reader, owners, snapshot->count);
	for (size_t i = 0; i < snapshot->count; i++) {
		snapshot->rows[i].owner = owners[i];
		snapshot->rows[i].owner_ns = now;
	}
	free(owners);
	snapshot->owners_until_ns = now + (clock_monotonic_ns() - now) * SHARE;
}

/*
 * Whoever had it last, accepted of late, or listened, is asked first whether he has it still: a
 * pass over 100,000 descriptors takes 0.1 s.
 */
static bool ask_likely(struct evidence_sources *sources, struct snapshot_listener *listener,
		       uint32_t pid)
{
	const struct wire_stall_listener *sock = &listener->sock;

	return socket_owner_is(listener->owner.pid, &listener->owner) ||
	       socket_owner_is(pid, &listener->owner) ||
	       socket_owner_is(tracer_find_owner(sources->tracer, sock->sock, sock->cookie),
			       &listener->owner);
}

/* `pid` may be its process; 0: nobody known. */
static const struct socket_owner_row *owner_of(struct evidence_sources *sources,
					       struct listener_snapshot *snapshot,
					       struct snapshot_listener *listener, uint32_t pid)
{
	uint64_t now = clock_monotonic_ns();

	if (listener->owner_ns && now < listener->owner_ns + OWNERS_KEEP_NS)
		return &listener->owner;
	if (ask_likely(sources, listener, pid))
		listener->owner_ns = now;
	else if (now >= snapshot->owners_until_ns)
		find_owners(sources, snapshot, now);
	return &listener->owner;
}

static void collect_last_accept(struct evidence_sources *sources, uint16_t port,
				struct stall_peer *peer, struct recent_owner *ret_owner)
{
	recent_listener(sources->recent, peer->netns, port, ret_owner);
	if (ret_owner->last_accept_ns)
		peer->last_accept_ns = ret_owner->last_accept_ns;
}

static void name_listener(struct evidence_sources *sources, struct stall_peer *peer,
			  struct listener_snapshot *snapshot, struct snapshot_listener *listener)
{
	const struct socket_owner_row *found;
	struct recent_owner owner;

	collect_last_accept(sources, listener->sock.lport, peer, &owner);
	if (peer->pid)
		return;
	found = owner_of(sources, snapshot, listener, owner.pid);
	peer->pid = found->pid ? found->pid : owner.pid;
	memcpy(peer->comm, found->pid ? found->comm : owner.comm, sizeof(peer->comm));
}

/* ---------------------------------------------------------------- the other end */

/* The kernel itself found nobody there: whoever listens on that port does not for this SYN. */
static bool refused_by_kernel(const struct stall *stall)
{
	return stall->reset_from_here && stall->reset_netns == stall->peer.netns &&
	       !strcmp(stall->reset_reason, "NO_SOCKET");
}

/*
 * tcp_conn_request() in net/ipv4/tcp_input.c: without SYN cookies a SYN is dropped once as many
 * handshakes wait as the backlog has room for, or, of a peer that is not known (it has no round-trip
 * time in tcp_metrics), once fewer than a quarter of tcp_max_syn_backlog are left.
 */
static void collect_limits(const struct wire_stall_listener *listener, struct stall_peer *peer)
{
	uint32_t most = listener->max_syn_backlog - listener->max_syn_backlog / 4 + 1;

	peer->half_open_limit = peer->half_open_reserve = 0;
	if (listener->syncookies || !listener->max_syn_backlog)
		return;
	peer->half_open_limit = listener->limit;
	peer->half_open_reserve = most < listener->limit ? most : 0;
}

static void collect_listener(struct evidence_sources *sources, struct stall_peer *peer)
{
	struct listener_snapshot *snapshot = new_snapshot(sources, peer->seen_netns);
	struct snapshot_listener *listener;
	struct listener_match match;

	listener_snapshot_match(snapshot, &peer->end, peer->seen_ifindex, &match);
	listener = match.listener;
	peer->looked = listener || (snapshot->complete && !match.other_device);
	peer->listening = listener;
	peer->members = match.members;
	peer->members_full = match.members_full;
	if (!listener)
		return;
	peer->queue = listener->sock.queue;
	peer->limit = listener->sock.limit;
	peer->was_full |= peer->queue > peer->limit;
	peer->half_open = listener->sock.half_open;
	collect_limits(&listener->sock, peer);
	name_listener(sources, peer, snapshot, listener);
}

/* A storm of refused connects goes through so many listeners each, no more. */
#define ELSEWHERE_MAX 4096

static void collect_elsewhere(struct evidence_sources *sources, struct stall_peer *peer)
{
	struct listener_snapshot *snapshot = new_snapshot(sources, peer->seen_netns);

	if (snapshot->count > ELSEWHERE_MAX)
		return;
	peer->elsewhere = listener_snapshot_elsewhere(snapshot, &peer->end, &peer->elsewhere_end,
						      &peer->elsewhere_more);
	if (!peer->elsewhere && snapshot->complete)
		places_collect_listener(sources, peer);
}

/* As TCP there would ask for its SYN-ACK. */
static void collect_way_back(struct evidence_sources *sources, struct stall_peer *peer)
{
	struct route_question question = {.to = peer->seen_from, .from = peer->end};
	struct route_answer answer;

	peer->way_back = STALL_ROUTE_UNKNOWN;
	question.to.port = question.from.port = 0;
	if (peer->seen_ns && path_ask_route(sources, peer->seen_netns, &question, &answer))
		peer->way_back = answer.route;
}

/*
 * By which device it goes on from the namespace that it came to last. By a veth pair: if it was lost there.
 * `lost` says that an earlier one was; this one may come out yet.
 */
static void collect_onward(struct evidence_sources *sources, const struct route_answer *route,
			   bool lost, struct stall_peer *peer)
{
	struct link_answer link = {};

	peer->onward_asked = STALL_NOT_KNOWN;
	peer->onward_kind[0] = peer->onward_device[0] = '\0';
	if (!peer->asked)
		return;
	if (route->ifindex &&
	    !local_end_ask_device(sources, peer->seen_netns, route->ifindex, &link))
		return;
	if (!lost && !strcmp(link.kind, "veth") && clock_monotonic_ns() < peer->seen_ns + ONWARD_NS)
		return;
	peer->onward_asked = STALL_KNOWN_YES;
	snprintf(peer->onward_kind, sizeof(peer->onward_kind), "%s", link.kind);
	snprintf(peer->onward_device, sizeof(peer->onward_device), "%s", link.name);
}

void peer_collect_accept(struct evidence_sources *sources, struct stall *stall)
{
	struct recent_owner owner;

	if (stall->peer.listening)
		collect_last_accept(sources, stall->peer.end.port, &stall->peer, &owner);
}

void peer_collect(struct evidence_sources *sources, struct stall *stall)
{
	struct stall_peer *peer = &stall->peer;
	struct route_question question;
	struct route_answer answer;
	bool lost;

	if (collect_settle(stall, sources->kernel.senses.receive, clock_monotonic_ns()) &&
	    !peer->seen)
		return;
	lost = peer->netns == peer->seen_netns && peer->onward_asked == STALL_KNOWN_YES &&
	       !peer->arrived;
	peer->netns = peer->seen_netns;
	peer->nat_asked = tracking_translate(stall, peer->seen_netns, &peer->seen_end, &peer->end);
	question = (struct route_question){.to = peer->end};
	question.to.port = 0;
	peer->asked = path_ask_route(sources, peer->seen_netns, &question, &answer);
	peer->arrived = peer->asked && answer.local;
	peer->listening = peer->looked = false;
	if (!peer->arrived) {
		collect_onward(sources, &answer, lost, peer);
		return;
	}
	if (stall->end == STALL_GOES_ON)
		collect_way_back(sources, peer);
	if (refused_by_kernel(stall)) {
		peer->listening = false;
		peer->looked = true;
		collect_elsewhere(sources, peer);
		return;
	}
	collect_listener(sources, peer);
}
