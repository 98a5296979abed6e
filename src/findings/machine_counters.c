/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters of a namespace that rose while it was watched. Pure. */
#include "findings/machine.h"

#include <string.h>

#include "base/cleanup.h"

/* One row a finding: what rose, from how much a second, or in how many percent of what, on. */
static const struct {
	uint16_t kind;
	uint8_t counter;
	uint8_t base; /* SPACE_COUNTERS: none */
	uint16_t percent;
	uint32_t per_second_milli;
	uint8_t severity;
	const char *text, *advice, *command;
} rows[] = {
	{FINDING_SYN_COOKIES, SPACE_COOKIES_SENT, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "SYN cookies sent: a SYN backlog overflows", "find the listener with many half-open",
	 "ss -tan state syn-recv"},
	{FINDING_LISTEN_DROPS, SPACE_REQUEST_DROPS, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "SYNs dropped: a SYN backlog is full and tcp_syncookies is 0", "turn SYN cookies on",
	 "sysctl net.ipv4.tcp_syncookies"},
	{FINDING_LISTEN_DROPS, SPACE_LISTEN_DROPS, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "connection requests dropped by listeners (ListenDrops)",
	 "find the listener whose queue is full", "ss -ltn"},
	{FINDING_TIME_WAIT_LIMIT, SPACE_TW_OVERFLOW, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "TIME_WAITs not kept: tcp_max_tw_buckets is reached", "raise the limit",
	 "sysctl net.ipv4.tcp_max_tw_buckets"},
	{FINDING_RETRANSMITS_RISE, SPACE_RETRANS, SPACE_OUT_SEGS, 5, 10000, FINDING_WARN,
	 "segments retransmitted", "look for a lossy path or a full queue",
	 "nstat -az TcpRetransSegs"},
	{FINDING_RESETS_RISE, SPACE_OUT_RSTS, SPACE_OUT_SEGS, 10, 10000, FINDING_WARN,
	 "resets sent", "see which: netstate trace", "nstat -az TcpOutRsts"},
	{FINDING_MEMORY_PRESSURE, SPACE_MEMORY_PRESSURES, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "times TCP came under memory pressure (tcp_mem)", "raise tcp_mem or find what holds it",
	 "cat /proc/net/sockstat"},
	{FINDING_MEMORY_PRESSURE, SPACE_ABORT_ON_MEMORY, SPACE_COUNTERS, 0, 1, FINDING_CRITICAL,
	 "connections aborted for lack of memory or too many orphans",
	 "see tcp_mem, tcp_max_orphans", "cat /proc/net/sockstat"},
	{FINDING_CONNTRACK_DROPS, SPACE_CT_INSERT_FAILED, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "connection tracking entries not inserted: their packets were dropped (insert_failed)",
	 "source NAT runs out of ports, or two packets race", "conntrack -S"},
	{FINDING_CONNTRACK_DROPS, SPACE_CT_DROP, SPACE_COUNTERS, 0, 1, FINDING_CRITICAL,
	 "packets dropped by connection tracking: its table is full", "raise nf_conntrack_max",
	 "conntrack -S"},
	{FINDING_CONNTRACK_DROPS, SPACE_CT_EARLY_DROP, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "tracked connections thrown out for new ones (early_drop)", "raise nf_conntrack_max",
	 "conntrack -S"},
};

/* 0 where it is not known. */
static uint64_t rise_of(const struct evidence_space *space, unsigned int counter)
{
	uint64_t before = space->before[counter], now = space->counters[counter];

	if (before == EVIDENCE_UNKNOWN64 || now == EVIDENCE_UNKNOWN64 || now < before)
		return 0;
	return now - before;
}

static uint64_t rate_milli(uint64_t rise, uint64_t watch_ns)
{
	uint64_t ms = watch_ns / 1000000;

	return ms ? rise * 1000000 / ms : 0;
}

/* The process with the most listeners' backlog in trouble there, as a hint to what is behind it. */
static uint32_t busiest_listener(const struct judging *judging, uint32_t netns)
{
	const struct evidence *evidence = judging->evidence;
	uint32_t found = NO_SOCKET;

	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if (socket->state != TCP_STATE_LISTEN || socket->flow.netns != netns)
			continue;
		if (found == NO_SOCKET ||
		    socket->unread + socket->requests >
			    evidence->sockets[found].unread + evidence->sockets[found].requests)
			found = i;
	}
	return found;
}

static void describe_behind(const struct judging *judging, struct finding *finding,
			    unsigned int kind)
{
	const struct socket_detail *listener;
	uint32_t index;

	if (kind != FINDING_SYN_COOKIES && kind != FINDING_LISTEN_DROPS)
		return;
	index = busiest_listener(judging, finding->netns);
	if (index == NO_SOCKET)
		return;
	listener = &judging->evidence->sockets[index];
	if (!listener->unread && !listener->requests)
		return;
	finding_line(finding, "the fullest listener there: %s of %s, queue %u of %u, %u half-open",
		     end_text(&listener->flow.local).s,
		     who_text(listener->flow.pid, listener->flow.comm).s, listener->unread,
		     listener->unacked, listener->requests);
	machine_connection(finding, index);
}

static int describe_row(const struct judging *judging, const struct evidence_space *space,
			size_t row, struct findings *findings)
{
	struct finding finding = machine_finding(rows[row].kind);
	uint64_t rise = rise_of(space, rows[row].counter);
	uint64_t rate = rate_milli(rise, judging->evidence->watch_ns);
	uint64_t base = rows[row].base < SPACE_COUNTERS ? rise_of(space, rows[row].base) : 0;

	if (!rise || rate < rows[row].per_second_milli ||
	    (base && rise * 100 < base * rows[row].percent))
		return 0;
	if (!is_space_chosen(judging, space))
		return 0;
	finding.severity = rows[row].severity;
	finding.confidence = FINDING_HIGH;
	finding.rate_milli = rate;
	finding.netns = space->netns;
	memcpy(finding.netns_name, space->name, sizeof(finding.netns_name));
	finding_title(&finding, "%s: %llu %s, in %s", space_text(judging, space->netns).s,
		      (unsigned long long)rise, rows[row].text,
		      span_text(judging->evidence->watch_ns / 1000000).s);
	finding_line(&finding, "%llu since the namespace began",
		     (unsigned long long)space->counters[rows[row].counter]);
	if (base)
		finding_line(&finding, "%llu%% of %llu segments sent",
			     (unsigned long long)(rise * 100 / base), (unsigned long long)base);
	describe_behind(judging, &finding, rows[row].kind);
	finding_advice(&finding, "%s", rows[row].advice);
	finding_command(judging, &finding, "%s", rows[row].command);
	return findings_add(findings, &finding);
}

int machine_counters(struct judging *judging, struct findings *findings, bool explain)
{
	const struct evidence *evidence = judging->evidence;
	int err = 0;

	if (!evidence->watch_ns)
		return 0;
	for (size_t i = 0; i < evidence->space_count; i++) {
		for (size_t row = 0; !err && row < ARRAY_SIZE(rows); row++)
			err = describe_row(judging, &evidence->spaces[i], row, findings);
	}
	return err;
}
