/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What became of the SYN on this host: queues, programs, rules that change its way -> lines. Pure. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "diagnosis/drops.h"
#include "diagnosis/facts.h"
#include "diagnosis/lines_internal.h"
#include "diagnosis/reasons.h"
#include "diagnosis/retries.h"
#include "netstate/errno_name.h"

static void write_to_tun(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	uint32_t sent = writer->verdict->syn_sent;
	bool now = !strcmp(stall->device_kind, "tun");
	const char *device = now && stall->device[0] ? stall->device : "a device";

	if (stall->sent_to_tun >= sent)
		line(writer, "%u SYN%s %s handed to %s (tun)", sent, line_plural(sent),
		     sent == 1 ? "was" : "were", device);
	else if (stall->sent_to_tun)
		line(writer, "%u SYNs were sent, %s%u of them handed to %s (tun)", sent,
		     stall->sent_known < sent ? "at least " : "", stall->sent_to_tun, device);
	else
		line(writer, "%u SYN%s sent; the route leads to %s (tun) now", sent,
		     sent == 1 ? " was" : "s were", device);
}

void write_sent(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	uint32_t sent = writer->verdict->syn_sent;

	if (!sent)
		return;
	if (stall->polled)
		line(writer,
		     "%u SYN%s by the socket's own count; whether %s left this host is not seen",
		     sent, line_plural(sent), sent == 1 ? "it" : "they");
	else if (stall->sent_to_tun ||
		 (!strcmp(stall->device_kind, "tun") && stall->sent_known < sent))
		write_to_tun(writer);
	else
		line(writer, "%u SYN%s left this host, %u retransmitted by the timer", sent,
		     line_plural(sent), stall->retries_left + retries_unseen_left(stall));
}

/* "openvpn (pid 7)" */
static const char *program_text(const struct stall_queued *queued, char *text, size_t size)
{
	snprintf(text, size, "%s (pid %u)", queued->comm, queued->pid);
	return text;
}

static void write_program(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	const char *device = stall->peer.seen_ns ? stall->peer.onward_device : stall->device;
	char text[FLOW_COMM_SIZE + 24];

	if (!device[0])
		device = "its device"; /* which is gone since */
	if (stall_unread(stall) && stall->queued.pid)
		line(writer,
		     "its SYN is in the queue of a tun or tap device: %s has %s open and has not read it",
		     program_text(&stall->queued, text, sizeof(text)), device);
	else if (stall_unread(stall))
		line(writer,
		     "its SYN is in the queue of a tun or tap device (%s), where no program has read it",
		     device);
	else if (stall->queued.pid)
		line(writer, "%s has %s open (tun): what it does with the SYNs is not seen",
		     program_text(&stall->queued, text, sizeof(text)), device);
	else
		line(writer,
		     "%s leads to a program (tun): what that does with the SYNs is not seen",
		     device);
}

void write_queued(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	const struct stall_queued *queued = &stall->queued;

	if (stall->end == STALL_ESTABLISHED || stall->end == STALL_REFUSED_EARLY)
		return;
	if (stall->in_host && queued->by_ipsec)
		line(writer,
		     "its route holds packets back until IPsec has a state for them (policy queue, xfrm_larval_drop 0)");
	else if (queued->there && stall->end == STALL_GOES_ON && !stall->in_host &&
		 queued->kind[0] && !stall_unread(stall))
		line(writer,
		     "its SYN is still queued in network namespace %u, at a device of type %s",
		     queued->netns, queued->kind);
	if ((stall_unread(stall) || stall_to_program(stall)) && !stall->synacks && !stall->resets)
		write_program(writer);
}

void write_reroute(struct writer *writer, const struct stall_drop *drop)
{
	static const char *const types[] = {
		[STALL_ROUTE_NONE] = "there is no route for it",
		[STALL_ROUTE_UNREACHABLE] = "its route then is of type unreachable",
		[STALL_ROUTE_PROHIBIT] = "its route then is of type prohibit",
		[STALL_ROUTE_BLACKHOLE] = "its route then is of type blackhole",
	};
	const struct stall *stall = writer->stall;
	uint8_t route = drop_reroute(stall, writer->now_ns);
	const char *name =
		stall->last_retry_err ? errno_name(0u - (unsigned int)stall->last_retry_err) : NULL;

	if (route >= ARRAY_SIZE(types) || !types[route])
		return;
	line(writer, "a rule of netfilter changed its mark (0x%x) or address, and %s%s%s%s",
	     drop->mark, types[route], name ? " (" : "", name ? name : "", name ? ")" : "");
	if (stall->reroute.route == route && stall->reroute.text[0])
		line(writer, "the route with that mark: %s", stall->reroute.text);
}

void write_lost_reset(struct writer *writer)
{
	const struct stall *stall = writer->stall;

	if (stall->end != STALL_ESTABLISHED && drop_without_socket(stall, writer->now_ns))
		line(writer,
		     "TCP there answers such a SYN with a reset, and none was taken here: a rule may drop it on its way back");
	if (stall->end != STALL_ESTABLISHED && drop_by_other_device(stall, writer->now_ns))
		line(writer,
		     "it came in by another device than the one that the socket is bound to (SO_BINDTODEVICE)");
}

void write_foreign_frame(struct writer *writer, const struct stall_drop *drop)
{
	if (drop->what != STALL_SYN || drop->identity != STALL_ORIGINAL || !drop->other_host ||
	    reason_by_bridge(drop))
		return;
	if (writer->stall->copied_ns)
		line(writer,
		     "the frame was for another machine, and a copy of the SYN came in elsewhere: a bridge floods it, or something mirrors it");
	else if (drop_at_bridge(writer->stall, writer->now_ns) != drop)
		line(writer,
		     "the frame was for another machine; whether a copy of it went elsewhere is not known");
}
