/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The other end where it is on this host: its listener. And who takes the local ports to a
 * destination. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "commands/stalls.h"
#include "diagnosis/record.h"
#include "netstate/tcp_state.h"

/* ---------------------------------------------------------------- the listener */

/* It listens on all addresses, and `end` is one of them. */
static bool is_any(const struct wire_stall_listener *sock, const struct endpoint *end)
{
	static const uint8_t any6[16], any4[16] = {[10] = 0xff, [11] = 0xff};

	if (!memcmp(sock->laddr, any4, 16))
		return endpoint_is_v4(end);
	return !memcmp(sock->laddr, any6, 16) && !(sock->v6only && endpoint_is_v4(end));
}

/* A listener on the very address goes before one on all; of several (SO_REUSEPORT) the fullest is
 * shown. */
static struct stalls_listener *find_listener(const struct stalls_sight *sight,
					     const struct endpoint *end)
{
	struct stalls_listener *best = NULL;
	bool best_exact = false;

	for (size_t i = 0; i < sight->count; i++) {
		struct stalls_listener *row = &sight->rows[i];
		bool exact;

		if (row->sock.lport != end->port)
			continue;
		exact = !memcmp(row->sock.laddr, end->addr, 16);
		if (!exact && (!is_any(&row->sock, end) || best_exact))
			continue;
		if (best && exact == best_exact && row->sock.queue <= best->sock.queue)
			continue;
		best = row;
		best_exact = exact;
	}
	return best;
}

static void name_listener(struct stalls *stalls, struct stall_peer *peer,
			  struct stalls_sight *sight, struct stalls_listener *listener)
{
	const struct stalls_owner *found;
	struct recent_owner owner;

	recent_listener(stalls->recent, peer->netns, listener->sock.lport, &owner);
	if (owner.last_accept_ns)
		peer->last_accept_ns = owner.last_accept_ns;
	if (peer->pid)
		return;
	found = stalls_sight_owner(stalls, sight, listener, owner.pid);
	peer->pid = found->pid ? found->pid : owner.pid;
	memcpy(peer->comm, found->pid ? found->comm : owner.comm, sizeof(peer->comm));
}

void stalls_look_peer(struct stalls *stalls, struct stall *stall)
{
	struct stall_peer *peer = &stall->peer;
	struct stalls_listener *listener;
	struct stalls_sight *sight;
	struct route_answer answer;

	peer->netns = peer->seen_netns;
	peer->arrived = stalls_ask_route(stalls, peer->seen_netns, 0, &peer->seen_end, &answer) &&
			answer.local;
	if (!peer->arrived)
		return;
	if (stall->reset_from_here && stall->reset_netns == peer->netns &&
	    !strcmp(stall->reset_reason, "NO_SOCKET")) {
		peer->listening = false;
		peer->looked =
			true; /* by the kernel itself: whoever listens there does not for this */
		return;
	}
	sight = stalls_sight(stalls, peer->seen_netns);
	listener = find_listener(sight, &peer->seen_end);
	peer->looked = listener || sight->whole;
	peer->listening = listener;
	if (!listener)
		return;
	peer->queue = listener->sock.queue;
	peer->limit = listener->sock.limit;
	peer->was_full |= peer->queue > peer->limit;
	name_listener(stalls, peer, sight, listener);
}

/* ---------------------------------------------------------------- ports */

struct port_search {
	struct stall_ports *ports;
	uint8_t seen[65536 / 8];    /* the reserved ones from the start */
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

/* "8080,9000-9100"; empty: none. */
static void read_reserved(struct port_search *search)
{
	_cleanup_(cleanup_fclose) FILE *file =
		fopen("/proc/sys/net/ipv4/ip_local_reserved_ports", "re");
	struct stall_ports *ports = search->ports;
	unsigned int first, last;

	while (file && fscanf(file, "%5u", &first) == 1) {
		if (fscanf(file, "-%5u", &last) != 1)
			last = first;
		for (unsigned int port = first; port <= last && port <= UINT16_MAX; port++) {
			search->seen[port / 8] |= (uint8_t)(1u << port % 8);
			ports->reserved += port >= ports->low && port <= ports->high;
		}
		if (fgetc(file) != ',')
			break;
	}
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
		stalls_find_owners(stalls, holder, 1);
		ports->pid = holder->pid;
		memcpy(ports->comm, holder->comm, sizeof(ports->comm));
	}
}

static void look_ports(struct stalls *stalls, struct stall *stall)
{
	static const uint32_t states = ((1u << TCP_STATE_MAX) - 1) &
				       ~(1u << TCP_STATE_LISTEN | 1u << TCP_STATE_NEW_SYN_RECV);
	struct port_search search = {.ports = &stall->ports};

	if (netns_switch_enter(&stalls->netns, stall->flow.netns))
		return;
	if (read_port_range(&stall->ports)) {
		read_reserved(&search);
		stall->ports.looked = !stall_hooks_dump(stalls->hooks, states, &stall->flow.remote,
							take_port, &search);
	}
	netns_switch_leave(&stalls->netns);
	if (stall->ports.looked && stall->ports.used)
		name_ports(stalls, stall, &search.holder);
}

void stalls_look_ports(struct stalls *stalls, struct stall *stall)
{
	struct stalls_answer *kept;
	bool fresh;

	kept = stalls_answer(stalls->ports, STALLS_ANSWER_NS, stall->flow.netns, 0,
			     &stall->flow.remote, &fresh);
	if (fresh && kept->ports.looked) {
		stall->ports = kept->ports;
		return;
	}
	look_ports(stalls, stall);
	kept->ports = stall->ports;
}
