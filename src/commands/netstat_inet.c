/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat's tables of tcp, sctp, udp, udplite and raw sockets. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "commands/netstat_sockets.h"
#include "names/names.h"
#include "procfs/inet.h"
#include "procfs/lines.h"

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

static const struct inet_table tables[] = {
	{ "tcp", "/proc/net/tcp", "AF INET (tcp)", "tcp", NETSTAT_TCP, INET_PROTOCOL_TCP, false, NULL },
	{ "tcp6", NULL, NULL, "tcp", NETSTAT_TCP, INET_PROTOCOL_TCP, true, NULL },
	{ NULL, NULL, NULL, NULL, NETSTAT_SCTP, 0, false, netstat_sctp_sockets },
	{ "udp", "/proc/net/udp", "AF INET (udp)", "udp", NETSTAT_UDP, INET_PROTOCOL_UDP, false, NULL },
	{ "udp6", NULL, NULL, "udp", NETSTAT_UDP, INET_PROTOCOL_UDP, true, NULL },
	{ "udplite", "/proc/net/udplite", "AF INET (udplite)", "udp", NETSTAT_UDPLITE, INET_PROTOCOL_UDPLITE,
	  false, NULL },
	{ "udplite6", NULL, NULL, "udp", NETSTAT_UDPLITE, INET_PROTOCOL_UDPLITE, true, NULL },
	{ "raw", "/proc/net/raw", "AF INET (raw)", "raw", NETSTAT_RAW, INET_PROTOCOL_RAW, false, NULL },
	{ "raw6", NULL, NULL, "raw", NETSTAT_RAW, INET_PROTOCOL_RAW, true, NULL },
};

/* Rows of one table, kept until all names have been asked for. */
struct kept {
	struct inet_row *rows;
	size_t count;
	size_t room;
	int err; /* of opening the file */
	struct buf messages;
};

typedef int (*take_row)(void *context, const struct inet_row *row);

static int keep_row(void *context, const struct inet_row *row)
{
	struct kept *kept = context;

	if (kept->count == kept->room) {
		size_t room = kept->room ? 2 * kept->room : 64;
		struct inet_row *rows = reallocarray(kept->rows, room, sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		kept->rows = rows;
		kept->room = room;
	}
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
	struct socket_texts texts = { 0 };

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

/* 0, or -errno of opening the file; a file that cannot be read on ends there, as in the reference. */
static int read_table(struct netstat_run *run, const struct inet_table *table, take_row take, void *context)
{
	_cleanup_(lines_close) struct lines lines = { .fd = -1 };
	int err = lines_open(&lines, run->net, table->file);
	struct inet_row row;
	char *line;
	size_t size;

	if (err)
		return err;
	if (lines_next(&lines, &line, &size) <= 0)
		return 0;
	for (size_t i = 0; lines_next(&lines, &line, &size) > 0 && !run->write_errno; i++) {
		if (i == READ_AHEAD_FROM && !run->owners_job)
			lines_read_ahead(&lines);
		if (!inet_line_parse(line, table->protocol, table->is_v6, &row))
			buf_printf(&run->err, "warning, got bogus %s line.\n", table->bogus);
		else if (netstat_shows_inet(run->options, &row) && take(context, &row))
			return 0;
	}
	return 0;
}

static bool wants(const struct netstat_options *options, const struct inet_table *table)
{
	enum netstat_family family = table->is_v6 ? NETSTAT_INET6 : NETSTAT_INET;

	if (options->everything)
		return true;
	return options->protocols & table->selected_by && (table->list || netstat_has_family(options, family));
}

/* All rows of the table, and the question for each of its hosts where names are wanted. */
static void keep_table(struct netstat_run *run, const struct inet_table *table, struct kept *kept)
{
	struct buf messages = run->err;

	run->err = kept->messages;
	kept->err = read_table(run, table, keep_row, kept);
	kept->messages = run->err;
	run->err = messages;
	for (size_t i = 0; i < kept->count && !run->options->numeric_hosts; i++) {
		netstat_want_host(run, &kept->rows[i].local, table->is_v6);
		netstat_want_host(run, &kept->rows[i].remote, table->is_v6);
	}
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
static int list_tables(struct netstat_run *run, struct kept *kept)
{
	int status = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (status && (!tables[i].is_v6 || status == NETSTAT_STATUS_FILE))
			return status;
		if (wants(run->options, &tables[i])) {
			int failed = list_table(run, &tables[i], kept ? &kept[i] : NULL);

			status = status ? status : failed;
		}
	}
	return status;
}

/*
 * All rows are read before the first is printed: so all answers of host names can be on their way at the same time, and
 * owners are looked for meanwhile.
 */
static int list_kept(struct netstat_run *run)
{
	struct kept kept[ARRAY_SIZE(tables)] = { 0 };
	int status;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (!tables[i].list && wants(run->options, &tables[i]))
			keep_table(run, &tables[i], &kept[i]);
	}
	netstat_load_owners(run);
	run->layout->inet_title(&run->out, run->options);
	status = list_tables(run, kept);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		free(kept[i].rows);
		buf_release(&kept[i].messages);
	}
	return status;
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
	return list_tables(run, NULL);
}
