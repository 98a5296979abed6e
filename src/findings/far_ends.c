/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where connections lead to that are reported together: one service elsewhere, or the clients of one here. Pure. */
#include <stdio.h>

#include "findings/rules_established.h"

#define ADDR_CHARS 46 /* INET6_ADDRSTRLEN */

static bool is_from_range(const struct evidence_space *space, uint16_t port)
{
	return port >= space->settings[SPACE_PORT_LOW] && port <= space->settings[SPACE_PORT_HIGH];
}

static bool knows_range(const struct evidence_space *space)
{
	return space && space->settings[SPACE_PORT_LOW] != EVIDENCE_UNKNOWN64 &&
	       space->settings[SPACE_PORT_HIGH] != EVIDENCE_UNKNOWN64;
}

/* The process that listened may be gone: then the port tells whose it is. */
bool is_served_here(const struct judging *judging, const struct socket_detail *socket)
{
	const struct evidence_space *space = space_of(judging, socket->flow.netns);
	bool local, remote;

	if (listener_of(judging, socket))
		return true;
	if (!knows_range(space))
		return socket->flow.local.port < socket->flow.remote.port;
	local = is_from_range(space, socket->flow.local.port);
	remote = is_from_range(space, socket->flow.remote.port);
	return remote && !local;
}

/* ---------------------------------------------------------------- what is reported together */

static uint64_t mix(uint64_t a, uint64_t b)
{
	return (a ^ b * 0x9e3779b97f4a7c15ULL) * 0xbf58476d1ce4e5b9ULL;
}

static uint64_t remote_hash(const struct socket_detail *socket)
{
	uint64_t hash = socket->flow.netns;

	for (size_t i = 0; i < sizeof(socket->flow.remote.addr); i++)
		hash = hash * 31 + socket->flow.remote.addr[i];
	return hash;
}

uint64_t key_process_remote(const struct judging *judging, const struct socket_detail *socket)
{
	return mix(mix(socket->flow.pid, remote_hash(socket)), is_served_here(judging, socket)
								       ? socket->flow.local.port
								       : socket->flow.remote.port);
}

/* Many clients that do not answer have one cause, which is more likely here than at each of them. */
uint64_t key_service(const struct judging *judging, const struct socket_detail *socket)
{
	if (!is_served_here(judging, socket))
		return key_process_remote(judging, socket);
	return mix(mix(socket->flow.pid, socket->flow.netns), socket->flow.local.port);
}

/* Of packets that were seen to be dropped, by place and reason too. */
uint64_t key_service_drop(const struct judging *judging, const struct socket_detail *socket)
{
	const struct evidence_event *drop = drop_of(judging, socket, NULL);
	uint64_t key = key_service(judging, socket);

	if (!drop)
		return key;
	for (const char *at = drop->reason; *at; at++)
		key = mix(key, (uint8_t)*at);
	return mix(key, drop->netns);
}

uint64_t key_peer_process(const struct judging *judging, const struct socket_detail *socket)
{
	const struct socket_detail *peer = peer_of(judging, socket);

	return peer && peer->flow.pid ? mix(socket->flow.pid, peer->flow.pid)
				      : key_service(judging, socket);
}

/* ---------------------------------------------------------------- texts */

struct text far_text(const struct judging *judging, const struct group *group)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	struct text text;

	if (group->count == 1 || !is_served_here(judging, socket))
		return end_text(&socket->flow.remote);
	text = addr_text(&socket->flow.remote);
	if (group->several_addresses)
		snprintf(text.s, sizeof(text.s), "%.*s and other clients of port %u", ADDR_CHARS,
			 addr_text(&socket->flow.remote).s, socket->flow.local.port);
	return text;
}

struct text far_filter(const struct judging *judging, const struct group *group)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];
	struct text text = {};

	if (group->count == 1 || !is_served_here(judging, socket))
		snprintf(text.s, sizeof(text.s), "dst %.*s", ADDR_CHARS + 8,
			 end_text(&socket->flow.remote).s);
	else if (group->several_addresses)
		snprintf(text.s, sizeof(text.s), "sport = :%u", socket->flow.local.port);
	else
		snprintf(text.s, sizeof(text.s), "dst %.*s sport = :%u", ADDR_CHARS,
			 addr_text(&socket->flow.remote).s, socket->flow.local.port);
	return text;
}
