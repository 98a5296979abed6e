/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The other end where it is on this host: its listener. And who takes the local ports to a
 * destination. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "commands/clock.h"
#include "commands/stalls.h"
#include "diagnosis/record.h"
#include "netstate/tcp_state.h"

/* ---------------------------------------------------------------- the listener */

struct listener_search {
	const struct endpoint *end;
	struct wire_stall_listener best;
	bool found, exact;
};

static bool is_any(const uint8_t addr[16])
{
	static const uint8_t any6[16], any4[16] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(addr, any6, 16) || !memcmp(addr, any4, 16);
}

/* A listener on the very address goes before one on all; of several (SO_REUSEPORT) the fullest is
 * shown. */
static void take_listener(void *context, const void *bytes, size_t size)
{
	struct listener_search *search = context;
	struct stall_record record;
	bool exact;

	if (stall_record_decode(bytes, size, &record) ||
	    record.head.kind != WIRE_KIND_STALL_LISTENER ||
	    record.listener.lport != search->end->port)
		return;
	exact = !memcmp(record.listener.laddr, search->end->addr, 16);
	if (!exact && (!is_any(record.listener.laddr) || search->exact))
		return;
	if (search->found && exact == search->exact && record.listener.queue <= search->best.queue)
		return;
	search->best = record.listener;
	search->found = true;
	search->exact = exact;
}

static void name_listener(struct stalls *stalls, struct stall_peer *peer,
			  const struct wire_stall_listener *listener)
{
	struct stalls_owner search = {.sock = listener->sock, .inode = listener->inode};
	struct recent_owner owner;

	recent_listener(stalls->recent, listener->netns, listener->lport, &owner);
	if (owner.last_accept_ns)
		peer->last_accept_ns = owner.last_accept_ns;
	if (peer->pid)
		return;
	stalls_find_owner(stalls, &search);
	if (search.pid) {
		peer->pid = search.pid;
		memcpy(peer->comm, search.comm, sizeof(peer->comm));
	} else {
		peer->pid = owner.pid;
		memcpy(peer->comm, owner.comm, sizeof(peer->comm));
	}
}

static void look_peer(struct stalls *stalls, struct stall_peer *peer)
{
	struct listener_search search = {.end = &peer->seen_end};
	struct route_answer answer;

	if (places_enter(&stalls->places, peer->seen_netns))
		return;
	peer->netns = peer->seen_netns;
	peer->arrived = !route_ask(&peer->seen_end, &answer) && answer.local;
	if (peer->arrived)
		peer->looked = !stall_hooks_dump(stalls->hooks, 1u << TCP_STATE_LISTEN, NULL,
						 take_listener, &search);
	places_leave(&stalls->places);
	if (!peer->arrived || !peer->looked)
		return;
	peer->listening = search.found;
	if (!search.found)
		return;
	peer->queue = search.best.queue;
	peer->limit = search.best.limit;
	peer->was_full |= peer->queue > peer->limit;
	name_listener(stalls, peer, &search.best);
}

/* One that has ended may be answered from a moment ago; one that hangs is looked at anew. */
void stalls_look_peer(struct stalls *stalls, struct stall *stall)
{
	struct stall_peer *peer = &stall->peer;
	struct stalls_answer *kept;
	bool fresh;

	kept = stalls_answer(stalls->peers, peer->seen_netns, &peer->seen_end, &fresh);
	if (fresh && stall->end != STALL_GOES_ON && kept->peer.looked) {
		bool was_full = peer->was_full;

		*peer = kept->peer;
		peer->was_full |= was_full;
		return;
	}
	look_peer(stalls, peer);
	kept->peer = *peer;
	kept->peer.was_full = false;
}

/* ---------------------------------------------------------------- ports */

struct port_search {
	struct stall_ports *ports;
	uint8_t seen[65536 / 8];
	struct stalls_owner holder; /* one that is not in TIME_WAIT */
};

static void take_port(void *context, const void *bytes, size_t size)
{
	struct port_search *search = context;
	struct stall_ports *ports = search->ports;
	struct stall_record record;
	uint16_t port;

	if (stall_record_decode(bytes, size, &record) || record.head.kind != WIRE_KIND_STALL_HOLDER)
		return;
	port = record.holder.lport;
	if (port < ports->low || port > ports->high || search->seen[port / 8] & 1u << port % 8)
		return;
	search->seen[port / 8] |= (uint8_t)(1u << port % 8);
	ports->used++;
	if (record.holder.state == TCP_STATE_TIME_WAIT)
		ports->time_wait++;
	else
		search->holder = (struct stalls_owner){.sock = record.holder.sock,
						       .inode = record.holder.inode};
}

/* Of the namespace that this thread is in: /proc/sys/net is that of whoever opens it. */
static bool read_port_range(struct stall_ports *ports)
{
	_cleanup_(cleanup_fclose) FILE *file =
		fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned int low, high;

	if (!file || fscanf(file, "%5u %5u", &low, &high) != 2 || low > high || high > UINT16_MAX)
		return false;
	ports->low = (uint16_t)low;
	ports->high = (uint16_t)high;
	return true;
}

static void name_ports(struct stalls *stalls, struct stall *stall, struct stalls_owner *holder)
{
	struct stall_ports *ports = &stall->ports;
	struct recent_owner owner;

	recent_holder(stalls->recent, stall->flow.netns, &stall->flow.remote, clock_monotonic_ns(),
		      &owner);
	if (owner.pid && owner.count >= ports->used - ports->time_wait) {
		ports->pid = owner.pid;
		memcpy(ports->comm, owner.comm, sizeof(ports->comm));
	} else if (holder->sock) {
		stalls_find_owner(stalls, holder);
		ports->pid = holder->pid;
		memcpy(ports->comm, holder->comm, sizeof(ports->comm));
	}
}

static void look_ports(struct stalls *stalls, struct stall *stall)
{
	static const uint32_t states = ((1u << TCP_STATE_MAX) - 1) &
				       ~(1u << TCP_STATE_LISTEN | 1u << TCP_STATE_NEW_SYN_RECV);
	struct port_search search = {.ports = &stall->ports};

	if (places_enter(&stalls->places, stall->flow.netns))
		return;
	if (read_port_range(&stall->ports))
		stall->ports.looked = !stall_hooks_dump(stalls->hooks, states, &stall->flow.remote,
							take_port, &search);
	places_leave(&stalls->places);
	if (stall->ports.looked && stall->ports.used)
		name_ports(stalls, stall, &search.holder);
}

void stalls_look_ports(struct stalls *stalls, struct stall *stall)
{
	struct stalls_answer *kept;
	bool fresh;

	kept = stalls_answer(stalls->ports, stall->flow.netns, &stall->flow.remote, &fresh);
	if (fresh && kept->ports.looked) {
		stall->ports = kept->ports;
		return;
	}
	look_ports(stalls, stall);
	kept->ports = stall->ports;
}
