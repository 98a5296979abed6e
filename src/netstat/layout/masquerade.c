/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Masqueraded connections -> the lines of netstat -M. Pure. */
#include "netstat/layout/masquerade.h"

static const char *const names[MASQUERADE_PROTOCOLS] = {
	[MASQUERADE_TCP] = "tcp",
	[MASQUERADE_UDP] = "udp",
	[MASQUERADE_ICMP] = "icmp",
};

void masquerade_title(struct buf *out, bool extended)
{
	buf_puts(out, "IP masquerading entries\n");
	buf_puts(
		out,
		extended
			? "prot   expire    initseq delta prevd source               destination          ports\n"
			: "prot   expire source               destination          ports\n");
}

void masquerade_put(struct buf *out, bool extended, const struct masquerade_row *row,
		    const struct masquerade_texts *texts)
{
	buf_printf(out, "%-4s%3llu:%02llu.%02llu ", names[row->protocol],
		   (unsigned long long)(row->expires / 100 / 60),
		   (unsigned long long)(row->expires / 100 % 60),
		   (unsigned long long)(row->expires % 100));
	if (extended && row->has_previous_delta)
		buf_printf(out, "%10llu %5d %5d ", (unsigned long long)row->initial_sequence,
			   row->delta, row->previous_delta);
	else if (extended)
		buf_printf(out, "%10llu %5d     - ", (unsigned long long)row->initial_sequence,
			   row->delta);
	buf_printf(out, "%-20s %-20s %s -> %s (%u)\n", texts->source, texts->destination,
		   texts->source_port, texts->destination_port, row->masquerade_port);
}
