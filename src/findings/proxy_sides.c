/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which client side of a proxy belongs to which server side. Pure. */
#include "findings/proxy_sides.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "findings/machine.h"

/* Most proxies pass a FIN on at once. */
#define PASSED_ON_MS 1000
/* Of counters that include a FIN at one end alone. */
#define BYTES_SLACK 2
#define BYTES_LEAST 16
#define COMPARED_MAX (1u << 24) /* steps, of crowds of one process */

static bool is_client_side(const struct judging *judging, const struct socket_detail *socket)
{
	return socket->state == TCP_STATE_CLOSE_WAIT && socket->flow.pid;
}

/* A process that has the far end, too, waits for itself, not for a server. */
static bool is_server_side(const struct judging *judging, const struct socket_detail *socket)
{
	const struct socket_detail *peer = peer_of(judging, socket);

	return socket->state == TCP_STATE_FIN_WAIT2 && socket->form == SOCKET_FULL &&
	       !(socket->flags & SOCKET_ORPHAN) && socket->flow.pid &&
	       !(peer && peer->flow.pid == socket->flow.pid);
}

static int by_process_and_age(const void *a, const void *b, void *context)
{
	const struct socket_detail *sockets = context;
	const struct socket_detail *left = &sockets[*(const uint32_t *)a];
	const struct socket_detail *right = &sockets[*(const uint32_t *)b];

	if (left->flow.pid != right->flow.pid)
		return left->flow.pid < right->flow.pid ? -1 : 1;
	return (left->state_ms > right->state_ms) - (left->state_ms < right->state_ms);
}

static void pair(struct sides *sides, size_t at, uint32_t client, enum pairing pairing)
{
	sides->pairs[at] = client;
	sides->pairings[at] = (uint8_t)pairing;
	sides->partners[sides->servers[at]] = client;
	sides->partners[client] = sides->servers[at];
}

/* ---------------------------------------------------------------- by time */

static bool fits(const struct socket_detail *client, const struct socket_detail *server)
{
	uint32_t young = client->state_ms < server->state_ms ? client->state_ms : server->state_ms;
	uint32_t old = client->state_ms + server->state_ms - young;

	return client->state_ms != EVIDENCE_UNKNOWN32 && server->state_ms != EVIDENCE_UNKNOWN32 &&
	       old - young <= PASSED_ON_MS;
}

/* Both lists are in the same order: each server side takes the first client side that fits. */
static void pair_by_time(const struct judging *judging, struct sides *sides)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	size_t at = 0;

	for (size_t i = 0; i < sides->server_count; i++) {
		const struct socket_detail *server = &sockets[sides->servers[i]];

		sides->pairs[i] = NO_SOCKET;
		while (at < sides->client_count) {
			const struct socket_detail *client = &sockets[sides->clients[at]];

			if (client->flow.pid > server->flow.pid ||
			    (client->flow.pid == server->flow.pid && !fits(client, server) &&
			     client->state_ms > server->state_ms))
				break;
			at++;
			if (client->flow.pid != server->flow.pid || !fits(client, server))
				continue;
			sides->pairs[i] = (uint32_t)(client - sockets);
			break;
		}
		if (sides->pairs[i] == NO_SOCKET)
			continue;
		pair(sides, i, sides->pairs[i], PAIRED_BY_TIME);
	}
}

/* ---------------------------------------------------------------- by bytes */

static bool is_near(uint64_t a, uint64_t b)
{
	return (a > b ? a - b : b - a) <= BYTES_SLACK;
}

/* What came in on one side went out on the other, as a proxy of bytes does it. */
static bool same_bytes(const struct socket_detail *client, const struct socket_detail *server)
{
	return client->bytes_received + client->bytes_sent >= BYTES_LEAST &&
	       is_near(client->bytes_received, server->bytes_sent) &&
	       is_near(client->bytes_sent, server->bytes_received);
}

/* The proxy's FIN did not leave before its client's came. */
static bool may_follow(const struct socket_detail *client, const struct socket_detail *server)
{
	return client->state_ms != EVIDENCE_UNKNOWN32 && server->state_ms != EVIDENCE_UNKNOWN32 &&
	       (uint64_t)client->state_ms + PASSED_ON_MS >= server->state_ms;
}

/* The first client side, from `at` on, of this process or one behind it in the lists' order. */
static size_t clients_of(const struct judging *judging, const struct sides *sides, size_t at,
			 uint32_t pid)
{
	while (at < sides->client_count &&
	       judging->evidence->sockets[sides->clients[at]].flow.pid < pid)
		at++;
	return at;
}

static void pair_by_bytes(const struct judging *judging, struct sides *sides)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	uint32_t steps = 0;
	size_t first = 0;

	for (size_t i = 0; i < sides->server_count; i++) {
		const struct socket_detail *server = &sockets[sides->servers[i]];

		first = clients_of(judging, sides, first, server->flow.pid);
		for (size_t j = first; sides->pairs[i] == NO_SOCKET && j < sides->client_count &&
				       ++steps < COMPARED_MAX;
		     j++) {
			uint32_t client = sides->clients[j];

			if (sockets[client].flow.pid != server->flow.pid)
				break;
			if (sides->partners[client] == NO_SOCKET &&
			    may_follow(&sockets[client], server) &&
			    same_bytes(&sockets[client], server))
				pair(sides, i, client, PAIRED_BY_BYTES);
		}
	}
}

/* ---------------------------------------------------------------- by their number */

/* It came through a listener, or was made. */
static bool is_incoming(const struct judging *judging, const struct socket_detail *socket)
{
	return listener_of(judging, socket) != NULL;
}

/* One side of a process, in the order of age. */
struct side {
	const uint32_t *list;
	size_t count, at;
	bool incoming;
};

/* The next one of this process that has no partner; NO_SOCKET: none. */
static uint32_t next_left(const struct judging *judging, const struct sides *sides,
			  struct side *side, uint32_t pid)
{
	const struct socket_detail *sockets = judging->evidence->sockets;

	while (side->at < side->count && sockets[side->list[side->at]].flow.pid == pid) {
		uint32_t index = side->list[side->at++];

		if (sides->partners[index] == NO_SOCKET &&
		    is_incoming(judging, &sockets[index]) == side->incoming)
			return index;
	}
	return NO_SOCKET;
}

/* In the order of their ages each may belong to the other, and none is left over. */
static bool match(const struct judging *judging, const struct sides *sides, struct side clients,
		  struct side servers, uint32_t pid)
{
	const struct socket_detail *sockets = judging->evidence->sockets;

	for (;;) {
		uint32_t client = next_left(judging, sides, &clients, pid);
		uint32_t server = next_left(judging, sides, &servers, pid);

		if (client == NO_SOCKET || server == NO_SOCKET)
			return client == server;
		if (!may_follow(&sockets[client], &sockets[server]))
			return false;
	}
}

static void pair_by_number(const struct judging *judging, struct sides *sides)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	struct side clients = {sides->clients, sides->client_count, 0, true};
	struct side servers = {sides->servers, sides->server_count, 0, false};

	while (servers.at < servers.count) {
		uint32_t pid = sockets[servers.list[servers.at]].flow.pid;
		bool all;

		clients.at = clients_of(judging, sides, clients.at, pid);
		all = match(judging, sides, clients, servers, pid);
		while (servers.at < servers.count &&
		       sockets[servers.list[servers.at]].flow.pid == pid) {
			size_t at = servers.at;
			uint32_t server = next_left(judging, sides, &servers, pid);

			if (all && server != NO_SOCKET)
				pair(sides, servers.at - 1,
				     next_left(judging, sides, &clients, pid), PAIRED_BY_NUMBER);
			servers.at = servers.at > at ? servers.at : at + 1;
		}
	}
}

/* ---------------------------------------------------------------- all */

static int find_clients(const struct judging *judging, struct sides *sides)
{
	size_t partners = judging->evidence->socket_count * sizeof(*sides->partners);
	int err = machine_collect(judging, is_client_side, by_process_and_age, &sides->clients,
				  &sides->client_count);

	if (err)
		return err;
	sides->pairs = malloc(sides->server_count * sizeof(*sides->pairs));
	sides->pairings = calloc(sides->server_count, sizeof(*sides->pairings));
	sides->partners = malloc(partners);
	if (!sides->pairs || !sides->pairings || !sides->partners)
		return -ENOMEM;
	memset(sides->partners, 0xff, partners);
	pair_by_time(judging, sides);
	pair_by_bytes(judging, sides);
	pair_by_number(judging, sides);
	return 0;
}

int sides_find(const struct judging *judging, struct sides *ret_sides)
{
	int err;

	*ret_sides = (struct sides){};
	err = machine_collect(judging, is_server_side, by_process_and_age, &ret_sides->servers,
			      &ret_sides->server_count);
	return !err && ret_sides->server_count ? find_clients(judging, ret_sides) : err;
}

void sides_release(struct sides *sides)
{
	free(sides->clients);
	free(sides->servers);
	free(sides->pairs);
	free(sides->pairings);
	free(sides->partners);
}
