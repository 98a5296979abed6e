/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct stall -> the evidence lines of a verdict. Pure. */
#include "diagnosis/lines.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "diagnosis/drops.h"
#include "diagnosis/facts.h"
#include "base/duration.h"
#include "diagnosis/lines_internal.h"
#include "diagnosis/reasons.h"
#include "diagnosis/retries.h"
#include "diagnosis/tracking.h"
#include "diagnosis/watched.h"
#include "netstate/stall_watch.h"
#include "netstate/errno_name.h"
#include "netstate/tcp_state.h"

static const char *errno_word(int number)
{
	const char *name = errno_name((unsigned int)number);

	return name ? name : "an unknown error";
}

static void write_origin(struct writer *writer)
{
	if (writer->stall->before_start)
		line(writer,
		     "connect() was already pending at startup; earlier counts come from the socket");
	if (writer->stall->polled)
		line(writer,
		     "known from sock_diag only, which is read now and then: drops, answers, resets and ICMP errors are not seen");
}

static void write_route(struct writer *writer)
{
	static const char *const words[] = {
		[STALL_ROUTE_FOUND] = "a route to the destination exists",
		[STALL_ROUTE_NONE] = "the routing tables have no route to the destination",
		[STALL_ROUTE_UNREACHABLE] =
			"the route or rule for the destination is of type unreachable",
		[STALL_ROUTE_PROHIBIT] =
			"the route or rule for the destination is of type prohibit",
		[STALL_ROUTE_BLACKHOLE] =
			"the route or rule for the destination is of type blackhole",
	};
	const struct stall *stall = writer->stall;

	bool matters = stall->end == STALL_REFUSED_EARLY || stall_unrouted(stall);

	if (!matters || stall->route >= ARRAY_SIZE(words) || !words[stall->route])
		return;
	if (stall->route_text[0])
		line(writer, "%s: %s", words[stall->route], stall->route_text);
	else
		line(writer, "%s", words[stall->route]);
	if (stall->route != STALL_ROUTE_FOUND)
		return;
	if (stall->source_present == STALL_KNOWN_NO)
		line(writer, "but none from the socket's own address");
	else if (stall->connect_ret == -ENETUNREACH || stall->connect_ret == -EHOSTUNREACH)
		line(writer,
		     "but maybe not for this socket (its device, mark, own address, SO_DONTROUTE), or not to a single host; seccomp and cgroup programs give such errors as well");
	write_ipsec_policy(writer);
	if (stall->some_prohibited == STALL_KNOWN_YES)
		line(writer,
		     "but a rule (`ip rule`) or route of type prohibit may refuse it to this socket's mark or device");
}

static void write_port_in_use(struct writer *writer)
{
	const struct stall_ports *ports = &writer->stall->ports;
	const char *state = tcp_state_name(ports->in_use_state);

	line(writer, "local port %u is taken: another socket has the same addresses and ports (%s)",
	     writer->stall->flow.local.port, state ? state : "state not known");
	if (ports->pid)
		line(writer, "that socket is held by %s (pid %u)", ports->comm, ports->pid);
}

static void write_port_holders(struct writer *writer)
{
	const struct stall_ports *ports = &writer->stall->ports;

	if (ports->pid && ports->bound)
		line(writer, "ports are held by bind() of %s (pid %u)", ports->comm, ports->pid);
	else if (ports->pid)
		line(writer, "held by the connections of %s (pid %u)", ports->comm, ports->pid);
	else if (ports->used)
		line(writer,
		     "whose connections they were is not known: they ended before netstate was started");
}

static void write_ports(struct writer *writer)
{
	const struct stall_ports *ports = &writer->stall->ports;

	if (!ports->looked)
		return;
	if (ports->in_use == STALL_KNOWN_YES) {
		write_port_in_use(writer);
		return;
	}
	line(writer,
	     "%u of the %u local ports %u-%u%s are taken towards this destination, %u of them in TIME_WAIT",
	     ports->used, ports->high >= ports->low ? ports->high - ports->low + 1u : 0, ports->low,
	     ports->high, ports->own_range ? " (IP_LOCAL_PORT_RANGE)" : "", ports->time_wait);
	if (ports->late)
		line(writer,
		     "counted after its process had ended: ports that it held itself are not among them");
	if (ports->bound)
		line(writer, "%u are taken by bind(), for all destinations", ports->bound);
	if (ports->reserved)
		line(writer, "%u more are in ip_local_reserved_ports", ports->reserved);
	write_port_holders(writer);
}

static void write_syns(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	const struct verdict *verdict = writer->verdict;

	if (stall->end == STALL_REFUSED_EARLY)
		return;
	if (stall_no_syn(stall) && stall->end == STALL_ESTABLISHED)
		line(writer,
		     "TCP Fast Open: the first write made the SYN; how long its answer took was not seen");
	else if (stall_no_syn(stall))
		line(writer,
		     "no SYN was made so far: with TCP Fast Open the application's first write makes it");
	write_sent(writer);
	if (verdict->syn_held)
		line(writer, "%u SYN%s not transmitted", verdict->syn_held,
		     verdict->syn_held == 1 ? " was" : "s were");
	if (stall->retries_unseen && !stall->polled)
		line(writer, "%u of the retries %s known from the socket's own count only",
		     stall->retries_unseen, stall->retries_unseen == 1 ? "is" : "are");
	if (stall->retries_denied)
		line(writer,
		     "retransmitting it gave EPERM %u time%s: a firewall or cgroup hook refused it",
		     stall->retries_denied, line_plural(stall->retries_denied));
	if (stall->retries_congested)
		line(writer,
		     "its device did not take it %u time%s: its queue, or a filter before that",
		     stall->retries_congested, line_plural(stall->retries_congested));
	if (stall->retries_busy)
		line(writer,
		     "not retransmitted %u time%s: the previous SYN is still queued locally (EBUSY)",
		     stall->retries_busy, line_plural(stall->retries_busy));
	if (stall->retries_failed && stall->last_failure_err)
		line(writer, "retransmitting it failed %u time%s, last with %s",
		     stall->retries_failed, line_plural(stall->retries_failed),
		     errno_word(-stall->last_failure_err));
	else if (stall->retries_failed)
		line(writer, "it was not retransmitted %u time%s; this kernel gives no reason",
		     stall->retries_failed, line_plural(stall->retries_failed));
}

static void write_neighbour(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	char text[ADDRESS_SIZE];

	if (stall->neighbour == STALL_NEIGHBOUR_INCOMPLETE ||
	    stall->neighbour == STALL_NEIGHBOUR_FAILED)
		line(writer, "next hop %s on %s: its neighbour entry is %s",
		     line_address(&stall->next_hop, text), stall->device,
		     stall->neighbour == STALL_NEIGHBOUR_FAILED ? "FAILED" : "INCOMPLETE");
	if (!stall->resets)
		line_place(writer, "its next hop", &stall->next_hop, &stall->hop_place);
}

static void write_queue(struct writer *writer)
{
	const struct stall *stall = writer->stall;

	if (stall->in_host && stall->queue_packets)
		line(writer, "%u packet%s wait%s in the queue of %s (%s), and the SYN in this host",
		     stall->queue_packets, line_plural(stall->queue_packets),
		     stall->queue_packets == 1 ? "s" : "", stall->device, stall->queue_kind);
}

static void write_drop(struct writer *writer, const struct stall_drop *drop)
{
	static const char *const whats[] = {
		[STALL_SYN] = "SYN", [STALL_SYNACK] = "SYN-ACK", [STALL_OTHER] = "an answer"};
	static const char *const wheres[] = {[STALL_OUTPUT] = "on output",
					     [STALL_INPUT] = "on input",
					     [STALL_FORWARD] = "while forwarded",
					     [STALL_PREROUTING] = "on arrival, before routing",
					     [STALL_SOMEWHERE] = "in an unknown network namespace"};
	const char *what =
		drop->what < ARRAY_SIZE(whats) && whats[drop->what] ? whats[drop->what] : "packet";
	const char *where = drop->where < ARRAY_SIZE(wheres) ? wheres[drop->where] : "somewhere";
	char place[40] = "";

	if (!drop->own_namespace && drop->netns)
		snprintf(place, sizeof(place), " in network namespace %u", drop->netns);
	line(writer, "%s dropped %s%s%s %u time%s: %s at %s%s", what, where, place,
	     drop->tunnelled ? " inside a tunnel's packet" : "", drop->count,
	     line_plural(drop->count),
	     drop->reason[0] ? drop->reason : "this kernel gives no reason",
	     drop->location[0] ? drop->location : "an unknown place",
	     strcmp(drop->reason, "NOT_SPECIFIED") ? "" : " (an unspecific reason)");
}

static void write_meaning(struct writer *writer, const struct stall_drop *drop)
{
	const struct reason_row *row = reason_find(drop);
	const struct stall *stall = writer->stall;

	if (drop_reroute(stall, writer->now_ns) &&
	    drop == drop_may_be_reroute(stall, writer->now_ns))
		write_reroute(writer, drop);
	else if (tracking_full(stall, drop) || tracking_no_port(stall, drop))
		line(writer, "%s: connection tracking %s dropped it",
		     drop->reason[0] ? drop->reason : drop->location,
		     tracking_full(stall, drop) ? "itself" : "(NAT)");
	else if (row && !row->ordinary)
		line(writer, "%s: %s", row->reason ? row->reason : drop->location, row->meaning);
}

/* Those that decide nothing are reported where they may mean something: not copies. */
static void write_drops(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	int shown = drop_shown(stall, writer->now_ns);

	for (int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++) {
		const struct stall_drop *drop = &stall->drops[i];

		if (drop->identity == STALL_COPY)
			continue;
		if (drop_freed_by_tcp(drop)) {
			line(writer,
			     "TCP in network namespace %u had the SYN already and freed it %u time%s, which is no loss (%s)",
			     drop->netns, drop->count, line_plural(drop->count), drop->location);
			continue;
		}
		write_drop(writer, drop);
		if (drop->what == STALL_SYN && drop->identity == STALL_UNSURE)
			line(writer,
			     drop_by_xdp(drop)
				     ? "an XDP program gets it in a buffer of its own"
				     : "the dropped packet may be the SYN or a copy of it: inconclusive");
		else if (i == shown || drop == drop_at_bridge(stall, writer->now_ns))
			write_meaning(writer, drop);
		else if (drop_proves(drop) && !drop_is_current(stall, drop, writer->now_ns))
			line(writer, "a later SYN was no longer dropped there");
		write_foreign_frame(writer, drop);
	}
	write_lost_reset(writer);
	if (stall->drops_more)
		line(writer, "%u more drops", stall->drops_more);
	write_rule(writer);
}

/* A middlebox may drop SYNs for an option that the kernel leaves out of later ones. */
static void write_option(struct writer *writer)
{
	const struct stall *stall = writer->stall;

	if (stall_answered_without(stall, OPTION_FAST_OPEN))
		line(writer,
		     "its first SYN carried the TCP Fast Open option, the one that was answered did not: the option may be dropped on the way");
	else if (stall_answered_without(stall, OPTION_MPTCP))
		line(writer,
		     "its SYNs carried the MPTCP option, which the third retry leaves out from Linux 6.12 on: the option may be dropped on the way");
}

static void write_end(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	char text[DURATION_TEXT_SIZE];
	const char *age = duration_text(text, writer->verdict->age_ns);

	if (stall->end == STALL_UNSEEN)
		line(writer, "it ended; how was not observed");
	else if (stall->end_unseen)
		line(writer,
		     "its end was not observed: it is inferred from connect()'s return or the socket");

	if (stall->end == STALL_ESTABLISHED && stall_no_syn(stall))
		return;
	if (stall->end == STALL_ESTABLISHED && stall->retries)
		line(writer, "the handshake was completed after %s and %u retr%s%s", age,
		     stall->retries, stall->retries == 1 ? "y" : "ies",
		     writer->verdict->cause ? "" : "; SYNs were lost, or their answer was late");
	else if (stall->end == STALL_ESTABLISHED)
		line(writer,
		     "the handshake was completed after %s without a retry: the path is that long",
		     age);
	else if (stall->end == STALL_FAILED && stall->sk_err == ETIMEDOUT)
		line(writer, "the kernel gave up after %s", age);
	else if (stall->end == STALL_FAILED && stall->sk_err == ECONNABORTED)
		line(writer,
		     "the socket was destroyed by another process after %s, as `ss -K` does", age);
	else if (stall->end == STALL_CLOSED && stall->killed && stall->connect_ret == -EINTR)
		line(writer, "the process was killed or exited after %s, before the kernel decided",
		     age);
	else if (stall->end == STALL_CLOSED)
		line(writer,
		     "the application closed the socket after %s, before the kernel decided%s", age,
		     stall->killed ? "; its process has ended since" : "");
}

static void write_settings(struct writer *writer)
{
	const struct stall_timer *timer = &writer->stall->timer;

	if (!timer->known || writer->stall->end == STALL_ESTABLISHED)
		return;
	if (timer->own_syn_retries)
		line(writer, "TCP_SYNCNT is set to %u", timer->syn_retries);
	if (timer->user_timeout_ms)
		line(writer, "TCP_USER_TIMEOUT is set to %u ms", timer->user_timeout_ms);
}

static bool any_drop_told(const struct stall *stall)
{
	bool told = false;

	for (unsigned int i = 0; i < stall->drop_count && i < STALL_DROPS_MAX; i++)
		told |= drop_has_reason(&stall->drops[i]);
	return told;
}

/* What the verdict cannot rest on, where it matters. */
static void write_limits(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	const struct stall_senses *senses = writer->senses;

	if (stall->end == STALL_REFUSED_EARLY || stall->end == STALL_ESTABLISHED || stall->resets ||
	    stall->icmp.family || stall_no_syn(stall) || stall->polled)
		return;
	if (!senses->drops)
		line(writer,
		     "local packet drops cannot be ruled out: the kfree_skb tracepoint is unavailable");
	else if (!senses->drop_reason && !any_drop_told(stall))
		line(writer,
		     "firewall drops cannot be ruled out: this kernel's kfree_skb gives no reason");
	else if (stall->not_followed)
		line(writer,
		     "its packets are not followed: %u connects are already, or one with its sequence number",
		     STALL_WATCHES_MAX);
	else if (!watched_packets(stall, true, writer->now_ns) && !stall->drop_count &&
		 !stall->synacks && !stall->in_host && !stall_unread(stall))
		line(writer,
		     stall->end_ns
			     ? "a drop on this host would not have been seen: it ended before a SYN was followed"
			     : "a drop on this host would show with the next SYN only: none was followed so far");
	if (!senses->retransmit)
		line(writer,
		     "SYNs cannot be counted: the tcp_retransmit_skb tracepoint is unavailable");
}

void stall_lines(const struct stall *stall, const struct stall_senses *senses, uint64_t now_ns,
		 struct verdict *verdict)
{
	static void (*const writers[])(struct writer *) = {
		write_origin,	 write_early,	  write_route, write_local,    write_ports,
		write_syns,	 write_neighbour, write_queue, write_queued,   write_drops,
		write_trackings, write_reset,	  write_icmp,  write_peer,     write_crossing,
		write_silence,	 write_fallback,  write_end,   write_settings, write_limits,
		write_option,
	};
	struct writer writer = {
		.stall = stall, .senses = senses, .now_ns = now_ns, .verdict = verdict};

	for (size_t i = 0; i < ARRAY_SIZE(writers); i++)
		writers[i](&writer);
}
