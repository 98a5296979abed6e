/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct stall -> the evidence lines about what came back, and from whom. Pure. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/duration.h"
#include "diagnosis/drops.h"
#include "diagnosis/facts.h"
#include "diagnosis/icmp.h"
#include "diagnosis/lines_internal.h"
#include "diagnosis/watched.h"
#include "netstate/nft_family.h"

static bool was_translated(const struct stall *stall)
{
	const struct endpoint *end = &stall->reset_end;

	return end->port && (end->port != stall->flow.remote.port ||
			     memcmp(end->addr, stall->flow.remote.addr, sizeof(end->addr)) != 0);
}

/* Its rules are known, whether one of them matched is not. */
static void write_reject(struct writer *writer, const struct stall_reject *reject)
{
	const char *family = nft_family_name(reject->family);

	if (!reject->netns)
		return;
	line(writer,
	     "network namespace %u, %s, has a rule that rejects with a reset: %s %llu of chain %s, table %s %s%s",
	     reject->netns,
	     reject->netns == writer->stall->flow.netns ? "its own"
	     : reject->at_destination			? "which has the destination's address"
							: "a router on its way",
	     reject->legacy ? "number" : "handle", (unsigned long long)reject->handle,
	     reject->chain, family ? family : "?", reject->table,
	     reject->legacy ? " (iptables-legacy)" : "");
	if (reject->rules > 1)
		line(writer, "%u more such rules are on its way through this host",
		     reject->rules - 1);
}

void write_reset(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	char text[DURATION_TEXT_SIZE], address[ADDRESS_SIZE];

	if (!stall->resets)
		return;
	line(writer, "a reset arrived %s after the start",
	     duration_text(text, writer->verdict->age_ns));
	if (stall->reset_at_home)
		line(writer, "it came from this host's own firewall: the SYN had not left");
	if (stall->reset_at_home)
		write_reject(writer, &stall->reject);
	if (!stall->reset_at_home && !stall->reset_from_here && writer->senses->reset_sender) {
		line(writer,
		     stall->reject.whole
			     ? "no TCP of this host sent it, and the destination is on this host: a firewall did (as with `reject with tcp reset`)"
			     : "no TCP of this host sent it: the destination or a firewall on the way did (as with `reject with tcp reset`)");
		write_reject(writer, &stall->reject);
		line_place(writer, "the route's next hop", &stall->next_hop, &stall->hop_place);
	}
	if (stall->reset_from_here)
		line(writer, "it was sent on this host, in network namespace %u%s%s",
		     stall->reset_netns, stall->reset_reason[0] ? ", reason " : "",
		     stall->reset_reason);
	if (stall->reset_from_here && was_translated(stall))
		line(writer, "NAT had changed its destination: there the SYN reached %s port %u",
		     line_address(&stall->reset_end, address), stall->reset_end.port);
}

static bool neighbour_failed(const struct stall *stall)
{
	return stall->neighbour == STALL_NEIGHBOUR_INCOMPLETE ||
	       stall->neighbour == STALL_NEIGHBOUR_FAILED || drops_by_neighbour(stall);
}

/* Of a packet that it sent itself the stack says nothing but that the next hop is not resolved
 * (arp_error_report(), ndisc_error_report()), and what a rule or IPVS makes it say. */
static const char *own_word(const struct stall *stall)
{
	if (!icmp_rejects(stall->icmp.family, stall->icmp.type, stall->icmp.code))
		return ": this host itself";
	if (!icmp_of_neighbour(stall->icmp.family, stall->icmp.type, stall->icmp.code))
		return ": this host itself, as a rule with reject does";
	if (!neighbour_failed(stall))
		return ": this host itself, as for a next hop that does not answer, or a rule with reject";
	return stall->icmp.family == AF_INET6
		       ? ": this host itself, since its next hop does not answer neighbour discovery"
		       : ": this host itself, since its next hop does not answer ARP";
}

static const char *sender_of(const struct stall *stall)
{
	if (stall_icmp_from_self(stall))
		return own_word(stall);
	if (memcmp(stall->icmp.from.addr, stall->flow.remote.addr, sizeof(stall->icmp.from.addr)))
		return ", which is not the destination: a router";
	return stall_came_there(stall)
		       ? ": the destination itself"
		       : ": the destination itself, or a router that translates its address (NAT)";
}

void write_icmp(struct writer *writer)
{
	const struct stall_icmp *icmp = &writer->stall->icmp;
	char text[ADDRESS_SIZE];

	if (!icmp->family)
		return;
	line(writer, "%s type %u code %u (%s) from %s%s",
	     icmp->family == AF_INET6 ? "ICMPv6" : "ICMP", icmp->type, icmp->code,
	     icmp_text(icmp->family, icmp->type, icmp->code), line_address(&icmp->from, text),
	     sender_of(writer->stall));
	line_place(writer, "its sender", &icmp->from, &writer->stall->icmp_place);
	if (!icmp_rejects(icmp->family, icmp->type, icmp->code))
		line(writer, "it is informational and does not reject the connection");
}

static void write_last_accept(struct writer *writer, const struct stall_peer *peer)
{
	if (!peer->last_accept_ns || peer->last_accept_ns > writer->now_ns)
		line(writer, "it has not accepted a connection since netstate was started");
	else
		line(writer, "its last accept was %.1f s ago",
		     (double)(writer->now_ns - peer->last_accept_ns) / 1e9);
}

static void write_elsewhere(struct writer *writer, const struct stall_peer *peer)
{
	static const char *const families[] = {
		[STALL_ELSEWHERE_IPV4] = "IPv4", [STALL_ELSEWHERE_IPV6] = "IPv6"};
	char text[ADDRESS_SIZE], more[32] = "";

	if (peer->elsewhere_more)
		snprintf(more, sizeof(more), ", and %u more", peer->elsewhere_more);
	if (peer->elsewhere == STALL_ELSEWHERE_ADDRESS)
		line(writer, "on port %u there a socket listens on %s only%s",
		     peer->elsewhere_end.port, line_address(&peer->elsewhere_end, text), more);
	else if (peer->elsewhere == STALL_ELSEWHERE_DEVICE)
		line(writer,
		     "on port %u there a socket listens on one device only (SO_BINDTODEVICE), which is not the SYN's%s",
		     peer->elsewhere_end.port, more);
	else if (peer->elsewhere == STALL_ELSEWHERE_PASSED_OVER)
		line(writer,
		     "on port %u there a socket listens: it began after the SYN came, or a BPF program (sk_lookup) passed it over",
		     peer->elsewhere_end.port);
	else if (peer->elsewhere == STALL_ELSEWHERE_IPV4 || peer->elsewhere == STALL_ELSEWHERE_IPV6)
		line(writer, "on port %u there a socket listens for %s only%s",
		     peer->elsewhere_end.port, families[peer->elsewhere], more);
}

static void write_way_back(struct writer *writer, const struct stall_peer *peer)
{
	static const char *const words[] = {
		[STALL_ROUTE_NONE] = "has no route",
		[STALL_ROUTE_UNREACHABLE] = "has a route of type unreachable",
		[STALL_ROUTE_PROHIBIT] = "has a route of type prohibit",
		[STALL_ROUTE_BLACKHOLE] = "has a route of type blackhole",
	};
	char text[ADDRESS_SIZE];

	if (peer->arrived && peer->way_back < sizeof(words) / sizeof(words[0]) &&
	    words[peer->way_back])
		line(writer, "network namespace %u, which the SYN reached, %s back to %s",
		     peer->netns, words[peer->way_back], line_address(&peer->seen_from, text));
}

/* A hint: it may be another service. */
static void write_other_space(struct writer *writer, const struct stall_peer *peer)
{
	char text[ADDRESS_SIZE], owner[FLOW_COMM_SIZE + 24] = "a socket", more[48] = "";

	if (!peer->other_netns)
		return;
	if (peer->other_pid)
		snprintf(owner, sizeof(owner), "%s (pid %u)", peer->other_comm, peer->other_pid);
	if (peer->other_more)
		snprintf(more, sizeof(more), "; so does one in %u more", peer->other_more);
	line(writer, "in network namespace %u %s listens on port %u (address %s)%s",
	     peer->other_netns, owner, peer->other_end.port, line_address(&peer->other_end, text),
	     more);
}

/*
 * The state of its queue: now, and while this connect hung. Of one that is established it was asked
 * while it hung; it has let the connection in since.
 */
static const char *fullness(const struct writer *writer)
{
	const struct stall_peer *peer = &writer->stall->peer;
	bool is_past = writer->stall->end == STALL_ESTABLISHED;

	if (peer->queue > peer->limit)
		return is_past ? " when it was last asked; it was full while this connect hung"
			       : ", overflowing";
	return peer->was_full ? "; it was full while this connect hung" : "";
}

static void write_listener(struct writer *writer)
{
	const struct stall_peer *peer = &writer->stall->peer;

	if (peer->members > 1)
		line(writer,
		     "%u sockets listen there on the same address and port (SO_REUSEPORT), %u of them with a full queue: which of them the SYN reached is not seen",
		     peer->members, peer->members_full);
	if (peer->pid)
		line(writer, "%s is on this host: %s (pid %u), accept queue %u of %u%s",
		     peer->members > 1 ? "the fullest of them" : "the listener", peer->comm,
		     peer->pid, peer->queue, peer->limit, fullness(writer));
	else
		line(writer, "%s is on this host, namespace %u: accept queue %u of %u%s",
		     peer->members > 1 ? "the fullest of them" : "the listener", peer->netns,
		     peer->queue, peer->limit, fullness(writer));
	if (peer->was_full && peer->members <= 1) /* accepts are known by port */
		write_last_accept(writer, peer);
}

/* A bridge's port takes all frames: only at its destination does another MAC address mean anything. */
static void write_arrival(struct writer *writer, const struct stall_peer *peer)
{
	const struct stall_drop *foreign = drop_of_foreign_frame(writer->stall);
	bool its_own = peer->seen_ns && peer->seen_identity == STALL_ORIGINAL;

	if (peer->seen_other_host && peer->arrived)
		line(writer,
		     "the SYN entered network namespace %u in a frame for another MAC address (OTHERHOST)",
		     peer->seen_netns);
	else if (its_own && !peer->arrived && foreign)
		line(writer,
		     "the SYN went on from network namespace %u into network namespace %u in a frame for another MAC address (OTHERHOST): look at `ip neigh` of the former",
		     peer->seen_netns, foreign->netns);
	else if (its_own && writer->verdict->drop < 0 && !peer->seen_other_host && !peer->arrived &&
		 peer->seen_netns == peer->netns && peer->onward_device[0] &&
		 !strcmp(peer->onward_kind, "veth"))
		line(writer,
		     "the SYN was last seen in network namespace %u; it is forwarded to %s (veth), but did not come out there",
		     peer->seen_netns, peer->onward_device);
}

void write_peer(struct writer *writer)
{
	const struct stall_peer *peer = &writer->stall->peer;

	write_arrival(writer, peer);
	write_way_back(writer, peer);
	if (!peer->looked)
		return;
	if (peer->half_open_limit && peer->half_open >= peer->half_open_limit)
		line(writer,
		     "the listener has %u half-open handshakes of at most %u, and SYN cookies are off",
		     peer->half_open, peer->half_open_limit);
	else if (peer->half_open_reserve && peer->half_open >= peer->half_open_reserve)
		line(writer,
		     "the listener has %u half-open handshakes, and SYN cookies are off: from %u on SYNs of peers that it does not know are dropped",
		     peer->half_open, peer->half_open_reserve);
	if (!peer->listening) {
		line(writer, "the destination is on this host, namespace %u: %s", peer->netns,
		     peer->elsewhere == STALL_ELSEWHERE_PASSED_OVER
			     ? "TCP found no listener for it"
			     : "nothing listens on that port");
		write_elsewhere(writer, peer);
		write_other_space(writer, peer);
		return;
	}
	write_listener(writer);
}

#define SYN 2
#define RST 4
#define ACK 16

static const char *segment(unsigned int flags)
{
	if (flags & RST)
		return "a reset with another number";
	if (flags & SYN)
		return flags & ACK ? "a SYN-ACK with another acknowledgement number" : "a SYN";
	return "an ACK with another number: of a connection that has ended, or behind a stale NAT";
}

void write_crossing(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	char text[DURATION_TEXT_SIZE];

	if (!stall->crossed_ns)
		return;
	line(writer, "the peer sent a SYN of its own (simultaneous open) %s after the start",
	     duration_text(text, stall->crossed_ns - stall->start_ns));
	if (stall->end != STALL_ESTABLISHED)
		line(writer, "it did not acknowledge this host's SYN-ACK");
}

static bool anything_came(const struct stall *stall)
{
	return stall->resets || stall->icmp.family || stall->others || stall->synacks ||
	       stall->strangers || stall->crossed_ns || stall->hurried_ns;
}

/* Only of the time in which somebody watched. */
static void write_nothing(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	uint64_t end = stall->end_ns ? stall->end_ns : writer->now_ns;
	bool ended_otherwise = stall->end == STALL_ESTABLISHED ||
			       (stall->end == STALL_FAILED && stall->sk_err != ETIMEDOUT);

	if (anything_came(stall) || ended_otherwise || !writer->verdict->syn_sent ||
	    drop_latest(stall, STALL_SYNACK, writer->now_ns))
		return;
	if (stall->polled || drop_without_socket(stall, writer->now_ns))
		return;
	if (!watched_packets(stall, writer->senses->receive, writer->now_ns))
		line(writer, "answers were not watched so far; the socket took none");
	else if (end > stall->followed_ns)
		line(writer, "nothing came back in the last %.1f s, which were watched",
		     (double)(end - stall->followed_ns) / 1e9);
}

/* What TCP made of it; of an earlier SYN's answer that is no verdict. */
static const char *stranger_fate(const struct writer *writer)
{
	const struct stall *stall = writer->stall;

	if (!stall->stranger_refused)
		return "";
	return answer_is_current(stall, stall->stranger_ns, writer->now_ns)
		       ? "; TCP here has no socket for it and resets it"
		       : "; TCP here had no socket for it, but a later SYN got no such answer";
}

static void write_stranger(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	char text[ADDRESS_SIZE];

	if (!stall->strangers)
		return;
	line(writer, "a SYN-ACK for this SYN came from %s port %u, not from where it was sent%s",
	     line_address(&stall->stranger, text), stall->stranger.port, stranger_fate(writer));
}

void write_silence(struct writer *writer)
{
	const struct stall *stall = writer->stall;

	write_stranger(writer);
	if (stall->others)
		line(writer, "%u answer%s came that %s not fit this connect, last %s",
		     stall->others, line_plural(stall->others), stall->others == 1 ? "does" : "do",
		     segment(stall->other_flags));
	if (stall->hurried_ns)
		line(writer,
		     "the second SYN left after only %.0f ms: the kernel retransmits that early when an ACK with another number came",
		     (double)stall->hurried_ns / (double)NS_PER_MS);
	write_nothing(writer);
}
