/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat's tables of SCTP endpoints and associations. */
#include <errno.h>

#include "base/cleanup.h"
#include "netstat/modes/sockets.h"
#include "procfs/lines.h"
#include "procfs/sctp.h"

struct sctp_table {
	const char *file; /* below /proc/net */
	const char *path;
	const char *bogus;
	bool is_v6;
	bool is_association;
};

static const struct sctp_table tables[] = {
	{"sctp/eps", "/proc/net/sctp/eps", "sctp eps", false, false},
	{"sctp6/eps", "/proc/net/sctp6/eps", "sctp eps", true, false},
	{"sctp/assocs", "/proc/net/sctp/assocs", "sctp assoc", false, true},
	{"sctp6/assocs", "/proc/net/sctp6/assocs", "sctp assoc", true, true},
};

/* Any part of -n makes these addresses numeric. */
static bool is_numeric(const struct netstat_options *options)
{
	return options->numeric_hosts || options->numeric_ports || options->numeric_users;
}

static void find_hosts(struct netstat_run *run, const struct endpoint *list, size_t count,
		       const char **hosts)
{
	bool numeric = is_numeric(run->options);

	for (size_t i = 0; i < count; i++) {
		hosts[i] = NULL;
		if (!numeric)
			netstat_want_host(run, &list[i], !endpoint_is_v4(&list[i]));
	}
	for (size_t i = 0; i < count && !numeric; i++)
		hosts[i] = netstat_host(run, &list[i], !endpoint_is_v4(&list[i]));
}

static void list_line(struct netstat_run *run, const struct sctp_table *table, const char *line)
{
	const char *local_hosts[SCTP_ADDRESSES_MAX], *remote_hosts[SCTP_ADDRESSES_MAX];
	struct sctp_addresses lists;
	struct socket_texts texts = {0};
	struct sctp_row row;

	if (!sctp_line_parse(line, table->is_association, &lists, &row)) {
		buf_printf(netstat_errors(run), "warning, got bogus %s line.\n", table->bogus);
		return;
	}
	find_hosts(run, row.local, row.local_count, local_hosts);
	find_hosts(run, row.remote, row.remote_count, remote_hosts);
	texts.user = netstat_user(run, row.uid);
	texts.owner = netstat_owner(run, row.inode);
	run->layout->sctp(&run->out, run->options, &row, local_hosts, remote_hosts, &texts);
	netstat_flush_large(run);
}

static int list_table(struct netstat_run *run, const struct sctp_table *table)
{
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	int err = lines_open(&lines, run->net, table->file);
	char *line;
	size_t size;

	if (err)
		return table->is_v6 ? 0 : netstat_no_file(run, err, table->path, "AF INET (sctp)");
	if (lines_next(&lines, &line, &size) <= 0)
		return 0;
	while (lines_next(&lines, &line, &size) > 0)
		list_line(run, table, line);
	return 0;
}

static bool wants(const struct netstat_options *options, const struct sctp_table *table)
{
	enum netstat_family family = table->is_v6 ? NETSTAT_INET6 : NETSTAT_INET;

	if (!options->everything && !netstat_has_family(options, family))
		return false;
	return options->all || options->listening != table->is_association;
}

/* A missing IPv4 file ends the listing behind the IPv6 one of the same kind. */
int netstat_sctp_sockets(struct netstat_run *run)
{
	int status = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (status && (!tables[i].is_v6 || status == NETSTAT_STATUS_FILE))
			return status;
		if (wants(run->options, &tables[i])) {
			int failed = list_table(run, &tables[i]);

			status = status ? status : failed;
		}
	}
	return status;
}
