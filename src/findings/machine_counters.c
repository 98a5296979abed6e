/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters of a namespace that rose while it was watched. Pure. */
#include "findings/machine.h"

#include <stdio.h>
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
	 "SYN cookies sent: a SYN backlog overflows",
	 "find the listener with many half-open connections", "ss -tan state syn-recv"},
	{FINDING_LISTEN_DROPS, SPACE_REQUEST_DROPS, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "SYNs dropped: a SYN backlog is full and tcp_syncookies is 0", "turn SYN cookies on",
	 "sysctl net.ipv4.tcp_syncookies"},
	{FINDING_LISTEN_DROPS, SPACE_LISTEN_DROPS, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "connection requests dropped by listeners (ListenDrops)",
	 "find the listener whose queue is full", "ss -ltn"},
	{FINDING_TIME_WAIT_LIMIT, SPACE_TW_OVERFLOW, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "TIME_WAIT sockets not kept: tcp_max_tw_buckets is reached", "raise the limit",
	 "sysctl net.ipv4.tcp_max_tw_buckets"},
	{FINDING_RETRANSMITS_RISE, SPACE_RETRANS, SPACE_OUT_SEGS, 5, 10000, FINDING_WARN,
	 "segments retransmitted", "look for a lossy path or a full queue",
	 "nstat -az TcpRetransSegs"},
	{FINDING_RESETS_RISE, SPACE_OUT_RSTS, SPACE_OUT_SEGS, 10, 10000, FINDING_WARN,
	 "resets sent", "list them with netstate trace", "nstat -az TcpOutRsts"},
	{FINDING_MEMORY_PRESSURE, SPACE_MEMORY_PRESSURES, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "times TCP came under memory pressure (tcp_mem)",
	 "raise tcp_mem, or find the sockets that hold the memory", "cat /proc/net/sockstat"},
	{FINDING_MEMORY_PRESSURE, SPACE_ABORT_ON_MEMORY, SPACE_COUNTERS, 0, 1, FINDING_CRITICAL,
	 "connections aborted for lack of memory or too many orphans",
	 "check tcp_mem and tcp_max_orphans", "cat /proc/net/sockstat"},
	{FINDING_CONNTRACK_DROPS, SPACE_CT_INSERT_FAILED, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "connection tracking entries not inserted: their packets were dropped (insert_failed)",
	 "source NAT runs out of ports, or two packets race", "conntrack -S"},
	{FINDING_CONNTRACK_DROPS, SPACE_CT_DROP, SPACE_COUNTERS, 0, 1, FINDING_CRITICAL,
	 "packets dropped by connection tracking: its table is full", "raise nf_conntrack_max",
	 "conntrack -S"},
	{FINDING_CONNTRACK_DROPS, SPACE_CT_EARLY_DROP, SPACE_COUNTERS, 0, 1, FINDING_WARN,
	 "tracked connections evicted for new ones (early_drop)", "raise nf_conntrack_max",
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

/* The cause itself made a finding. */
static bool is_cause(const struct finding *other, const struct finding *finding)
{
	return (finding->kind == FINDING_LISTEN_DROPS &&
		(other->kind == FINDING_REUSEPORT_DEAD_MEMBER ||
		 other->kind == FINDING_HALF_OPEN_FLOOD)) ||
	       (finding->kind == FINDING_SYN_COOKIES && other->kind == FINDING_HALF_OPEN_FLOOD) ||
	       (finding->kind == FINDING_CONNTRACK_DROPS && other->kind == FINDING_CONNTRACK_FULL);
}

/* The limit itself, or another counter, made a finding that is as bad: it takes the line. */
static bool is_told(struct findings *findings, const struct finding *finding)
{
	for (size_t i = 0; i < findings->count; i++) {
		struct finding *other = &findings->list[i];

		if ((other->kind != finding->kind && !is_cause(other, finding)) ||
		    other->netns != finding->netns || other->severity < finding->severity)
			continue;
		finding_line(other, "%s", finding->title);
		other->rate_milli = other->rate_milli ? other->rate_milli : finding->rate_milli;
		return true;
	}
	return false;
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
	if (rows[row].counter == SPACE_LISTEN_DROPS && is_told_by_queue(judging, space->netns))
		return 0;
	finding.severity = rows[row].severity;
	finding.confidence = FINDING_HIGH;
	finding.rate_milli = rate;
	finding.netns = space->netns;
	memcpy(finding.netns_name, space->name, sizeof(finding.netns_name));
	finding_title(&finding, "%s: %llu %s, in %s", space_text(judging, space->netns).s,
		      (unsigned long long)rise, rows[row].text,
		      span_text(judging->evidence->watch_ns / 1000000).s);
	finding_line(&finding, "%llu since the namespace was created",
		     (unsigned long long)space->counters[rows[row].counter]);
	if (base)
		finding_line(&finding, "%llu%% of %llu segments sent",
			     (unsigned long long)(rise * 100 / base), (unsigned long long)base);
	if (is_told(findings, &finding))
		return 0;
	finding_advice(&finding, "%s", rows[row].advice);
	machine_describe_behind(judging, &finding);
	finding_command(judging, &finding, "%s", rows[row].command);
	return findings_add(findings, &finding);
}

/* ---------------------------------------------------------------- a single snapshot */

/* What the kernel has counted since a namespace was created; a finding a row. */
static const struct {
	uint16_t kind;
	const char *text, *command;
	struct {
		uint8_t counter;
		const char *name; /* NULL behind the last one */
	} counters[4];
} totals[] = {
	{FINDING_CONNTRACK_DROPS,
	 "connection tracking dropped packets or entries",
	 "conntrack -S",
	 {{SPACE_CT_INSERT_FAILED, "insert_failed"},
	  {SPACE_CT_DROP, "drop"},
	  {SPACE_CT_EARLY_DROP, "early_drop"}}},
	{FINDING_MEMORY_PRESSURE,
	 "TCP ran short of memory, or of room for orphans",
	 "cat /proc/net/sockstat",
	 {{SPACE_MEMORY_PRESSURES, "TCPMemoryPressures"},
	  {SPACE_ABORT_ON_MEMORY, "TCPAbortOnMemory"}}},
};

/* "insert_failed 3, early_drop 2"; false: all are 0 or not known. */
static bool list_totals(const struct evidence_space *space, size_t row, char *text, size_t room)
{
	size_t size = 0;

	for (size_t i = 0; totals[row].counters[i].name; i++) {
		uint64_t count = space->counters[totals[row].counters[i].counter];

		if (count && count != EVIDENCE_UNKNOWN64 && size < room)
			size += (size_t)snprintf(text + size, room - size, "%s%s %llu",
						 size ? ", " : "", totals[row].counters[i].name,
						 (unsigned long long)count);
	}
	return size;
}

static int describe_totals(const struct judging *judging, const struct evidence_space *space,
			   size_t row, struct findings *findings)
{
	struct finding finding = machine_finding(totals[row].kind);
	char counts[128] = "";

	if (!list_totals(space, row, counts, sizeof(counts)) || !is_space_chosen(judging, space))
		return 0;
	finding.confidence = FINDING_HIGH;
	finding.netns = space->netns;
	memcpy(finding.netns_name, space->name, sizeof(finding.netns_name));
	finding_title(&finding, "%s: %s at some time since the namespace was created: %s",
		      space_text(judging, space->netns).s, totals[row].text, counts);
	if (is_told(findings, &finding))
		return 0;
	finding_advice(&finding, "run explain --watch to see whether it still happens");
	finding_command(judging, &finding, "%s", totals[row].command);
	return findings_add(findings, &finding);
}

int machine_counters(struct judging *judging, struct findings *findings, bool explain)
{
	const struct evidence *evidence = judging->evidence;
	int err = 0;

	for (size_t i = 0; i < evidence->space_count; i++) {
		const struct evidence_space *space = &evidence->spaces[i];

		for (size_t row = 0; !err && evidence->watch_ns && row < ARRAY_SIZE(rows); row++)
			err = describe_row(judging, space, row, findings);
		for (size_t row = 0;
		     !err && !evidence->watch_ns && !explain && row < ARRAY_SIZE(totals); row++)
			err = describe_totals(judging, space, row, findings);
	}
	return err;
}
