/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A proxy's two sides: its client closed, so the client side is in CLOSE_WAIT; it passed that on
 * with shutdown(), so the server side is in FIN_WAIT2; it waits until the server closes. Pure.
 */

#include "findings/machine.h"
#include "findings/proxy_sides.h"

#define PAIR_WARN_MS 1000
#define PAIR_FAR_WARN_MS MINUTE
#define HOPS_MAX 8

static bool is_gone(const struct socket_detail *end)
{
	return end && (end->form == SOCKET_TIME_WAIT || end->flags & SOCKET_ORPHAN);
}

/* The last server side: behind a proxy may be another one, which waits in the same way. */
static const struct socket_detail *last_hop(const struct judging *judging,
					    const struct sides *sides,
					    const struct socket_detail *server)
{
	const struct socket_detail *sockets = judging->evidence->sockets;

	for (int i = 0; i < HOPS_MAX; i++) {
		const struct socket_detail *peer = peer_of(judging, server);

		if (!peer || sides->partners[peer - sockets] == NO_SOCKET)
			break;
		server = &sockets[sides->partners[peer - sockets]];
	}
	return server;
}

/* Its client is the server side of another proxy, whose pair names the same culprit. */
static bool is_inner(const struct judging *judging, const struct sides *sides,
		     const struct socket_detail *client)
{
	const struct socket_detail *peer = peer_of(judging, client);

	return peer && sides->partners[peer - judging->evidence->sockets] != NO_SOCKET;
}

static uint32_t culprit_of(const struct judging *judging, const struct sides *sides,
			   const struct socket_detail *server)
{
	const struct socket_detail *peer = peer_of(judging, last_hop(judging, sides, server));

	return peer ? peer->flow.pid : 0;
}

static void describe_hops(const struct judging *judging, struct finding *finding,
			  const struct sides *sides, const struct socket_detail *server)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	const struct socket_detail *peer = peer_of(judging, server);

	for (int i = 0; i < HOPS_MAX && peer && sides->partners[peer - sockets] != NO_SOCKET; i++) {
		server = &sockets[sides->partners[peer - sockets]];
		finding_line(finding, "%s is a proxy, too: %s%s in CLOSE_WAIT waits for %s -> %s%s",
			     who_text(peer->flow.pid, peer->flow.comm).s,
			     end_text(&peer->flow.local).s, fd_text(judging, peer).s,
			     end_text(&server->flow.local).s, end_text(&server->flow.remote).s,
			     fd_text(judging, server).s);
		peer = peer_of(judging, server);
	}
}

/* `guessed`: the two sides may not belong together. */
static void describe_culprit(const struct judging *judging, struct finding *finding,
			     const struct sides *sides, const struct socket_detail *first,
			     bool guessed)
{
	const struct socket_detail *server = last_hop(judging, sides, first);
	const struct socket_detail *peer = peer_of(judging, server);
	const char *state = peer ? tcp_state_name(peer->state) : NULL;
	bool stopped = peer && is_stopped(process_of(judging, peer->flow.pid));

	describe_hops(judging, finding, sides, first);
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
	if (guessed)
		finding_advice(finding,
			       "if this process is a proxy it waits for the server side, which "
			       "must close");
	else
		finding_advice(finding, "the proxy is not at fault: %s must %s",
			       who_text(peer->flow.pid, peer->flow.comm).s,
			       stopped ? "go on" : "close");
	finding->netns = peer->flow.netns;
	if (stopped)
		command_to_continue(finding, peer->flow.pid);
	else if (peer->flow.pid)
		finding_command(judging, finding, "ss -tnp | awk '/pid=%u,/'", peer->flow.pid);
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

/* Neither the time of the FINs nor the bytes join them one by one. */
static void describe_guess(struct finding *finding, const struct socket_detail *client,
			   const struct socket_detail *server)
{
	finding_line(
		finding,
		"which of them belong together is not known: there are as many on each side, and "
		"each FIN was sent after one had come, the oldest %s later",
		span_text(client->state_ms > server->state_ms ? client->state_ms - server->state_ms
							      : 0)
			.s);
}

static bool is_pair_chosen(const struct judging *judging, const struct sides *sides, size_t at)
{
	return sides->pairs[at] != NO_SOCKET &&
	       (is_chosen(judging, sides->pairs[at]) || is_chosen(judging, sides->servers[at]));
}

/* Pairs of one proxy behind which the same process stands, the first of them at `first`. */
static int describe_pairs(struct judging *judging, const struct sides *sides, size_t first,
			  struct findings *findings)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	const struct socket_detail *server = &sockets[sides->servers[first]];
	const struct socket_detail *client = &sockets[sides->pairs[first]];
	struct finding finding = machine_finding(FINDING_PROXY_PAIR);
	uint32_t culprit = culprit_of(judging, sides, server), oldest = 0;
	bool gone = false, guessed = sides->pairings[first] == PAIRED_BY_NUMBER;

	for (size_t i = first;
	     i < sides->server_count && sockets[sides->servers[i]].flow.pid == server->flow.pid;
	     i++) {
		if (!is_pair_chosen(judging, sides, i) ||
		    (sides->pairings[i] == PAIRED_BY_NUMBER) != guessed ||
		    culprit_of(judging, sides, &sockets[sides->servers[i]]) != culprit)
			continue;
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
	if (!is_inner(judging, sides, client) && oldest >= (gone ? PAIR_WARN_MS : PAIR_FAR_WARN_MS))
		finding.severity = FINDING_WARN;
	finding.confidence = guessed ? FINDING_LOW : culprit ? FINDING_HIGH : FINDING_MEDIUM;
	finding.since_ms = oldest;
	finding.since_at_least = true;
	finding_subject_of(judging, &finding, client);
	finding_title(&finding,
		      "%s: %u proxied connection%s half closed, oldest %s: client side in "
		      "CLOSE_WAIT waits for server side in FIN_WAIT2",
		      who_text(client->flow.pid, client->flow.comm).s, finding.count,
		      plural(finding.count), span_text(oldest).s);
	finding_line(&finding, "client side %s <- %s%s: CLOSE_WAIT%s",
		     end_text(&client->flow.local).s, end_text(&client->flow.remote).s,
		     fd_text(judging, client).s, gone ? ", the client is gone" : "");
	describe_client(judging, &finding, client);
	if (guessed)
		describe_guess(&finding, client, server);
	describe_culprit(judging, &finding, sides, server, guessed);
	finding.netns = client->flow.netns;
	return findings_add(findings, &finding);
}

int machine_proxies(struct judging *judging, struct findings *findings, bool explain)
{
	struct sides sides;
	int err = sides_find(judging, &sides);

	for (size_t i = 0; !err && i < sides.server_count; i++) {
		if (is_pair_chosen(judging, &sides, i))
			err = describe_pairs(judging, &sides, i, findings);
	}
	sides_release(&sides);
	return err;
}
