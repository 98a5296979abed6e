/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets of a namespace -> how many of its local ports are taken towards a destination. */
#include "evidence/ports.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "diagnosis/record.h"
#include "netstate/tcp_state.h"

#define PORTS_KEEP_NS 500000000u

struct port_search {
	struct stall_ports *ports;
	uint8_t seen[65536 / 8];	/* the reserved ones from the start */
	struct socket_owner_row holder; /* one that is not in TIME_WAIT */
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
		search->holder = (struct socket_owner_row){.sock = record.holder.sock,
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

static void name_ports(struct evidence_sources *sources, struct stall *stall,
		       struct socket_owner_row *holder)
{
	struct stall_ports *ports = &stall->ports;
	struct recent_owner owner;

	recent_holder(sources->recent, stall->flow.netns, &stall->flow.remote, clock_monotonic_ns(),
		      &owner);
	if (owner.pid && owner.count >= ports->used - ports->time_wait) {
		ports->pid = owner.pid;
		memcpy(ports->comm, owner.comm, sizeof(ports->comm));
	} else if (holder->sock) {
		socket_owner_find(sources->lists, holder, 1);
		ports->pid = holder->pid;
		memcpy(ports->comm, holder->comm, sizeof(ports->comm));
	}
}

static void count_ports(struct evidence_sources *sources, struct stall *stall)
{
	static const uint32_t states = ((1u << TCP_STATE_MAX) - 1) &
				       ~(1u << TCP_STATE_LISTEN | 1u << TCP_STATE_NEW_SYN_RECV);
	struct port_search search = {.ports = &stall->ports};

	if (netns_switch_enter(&sources->netns, stall->flow.netns))
		return;
	if (read_port_range(&stall->ports)) {
		read_reserved(&search);
		stall->ports.looked = !stall_hooks_dump(sources->hooks, states, &stall->flow.remote,
							take_port, &search);
	}
	netns_switch_leave(&sources->netns);
	if (stall->ports.looked && stall->ports.used)
		name_ports(sources, stall, &search.holder);
}

void ports_collect(struct evidence_sources *sources, struct stall *stall)
{
	struct question question = {.netns = stall->flow.netns, .to = stall->flow.remote};
	uint64_t now = clock_monotonic_ns();
	const struct stall_ports *known =
		question_cache_find(&sources->ports, &question, now, PORTS_KEEP_NS);

	if (known) {
		stall->ports = *known;
		return;
	}
	count_ports(sources, stall);
	if (stall->ports.looked)
		question_cache_store(&sources->ports, &question, now, &stall->ports);
}
