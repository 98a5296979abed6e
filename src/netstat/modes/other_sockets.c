/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat's tables of IPX, AX.25, X.25, NET/ROM, ROSE and Bluetooth sockets. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/format.h"
#include "netstat/modes/tables.h"
#include "names/names.h"
#include "netstat/layout/json_tables.h"
#include "netstat/layout/other_sockets.h"
#include "procfs/other_sockets.h"

struct other_table {
	enum other_family family;
	enum netstat_family option;
	const char *file;
	const char *what; /* in the message that there is no such file */
	int (*parse)(const char *line, size_t size, struct other_row *ret_row);
};

static void put_row(struct netstat_run *run, const struct other_table *table,
		    const struct other_row *row)
{
	bool has_user = table->family == OTHER_IPX, symbolic = !run->options->numeric_users;
	const char *user = has_user && symbolic ? names_user(run->names, row->uid) : NULL;
	const struct json_names names = {.symbolic = symbolic, .first = user};
	char number[FORMAT_U64_MAX + 1];
	size_t start = run->out.len;

	*format_u64(number, row->uid) = '\0';
	if (run->options->json)
		json_other_socket(&run->out, table->family, row, &names);
	else
		other_sockets_row(&run->out, table->family, row,
				  !has_user || !run->options->extend ? NULL
				  : user			     ? user
								     : number);
	netstat_end_row(run, start);
}

/* A line that is no row is told on stdout; one of IPX ends the program. */
static int bad_line(struct netstat_run *run, const struct other_table *table)
{
	if (table->family == OTHER_IPX) {
		buf_puts(netstat_errors(run),
			 "netstat.c: Internal Error `ipx socket format error in source port'.\n");
		return NETSTAT_STATUS_FILE;
	}
	buf_printf(netstat_notices(run), "%s reading data from /proc/net/%s\n",
		   table->family == OTHER_AX25 ? "problem" : "Problem", table->file);
	return 0;
}

static int list_lines(struct netstat_run *run, const struct other_table *table, struct lines *lines)
{
	int (*parse)(const char *line, size_t size, struct other_row *ret_row) = table->parse;
	struct other_row row;
	char *line;
	size_t size;
	int status = 0;

	for (size_t number = 0; !status && lines_next(lines, &line, &size) > 0; number++) {
		if (!number && (table->family != OTHER_AX25 || ax25_is_title(line, size))) {
			parse = table->family == OTHER_AX25 ? ax25_old_parse : parse;
			continue;
		}
		if (parse(line, size, &row))
			status = bad_line(run, table);
		else if (netstat_shows_other(run->options, table->family, &row))
			put_row(run, table, &row);
	}
	return status;
}

static int open_failed(struct netstat_run *run, const struct other_table *table, int err,
		       bool chosen)
{
	if (err != -ENOENT) {
		netstat_perror(run, table->file, err);
		return NETSTAT_STATUS_FILE;
	}
	if (chosen || (run->options->everything && run->options->verbose))
		buf_printf(netstat_errors(run), "netstat: no support for `%s' on this system.\n",
			   table->what);
	return chosen ? 1 : 0;
}

static int list_table(struct netstat_run *run, const struct other_table *table)
{
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	bool chosen = netstat_has_family(run->options, table->option);
	int err;

	if (!chosen && !run->options->everything)
		return 0;
	err = lines_open(&lines, run->net, table->file);
	if (err)
		return open_failed(run, table, err, chosen);
	if (!run->options->json)
		other_sockets_title(&run->out, run->options, table->family);
	return list_lines(run, table, &lines);
}

int netstat_ipx_sockets(struct netstat_run *run)
{
	static const struct other_table table = {OTHER_IPX, NETSTAT_IPX, "ipx/socket", "AF IPX",
						 ipx_parse};

	return list_table(run, &table);
}

int netstat_ax25_sockets(struct netstat_run *run)
{
	static const struct other_table table = {OTHER_AX25, NETSTAT_AX25, "ax25", "AF AX25",
						 ax25_parse};

	return list_table(run, &table);
}

int netstat_x25_sockets(struct netstat_run *run)
{
	static const struct other_table table = {OTHER_X25, NETSTAT_X25, "x25", "AF X25",
						 x25_parse};

	return list_table(run, &table);
}

int netstat_netrom_sockets(struct netstat_run *run)
{
	static const struct other_table table = {OTHER_NETROM, NETSTAT_NETROM, "nr", "AF NETROM",
						 netrom_parse};

	return list_table(run, &table);
}

int netstat_rose_sockets(struct netstat_run *run)
{
	static const struct other_table table = {OTHER_ROSE, NETSTAT_ROSE, "rose", "AF ROSE",
						 rose_parse};

	return list_table(run, &table);
}

/* Debian's build has no Bluetooth. */
int netstat_bluetooth_sockets(struct netstat_run *run)
{
	const struct netstat_options *options = run->options;

	if (!(options->protocols & (NETSTAT_L2CAP | NETSTAT_RFCOMM)) &&
	    !netstat_has_family(options, NETSTAT_BLUETOOTH))
		return 0;
	buf_puts(netstat_errors(run),
		 "netstat: feature `AF BLUETOOTH' not supported.\n"
		 "Please recompile `net-tools' with newer kernel source or full configuration.\n");
	return 1;
}
