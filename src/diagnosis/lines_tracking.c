/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What connection tracking did to the SYN -> lines. Pure. */
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "diagnosis/drops.h"
#include "diagnosis/lines_internal.h"
#include "diagnosis/tracking.h"

#define END_SIZE (ADDRESS_PORT_TEXT_MAX + 1)

static const char *end_text(char text[END_SIZE], const struct endpoint *end)
{
	*address_format_port(text, end->addr, end->port) = '\0';
	return text;
}

static void write_full(struct writer *writer, const struct stall_tracking *tracking)
{
	line(writer,
	     "connection tracking there is full: %u entries of at most %u; it dropped %u packet%s meanwhile because it was full",
	     tracking->now.entries, tracking->now.max, tracking_refused(tracking),
	     line_plural(tracking_refused(tracking)));
	if (tracking->rules_before == STALL_KNOWN_YES)
		line(writer,
		     "there are chains before it (raw, or of such a priority): a rule of theirs may have dropped it instead");
}

static void write_no_port(struct writer *writer, const struct stall_tracking *tracking)
{
	uint32_t failed = tracking->now.insert_failed - tracking->before.insert_failed;
	char from[END_SIZE], to[END_SIZE];

	line(writer, "NAT there gave it %s -> %s, which is taken (clash of two entries)",
	     end_text(from, &tracking->taken_from), end_text(to, &tracking->taken_to));
	end_text(from, &tracking->holder_from);
	end_text(to, &tracking->holder_to);
	if (tracking->holder_pid)
		line(writer, "the connection %s -> %s of %s (pid %u) holds it", from, to,
		     tracking->holder_comm, tracking->holder_pid);
	else
		line(writer, "the connection %s -> %s holds it", from, to);
	if (tracking->before_ns && failed)
		line(writer, "insert_failed of that namespace rose by %u meanwhile", failed);
}

/* "untranslated to 10.7.0.1:80", "translated to 10.9.0.2:80", "from 10.9.0.1 to ..." */
static void put_way(char *text, size_t size, const struct stall_tracking *tracking,
		    const struct endpoint *from, const struct endpoint *to)
{
	bool same_to = !memcmp(to->addr, tracking->to.addr, sizeof(to->addr)) &&
		       to->port == tracking->to.port;
	bool same_from = !memcmp(from->addr, tracking->from.addr, sizeof(from->addr));
	char end[END_SIZE], source[ADDRESS_SIZE];

	end_text(end, to);
	if (same_to && same_from)
		snprintf(text, size, "untranslated, to %s", end);
	else if (same_from)
		snprintf(text, size, "translated to %s", end);
	else
		snprintf(text, size, "%s %s from %s", same_to ? "to" : "translated to", end,
			 line_address(from, source));
}

static void write_stale(struct writer *writer, const struct stall_tracking *tracking)
{
	const struct stall *stall = writer->stall;
	char way[STALL_LINE_SIZE / 2];

	put_way(way, sizeof(way), tracking, &tracking->nat_from, &tracking->nat_to);
	line(writer,
	     "SYNs leave network namespace %u %s, by the conntrack entry [UNREPLIED] of the first",
	     tracking->netns, way);
	put_way(way, sizeof(way), tracking, &tracking->other_nat_from, &tracking->other_nat_to);
	if (tracking->other == STALL_OTHER_LATER && tracking->other_ns > stall->start_ns)
		line(writer,
		     "a connect that began %.1f s later, from and to the same address, went %s and was answered",
		     (double)(tracking->other_ns - stall->start_ns) / 1e9, way);
	else
		line(writer,
		     "another connection between the same addresses goes %s and was answered; when it began is not known",
		     way);
}

/* Where the SYN went in the end: only of one that hangs for no other reason that is known. */
static void write_way(struct writer *writer, const struct stall_tracking *tracking)
{
	char way[STALL_LINE_SIZE / 2];

	if (tracking->entry != STALL_KNOWN_YES || tracking->replied)
		return;
	if (!memcmp(&tracking->nat_to, &tracking->to, sizeof(tracking->to)) &&
	    !memcmp(tracking->nat_from.addr, tracking->from.addr, sizeof(tracking->from.addr)))
		return;
	put_way(way, sizeof(way), tracking, &tracking->nat_from, &tracking->nat_to);
	line(writer, "NAT in network namespace %u: the SYN goes %s", tracking->netns, way);
}

void write_trackings(struct writer *writer)
{
	const struct stall *stall = writer->stall;
	const struct stall_drop *drop = drop_latest(stall, STALL_SYN, writer->now_ns);
	const struct stall_tracking *full = tracking_full(stall, drop);
	const struct stall_tracking *taken = tracking_no_port(stall, drop);
	const struct stall_tracking *stale = tracking_shown(stall, drop);

	if (full)
		write_full(writer, full);
	if (taken)
		write_no_port(writer, taken);
	if (stale)
		write_stale(writer, stale);
	for (unsigned int i = 0; i < stall->tracking_count && i < STALL_TRACKINGS_MAX; i++) {
		if (&stall->trackings[i] != stale)
			write_way(writer, &stall->trackings[i]);
	}
}
