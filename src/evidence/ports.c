/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sockets of a namespace -> how many of its local ports are taken towards a destination.
 * __inet_hash_connect() gives out no port that bind() took, whatever its address, and of the others
 * none whose connection would have the same addresses and ports.
 */
#include "evidence/ports.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "diagnosis/record.h"
#include "netlink/bound_ports.h"
#include "netstate/tcp_state.h"

#define PORTS_KEEP_NS 500000000u

/* ---------------------------------------------------------------- sets of ports */

bool port_set_has(const struct port_set *set, uint16_t port)
{
	return set->bits[port / 8] & 1u << port % 8;
}

static void port_set_add(struct port_set *set, uint16_t port)
{
	set->bits[port / 8] |= (uint8_t)(1u << port % 8);
}

static const char *parse_port(const char *text, uint16_t *ret_port)
{
	uint32_t port = 0;

	if (*text < '0' || *text > '9')
		return NULL;
	for (; *text >= '0' && *text <= '9'; text++) {
		port = port * 10 + (uint32_t)(*text - '0');
		if (port > UINT16_MAX)
			return NULL;
	}
	*ret_port = (uint16_t)port;
	return text;
}

bool port_set_parse(struct port_set *set, const char *text)
{
	while (*text && *text != '\n') {
		uint16_t first, last;

		text = parse_port(text, &first);
		last = first;
		if (text && *text == '-')
			text = parse_port(text + 1, &last);
		if (!text || last < first)
			return false;
		for (uint32_t port = first; port <= last; port++)
			port_set_add(set, (uint16_t)port);
		if (*text == ',')
			text++;
		else if (*text && *text != '\n')
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- who takes them */

struct port_search {
	struct stall_ports *ports;
	struct endpoint source; /* the port: of a socket that is bound to one */
	bool source_known;
	struct endpoint remote;
	struct port_set taken; /* the reserved ones from the start */
	struct socket_owner_row holder;
	bool holder_bound;
};

static bool same_address(const uint8_t a[16], const uint8_t b[16])
{
	return !memcmp(a, b, 16);
}

/* Of several one is named: one that bound its port goes before one that was given it. */
static void note_holder(struct port_search *search, uint64_t sock, uint64_t inode, bool bound)
{
	if (!inode || (search->holder.inode && (search->holder_bound || !bound)))
		return;
	search->holder = (struct socket_owner_row){.sock = sock, .inode = inode};
	search->holder_bound = bound;
}

/* False: outside of the range, or counted already. */
static bool count_port(struct port_search *search, uint16_t port, bool bound, bool time_wait)
{
	struct stall_ports *ports = search->ports;

	if (port < ports->low || port > ports->high || port_set_has(&search->taken, port))
		return false;
	port_set_add(&search->taken, port);
	ports->used++;
	ports->bound += bound;
	ports->time_wait += time_wait;
	return true;
}

/* The socket is bound to a port: this one has the very addresses and ports that it would have. */
static void note_in_use(struct port_search *search, const struct wire_stall_holder *holder)
{
	search->ports->in_use = STALL_KNOWN_YES;
	search->ports->in_use_state = holder->state;
	search->holder = (struct socket_owner_row){.sock = holder->sock, .inode = holder->inode};
}

static void on_socket(void *context, const void *bytes, size_t size)
{
	struct port_search *search = context;
	const struct wire_stall_holder *holder;
	struct stall_record record;
	bool same_ends;

	if (stall_record_decode(bytes, size, &record) || record.head.kind != WIRE_KIND_STALL_HOLDER)
		return;
	holder = &record.holder;
	same_ends = search->source_known && holder->rport == search->remote.port &&
		    same_address(holder->raddr, search->remote.addr) &&
		    same_address(holder->laddr, search->source.addr);
	if (search->source.port) {
		if (same_ends && holder->lport == search->source.port)
			note_in_use(search, holder);
		return;
	}
	if (!holder->bound && !same_ends)
		return;
	if (count_port(search, holder->lport, holder->bound, holder->state == TCP_STATE_TIME_WAIT))
		note_holder(search, holder->sock, holder->inode, holder->bound);
}

static void on_bound(void *context, const struct endpoint *local, uint64_t inode)
{
	struct port_search *search = context;

	if (search->source.port)
		return;
	if (count_port(search, local->port, true, false))
		note_holder(search, 0, inode, true);
}

/* ---------------------------------------------------------------- the namespace's settings */

/* Of the namespace that this thread is in: /proc/sys/net is that of whoever opens it. */
static bool read_setting(const char *path, char *text, int size)
{
	_cleanup_(cleanup_fclose) FILE *file = fopen(path, "re");

	return file && fgets(text, size, file);
}

/* "32768\t60999" */
static bool read_range(struct stall_ports *ports)
{
	char text[64];
	const char *rest;

	if (!read_setting("/proc/sys/net/ipv4/ip_local_port_range", text, sizeof(text)))
		return false;
	rest = parse_port(text, &ports->low);
	while (rest && (*rest == '\t' || *rest == ' '))
		rest++;
	return rest && parse_port(rest, &ports->high) && ports->low <= ports->high;
}

/* A socket narrows the namespace's range by its own. */
static void narrow(struct stall_ports *ports, const struct socket_options *options)
{
	if (!options || (!options->low && !options->high))
		return;
	ports->own_range = true;
	if (options->low > ports->low)
		ports->low = options->low;
	if (options->high && options->high < ports->high)
		ports->high = options->high;
}

static void read_reserved(struct port_search *search)
{
	char text[4096];

	if (!read_setting("/proc/sys/net/ipv4/ip_local_reserved_ports", text, sizeof(text)) ||
	    !port_set_parse(&search->taken, text))
		return;
	for (uint32_t port = search->ports->low; port <= search->ports->high; port++)
		search->ports->reserved += port_set_has(&search->taken, (uint16_t)port);
}

/* ---------------------------------------------------------------- all of it */

static void name_holder(struct evidence_sources *sources, const struct stall *stall,
			struct stall_ports *ports, struct socket_owner_row *holder)
{
	struct recent_owner owner;

	recent_holder(sources->recent, stall->flow.netns, &stall->flow.remote, clock_monotonic_ns(),
		      &owner);
	if (owner.pid && owner.count >= ports->used - ports->time_wait && !ports->bound) {
		ports->pid = owner.pid;
		memcpy(ports->comm, owner.comm, sizeof(ports->comm));
	} else if (holder->inode) {
		socket_owner_find(sources->socket_reader, holder, 1);
		ports->pid = holder->pid;
		memcpy(ports->comm, holder->comm, sizeof(ports->comm));
	}
}

static bool search_sockets(struct evidence_sources *sources, struct port_search *search)
{
	static const uint32_t states =
		((1u << TCP_STATE_MAX) - 1) & ~(1u << TCP_STATE_NEW_SYN_RECV);

	if (stall_hooks_dump(sources->hooks, states, &search->remote, on_socket, search))
		return false;
	bound_ports_read(on_bound, search);
	if (search->source.port && search->source_known && !search->ports->in_use)
		search->ports->in_use = STALL_KNOWN_NO;
	return true;
}

static void count_ports(struct evidence_sources *sources, const struct endpoint *source,
			const struct socket_options *options, struct stall *stall)
{
	struct stall_ports ports = {};
	struct port_search search = {
		.ports = &ports, .source_known = source, .remote = stall->flow.remote};

	if (source)
		search.source = *source;
	if (netns_switch_enter(&sources->netns, stall->flow.netns))
		return;
	if (read_range(&ports)) {
		narrow(&ports, options);
		read_reserved(&search);
		ports.looked = search_sockets(sources, &search);
	}
	netns_switch_leave(&sources->netns);
	if (ports.used || ports.in_use == STALL_KNOWN_YES)
		name_holder(sources, stall, &ports, &search.holder);
	stall->ports = ports;
}

void ports_collect(struct evidence_sources *sources, const struct endpoint *source,
		   const struct socket_options *options, struct stall *stall)
{
	struct question question = {.netns = stall->flow.netns, .to = stall->flow.remote};
	uint64_t now = clock_monotonic_ns();
	const struct stall_ports *known;

	if (source)
		question.from = *source;
	if (options) /* its own range of ports */
		question.mark = (uint32_t)options->high << 16 | options->low;
	known = question_cache_find(&sources->ports, &question, now, PORTS_KEEP_NS);
	if (known) {
		stall->ports = *known;
		return;
	}
	count_ports(sources, source, options, stall);
	if (stall->ports.looked)
		question_cache_store(&sources->ports, &question, now, &stall->ports);
}
