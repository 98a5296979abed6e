/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat's tables of tcp, sctp, udp, udplite and raw sockets. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/list_grow.h"
#include "netstat/modes/sockets.h"
#include "netstat/modes/source.h"
#include "names/names.h"
#include "procfs/inet.h"
#include "procfs/lines.h"
#include "netlink/udp_diag.h"

#define READ_AHEAD_FROM 1000 /* lines; before that the thread costs more than it saves */

struct inet_table {
	const char *file; /* below /proc/net */
	const char *path;
	const char *what;
	const char *bogus;
	enum netstat_protocol selected_by;
	enum inet_protocol protocol;
	bool is_v6;
	int (*list)(struct netstat_run *run); /* sctp's place among them */
};

enum { TCP4, TCP6, BEHIND_TCP };

static const struct inet_table tables[] = {
	{"tcp", "/proc/net/tcp", "AF INET (tcp)", "tcp", NETSTAT_TCP, INET_PROTOCOL_TCP, false,
	 NULL},
	{"tcp6", NULL, NULL, "tcp", NETSTAT_TCP, INET_PROTOCOL_TCP, true, NULL},
	{NULL, NULL, NULL, NULL, NETSTAT_SCTP, 0, false, netstat_sctp_sockets},
	{"udp", "/proc/net/udp", "AF INET (udp)", "udp", NETSTAT_UDP, INET_PROTOCOL_UDP, false,
	 NULL},
	{"udp6", NULL, NULL, "udp", NETSTAT_UDP, INET_PROTOCOL_UDP, true, NULL},
	{"udplite", "/proc/net/udplite", "AF INET (udplite)", "udp", NETSTAT_UDPLITE,
	 INET_PROTOCOL_UDPLITE, false, NULL},
	{"udplite6", NULL, NULL, "udp", NETSTAT_UDPLITE, INET_PROTOCOL_UDPLITE, true, NULL},
	{"raw", "/proc/net/raw", "AF INET (raw)", "raw", NETSTAT_RAW, INET_PROTOCOL_RAW, false,
	 NULL},
	{"raw6", NULL, NULL, "raw", NETSTAT_RAW, INET_PROTOCOL_RAW, true, NULL},
};

/* Rows of one table, kept until all names have been asked for. */
struct kept {
	struct inet_row *rows;
	size_t count;
	size_t room;
	int err; /* of opening the file */
	struct buf messages;
};

typedef int (*inet_row_fn)(void *context, const struct inet_row *row);

static int keep_row(void *context, const struct inet_row *row)
{
	struct kept *kept = context;

	if (LIST_GROW(kept->rows, kept->count, kept->room))
		return -ENOMEM;
	kept->rows[kept->count++] = *row;
	return 0;
}

static const char *port_name(struct netstat_run *run, const struct inet_row *row, uint16_t port)
{
	static const enum names_protocol protocols[INET_PROTOCOL_MAX] = {
		[INET_PROTOCOL_TCP] = NAMES_TCP,
		[INET_PROTOCOL_UDP] = NAMES_UDP,
		[INET_PROTOCOL_UDPLITE] = NAMES_UDP,
		[INET_PROTOCOL_RAW] = NAMES_RAW,
	};

	return port ? names_service(run->names, protocols[row->protocol], port) : NULL;
}

static int list_row(void *context, const struct inet_row *row)
{
	struct netstat_run *run = context;
	struct socket_texts texts = {0};

	if (!run->options->numeric_hosts) {
		texts.local_host = netstat_host(run, &row->local, row->is_v6);
		texts.remote_host = netstat_host(run, &row->remote, row->is_v6);
	}
	if (!run->options->numeric_ports) {
		texts.local_port = port_name(run, row, row->local.port);
		texts.remote_port = port_name(run, row, row->remote.port);
	}
	texts.user = netstat_user(run, row->uid);
	texts.owner = netstat_owner(run, row->inode);
	run->layout->inet(&run->out, run->options, row, &texts);
	netstat_flush_large(run);
	return 0;
}

struct counted {
	const struct netstat_run *run;
	inet_row_fn handle;
	void *context;
	uint64_t count;
};

static int on_udp(void *context, const struct inet_row *row)
{
	struct counted *counted = context;

	counted->count++;
	if (counted->run->write_errno)
		return -EPIPE;
	return netstat_shows_inet(counted->run->options, row)
		       ? counted->handle(counted->context, row)
		       : 0;
}

/* False: the kernel did not answer, and nothing was taken. */
static bool read_kernel_udp(struct netstat_run *run, const struct inet_table *table,
			    inet_row_fn handle, void *context)
{
	struct counted counted = {run, handle, context, 0};

	return !udp_diag_read(table->is_v6, on_udp, &counted) || counted.count > 0;
}

/* 0, or -errno of opening the file; a file that cannot be read on ends there, as in the reference.
 */
static int read_table(struct netstat_run *run, const struct inet_table *table, inet_row_fn handle,
		      void *context)
{
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	int err = lines_open(&lines, run->net, table->file);
	struct inet_row row;
	char *line;
	size_t size;

	if (err)
		return err;
	if (table->protocol == INET_PROTOCOL_UDP && netstat_udp_from_kernel(run) &&
	    read_kernel_udp(run, table, handle, context))
		return 0;
	if (lines_next(&lines, &line, &size) <= 0)
		return 0;
	for (size_t i = 0; lines_next(&lines, &line, &size) > 0 && !run->write_errno; i++) {
		if (i == READ_AHEAD_FROM && !run->owners_job)
			lines_read_ahead(&lines);
		if (!inet_line_parse(line, table->protocol, table->is_v6, &row))
			buf_printf(netstat_errors(run), "warning, got bogus %s line.\n",
				   table->bogus);
		else if (netstat_shows_inet(run->options, &row) && handle(context, &row))
			return 0;
	}
	return 0;
}

static bool wants(const struct netstat_options *options, const struct inet_table *table)
{
	enum netstat_family family = table->is_v6 ? NETSTAT_INET6 : NETSTAT_INET;

	if (options->everything)
		return true;
	return options->protocols & table->selected_by &&
	       (table->list || netstat_has_family(options, family));
}

static void want_hosts(struct netstat_run *run, const struct kept *kept, bool is_v6)
{
	for (size_t i = 0; i < kept->count && !run->options->numeric_hosts; i++) {
		netstat_want_host(run, &kept->rows[i].local, is_v6);
		netstat_want_host(run, &kept->rows[i].remote, is_v6);
	}
}

/* All rows of the table, and the question for each of its hosts where names are wanted. */
static void keep_table(struct netstat_run *run, const struct inet_table *table, struct kept *kept)
{
	struct buf messages = run->err;

	run->err = kept->messages;
	kept->err = read_table(run, table, keep_row, kept);
	kept->messages = run->err;
	run->err = messages;
	want_hosts(run, kept, table->is_v6);
}

static int list_table(struct netstat_run *run, const struct inet_table *table, struct kept *kept)
{
	int err = kept ? kept->err : 0;

	if (table->list)
		return table->list(run);
	if (kept) {
		buf_put(&run->err, kept->messages.data, kept->messages.len);
		for (size_t i = 0; i < kept->count; i++)
			list_row(run, &kept->rows[i]);
	} else {
		err = read_table(run, table, list_row, run);
	}
	return err && !table->is_v6 ? netstat_no_file(run, err, table->path, table->what) : 0;
}

/* A missing file ends the listing behind the IPv6 one of the same protocol. */
static int list_tables(struct netstat_run *run, struct kept *kept, size_t first)
{
	int status = 0;

	for (size_t i = first; i < ARRAY_SIZE(tables); i++) {
		if (status && (!tables[i].is_v6 || status == NETSTAT_STATUS_FILE))
			return status;
		if (wants(run->options, &tables[i])) {
			int failed = list_table(run, &tables[i], kept ? &kept[i] : NULL);

			status = status ? status : failed;
		}
	}
	return status;
}

/* The kernel's list has both families mixed. `kept` are the tables' places; without it IPv4 rows
 * are listed at once. */
struct tcp_split {
	struct netstat_run *run;
	struct kept *kept;
	bool list_v4;
};

static int on_tcp(void *context, const struct inet_row *row)
{
	struct tcp_split *split = context;
	struct netstat_run *run = split->run;
	size_t table = row->is_v6 ? TCP6 : TCP4;

	if (!wants(run->options, &tables[table]) || !netstat_shows_inet(run->options, row))
		return 0;
	if (split->list_v4 && table == TCP4)
		return list_row(run, row);
	return keep_row(&split->kept[table], row);
}

static int keep_kernel_tcp(struct netstat_run *run, struct kept *kept)
{
	struct tcp_split split = {run, kept, false};
	int err = netstat_kernel_tcp(run, on_tcp, &split);

	if (err)
		kept[TCP4].count = kept[TCP6].count = 0;
	return err;
}

static void keep_tables(struct netstat_run *run, struct kept *kept)
{
	size_t first = 0;

	if (netstat_tcp_from_kernel(run) && !keep_kernel_tcp(run, kept)) {
		want_hosts(run, &kept[TCP4], false);
		want_hosts(run, &kept[TCP6], true);
		first = BEHIND_TCP;
	}
	for (size_t i = first; i < ARRAY_SIZE(tables); i++) {
		if (!tables[i].list && wants(run->options, &tables[i]))
			keep_table(run, &tables[i], &kept[i]);
	}
}

/*
 * All rows are read before the first is printed: so all answers of host names can be on their way
 * at the same time, and owners are looked for meanwhile.
 */
static int list_kept(struct netstat_run *run)
{
	struct kept kept[ARRAY_SIZE(tables)] = {0};
	int status;

	keep_tables(run, kept);
	netstat_load_owners(run);
	run->layout->inet_title(&run->out, run->options);
	status = list_tables(run, kept, TCP4);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		free(kept[i].rows);
		buf_release(&kept[i].messages);
	}
	return status;
}

/* Row by row, as they come. What fails after the first rows can only be said. */
static int list_kernel_tcp(struct netstat_run *run)
{
	struct kept kept[BEHIND_TCP] = {0};
	struct tcp_split split = {run, kept, true};
	int err = netstat_kernel_tcp(run, on_tcp, &split);

	for (size_t i = 0; i < kept[TCP6].count; i++)
		list_row(run, &kept[TCP6].rows[i]);
	free(kept[TCP6].rows);
	if (!err)
		return list_tables(run, NULL, BEHIND_TCP);
	buf_printf(netstat_errors(run),
		   "netstate: the kernel's list of TCP sockets is not whole: %s\n", strerror(-err));
	return 1;
}

int netstat_inet_sockets(struct netstat_run *run)
{
	const struct netstat_options *options = run->options;

	if (!options->everything && !(options->protocols & NETSTAT_INET_ALL))
		return 0;
	if (netstat_start_owners(run) || !options->numeric_hosts)
		return list_kept(run);
	netstat_load_owners(run);
	run->layout->inet_title(&run->out, options);
	return netstat_tcp_from_kernel(run) ? list_kernel_tcp(run) : list_tables(run, NULL, TCP4);
}
