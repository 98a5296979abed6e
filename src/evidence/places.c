/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions to the other network namespaces of this host -> hints about where a connect went. */
#include "evidence/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "evidence/path.h"
#include "netlink/address.h"
#include "netlink/link.h"
#include "netstate/tcp_state.h"

#define PLACE_KEEP_NS 1000000000u

/* False: another search took its share of the time; the answer is not known. */
static bool may_search(const struct evidence_sources *sources, uint64_t now)
{
	return now >= sources->places_ns && sources->netns.spaces.count <= PLACES_MAX;
}

static void searched(struct evidence_sources *sources, uint64_t since)
{
	sources->places_ns = since + (clock_monotonic_ns() - since) * PLACES_SHARE;
}

/* ---------------------------------------------------------------- whose address it is */

struct place_search {
	struct endpoint address;
	int own_fd;	  /* of the connect's namespace; -1: cannot be opened */
	uint32_t ifindex; /* of its route's device there; 0: none */
	unsigned int found;
	struct stall_place place;
};

/* A macvlan's or ipvlan's device and those that lie on it do not reach each other. */
static bool lies_on(const struct place_search *search, const struct link_answer *link)
{
	int32_t id;

	return search->ifindex && search->own_fd >= 0 && link->lower == search->ifindex &&
	       link->lower_elsewhere && !netnsid_ask(search->own_fd, &id) &&
	       id == link->lower_netnsid &&
	       (!strncmp(link->kind, "macv", 4) || !strncmp(link->kind, "ipv", 3));
}

/* In the namespace that is asked. */
static void ask_here(struct place_search *search, uint32_t netns)
{
	struct link_answer link = {};
	uint32_t ifindex;
	bool beneath;

	if (address_device_ask(&search->address, &ifindex))
		return;
	if (link_ask(ifindex, &link))
		return;
	beneath = lies_on(search, &link);
	search->found++;
	if (search->found > 1 && (!beneath || search->place.beneath))
		return;
	search->place = (struct stall_place){.netns = netns, .beneath = beneath};
	snprintf(search->place.device, sizeof(search->place.device), "%s", link.name);
	snprintf(search->place.kind, sizeof(search->place.kind), "%s", link.kind);
}

static void search_place(struct evidence_sources *sources, uint32_t own,
			 struct place_search *search)
{
	const struct namespaces *spaces = &sources->netns.spaces;
	_cleanup_(cleanup_close) int fd = netns_switch_open(&sources->netns, own);

	search->own_fd = fd;
	for (size_t i = 0; i < spaces->count && i < PLACES_MAX; i++) {
		uint32_t netns = spaces->list[i].inode;

		if (netns == own || netns_switch_enter(&sources->netns, netns))
			continue;
		ask_here(search, netns);
		netns_switch_leave(&sources->netns);
	}
	/* which of several it is, is not known, but for one on the connect's own device */
	if (search->found > 1 && !search->place.beneath)
		search->place = (struct stall_place){};
}

/* 127.0.0.0/8, ::1 and fe80::/10 are everybody's. */
static bool is_everybodys(const struct endpoint *end)
{
	static const uint8_t none[16], loopback[16] = {[15] = 1};

	if (!memcmp(end->addr, none, sizeof(none)) ||
	    !memcmp(end->addr, loopback, sizeof(loopback)))
		return true;
	if (endpoint_is_v4(end))
		return end->addr[12] == 127 || !end->addr[12];
	return endpoint_is_link_local(end);
}

/* `always`: also where other searches took their share of the time. */
static void find_place(struct evidence_sources *sources, uint32_t own, uint32_t ifindex,
		       bool always, const struct endpoint *address, struct stall_place *place)
{
	struct question question = {.netns = own, .ifindex = ifindex, .to = *address};
	struct place_search search = {.address = *address, .ifindex = ifindex};
	uint64_t now = clock_monotonic_ns();
	const struct stall_place *known;

	question.to.port = 0;
	if (is_everybodys(address))
		return;
	known = question_cache_find(&sources->places, &question, now, PLACE_KEEP_NS);
	if (known) {
		*place = *known;
		return;
	}
	if (!may_search(sources, always ? UINT64_MAX : now))
		return;
	search_place(sources, own, &search);
	searched(sources, now);
	question_cache_store(&sources->places, &question, now, &search.place);
	*place = search.place;
}

void places_find(struct evidence_sources *sources, uint32_t own, const struct endpoint *address,
		 struct stall_place *ret_place)
{
	find_place(sources, own, 0, true, address, ret_place);
}

/* Which of the namespaces that its SYN came through has that address: no other one does, as far as this connect
 * is concerned. */
static void find_on_way(struct evidence_sources *sources, const struct stall *stall,
			const struct endpoint *address, struct stall_place *place)
{
	struct place_search search = {.address = *address, .own_fd = -1};

	if (is_everybodys(address))
		return;
	for (unsigned int i = 0; i < stall->tracking_count && i < STALL_TRACKINGS_MAX; i++) {
		uint32_t netns = stall->trackings[i].netns;

		if (netns == stall->flow.netns || netns_switch_enter(&sources->netns, netns))
			continue;
		ask_here(&search, netns);
		netns_switch_leave(&sources->netns);
	}
	if (search.found == 1)
		*place = search.place;
}

static void ask_whether_own(struct evidence_sources *sources, uint32_t netns,
			    struct stall_icmp *icmp)
{
	const struct route_question question = {.to = icmp->from};
	struct route_answer answer;

	if (path_ask_route(sources, netns, &question, &answer))
		icmp->from_own = answer.local ? STALL_KNOWN_YES : STALL_KNOWN_NO;
}

void places_collect(struct evidence_sources *sources, const struct route_answer *route,
		    struct stall *stall)
{
	const struct stall_icmp *icmp = &stall->icmp;
	bool foreign_reset = stall->resets && !stall->reset_from_here && !stall->reset_at_home;
	bool bad = stall->neighbour == STALL_NEIGHBOUR_INCOMPLETE ||
		   stall->neighbour == STALL_NEIGHBOUR_FAILED;

	if (route && !route->local && route->route == STALL_ROUTE_FOUND && (bad || foreign_reset))
		find_place(sources, stall->flow.netns, route->ifindex, false, &route->next_hop,
			   &stall->hop_place);
	if (!icmp->family)
		return;
	ask_whether_own(sources, stall->flow.netns, &stall->icmp);
	if (icmp->from_own == STALL_KNOWN_YES)
		return;
	find_on_way(sources, stall, &icmp->from, &stall->icmp_place);
	if (!stall->icmp_place.netns)
		find_place(sources, stall->flow.netns, 0, false, &icmp->from, &stall->icmp_place);
}

/* ---------------------------------------------------------------- who listens on the port */

struct listener_search {
	struct listener_snapshot all; /* of one namespace */
	uint16_t port;
	bool v4;
};

static void add_listener(void *context, const void *bytes, size_t size)
{
	struct listener_search *search = context;

	listener_snapshot_add(&search->all, bytes, size);
}

static const struct wire_stall_listener *on_port(const struct listener_search *search)
{
	static const uint8_t any[16];

	for (size_t i = 0; i < search->all.count; i++) {
		const struct wire_stall_listener *sock = &search->all.rows[i].sock;
		const struct endpoint *end = (const void *)sock->laddr;
		bool all = !memcmp(sock->laddr, any, sizeof(any)) && !sock->v6only;

		if (sock->lport == search->port && (all || endpoint_is_v4(end) == search->v4))
			return sock;
	}
	return NULL;
}

static void note_listener(struct stall_peer *peer, uint32_t netns,
			  const struct wire_stall_listener *sock, struct socket_owner_row *owner)
{
	if (peer->other_netns) {
		peer->other_more++;
		return;
	}
	peer->other_netns = netns;
	peer->other_end.port = sock->lport;
	memcpy(peer->other_end.addr, sock->laddr, sizeof(peer->other_end.addr));
	*owner = (struct socket_owner_row){.sock = sock->sock, .inode = sock->inode};
}

static void search_listener(struct evidence_sources *sources, struct stall_peer *peer,
			    struct socket_owner_row *owner)
{
	const struct namespaces *spaces = &sources->netns.spaces;
	struct listener_search search = {.port = peer->end.port, .v4 = endpoint_is_v4(&peer->end)};

	for (size_t i = 0; i < spaces->count && i < PLACES_MAX; i++) {
		uint32_t netns = spaces->list[i].inode;
		const struct wire_stall_listener *found;

		if (netns == peer->netns || netns_switch_enter(&sources->netns, netns))
			continue;
		search.all.count = 0;
		stall_hooks_dump(sources->hooks, 1u << TCP_STATE_LISTEN, NULL, add_listener,
				 &search);
		netns_switch_leave(&sources->netns);
		found = on_port(&search);
		if (found)
			note_listener(peer, netns, found, owner);
	}
	free(search.all.rows);
}

static void copy_listener(struct stall_peer *peer, const struct stall_peer *from)
{
	peer->other_netns = from->other_netns;
	peer->other_more = from->other_more;
	peer->other_pid = from->other_pid;
	peer->other_end = from->other_end;
	memcpy(peer->other_comm, from->other_comm, sizeof(peer->other_comm));
}

void places_collect_listener(struct evidence_sources *sources, struct stall_peer *peer)
{
	struct question question = {.netns = peer->netns, .to = peer->end};
	uint64_t now = clock_monotonic_ns();
	const struct stall_peer *known =
		question_cache_find(&sources->listeners_elsewhere, &question, now, PLACE_KEEP_NS);
	struct socket_owner_row owner = {};
	struct stall_peer found = {.netns = peer->netns, .end = peer->end};

	if (known) {
		copy_listener(peer, known);
		return;
	}
	if (!may_search(sources, now))
		return;
	search_listener(sources, &found, &owner);
	if (found.other_netns)
		socket_owner_find(sources->socket_reader, &owner, 1);
	found.other_pid = owner.pid;
	memcpy(found.other_comm, owner.comm, sizeof(found.other_comm));
	searched(sources, now);
	question_cache_store(&sources->listeners_elsewhere, &question, now, &found);
	copy_listener(peer, &found);
}
