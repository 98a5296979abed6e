/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ESTABLISHED, data that is not acknowledged: peer, path, a drop here, the path MTU. Pure. */
#include "findings/rules_established.h"

#include <string.h>

#include "base/address.h"
#include "diagnosis/reasons.h"

/* Losses that heal are usual: so many timeouts in a row are not. */
#define RETRIES_WARN 3
/* A path MTU that is not seen is guessed from so many repeats of full-size segments, */
#define FULL_RETRANSMITS_MIN 4
/* larger than any path must carry (RFC 8200 5, without headers), */
#define SMALL_SEGMENT 1220
/* while the peer was heard so long after the first was sent. */
#define HEARD_AFTER_MS 1000

/* ---------------------------------------------------------------- unacknowledged */

static bool retransmits(const struct socket_detail *socket)
{
	return socket->flags & SOCKET_DETAILS && socket->flags & SOCKET_RETRANSMIT &&
	       socket->retransmits >= 1 && socket->unacked;
}

/* A device of a namespace that forwards between both ends, with a smaller MTU than this connection
 * uses. */
static const struct evidence_device *narrow_device(const struct judging *judging,
						   const struct socket_detail *socket,
						   const struct evidence_space **ret_space)
{
	const struct evidence *evidence = judging->evidence;
	uint32_t size = socket->pmtu ? socket->pmtu : socket->mss + 40;
	bool v4 = address_is_v4(socket->flow.remote.addr);

	for (size_t i = 0; i < evidence->space_count; i++) {
		const struct evidence_space *space = &evidence->spaces[i];

		if (!space_forwards(space, v4) || space->netns == socket->flow.netns)
			continue;
		for (uint32_t j = 0; j < space->device_count; j++) {
			const struct evidence_device *device = &space->devices[j];
			unsigned int bytes = device->prefix / 8u;

			if (!bytes || device->mtu < 68 || device->mtu >= size)
				continue;
			if (memcmp(device->addr, socket->flow.remote.addr, bytes) != 0)
				continue;
			*ret_space = space;
			return device;
		}
	}
	return NULL;
}

bool unacked_dropped(const struct judging *judging, const struct socket_detail *socket)
{
	return is_unsent(socket) || (unacked(judging, socket) && drop_of(judging, socket, NULL) &&
				     !drop_of(judging, socket, "PKT_TOO_BIG"));
}

/* The peer is alive and answers, while nothing but full-size segments repeats. */
static bool only_full_segments(const struct judging *judging, const struct socket_detail *socket)
{
	struct retransmissions seen = retransmissions_of(judging, socket);

	return seen.count >= FULL_RETRANSMITS_MIN && socket->retransmits >= FULL_RETRANSMITS_MIN &&
	       socket->mss > SMALL_SEGMENT && seen.least >= socket->mss &&
	       socket->hang_ms != EVIDENCE_UNKNOWN32 && socket->heard_ms != EVIDENCE_UNKNOWN32 &&
	       (uint64_t)socket->heard_ms + HEARD_AFTER_MS < socket->hang_ms;
}

/* Full-size segments repeat, and a device on the way, seen here, is too narrow for them; or the
 * peer answers meanwhile, so smaller ones pass. */
bool unacked_mtu(const struct judging *judging, const struct socket_detail *socket)
{
	const struct evidence_space *space;

	if (!retransmits(socket))
		return false;
	if (drop_of(judging, socket, "PKT_TOO_BIG"))
		return true;
	if (drop_of(judging, socket, NULL))
		return false;
	if (socket->retransmits >= 2 && socket->unacked >= socket->mss &&
	    narrow_device(judging, socket, &space))
		return true;
	return only_full_segments(judging, socket);
}

bool unacked_peer_gone(const struct judging *judging, const struct socket_detail *socket)
{
	const struct evidence_space *space;

	if (!retransmits(socket) || peer_of(judging, socket))
		return false;
	space = space_with_address(judging, socket->flow.remote.addr);
	/* where connections are tracked the address may be translated */
	return space && (!space->settings[SPACE_CT_COUNT] ||
			 space->settings[SPACE_CT_COUNT] == EVIDENCE_UNKNOWN64);
}

bool unacked(const struct judging *judging, const struct socket_detail *socket)
{
	return retransmits(socket) || probes_unanswered(socket);
}

void since_hang(const struct judging *judging, struct finding *finding,
		const struct socket_detail *socket)
{
	if (is_unsent(socket))
		finding->since_ms = unsent_ms(judging, socket);
	else if (probes_unanswered(socket))
		finding->since_ms = socket->heard_ms;
	else if (socket->hang_ms != EVIDENCE_UNKNOWN32)
		finding->since_ms = socket->hang_ms;
}

void describe_tries(struct finding *finding, const struct socket_detail *socket)
{
	uint64_t next = socket->timer_ms > 0 ? (uint64_t)socket->timer_ms : 0;

	if (is_unsent(socket))
		finding_line(finding,
			     "never sent, though the peer's window of %u bytes is open: tried %u "
			     "times, next in %s",
			     socket->snd_wnd, socket->probes_out + 1u, span_text(next).s);
	else if (probes_unanswered(socket))
		finding_line(finding,
			     "the peer's window is closed, and %u window probes are not answered, "
			     "next in %s",
			     socket->probes_out, span_text(next).s);
	else
		finding_line(finding,
			     "%s unacknowledged, retransmitted %u time%s, next in %s, MSS %u",
			     socket->unacked ? bytes_text(socket->unacked).s : "the FIN",
			     socket->retransmits, plural(socket->retransmits), span_text(next).s,
			     socket->mss);
}

/* What was sent, how often again, and when the kernel gives up. */
static void describe_retries(const struct judging *judging, struct finding *finding,
			     const struct socket_detail *socket)
{
	describe_tries(finding, socket);
	if (!socket->packets_out)
		finding_line(finding, "%s wait to be sent", bytes_text(socket->unacked).s);
	if (socket->heard_ms != EVIDENCE_UNKNOWN32)
		finding_line(finding, "last acknowledgement from the peer %s ago",
			     span_text(socket->heard_ms).s);
	describe_give_up(judging, finding, socket);
}

/* The other end's sequence number distinguishes lost data from lost acknowledgements. */
static void describe_direction(const struct judging *judging, struct finding *finding,
			       const struct socket_detail *socket)
{
	const struct socket_detail *peer = peer_of(judging, socket);

	if (!peer || peer->form != SOCKET_FULL || !socket->packets_out)
		return;
	if (peer->rcv_nxt == socket->snd_una)
		finding_line(finding, "the other end has not received it: the data is lost on the "
				      "way");
	else if ((int32_t)(peer->rcv_nxt - socket->snd_una) > 0)
		finding_line(finding,
			     "the other end has received %s of it: its acknowledgements "
			     "are lost on the way",
			     bytes_text(peer->rcv_nxt - socket->snd_una).s);
}

static void describe_other_direction(const struct judging *judging, struct finding *finding,
				     const struct socket_detail *socket)
{
	const struct socket_detail *peer = peer_of(judging, socket);

	if (peer && retransmits(peer))
		finding_line(finding,
			     "nothing passes the other way either: %s of the other end are not "
			     "acknowledged, retransmitted %u time%s",
			     bytes_text(peer->unacked).s, peer->retransmits,
			     plural(peer->retransmits));
}

const struct socket_detail *unacked_begin(const struct judging *judging, const struct group *group,
					  struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	since_hang(judging, finding, socket);
	finding->severity = group->most_retries >= RETRIES_WARN ? FINDING_WARN : FINDING_NOTE;
	return socket;
}

void unacked_end(const struct judging *judging, const struct group *group, struct finding *finding)
{
	const struct socket_detail *socket = &judging->evidence->sockets[group->oldest];

	describe_retries(judging, finding, socket);
	describe_direction(judging, finding, socket);
	describe_peer(judging, finding, socket);
	describe_other_direction(judging, finding, socket);
	finding_command(judging, finding, "ss -tnoi %s", far_filter(judging, group).s);
}

/* The other end is half-open still: the last ACK of the handshake was not taken. */
static void describe_half_open_peer(const struct judging *judging, struct finding *finding,
				    const struct socket_detail *peer)
{
	const struct socket_detail *listener = listener_of(judging, peer);

	if (!listener)
		return;
	finding->confidence = FINDING_HIGH;
	finding_line(finding, "%s listens there: accept queue %u of %u%s",
		     who_text(listener->flow.pid, listener->flow.comm).s, listener->unread,
		     listener->unacked,
		     listener->unread > listener->unacked
			     ? ", full: the ACK that ends the handshake is dropped"
			     : "");
	describe_process(judging, finding, listener->flow.pid);
}

void describe_unacked(const struct judging *judging, const struct group *group,
		      struct finding *finding)
{
	const struct socket_detail *socket = unacked_begin(judging, group, finding);
	const struct socket_detail *peer = peer_of(judging, socket);

	if (peer && peer->form == SOCKET_REQUEST) {
		finding_title(finding,
			      "%u connection%s to %s: data is not acknowledged, the handshake is "
			      "not finished at the other end",
			      group->count, plural(group->count), far_text(judging, group).s);
		describe_half_open_peer(judging, finding, peer);
		unacked_end(judging, group, finding);
		finding_advice(finding, "the process that listens there must call accept()");
		return;
	}
	finding->confidence = FINDING_MEDIUM;
	finding_title(finding,
		      "%u connection%s to %s: data is not acknowledged, the peer or the "
		      "path to it is dead",
		      group->count, plural(group->count), far_text(judging, group).s);
	unacked_end(judging, group, finding);
	describe_untracked(judging, finding, socket);
	finding_advice(finding,
		       "check the peer and the path; a program that must notice sooner sets "
		       "TCP_USER_TIMEOUT");
}

/* A drop may hide the reset of an end that no longer exists. */
static void describe_gone(const struct judging *judging, struct finding *finding,
			  const struct socket_detail *socket)
{
	const struct evidence_space *space = space_with_address(judging, socket->flow.remote.addr);

	if (space && unacked_peer_gone(judging, socket))
		finding_line(finding,
			     "%s has the address %s but no such connection: its reset "
			     "does not arrive here",
			     space_text(judging, space->netns).s,
			     addr_text(&socket->flow.remote).s);
}

static void describe_way_out(const struct judging *judging, struct finding *finding,
			     const struct socket_detail *socket, const struct evidence_event *drop)
{
	if (drop)
		describe_drop(judging, finding, drop);
	else
		finding_line(finding,
			     "a rule of %s for output, or no way out by its routes and "
			     "devices",
			     space_text(judging, socket->flow.netns).s);
}

/* Where the packets are dropped; for its own namespace the routes decide, too. */
void describe_drop_advice(const struct judging *judging, struct finding *finding,
			  const struct socket_detail *socket, const struct evidence_event *drop)
{
	const struct reason_row *reason = drop ? reason_of_drop(drop) : NULL;

	if (!drop) {
		finding_advice(finding,
			       "look at the routes, devices and output rules there; --watch "
			       "names the place of a drop");
		finding_command(judging, finding, "ip route get %s",
				addr_text(&socket->flow.remote).s);
		return;
	}
	finding_advice(finding, "%s",
		       reason && reason->advice ? reason->advice : "look at the rules there");
	finding->netns = drop->netns;
	if (reason && reason->command && !strncmp(reason->command, "ip route get", 12))
		finding_command(judging, finding, "ip route get %s",
				addr_text(drop->value2 & EVIDENCE_INCOMING ? &socket->flow.local
									   : &socket->flow.remote)
					.s);
	else if (!reason || (reason->command && !strchr(reason->command, '{')))
		finding_command(judging, finding, "%s",
				reason ? reason->command : "nft list ruleset");
	finding->netns = socket->flow.netns;
}

void describe_dropped(const struct judging *judging, const struct group *group,
		      struct finding *finding)
{
	const struct socket_detail *socket = unacked_begin(judging, group, finding);
	const struct evidence_event *drop = drop_of(judging, socket, NULL);

	finding->confidence = drop ? FINDING_HIGH : FINDING_MEDIUM;
	finding_title(finding, "%u connection%s to %s: %s%s%s", group->count, plural(group->count),
		      far_text(judging, group).s,
		      drop ? "this host drops the packets (" : "the packets do not leave this host",
		      !drop		? ""
		      : drop->reason[0] ? drop->reason
					: "reason not known",
		      drop ? ")" : "");
	describe_way_out(judging, finding, socket, drop);
	describe_gone(judging, finding, socket);
	unacked_end(judging, group, finding);
	describe_drop_advice(judging, finding, socket, drop);
}

static void describe_repeats(const struct judging *judging, struct finding *finding,
			     const struct socket_detail *socket)
{
	struct retransmissions seen = retransmissions_of(judging, socket);

	if (!seen.count)
		return;
	finding_line(finding, "%u retransmission%s seen, %s%s%s each", seen.count,
		     plural(seen.count), bytes_text(seen.least).s,
		     seen.most > seen.least ? " to " : "",
		     seen.most > seen.least ? bytes_text(seen.most).s : "");
}

static void describe_where_narrow(const struct judging *judging, struct finding *finding,
				  const struct socket_detail *socket)
{
	const struct evidence_event *drop = drop_of(judging, socket, "PKT_TOO_BIG");
	const struct evidence_space *space = NULL;
	const struct evidence_device *device = narrow_device(judging, socket, &space);

	if (drop)
		finding_line(finding, "%s drops them: PKT_TOO_BIG, and its ICMP does not arrive",
			     space_text(judging, drop->netns).s);
	if (device)
		finding_line(finding, "%s forwards to it through %s with MTU %u",
			     space_text(judging, space->netns).s, device->name, device->mtu);
}

void describe_mtu(const struct judging *judging, const struct group *group, struct finding *finding)
{
	const struct socket_detail *socket = unacked_begin(judging, group, finding);
	uint64_t probing = setting_of(judging, socket->flow.netns, SPACE_MTU_PROBING);
	bool seen = drop_of(judging, socket, "PKT_TOO_BIG");
	const struct evidence_space *space;

	finding->confidence = seen				       ? FINDING_HIGH
			      : narrow_device(judging, socket, &space) ? FINDING_MEDIUM
								       : FINDING_LOW;
	finding_title(finding,
		      "%u connection%s to %s: path MTU black hole, full-size segments (%u bytes) "
		      "do not arrive",
		      group->count, plural(group->count), far_text(judging, group).s, socket->mss);
	describe_where_narrow(judging, finding, socket);
	describe_repeats(judging, finding, socket);
	if (socket->bytes_acked > 1)
		finding_line(finding, "%s were acknowledged before",
			     bytes_text(socket->bytes_acked).s);
	unacked_end(judging, group, finding);
	finding_line(finding, "tcp_mtu_probing is %s%s", probing == 0 ? "0 (off)" : "on",
		     socket->flags & SOCKET_MTU_PROBING ? ", the kernel probes for a smaller size"
							: "");
	finding_advice(
		finding,
		address_is_v4(socket->flow.remote.addr)
			? "let ICMP \"fragmentation needed\" pass, or let TCP probe for the size"
			: "let ICMPv6 \"packet too big\" pass, or let TCP probe for the size");
	finding_command(judging, finding, "sysctl -w net.ipv4.tcp_mtu_probing=1");
}

void describe_peer_gone(const struct judging *judging, const struct group *group,
			struct finding *finding)
{
	const struct socket_detail *socket = unacked_begin(judging, group, finding);

	finding->confidence = FINDING_MEDIUM;
	finding_title(finding, "%u connection%s to %s: the other end no longer exists",
		      group->count, plural(group->count), far_text(judging, group).s);
	describe_gone(judging, finding, socket);
	unacked_end(judging, group, finding);
	finding_advice(finding, "connect again; --watch names what drops the reset on this host");
}
