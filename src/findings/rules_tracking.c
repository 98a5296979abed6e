/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ESTABLISHED, and connection tracking of a namespace on the way has lost its entry. Pure. */
#include "findings/rules_established.h"

#include <string.h>

#include "base/address.h"

/* What shows it, the surest last. */
enum forgotten {
	NOT_FORGOTTEN,
	BY_INVALID, /* no entry, and the namespace counts packets of unknown connections */
	BY_NEW_NAT, /* the entry has seen no reply, so it is younger than the connection */
	BY_DROP,    /* no entry, and netfilter drops the packets there */
	BY_WATCH,   /* the entry was there at the first snapshot */
	BY_NAT,	    /* both ends are here, with translated addresses, and nobody translates */
};

struct loss {
	enum forgotten why;
	const struct evidence_event *entry; /* what tracking answered there */
};

/* ---------------------------------------------------------------- what was answered */

/* Of two snapshots the later one counts. */
static bool is_latest(const struct judging *judging, const struct socket_detail *socket,
		      uint32_t at)
{
	const struct evidence_event *events = judging->evidence->events;
	uint32_t netns = events[at].netns;

	while ((at = event_next(judging, socket, at)) != NO_EVENT) {
		if (events[at].kind == EVIDENCE_TRACKED && events[at].netns == netns)
			return false;
	}
	return true;
}

/* The next answer that counts, of one namespace, from `at` on; NO_EVENT. */
static uint32_t answer_from(const struct judging *judging, const struct socket_detail *socket,
			    uint32_t at)
{
	const struct evidence_event *events = judging->evidence->events;

	while (at != NO_EVENT &&
	       (events[at].kind != EVIDENCE_TRACKED || !is_latest(judging, socket, at)))
		at = event_next(judging, socket, at);
	return at;
}

bool is_asked_about(const struct judging *judging, const struct socket_detail *socket)
{
	return answer_from(judging, socket, event_first(judging, socket)) != NO_EVENT;
}

static bool had_entry(const struct judging *judging, const struct socket_detail *socket,
		      const struct evidence_event *now)
{
	for (uint32_t at = event_first(judging, socket); at != NO_EVENT;
	     at = event_next(judging, socket, at)) {
		const struct evidence_event *event = &judging->evidence->events[at];

		if (event->kind == EVIDENCE_TRACKED && event->netns == now->netns &&
		    event->ktime_ns < now->ktime_ns && event->value & EVIDENCE_HAS_ENTRY)
			return true;
	}
	return false;
}

/* ---------------------------------------------------------------- is it on the way */

static bool has_address(const struct evidence_space *space, const struct endpoint *end)
{
	for (uint32_t i = 0; i < space->device_count && i < EVIDENCE_DEVICES_MAX; i++) {
		if (!memcmp(space->devices[i].addr, end->addr, sizeof(end->addr)))
			return true;
	}
	return false;
}

/* Addresses may repeat between namespaces: then the next hop is none of them for sure. */
static bool is_next_hop(const struct judging *judging, const struct socket_detail *socket,
			uint32_t netns)
{
	const struct evidence *evidence = judging->evidence;
	const struct evidence_event *hop = NULL;
	uint32_t found = 0, count = 0;

	for (uint32_t at = event_first(judging, socket); at != NO_EVENT;
	     at = event_next(judging, socket, at)) {
		if (evidence->events[at].kind == EVIDENCE_NEXT_HOP)
			hop = &evidence->events[at];
	}
	for (size_t i = 0; hop && i < evidence->space_count; i++) {
		if (!has_address(&evidence->spaces[i], &hop->flow.remote))
			continue;
		found = evidence->spaces[i].netns;
		count++;
	}
	return count == 1 && found == netns;
}

static bool is_on_way(const struct judging *judging, const struct socket_detail *socket,
		      uint32_t netns)
{
	const struct socket_detail *peer = peer_of(judging, socket);

	return netns == socket->flow.netns || (peer && netns == peer->flow.netns) ||
	       is_next_hop(judging, socket, netns);
}

/* ---------------------------------------------------------------- what it proves */

static bool is_translated(const struct socket_detail *socket, const struct socket_detail *peer)
{
	return peer && (!same_end(&socket->flow.local, &peer->flow.remote) ||
			!same_end(&socket->flow.remote, &peer->flow.local));
}

static bool counts_invalid(const struct judging *judging, uint32_t netns)
{
	const struct evidence_space *space = space_of(judging, netns);
	uint64_t now = space ? space->counters[SPACE_CT_INVALID] : EVIDENCE_UNKNOWN64;
	uint64_t before = space ? space->before[SPACE_CT_INVALID] : EVIDENCE_UNKNOWN64;

	if (now == EVIDENCE_UNKNOWN64)
		return false;
	return before == EVIDENCE_UNKNOWN64 ? now > 0 : now > before;
}

static bool drops_there(const struct judging *judging, const struct socket_detail *socket,
			uint32_t netns)
{
	const struct evidence_event *drop = drop_of(judging, socket, NULL);

	return drop && drop->netns == netns &&
	       (!strcmp(drop->reason, "NETFILTER_DROP") ||
		!strncmp(drop->place, "nf_hook_slow", strlen("nf_hook_slow")));
}

static enum forgotten without_entry(const struct judging *judging,
				    const struct socket_detail *socket,
				    const struct evidence_event *entry)
{
	const struct evidence_space *space = space_of(judging, entry->netns);
	bool forwards = space && space_forwards(space, address_is_v4(socket->flow.remote.addr));
	bool on_way = is_on_way(judging, socket, entry->netns);

	if (is_translated(socket, peer_of(judging, socket)) && (on_way || forwards))
		return BY_NAT;
	if (!on_way)
		return NOT_FORGOTTEN;
	if (had_entry(judging, socket, entry))
		return BY_WATCH;
	if (drops_there(judging, socket, entry->netns))
		return BY_DROP;
	return counts_invalid(judging, entry->netns) ? BY_INVALID : NOT_FORGOTTEN;
}

/* A packet in the middle of a connection makes a new entry, perhaps with another translation. */
static enum forgotten with_new_entry(const struct judging *judging,
				     const struct socket_detail *socket,
				     const struct evidence_event *entry)
{
	const struct socket_detail *peer = peer_of(judging, socket);

	if (!(entry->value & EVIDENCE_ENTRY_FORWARD))
		return NOT_FORGOTTEN;
	if (peer && is_translated(socket, peer))
		return same_end(&entry->flow.local, &peer->flow.remote) &&
				       same_end(&entry->flow.remote, &peer->flow.local)
			       ? NOT_FORGOTTEN
			       : BY_NAT;
	if (peer || (same_end(&entry->flow.local, &socket->flow.local) &&
		     same_end(&entry->flow.remote, &socket->flow.remote)))
		return NOT_FORGOTTEN;
	return BY_NEW_NAT;
}

static struct loss loss_of(const struct judging *judging, const struct socket_detail *socket)
{
	struct loss loss = {};

	for (uint32_t at = answer_from(judging, socket, event_first(judging, socket));
	     at != NO_EVENT; at = answer_from(judging, socket, event_next(judging, socket, at))) {
		const struct evidence_event *event = &judging->evidence->events[at];
		enum forgotten why;

		if (event->value & EVIDENCE_ENTRY_REPLIED)
			return (struct loss){}; /* somebody knows it */
		why = event->value & EVIDENCE_HAS_ENTRY ? with_new_entry(judging, socket, event)
							: without_entry(judging, socket, event);
		if (why > loss.why)
			loss = (struct loss){why, event};
	}
	return loss;
}

/* ---------------------------------------------------------------- the rule */

bool unacked_forgotten(const struct judging *judging, const struct socket_detail *socket)
{
	return unacked(judging, socket) && loss_of(judging, socket).why;
}

/*
 * Of the connections of this process and destination the one whose loss is surest, and how many were asked
 * about: of a crowd only some are.
 */
struct witness {
	const struct socket_detail *socket;
	struct loss loss;
	uint32_t asked;
};

static struct witness witness_of(const struct judging *judging, const struct socket_detail *socket,
				 bool single)
{
	const struct evidence *evidence = judging->evidence;
	uint64_t key = key_process_remote(judging, socket);
	struct witness witness = {.socket = socket, .loss = loss_of(judging, socket)};

	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *other = &evidence->sockets[i];
		struct loss loss;

		if (judging->kinds[i] != FINDING_CONNTRACK_FORGOT ||
		    key_process_remote(judging, other) != key || !is_asked_about(judging, other))
			continue;
		witness.asked++;
		loss = loss_of(judging, other);
		if (loss.why > witness.loss.why && !(single && witness.loss.why))
			witness = (struct witness){other, loss, witness.asked};
	}
	return witness;
}

static void describe_how(const struct judging *judging, struct finding *finding,
			 const struct socket_detail *socket, const struct loss *loss)
{
	struct text space = space_text(judging, loss->entry->netns);
	const struct socket_detail *peer = peer_of(judging, socket);

	if (loss->entry->value & EVIDENCE_HAS_ENTRY)
		finding_line(finding,
			     "its entry in %s has seen no reply, so it is younger than the "
			     "connection: packets leave as %s -> %s",
			     space.s, end_text(&loss->entry->flow.local).s,
			     end_text(&loss->entry->flow.remote).s);
	else
		finding_line(finding, "%s tracks connections and has no entry for %s -> %s%s",
			     space.s, end_text(&socket->flow.local).s,
			     end_text(&socket->flow.remote).s,
			     loss->why == BY_WATCH ? "; it had one when the watch began" : "");
	if (is_translated(socket, peer))
		finding_line(finding,
			     "the other end knows it as %s -> %s: addresses were translated",
			     end_text(&peer->flow.remote).s, end_text(&peer->flow.local).s);
	if (counts_invalid(judging, loss->entry->netns))
		finding_line(finding, "%s counts packets that belong to no connection (invalid)",
			     space.s);
}

void describe_forgotten(const struct judging *judging, const struct group *group,
			struct finding *finding)
{
	static const uint8_t confidences[] = {
		[BY_INVALID] = FINDING_LOW, [BY_NEW_NAT] = FINDING_LOW, [BY_DROP] = FINDING_MEDIUM,
		[BY_WATCH] = FINDING_HIGH,  [BY_NAT] = FINDING_HIGH,
	};
	const struct socket_detail *socket = unacked_begin(judging, group, finding);
	struct witness witness = witness_of(judging, socket, group->single);
	const struct evidence_event *drop = drop_of(judging, witness.socket, NULL);
	struct loss loss = witness.loss;

	if (!loss.entry)
		return;
	finding->confidence = confidences[loss.why];
	finding_title(finding,
		      "%u connection%s to %s: data is not acknowledged, connection tracking of %s "
		      "has lost %s",
		      group->count, plural(group->count), far_text(judging, group).s,
		      space_text(judging, loss.entry->netns).s,
		      group->count == 1 ? "its entry" : "their entries");
	describe_how(judging, finding, witness.socket, &loss);
	if (!is_asked_about(judging, socket) || witness.asked < group->count)
		finding_line(
			finding,
			"connection tracking was asked about %u of the connections there, and has "
			"lost each of these",
			witness.asked);
	if (drop)
		describe_drop(judging, finding, drop);
	unacked_end(judging, group, finding);
	finding_advice(finding, "connect again; set keepalive to act before "
				"nf_conntrack_tcp_timeout_established, and do not flush the table");
	finding->netns = loss.entry->netns;
	finding_command(judging, finding, "conntrack -L -p tcp --orig-dst %s",
			addr_text(&socket->flow.remote).s);
	finding->netns = socket->flow.netns;
}

/* A fact that alone proves little: rules may exempt a connection from tracking. */
void describe_untracked(const struct judging *judging, struct finding *finding,
			const struct socket_detail *socket)
{
	for (uint32_t at = answer_from(judging, socket, event_first(judging, socket));
	     at != NO_EVENT; at = answer_from(judging, socket, event_next(judging, socket, at))) {
		const struct evidence_event *event = &judging->evidence->events[at];

		if (event->value & EVIDENCE_HAS_ENTRY || !is_on_way(judging, socket, event->netns))
			continue;
		finding_line(finding,
			     "%s, which its packets pass, tracks connections and has no entry of "
			     "this one",
			     space_text(judging, event->netns).s);
	}
}
