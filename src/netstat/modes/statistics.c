/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat -s: the kernel's counters of IPv4 or, with -6, of IPv6. */
#include <string.h>

#include "base/cleanup.h"
#include "netstat/modes/tables.h"
#include "netstat/layout/statistics.h"
#include "procfs/snmp.h"

/* Opens a file that has to be there. 0 or 1: said that it is not. */
static int open_needed(struct netstat_run *run, struct lines *lines, const char *name)
{
	int err = lines_open(lines, run->net, name);

	if (!err)
		return 0;
	buf_puts(netstat_errors(run), "cannot open ");
	netstat_perror(run, name, err);
	return 1;
}

static int next_line(struct netstat_run *run, struct lines *lines, const char *name,
		     char **ret_line, size_t *ret_size)
{
	int got = lines_next(lines, ret_line, ret_size);

	if (got < 0)
		netstat_perror(run, name, got);
	return got > 0;
}

static void put_section(struct netstat_run *run, struct statistics *stats,
			struct snmp_section *section)
{
	struct snmp_counter counter;
	size_t start = run->out.len;

	statistics_section(stats, &run->out, section->name, section->name_size);
	while (snmp_section_next(section, &counter))
		statistics_counter(stats, &run->out, counter.name, counter.name_size,
				   counter.value);
	netstat_end_row(run, start);
}

/* Pairs of lines; `prefix`: only sections whose name begins so. */
static void put_pairs(struct netstat_run *run, struct statistics *stats, struct lines *lines,
		      const char *name, const char *prefix)
{
	_cleanup_(buf_release) struct buf names = {0};
	struct snmp_section section;
	char *line;
	size_t size;

	while (next_line(run, lines, name, &line, &size)) {
		if (!size)
			continue;
		buf_clear(&names);
		buf_put(&names, line, size);
		if (names.failed || !next_line(run, lines, name, &line, &size))
			return;
		if (snmp_section_parse(names.data, names.len, line, size, &section)) {
			buf_printf(netstat_errors(run), "Problem while parsing %s/%s\n", run->net,
				   name);
			return;
		}
		if (section.name_size >= strlen(prefix) &&
		    !memcmp(section.name, prefix, strlen(prefix)))
			put_section(run, stats, &section);
	}
}

/* One counter a line. */
static void put_lines(struct netstat_run *run, struct statistics *stats, struct lines *lines,
		      const char *name, bool has_section)
{
	struct snmp_counter counter;
	char *line;
	size_t size;

	while (next_line(run, lines, name, &line, &size)) {
		size_t start = run->out.len;

		if (snmp_line_parse(line, size, &counter))
			continue;
		if (!has_section)
			statistics_section_of(stats, &run->out, counter.name, counter.name_size);
		statistics_counter(stats, &run->out, counter.name, counter.name_size,
				   counter.value);
		netstat_end_row(run, start);
	}
}

static void inet_statistics(struct netstat_run *run, struct statistics *stats)
{
	struct lines lines;

	stats->sections = sentences_inet;
	if (open_needed(run, &lines, "snmp"))
		return;
	put_pairs(run, stats, &lines, "snmp", "");
	lines_close(&lines);
	if (!lines_open(&lines, run->net, "netstat")) {
		put_pairs(run, stats, &lines, "netstat", "");
		lines_close(&lines);
	}
	if (lines_open(&lines, run->net, "sctp/snmp"))
		return;
	statistics_section(stats, &run->out, "Sctp", strlen("Sctp"));
	put_lines(run, stats, &lines, "sctp/snmp", true);
	lines_close(&lines);
}

static void inet6_statistics(struct netstat_run *run, struct statistics *stats)
{
	struct lines lines;

	if (open_needed(run, &lines, "snmp6"))
		return;
	stats->sections = sentences_inet6;
	put_lines(run, stats, &lines, "snmp6", false);
	lines_close(&lines);
	stats->sections = sentences_inet;
	if (open_needed(run, &lines, "snmp"))
		return;
	put_pairs(run, stats, &lines, "snmp", "Tcp");
	lines_close(&lines);
}

/* Counters of any other family, or of two, there are none. */
static int no_statistics(struct netstat_run *run)
{
	static const char *const names[NETSTAT_FAMILY_MAX] = {
		[NETSTAT_INET] = "inet", [NETSTAT_INET6] = "inet6",
		[NETSTAT_UNIX] = "unix", [NETSTAT_AX25] = "ax25",
		[NETSTAT_IPX] = "ipx",	 [NETSTAT_NETROM] = "netrom",
		[NETSTAT_X25] = "x25",	 [NETSTAT_ROSE] = "rose",
		[NETSTAT_DDP] = "ddp",	 [NETSTAT_ECONET] = "ec",
		[NETSTAT_ASH] = "ash",	 [NETSTAT_BLUETOOTH] = "bluetooth",
	};
	const struct netstat_options *options = run->options;
	struct buf *out = netstat_notices(run);

	buf_puts(out, "netstat: No statistics support for specified address family: ");
	for (size_t i = 0; i < options->family_count; i++) {
		if (i > 0)
			buf_putc(out, ',');
		buf_puts(out, names[options->families[i]]);
	}
	buf_putc(out, '\n');
	return 1;
}

int netstat_statistics(struct netstat_run *run)
{
	const struct netstat_options *options = run->options;
	struct statistics stats = {.json = options->json, .protocols = options->protocols};

	if (options->family_count > 1)
		return no_statistics(run);
	if (!options->family_count || options->families[0] == NETSTAT_INET)
		inet_statistics(run, &stats);
	else if (options->families[0] == NETSTAT_INET6)
		inet6_statistics(run, &stats);
	else
		return no_statistics(run);
	return 0;
}
