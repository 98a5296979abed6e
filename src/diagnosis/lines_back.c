/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct stall -> the evidence lines about what came back, and from whom. Pure. */
#include <errno.h>
#include <sys/socket.h>

#include "diagnosis/facts.h"
#include "diagnosis/icmp.h"
#include "diagnosis/lines_internal.h"

void write_reset(struct writer *writer)
{
	const struct stall *stall = writer->stall;

	if (!stall->resets)
		return;
	line(writer, "a reset arrived %.3f ms after the start",
	     (double)writer->verdict->age_ns / (double)NS_PER_MS);
	if (stall->reset_at_home)
		line(writer, "it came from this host's own firewall: the SYN had not left");
	if (stall->reset_from_here)
		line(writer, "it was sent on this host, in network namespace %u%s%s",
		     stall->reset_netns, stall->reset_reason[0] ? ", reason " : "",
		     stall->reset_reason);
}

void write_icmp(struct writer *writer)
{
	const struct stall_icmp *icmp = &writer->stall->icmp;
	char text[ADDRESS_SIZE];

	if (!icmp->family)
		return;
	line(writer, "%s type %u code %u (%s) from %s",
	     icmp->family == AF_INET6 ? "ICMPv6" : "ICMP", icmp->type, icmp->code,
	     icmp_text(icmp->family, icmp->type, icmp->code), line_address(&icmp->from, text));
}

static void write_last_accept(struct writer *writer, const struct stall_peer *peer)
{
	if (!peer->last_accept_ns || peer->last_accept_ns > writer->now_ns)
		line(writer, "it has not accepted a connection since netstate was started");
	else
		line(writer, "its last accept was %.1f s ago",
		     (double)(writer->now_ns - peer->last_accept_ns) / 1e9);
}

void write_peer(struct writer *writer)
{
	const struct stall_peer *peer = &writer->stall->peer;
	bool full = peer->was_full;

	if (!peer->looked)
		return;
	if (!peer->listening) {
		line(writer,
		     "the destination is on this host, namespace %u: nothing listens on that port",
		     peer->netns);
		return;
	}
	if (peer->pid)
		line(writer, "the listener is on this host: %s (pid %u), accept queue %u of %u%s",
		     peer->comm, peer->pid, peer->queue, peer->limit, full ? ", overflowing" : "");
	else
		line(writer, "the listener is on this host, namespace %u: accept queue %u of %u%s",
		     peer->netns, peer->queue, peer->limit, full ? ", overflowing" : "");
	if (full)
		write_last_accept(writer, peer);
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

	if (!stall->crossed_ns)
		return;
	line(writer, "the peer sent a SYN of its own (simultaneous open) %.1f ms after the start",
	     (double)(stall->crossed_ns - stall->start_ns) / (double)NS_PER_MS);
	if (stall->end != STALL_ESTABLISHED)
		line(writer, "it did not acknowledge this host's SYN-ACK");
}

void write_silence(struct writer *writer)
{
	const struct stall *stall = writer->stall;

	if (stall->others)
		line(writer, "%u answer%s came that %s not fit this connect, last %s",
		     stall->others, line_plural(stall->others), stall->others == 1 ? "does" : "do",
		     segment(stall->other_flags));
	if (!stall->resets && !stall->icmp.family && !stall->others && !stall->synacks &&
	    !stall->crossed_ns && writer->verdict->syn_sent && stall->end != STALL_ESTABLISHED &&
	    (stall->end != STALL_FAILED || stall->sk_err == ETIMEDOUT) &&
	    !stall_drop_find(stall, STALL_SYNACK, ~0u))
		line(writer, "nothing came back in %.1f s", (double)writer->verdict->age_ns / 1e9);
}
