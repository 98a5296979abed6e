/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A proxy's two sides: its client closed, so the client side is in CLOSE_WAIT; it passed that on
 * with shutdown(), so the server side is in FIN_WAIT2; it waits until the server closes. Pure.
 */
#include "findings/machine.h"

#include <errno.h>
#include <stdlib.h>

/* The proxy passes a FIN on at once. */
#define PASSED_ON_MS 1000
#define PAIR_WARN_MS 1000
#define PAIR_FAR_WARN_MS MINUTE

static bool is_client_side(const struct judging *judging, const struct socket_detail *socket)
{
	return socket->state == TCP_STATE_CLOSE_WAIT && socket->flow.pid;
}

static bool is_server_side(const struct judging *judging, const struct socket_detail *socket)
{
	return socket->state == TCP_STATE_FIN_WAIT2 && socket->form == SOCKET_FULL &&
	       !(socket->flags & SOCKET_ORPHAN) && socket->flow.pid;
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

struct sides {
	uint32_t *clients, *servers;
	size_t client_count, server_count;
	uint32_t *pairs; /* of each server side: its client side */
};

static bool fits(const struct socket_detail *client, const struct socket_detail *server)
{
	uint32_t young = client->state_ms < server->state_ms ? client->state_ms : server->state_ms;
	uint32_t old = client->state_ms + server->state_ms - young;

	return client->state_ms != EVIDENCE_UNKNOWN32 && server->state_ms != EVIDENCE_UNKNOWN32 &&
	       old - young <= PASSED_ON_MS;
}

/* Both lists are in the same order: each server side takes the first client side that fits. */
static void find_pairs(const struct judging *judging, struct sides *sides)
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
	}
}

static bool is_gone(const struct socket_detail *end)
{
	return end && (end->form == SOCKET_TIME_WAIT || end->flags & SOCKET_ORPHAN);
}

static uint32_t culprit_of(const struct judging *judging, const struct socket_detail *server)
{
	const struct socket_detail *peer = peer_of(judging, server);

	return peer ? peer->flow.pid : 0;
}

static void describe_culprit(const struct judging *judging, struct finding *finding,
			     const struct socket_detail *server)
{
	const struct socket_detail *peer = peer_of(judging, server);
	const char *state = peer ? tcp_state_name(peer->state) : NULL;

	if (!peer) {
		finding_line(finding,
			     "server side %s -> %s%s: FIN_WAIT2, the server is not on this "
			     "host",
			     end_text(&server->flow.local).s, end_text(&server->flow.remote).s,
			     fd_text(judging, server).s);
		finding_advice(finding, "the server behind it does not close");
		return;
	}
	finding_line(finding,
		     "server side %s -> %s%s: FIN_WAIT2; %s holds the other end%s in %s for %s%s",
		     end_text(&server->flow.local).s, end_text(&server->flow.remote).s,
		     fd_text(judging, server).s, who_text(peer->flow.pid, peer->flow.comm).s,
		     fd_text(judging, peer).s, state ? state : "?", span_text(peer->state_ms).s,
		     peer->fin_unread ? " and has not read its end" : "");
	describe_process(judging, finding, peer->flow.pid);
	finding_advice(finding, "the proxy is not at fault: %s must close",
		       who_text(peer->flow.pid, peer->flow.comm).s);
	if (peer->flow.pid)
		finding_command(judging, finding, "ss -tnp | grep -F pid=%u,", peer->flow.pid);
}

/* Who it was, where that was watched. */
static void describe_client(const struct judging *judging, struct finding *finding,
			    const struct socket_detail *client)
{
	const struct socket_detail *peer = peer_of(judging, client);
	const struct evidence_event *closer = peer ? closer_of(judging, peer) : NULL;

	if (closer)
		finding_line(finding, "the client's end was closed by %s%s",
			     who_text(closer->flow.pid, closer->flow.comm).s,
			     closer->value ? ", which is gone" : "");
}

/* Pairs of one proxy behind which the same process stands, the first of them at `first`. */
static int describe_pairs(struct judging *judging, const struct sides *sides, size_t first,
			  struct findings *findings)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	const struct socket_detail *server = &sockets[sides->servers[first]];
	const struct socket_detail *client = &sockets[sides->pairs[first]];
	struct finding finding = machine_finding(FINDING_PROXY_PAIR);
	uint32_t culprit = culprit_of(judging, server), oldest = 0;
	bool gone = false, chosen = false;

	for (size_t i = first;
	     i < sides->server_count && sockets[sides->servers[i]].flow.pid == server->flow.pid;
	     i++) {
		if (sides->pairs[i] == NO_SOCKET ||
		    culprit_of(judging, &sockets[sides->servers[i]]) != culprit)
			continue;
		chosen |= is_chosen(judging, sides->pairs[i]) ||
			  is_chosen(judging, sides->servers[i]);
		client = &sockets[sides->pairs[i]];
		server = &sockets[sides->servers[i]];
		oldest = client->state_ms;
		gone |= is_gone(peer_of(judging, client));
		machine_connection(&finding, sides->pairs[i]);
		machine_connection(&finding, sides->servers[i]);
		judging->kinds[sides->pairs[i]] = judging->kinds[sides->servers[i]] = FINDING_NONE;
		sides->pairs[i] = NO_SOCKET;
		finding.count++;
	}
	if (!chosen)
		return 0;
	if (oldest >= (gone ? PAIR_WARN_MS : PAIR_FAR_WARN_MS))
		finding.severity = FINDING_WARN;
	finding.confidence = culprit ? FINDING_HIGH : FINDING_MEDIUM;
	finding.since_ms = oldest;
	finding.since_at_least = true;
	finding_subject_of(judging, &finding, client);
	finding_title(&finding,
		      "%s: %u proxied connection%s half dead, oldest %s: client side in "
		      "CLOSE_WAIT waits for server side in FIN_WAIT2",
		      who_text(client->flow.pid, client->flow.comm).s, finding.count,
		      plural(finding.count), span_text(oldest).s);
	finding_line(&finding, "client side %s <- %s%s: CLOSE_WAIT%s",
		     end_text(&client->flow.local).s, end_text(&client->flow.remote).s,
		     fd_text(judging, client).s, gone ? ", the client is gone" : "");
	describe_client(judging, &finding, client);
	describe_culprit(judging, &finding, server);
	return findings_add(findings, &finding);
}

int machine_proxies(struct judging *judging, struct findings *findings, bool explain)
{
	struct sides sides = {};
	int err = machine_collect(judging, is_server_side, by_process_and_age, &sides.servers,
				  &sides.server_count);

	if (explain || err || !sides.server_count) {
		free(sides.servers);
		return explain ? 0 : err;
	}
	err = machine_collect(judging, is_client_side, by_process_and_age, &sides.clients,
			      &sides.client_count);
	sides.pairs = err ? NULL : malloc(sides.server_count * sizeof(*sides.pairs));
	if (!err && !sides.pairs)
		err = -ENOMEM;
	if (!err)
		find_pairs(judging, &sides);
	for (size_t i = 0; !err && i < sides.server_count; i++) {
		if (sides.pairs[i] != NO_SOCKET)
			err = describe_pairs(judging, &sides, i, findings);
	}
	free(sides.clients);
	free(sides.servers);
	free(sides.pairs);
	return err;
}
